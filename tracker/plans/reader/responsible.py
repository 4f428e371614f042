"""Who leads, who cooperates, who owns: read from labels, brackets and running text."""

import re
from dataclasses import dataclass, field

from .deadlines import is_time_value
from .errors import N_
from .names import NAME, is_name
from .units import is_unit, looks_like_units, split_top, split_units

NO_SINGLE_LEAD = N_("“%(text)s”没有写明哪个单位牵头，牵头单位留空，请指定。")
SEVERAL_LEADS = N_("有几个牵头单位（%(text)s），取第一个为牵头，其余列为配合，请核对。")

LABELS: dict[str, str] = {
    "lead": (
        r"牵头(?:责任)?(?:单位|部门)|主办(?:责任)?(?:单位|部门)|主要责任(?:单位|部门)|主责(?:单位|部门)|"
        r"主体责任单位|首要责任单位|第一责任单位|牵头|主办|总牵头单位|主要负责(?:单位|部门)|抓总单位"
    ),
    "responsible": (
        r"责任(?:单位|部门|主体)|承办(?:单位|部门)|落实(?:单位|部门)|实施(?:单位|主体|部门)|负责(?:单位|部门)|"
        r"完成单位|责任科室|办理单位|承担单位|分工单位"
    ),
    "coop": (
        r"(?:责任[（(]配合[)）]|配合[（(]责任[)）]|协同责任|配合责任|其他责任|其它责任|协办责任|次要责任|"
        r"协助责任|共同责任)(?:单位|部门)|(?:配合|参与|协同|协办|协助|参加|支持|会办|协作|联动|涉及|参建|协调)"
        r"(?:单位|部门)|配合|参与|协办|协同|协助"
    ),
    "leader": (
        r"(?:牵头|责任|分管|包联|包保|联系|挂点|分线|挂帅|牵头县|牵头区|牵头市|县级|区级|市级|县级牵头|"
        r"区级牵头|市级牵头|包抓|督办|分管县|分管区)领导"
    ),
    "owner": r"(?:具体|直接|第一|主要|牵头)?责任人|具体负责人|承办人|经办人|负责人|责任人员",
    "deadline": (
        r"(?:完成|整改|办理|办结|责任|落实|时间|任务|工作|整治|推进)?(?:时限|期限|时间节点|时间要求)(?:要求)?|"
        r"(?:完成|整改|办结|实施|起止)(?:时间|日期)|时间安排|时间进度"
    ),
    "standard": r"(?:完成|工作|验收|目标|质量)?标准|(?:工作|完成|年度)?目标(?:要求|值)?|成果形式|工作要求|考核指标",
    "summary": r"汇总单位|督导单位|监督单位|督办单位|验收单位",
}
_LABEL = re.compile(
    "(?:(?<![\u4e00-\u9fff])|(?=[\u4e00-\u9fff]{2,8}(?:单位|部门|时限|领导|时间|责任人)\\s*[：:]))(?:"
    + "|".join(f"(?P<{key}>{words})" for key, words in LABELS.items())
    + r")\s*(?:[：:]|为(?=[省市县区各州镇乡]))\s*"
)
_ANY_LABEL = re.compile("(?:" + "|".join(f"(?:{words})" for words in LABELS.values()) + r")\s*[：:]")
_PAIRS = {"（": "）", "(": ")", "[": "]", "【": "】", "〔": "〕"}
_LEAD_VERB = (
    r"(?:总牵头|牵头负责|牵头组织|牵头落实|牵头实施|牵头推进|牵头抓总|牵头|主办|负责落实|负责组织实施|"
    r"负责推进|负责|具体落实|组织实施|落实)"
)
_COOP_VERB = (
    r"(?:按(?:照)?(?:各自)?(?:职责|职能)(?:分工)?(?:配合|负责|落实|协同)?|分工负责|协同配合|配合落实|配合|"
    r"协助|参与|协办|协同|参加|分别负责|负责落实|落实)"
)
_SHARED = re.compile(
    r"(?:等)?(?:有关单位|相关单位|有关部门|相关部门)?(?:按(?:照)?(?:各自)?(?:职责|职能)"
    r"(?:和)?(?:任务)?(?:分工)?(?:负责|落实|推进|抓好)?|分工负责|共同负责|分别负责|分头负责|各负其责|"
    r"共同落实)$"
)
_BY = re.compile(r"由(?P<u>[\u4e00-\u9fff（）()、]{2,60}?)(?P<v>总?牵头|负责|主办|承办|组织实施)")
_JOINED = re.compile(
    r"^(?:负责|组织|抓总|落实|实施)?[，,、]?(?:会同|联合|协同)(?P<u>[\u4e00-\u9fff（）()、，]{2,80}?)"
    r"(?=等?(?:部门|单位)?(?:负责|开展|制定|组织|推进|研究|配合|落实|完成|建立|抓|实施|做|加强|共同|对|，|"
    r"。|；|$))"
)
_THEN = re.compile(
    r"[，,；;](?P<u>[\u4e00-\u9fff（）()、]{2,120}?)(?:等(?:有关)?(?:部门|单位)?)?(?:密切|积极|"
    r"按(?:照)?(?:各自)?职责(?:分工)?|协同|共同|具体|做好|给予)?(?:配合|协助|参与|协办)"
)
_AT_HEAD = re.compile(
    r"(?:^|(?<=[。；]))(?P<u>[\u4e00-\u9fff（）()、]{2,40}?)(?P<v>牵头|主办|承办|负责(?!人|同志|任)|"
    r"要(?!求|点|素)|应当?(?!急|用|对|届)|会同)"
)
_COLON = re.compile(r"^(?P<u>[\u4e00-\u9fff（）()、]{2,60})[：:]")


