"""Who leads, who cooperates, who owns: read from labels, brackets and running text."""

import re

from .answerable import Responsible
from .deadlines import is_time_value
from .names import is_name
from .responsible_labels import LABEL, bracket_spans
from .responsible_spoken import SHARED, read_running_text
from .units import is_unit, looks_like_units, split_top, split_units

_LEAD_VERB = (
    r"(?:总牵头|牵头负责|牵头组织|牵头落实|牵头实施|牵头推进|牵头抓总|牵头|主办|负责落实|负责组织实施|"
    r"负责推进|负责|具体落实|组织实施|落实)"
)

_COOP_VERB = (
    r"(?:按(?:照)?(?:各自)?(?:职责|职能)(?:分工)?(?:配合|负责|落实|协同)?|分工负责|协同配合|配合落实|配合|"
    r"协助|参与|协办|协同|参加|分别负责|负责落实|落实)"
)


def read_responsible(text: str) -> Responsible:
    """Read who answers for a task from its squeezed text."""
    result = Responsible()
    covered: list[tuple[int, int]] = []
    for start, end in bracket_spans(text):
        inner = text[start + 1 : end - 1]
        if LABEL.search(inner):
            _labels(inner, result)
            result.strong = True
            covered.append((start, end))
        elif _bracket(inner, result):
            covered.append((start, end))
    outside = _blank(text, covered)
    found = LABEL.search(outside)
    if found:
        covered.extend(_labels_outside(outside, result))
        result.strong = True
    if not result.found:
        read_running_text(outside, result)
    result.spans = covered
    return result


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "　" * (end - start) + text[end:]
    return text


def _labels_outside(text: str, result: Responsible) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    matches = list(LABEL.finditer(text))
    for index, match in enumerate(matches):
        limit = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        stop = text.find("。", match.end(), limit)
        end = stop + 1 if stop >= 0 else limit
        _assign(match.lastgroup or "", text[match.end() : end], result)
        spans.append((match.start(), end))
    return spans


def _labels(text: str, result: Responsible) -> None:
    matches = list(LABEL.finditer(text))
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
    shared = SHARED.search(value)
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
        shared = SHARED.search(clause)
        lead = re.fullmatch(rf"(?:由)?(?P<u>.+?)(?:共同|分别|联合)?{_LEAD_VERB}", clause)
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