@dataclass(slots=True)
class Responsible:
    """Units and persons answerable for a task, and where in the text they were printed."""

    leads: list[str] = field(default_factory=list)
    responsible: list[str] = field(default_factory=list)
    coop: list[str] = field(default_factory=list)
    owner: str | None = None
    leaders: str | None = None
    deadline: str | None = None
    standard: str | None = None
    shared: str | None = None
    first_leads: bool = False
    labelled: bool = False
    strong: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def found(self) -> bool:
        """Whether any unit was named."""
        return bool(self.leads or self.responsible or self.coop)

    def settle(self, *, first_rule: bool) -> tuple[str | None, list[str], tuple[str, str] | None]:
        """Lead, cooperating units, and a doubt where the text leaves the lead open."""
        doubt: tuple[str, str] | None = None
        lead: str | None = None
        rest = [*self.responsible, *self.coop]
        if self.leads:
            lead = self.leads[0]
            rest = [*self.leads[1:], *rest]
            if len(self.leads) > 1:
                doubt = (SEVERAL_LEADS, "、".join(self.leads))
        elif len(self.responsible) == 1 and not self.shared:
            lead, rest = self.responsible[0], list(self.coop)
        elif self.responsible and first_rule and not self.shared:
            lead, rest = self.responsible[0], [*self.responsible[1:], *self.coop]
        elif self.responsible:
            doubt = (NO_SINGLE_LEAD, "、".join(self.responsible))
        unique: list[str] = []
        for unit in rest:
            if unit != lead and unit not in unique:
                unique.append(unit)
        return lead, unique, doubt


_BEFORE_LABEL = re.compile(
    r"(?<=[^\s：:；;，,。（(])\s+(?=(?:" + "|".join(f"(?:{words})" for words in LABELS.values()) + r")\s*[：:])"
)


def mark_labels(text: str) -> str:
    """Put a stop where only a blank parts one label's value from the next label."""
    return _BEFORE_LABEL.sub("；", text)


def bracket_spans(text: str) -> list[tuple[int, int]]:
    """Outermost brackets of a text as (start, end) with the brackets inside."""
    spans: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for index, char in enumerate(text):
        if char in _PAIRS:
            stack.append((_PAIRS[char], index))
        elif stack and (char == stack[-1][0] or (char in ")）" and stack[-1][0] in ")）")):
            start = stack.pop()[1]
            if not stack:
                spans.append((start, index + 1))
    return spans


def has_label(text: str) -> bool:
    """Whether a text carries a label of responsibility or time."""
    return bool(_LABEL.search(text))


def is_label_line(text: str) -> bool:
    """Whether a paragraph is nothing but labels and their values."""
    bare = re.sub(r"\s+", "", text).lstrip("（([【")
    return bool(_LABEL.match(bare))


def read_responsible(text: str) -> Responsible:
    """Read who answers for a task from its squeezed text."""
    result = Responsible()
    covered: list[tuple[int, int]] = []
    for start, end in bracket_spans(text):
        inner = text[start + 1 : end - 1]
        if _LABEL.search(inner):
            _labels(inner, result)
            result.strong = True
            covered.append((start, end))
        elif _bracket(inner, result):
            covered.append((start, end))
    outside = _blank(text, covered)
    found = _LABEL.search(outside)
    if found:
        covered.extend(_labels_outside(outside, result))
        result.strong = True
    if not result.found:
        _running(outside, result)
    result.spans = covered
    return result


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "　" * (end - start) + text[end:]
    return text


def _labels_outside(text: str, result: Responsible) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    matches = list(_LABEL.finditer(text))
    for index, match in enumerate(matches):
        limit = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        stop = text.find("。", match.end(), limit)
        end = stop + 1 if stop >= 0 else limit
        _assign(match.lastgroup or "", text[match.end() : end], result)
        spans.append((match.start(), end))
    return spans


def _labels(text: str, result: Responsible) -> None:
    matches = list(_LABEL.finditer(text))
    for index, match in enumerate(matches):
        end = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        _assign(match.lastgroup or "", text[match.end() : end], result)


def _assign(kind: str, value: str, result: Responsible) -> None:
    value = value.replace("　", "").strip("。；;，,、 ")
    if not value:
        return
    result.labelled = True
    if kind == "owner":
        result.owner = value
    elif kind == "leader":
        result.leaders = value
    elif kind == "deadline":
        result.deadline = value
    elif kind == "standard":
        result.standard = value
    elif kind in ("lead", "responsible", "coop"):
        read_units(kind, value, result)


def read_units(kind: str, value: str, result: Responsible) -> None:
    """Read a list of units printed under a label or in a column."""
    value = _pull_time(value, result)
    value, value_first = _first_note(value)
    result.first_leads = result.first_leads or value_first
    nested = re.search(r"(?:^|[，,、；;])(?P<u>[^，,、；;]+?)(?:[（(]牵头(?:单位)?[)）]|牵头)", value)
    if kind == "responsible" and (nested or re.search(_LEAD_VERB + r"|配合", value)):
        if nested and re.search(r"[（(]牵头", value):
            name = re.sub(r"[（(]牵头(?:单位)?[)）]", "", nested["u"])
            result.leads.append(name)
            rest = value.replace(nested.group(), "")
            result.coop.extend(
                unit for unit in split_units(re.sub(r"[（(](?:配合|牵头)(?:单位)?[)）]", "", rest)) if unit != name
            )
            return
        if _bracket(value, result):
            return
    shared = _SHARED.search(value)
    if shared:
        result.shared = shared.group()
        value = value[: shared.start()]
    target = {"lead": result.leads, "responsible": result.responsible, "coop": result.coop}[kind]
    target.extend(unit for unit in split_units(value) if unit not in target)


def _first_note(value: str) -> tuple[str, bool]:
    """Take “排名第一位为牵头单位，下同” out of a list of units."""
    found = re.search(
        r"[，,、；;（(]?(?:排名|排列|列|排)(?:在)?(?:第一|首位|最前)[^，,；;）)]*(?:牵头|主要责任|主办)"
        r"[^，,；;）)]*(?:[，,]下同)?[)）]?",
        value,
    )
    return (value[: found.start()] + value[found.end() :], True) if found else (re.sub(r"[，,]下同$", "", value), False)


def _pull_time(value: str, result: Responsible) -> str:
    """A time that closes a list of units: “区教育局，2024年6月底前”."""
    parts = split_top(value, "，,；;")
    if len(parts) > 1 and is_time_value(parts[-1]):
        result.deadline = result.deadline or parts[-1]
        return value[: value.rindex(parts[-1])].strip("，,；; ")
    return value


def _bracket(inner: str, result: Responsible) -> bool:
    """A bracket without labels: “A牵头，B、C配合”, “A、B按职责分工负责”, or units alone."""
    inner, first = _first_note(inner)
    rest = Responsible()
    kept = _pull_time(inner, rest)
    clauses = [
        clause
        for clause in re.split(
            r"[；;。]|[，,](?=[^，,；;。]*(?:牵头|配合|负责|协助|参与|协办|落实|按职责))|(?<=牵头)[，,、]|"
            r"(?<=负责)[，,、]",
            kept,
        )
        if clause
    ]
    any_verb = False
    for clause in clauses:
        if re.search(r"不再(?:一一|逐一|另行|重复)?列出|下同|以下均|以下各项|以下任务", clause):
            continue
        shared = _SHARED.search(clause)
        lead = re.fullmatch(rf"(?:由)?(?P<u>.+?)(?:共同)?{_LEAD_VERB}", clause)
        coop = re.fullmatch(rf"(?P<u>.+?)(?:等)?{_COOP_VERB}", clause)
        if shared and looks_like_units(clause[: shared.start()]):
            rest.responsible.extend(split_units(clause[: shared.start()]))
            rest.shared, any_verb = shared.group(), True
        elif (
            lead
            and "牵头" not in lead["u"]
            and not (coop and "牵头" not in clause and rest.leads)
            and looks_like_units(lead["u"])
        ):
            (
                rest.leads
                if not rest.leads and ("牵头" in clause or "主办" in clause or clause.endswith("负责"))
                else rest.coop
            ).extend(split_units(lead["u"]))
            any_verb = True
        elif coop and looks_like_units(coop["u"]):
            rest.coop.extend(split_units(coop["u"]))
            any_verb = True
        elif looks_like_units(clause) and not any(is_name(part) for part in split_top(clause)):
            (rest.coop if rest.leads else rest.responsible).extend(split_units(clause))
        else:
            return False
    if not rest.found and not rest.deadline:
        return False
    if not any_verb and not rest.deadline and not first and not _plain_units(rest.responsible):
        return False
    result.strong = result.strong or any_verb or first
    result.leads.extend(rest.leads)
    result.responsible.extend(rest.responsible)
    result.coop.extend(rest.coop)
    result.shared = result.shared or rest.shared
    result.deadline = result.deadline or rest.deadline
    result.first_leads = result.first_leads or first
    result.labelled = result.labelled or rest.found
    return True


def _plain_units(units: list[str]) -> bool:
    """A bracket of units alone counts when it names offices, not an aside such as （街道） or （设在区教育局）."""
    return bool(units) and all(
        is_unit(unit)
        and ((bool(re.match(r"^[省市县区州旗镇乡团各]", unit)) and len(unit) >= 3) or bool(_OFFICE_END.search(unit)))
        and not re.match(r"^(?:设在|含|包括|不含|以下|乡镇|市、区|街道|县级)", unit)
        for unit in units
    )


_OFFICE_END = re.compile(
    r"[\u4e00-\u9fff]{2}(?:局|委|办|政府|办公室|委员会|中心|公司|支队|大队|法院|检察院)(?:[（(].*[)）])?$"
)


def _running(text: str, result: Responsible) -> None:
    head = _COLON.match(text)
    if head and looks_like_units(head["u"]) and not _ANY_LABEL.match(text):
        units = split_units(head["u"])
        (result.leads if len(units) == 1 else result.responsible).extend(units)
        return
    for sentence in re.split(r"[。；;，,]", text):
        shared = _SHARED.search(sentence)
        names = sentence[: shared.start()] if shared else ""
        if (
            shared
            and re.search(r"职责|职能|分工|共同|分头", shared.group())
            and looks_like_units(names)
            and len(split_units(names)) > 1
        ):
            result.responsible.extend(split_units(names))
            result.shared = shared.group()
            return
    for pattern in (_BY, _AT_HEAD):
        for found in pattern.finditer(text):
            names = re.sub(r"^.*?(?:由|，)", "", found["u"])
            joined = re.split(r"会同|联合", names)
            if not looks_like_units(joined[0]) or not all(_office(unit) for unit in split_units(joined[0])):
                continue
            units = split_units(joined[0])
            if len(units) == 1 or "牵头" in found["v"]:
                result.leads.append(units[0])
                result.coop.extend(units[1:])
            else:
                result.responsible.extend(units)
                result.shared = "按职责分工负责"
            if len(joined) > 1 and looks_like_units(joined[1]):
                result.coop.extend(split_units(joined[1]))
            _partners(text[found.end() :] if found["v"] != "会同" else "会同" + text[found.end() :], result)
            return


def _office(unit: str) -> bool:
    return is_unit(unit) and len(unit) <= 20 and not re.search(rf"^(?:{NAME})$", unit) and unit not in ("单位", "部门")


def _partners(tail: str, result: Responsible) -> None:
    sentence = re.split(r"。", tail, maxsplit=1)[0]
    joined = _JOINED.match(sentence)
    if joined and looks_like_units(joined["u"]):
        result.coop.extend(split_units(joined["u"]))
    for found in _THEN.finditer(sentence):
        if looks_like_units(found["u"]):
            result.coop.extend(split_units(found["u"]))


def strip_spans(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without the places where units and times were printed as a note."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + text[end:]
    return re.sub(r"([。；，])[。；，]+", r"\1", text).strip()
