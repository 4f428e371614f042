"""Numeric targets: what must be reached, for whom, how much, and by when."""

import re
from datetime import date

from .deadlines import dated_points
from .dates import squeeze
from .findings import Number, Operator, Target

_NUMBER = r"(?P<value>\d+(?:,\d{3})*(?:\.\d+)?)"
_UNIT = (
    r"(?P<unit>㎡|m²|场次|(?:百|千|万|百万|千万|亿)(?:平方米|立方米|平方公里|公里|吨|亩|人次|人|户|元|条|册|株|棵|件|头|只|羽|套|个|公顷|千瓦|千瓦时)|批次|元/[\u4e00-\u9fff]{1,3}|微克每立方米|微克/立方米|个工作日|平方公里|万平方米|毫克/升|个百分点|立方米|工作日|平方米|万元|公里|课时|人次|千克|公顷|分贝|亿元|万吨|"
    r"千米|万亩|公斤|学时|小时|厘米|分钟|万人|度|‰|米|家|宗|盏|桩|分|具|块|张|项|株|%|支|册|起|班|棵|座|段|万|户|只|片|件|轮|幢|位|日|岁|次|期|台|份|人|倍|亩|"
    r"例|级|亿|门|场|吨|元|个|辆|类|年|所|篇|名|套|头|间|栋|对|℃|天|克|批|部|处|条)?"
)
_OPS: tuple[tuple[str, Operator], ...] = (
    ("不低于|不少于|不小于|不得低于|不得少于|不应低于|不应少于|至少达到|至少|不低於|最低|最少|保底", ">="),
    ("不超过|不高于|不大于|不多于|不得超过|不得高于|不得多于|不应超过|不能超过|不突破|最多|最高|上限|至多", "<="),
    ("控制在|压缩至|压减至|压减到|缩短至|缩减至|降低到|降低至|降到|降至|下降到|下降至|减少到|减少至|缩短到|压缩到|限制在", "<="),
    ("高于|大于|多于|超过|突破|优于", ">"),
    ("低于|小于|少于|低于或等于", "<"),
    ("达到|达|提高到|提高至|提升到|提升至|增加到|增加至|稳定在|保持在|保持|维持在|增长到|扩大到|上升到|上升至|恢复到|增至|升至|实现", ">="),
    ("≥|>=|＞=", ">="),
    ("≤|<=|＜=", "<="),
    (">|＞", ">"),
    ("<|＜", "<"),
    ("为|等于|=|＝", "="),
)
_OP = "|".join(f"(?P<op{index}>{words})" for index, (words, _) in enumerate(_OPS))
_AFTER = r"(?P<after>(?:及|或|\(含\)|（含）)?(?:以上|以下|以内|之内|以里|及以上|及以下))?"
_TARGET = re.compile(rf"(?:{_OP})(?P<of>(?:[\u4e00-\u9fff]{{1,24}}的|每[\u4e00-\u9fff]{{1,3}}?)?)(?:约|大约|总?计)?{_NUMBER}{_UNIT}{_AFTER}")
_CHANGE = re.compile(rf"(?P<verb>提高|提升|增长|增加|上升|下降|降低|减少|压减|压缩|缩短|削减)(?P<not>不低于|不少于|至少|超过|约)?{_NUMBER}{_UNIT}{_AFTER}")
_MOVE = re.compile(rf"(?P<verb>压缩|压减|缩短|缩减|降低|控制|减少|提高|提升|增加|扩大)(?P<q>[\u4e00-\u9fff“”]{{2,16}}?)(?:至|到|在){_NUMBER}{_UNIT}{_AFTER}")
_NOUN_COUNT = re.compile(rf"(?P<q>[\u4e00-\u9fff“”（）]{{2,20}}){_NUMBER}(?P<unit>(?:万|亿)?(?:场次|所|个|名|人次|人|项|家|处|条|户|亩|辆|套|台|座|间|册|公里|平方米|场|批|栋|块|盏|株|棵|部|张|件|元|公顷|吨|起|例|批次|支|艘|头|只|篇|门|期|平方公里))(?P<after>以上|左右)?(?=[，、。；）)（(]|$)")
_COUNT_FIRST = re.compile(rf"(?:^|(?<=[，；。：]))(?:全[区县市])?{_NUMBER}(?P<unit>所|个|名|项|家|处|条|户|座|件|公里|台|辆|栋)(?P<q>[\u4e00-\u9fff]{{2,12}}?)(?:全部|全面)?(?:完成|实现|达到|建成|投入|开工|达标)")
_SPREAD = re.compile(rf"(?P<q>[\u4e00-\u9fff、“”]{{3,40}}?)分别(?P<op>达到|不低于|不少于|不超过|控制在|提高到|提升到|为|达)(?P<list>{_NUMBER}{_UNIT}{_AFTER}(?:[、和]\d[\d.,]*[^、和，。；\d]{{1,8}})+)")
_STOCK = re.compile(r"^[年月日]|现有|共有|已|由$|从$|目前|截至|达$|第$|每$|前$|其中$|提前|惠及|约$|不足$|超过$|涉及")
_BARE_AFTER = re.compile(rf"{_NUMBER}{_UNIT}(?P<after>以上|以下|以内|及以上|及以下)")
_RATE = re.compile(rf"(?P<q>[\u4e00-\u9fff]{{0,20}}(?:率|比例|占比|覆盖面|比重)){_NUMBER}(?P<unit>%){_AFTER}")
_PERCENT = re.compile(r"(?P<value>\d+(?:\.\d+)?)(?P<unit>%)(?P<what>[\u4e00-\u9fff]{2,12})")
_COUNT = re.compile(
    rf"(?P<verb>新建成?|改扩建|扩建|改建|新改扩建|新改建|建成|建设|建立|打造|创建|培育|新增|培训|引进|改造|完成|组建|选派|招聘|评选|创成|申报|配备|配置|增设|增加|开展|举办|招引|种植|整治|新开工|开工|实施|新打|治理|清理|选树|建好|栽植|修复|维修|安装|更新|补充|遴选|解决|支持|提供|发放|拆除|关闭|淘汰|转移)(?P<pre>[^，。；、\s]{{0,20}}?){_NUMBER}(?P<unit>所|个|名|人次|人|项|家|处|条|户|亩|辆|套|台|座|间|册|公里|万亩|万平方米|平方米|场|批|万人次|万人|米|栋|块|盏|株|棵|部|张|件|次|万元|亿元|万株|公顷|吨|平方公里)(?P<post>[\u4e00-\u9fff]{{0,12}})"
)
_SCOPES = (
    r"九年一贯制学校|十二年一贯制学校|完全中学|小学|初中|普通高中|中等职业学校|中职|高中|幼儿园|义务教育阶段|义务教育|学前教育|公办园|普惠性幼儿园|农村|城市|城镇|乡镇|城区|中心城区|建成区|镇区|乡村"
    r"|行政村|自然村|企业|规上企业|规模以上企业|高危行业|危化企业|工矿企业|公立医院|二级以上医院|专任教师|教师|校长|国控断面|省控断面|市控断面|县级|乡级|村级"
)
_SCOPE_HEAD = re.compile(rf"^(?P<s>(?:全[区县市省]|我[区县市])?(?:{_SCOPES})(?:[、和及与](?:{_SCOPES}))*(?:(?:和|及|、)?(?:{_SCOPES}))*)")
_SCOPED = re.compile(
    rf"(?P<s>(?:{_SCOPES})(?:[、和](?:{_SCOPES}))*)(?:分别)?(?P<op>达到|不低于|不少于|不超过|不高于|不大于|不小于|为|达|控制在|提高到)?{_NUMBER}{_UNIT}{_AFTER}"
)
_MEASURE_END = re.compile(r"(?:率|比例|比|规模|班额|经费|面积|数|量|值|水平|额|标准|时间|时长|人数|占比|面积分别|数分别)$")
_SCOPE_ONLY = re.compile(rf"^(?:全[区县市])?(?:{_SCOPES})(?:[、，和及与](?:{_SCOPES}))*$")
_LEAD = re.compile(
    r"^(?:到|至|在|于|其中|并|且|以及|及|和|即|使|让|将|把|由|以|确保|保证|保障|力争|努力|实现|做到|基本做到|基本|切实|继续|进一步|推动|促进|争取|全面|严格|按照|要求|各|分别|原则上|全年|每年|年内|同时|逐步|实施|落实|按|严控|控制|提高|提升|保持|完善|健全|加大|所有|全部|推进|加强|达到|全区所有学校按照|今年|一律|必须|应当|应(?!急)|要|须|需)+"
)
_AREA = re.compile(r"^(?:全|我|本)(?:区|县|市|省|镇|乡|街道|域)(?:范围内|内|的)?")
_RULE = re.compile(r"^(?:的?(?:标准|比例|额度)?)?(?:核定|计算|折算|计提|拨付|计|核拨|测算|给予|奖励|补助|处罚|罚款)")
_CONDITION = re.compile(r"^(?:的(?!比例|标准|经费|资金|要求|目标)|时|者|起)")
_NOT_QUANTITY = re.compile(r"^(?:上|下|中|内|时间|周期|每周|每天|每月|每季度|每半年|每学期|每人|每校|每名.*)$")
_DATE_WORDS = re.compile(r"(?:(?:19|20)\d{2}年度?|\d{1,2}月份?(?:\d{1,2}日)?)?(?:年?[底末]|月?[底末]|上半年|下半年)?(?:之前|以前|前)?$")


def _value(text: str) -> Number:
    number = float(text.replace(",", ""))
    return int(number) if number.is_integer() else number


def _operator(found: re.Match[str]) -> Operator:
    base: Operator = "="
    for index, (_, operator) in enumerate(_OPS):
        if found.group(f"op{index}"):
            base = operator
            word = found.group(f"op{index}")
            break
    after = found["after"] or ""
    if after.endswith("以上"):
        return ">="
    if after and base not in (">=",):
        return "<="
    if after and word in ("达到", "达", "实现", "保持", "保持在", "稳定在", "维持在"):
        return "<="
    if found["value"] in ("100", "100.0") and found["unit"] == "%" and base == ">=" and word in ("达到", "达", "实现", "保持", "保持在", "提高到", "提高至", "提升到", "提升至"):
        return "="
    return base


def _split_quantity(text: str) -> tuple[str, str | None]:
    """Quantity and scope of the words before the operator."""
    text = _DATE_WORDS.sub("", text) if not text else text
    previous = None
    while previous != text:
        previous = text
        text = re.sub(r"^(?:(?:19|20)\d{2}年度?)?(?:\d{1,2}月份?(?:\d{1,2}日)?)?(?:年?[底末]|月?[底末]|上半年|下半年)?(?:之前|以前|前|起|内)?(?=.)", "", text) if re.match(r"^(?:(?:19|20)\d{2}年|\d{1,2}月|年底|月底|底前|前)", text) else text
        text = _AREA.sub("", text) if not _AREA.fullmatch(text) else ""
        text = _LEAD.sub("", text)
        text = text.strip("“”，、：:（(")
    text = re.sub(r"(?:原则上|一律|均|都|全部|应|要|须|需|必须|应当|也|力争|确保|基本|分别|每年|严格|总体|稳步|逐步|将)+$", "", text)
    if _SCOPE_ONLY.match(text):
        return "", text
    head = _SCOPE_HEAD.match(text)
    if head:
        rest = text[head.end() :].lstrip("的阶段、")
        if rest and not rest.startswith(("数", "率")):
            return rest, head["s"]
    return text, None


def _clause_before(sentence: str, at: int) -> str:
    start = max((sentence.rfind(mark, 0, at) for mark in "，,；;。：:（("), default=-1) + 1
    clause = sentence[start:at]
    listed = clause.rfind("、")
    if listed >= 0 and re.search(r"\d", clause[:listed]):
        start += listed + 1
        clause = clause[listed + 1 :]
    if start > 1 and sentence[start - 1] in "，," and _SCOPE_HEAD.match(clause):
        earlier = max((sentence.rfind(mark, 0, start - 1) for mark in "，,；;。：:（("), default=-1) + 1
        before = sentence[earlier : start - 1]
        if _SCOPE_ONLY.match(before):
            return before + "、" + clause
    return clause


def find_targets(text: str, year: int | None) -> list[Target]:
    """Every numeric target of a task's text."""
    found: list[Target] = []
    for sentence in re.split(r"(?<=[。！？])", squeeze(text)):
        found.extend(_in_sentence(sentence, year, found[-1].quantity if found else ""))
    return _unique(found)


def _in_sentence(sentence: str, year: int | None, quantity: str) -> list[Target]:
    dates = [(item.end, item.due_on) for item in dated_points(sentence, year)]
    taken: list[tuple[int, int]] = []
    results: list[tuple[int, Target]] = []

    def due(at: int) -> date | None:
        before = [day for end, day in dates if end <= at + 1]
        return before[-1] if before else None

    for found in _SPREAD.finditer(sentence):
        for target in _spread(found, due(found.start())):
            results.append((found.start(), target))
        taken.append(found.span())
    for found in _SCOPED.finditer(sentence):
        name = _measured(sentence, found.start(), results[-1][1].quantity if results else quantity)
        if name and not _overlaps(found, taken) and (found["op"] or found["after"]):
            taken.append(found.span())
            word_operator = _WORD_OPERATOR[found["op"]] if found["op"] else "="
            own: Operator = ">=" if (found["after"] or "").endswith("以上") else "<=" if found["after"] else word_operator
            results.append((found.start(), _target(name, found["s"], own, found, due(found.start()))))
    for found in _TARGET.finditer(sentence):
        if _overlaps(found, taken):
            continue
        if _excluded(sentence, found):
            continue
        name, scope = _split_quantity(_clause_before(sentence, found.start()))
        if found["of"]:
            name = _purpose(sentence, found.end()) or name or found["of"].rstrip("的")
        if re.match(r"^(?:按)?(?:每[\u4e00-\u9fff]{1,2})+$", name):
            name = _granted(sentence, found.end()) or name
        if (not name or re.search(r"(?:期间|时段?|季节)$", name)) and results:
            name, scope = results[-1][1].quantity, name or scope
        if re.fullmatch(r"覆盖|达到|新增|完成|培育|建成|创建|打造|引进|保有", name or ""):
            name += _following(sentence, found.end()) or ""
        if not name or _NOT_QUANTITY.match(name):
            name = name if name and not _NOT_QUANTITY.match(name) else (_following(sentence, found.end()) or quantity or name)
        if not name:
            continue
        if re.fullmatch(r"每[\u4e00-\u9fff]{1,2}", name):
            name = _earlier_clause(sentence, found.start()) + name
        taken.append(found.span())
        results.append((found.start(), _target(name, scope, _operator(found), found, due(found.start()))))
    for found in _CHANGE.finditer(sentence):
        if _overlaps(found, taken) or not found["unit"]:
            continue
        name, scope = _split_quantity(_clause_before(sentence, found.start()))
        if name:
            taken.append(found.span())
            operator: Operator = ">=" if found["not"] or (found["after"] or "").endswith("以上") else "="
            results.append((found.start(), _target(name + found["verb"], scope, operator, found, due(found.start()))))
    for found in _COUNT.finditer(sentence):
        if _overlaps(found, taken) or re.match(r"^(?:以上|以下|以内)?(?:的|学生|为)?$", found["post"] or "") and not found["pre"] and found["unit"] in ("个", "项", "次", "人"):
            continue
        thing = re.match(r"^(?:以上|左右)?(?P<t>[\u4e00-\u9fff]{0,12}?)(?=以上|并|和|及|的|，|$)", found["post"] or "")
        noun = (found["pre"] or "") + (thing["t"] if thing and not found["pre"] else "")
        at_least = sentence[found.end("unit") :].startswith("以上") or found["pre"].endswith(("不少于", "至少", "不低于"))
        noun = re.sub(r"(?:不少于|至少|不低于)$", "", noun)
        if not noun:
            noun = ""
            before = _split_quantity(_clause_before(sentence, found.start()))[0]
            if before and len(before) <= 12:
                taken.append((found.start(), found.end("unit")))
                results.append((found.start(), _target(before + found["verb"], None, ">=" if at_least else "=", found, due(found.start()))))
                continue
        taken.append((found.start(), found.end("unit")))
        results.append((found.start(), _target(found["verb"] + noun, None, ">=" if at_least else "=", found, due(found.start()))))
    for found in _MOVE.finditer(sentence):
        if not _overlaps(found, taken):
            name, scope = _split_quantity(found["q"])
            taken.append(found.span())
            operator = "<=" if found["verb"] in ("压缩", "压减", "缩短", "缩减", "降低", "控制", "减少") else ">="
            results.append((found.start(), _target(name, scope, operator, found, due(found.start()))))
    for found in _RATE.finditer(sentence):
        name, scope = _split_quantity(found["q"])
        if name and not _overlaps(found, taken):
            taken.append(found.span())
            operator = ">=" if (found["after"] or "").endswith("以上") else "<=" if found["after"] else "="
            results.append((found.start(), _target(name, scope, operator, found, due(found.start()))))
    for found in _COUNT_FIRST.finditer(sentence):
        if not _overlaps(found, taken):
            taken.append(found.span("value"))
            results.append((found.start(), _target(found["q"], None, "=", found, due(found.start()))))
    for found in _NOUN_COUNT.finditer(sentence):
        name, scope = _split_quantity(found["q"])
        name = name or scope or ""
        scope = None if name == scope else scope
        if name and not _overlaps(found, taken) and not _STOCK.search(found["q"]) and not _RULE.match(sentence[found.end() :]):
            taken.append(found.span())
            results.append((found.start(), _target(name, scope, ">=" if found["after"] == "以上" else "=", found, due(found.start()))))
    for found in _PERCENT.finditer(sentence):
        if _overlaps(found, taken) or not re.match(r"^(?:持证|覆盖|达标|完成|上岗|公开|落实|配备|办结|合格|整改|建立|纳入|接入|安装|签订|签约|到位|进校|入园|参与|参保|处置|排查)", found["what"]):
            continue
        name, scope = _split_quantity(_clause_before(sentence, found.start()))
        taken.append(found.span())
        what = re.split(r"[，,、；。]", found["what"])[0]
        results.append((found.start(), _target(what, scope or (name or None), "=", found, due(found.start()))))
    return [target for _, target in sorted(results, key=lambda item: item[0])]


def _measured(sentence: str, at: int, before: str) -> str | None:
    """What is measured where only the scope stands before the number: 教室数，小学2.3间以上、初中2.4间以上."""
    clause = _clause_before(sentence, at).rstrip("、，")
    if clause and not re.search(r"\d", clause):
        name = _split_quantity(clause)[0]
        return name if _MEASURE_END.search(name) else None
    earlier = re.split(r"[，,；;。：:]", sentence[:at].rstrip("，,、；;"))[-1]
    if earlier and not re.search(r"\d", earlier):
        name = _split_quantity(earlier)[0]
        if _MEASURE_END.search(name):
            return name
    return before or None


def _spread(found: re.Match[str], due: date | None) -> list[Target]:
    """“小学、初中……分别达到4.5平方米、5.8平方米”: the first number is the first scope's."""
    name, scope = _split_quantity(found["q"])
    scopes = re.split(r"[、和]", scope) if scope else []
    operator = _WORD_OPERATOR[found["op"]]
    parts = re.findall(rf"{_NUMBER}{_UNIT}{_AFTER}", found["list"])
    targets: list[Target] = []
    for index, (value, unit, after) in enumerate(parts):
        own = ">=" if after.endswith("以上") else "<=" if after else operator
        targets.append(Target(name or found["q"], scopes[index] if len(scopes) == len(parts) else scope, own, _value(value), unit or None, due))
    return targets


_WORD_OPERATOR: dict[str, Operator] = {
    word: operator for words, operator in _OPS for word in words.split("|")
}


def _excluded(sentence: str, found: re.Match[str]) -> bool:
    """Numbers that are no goals: rules of reckoning, conditions, ages, years."""
    tail = sentence[found.end() :]
    word = next((found.group(f"op{index}") for index in range(len(_OPS)) if found.group(f"op{index}")), "")
    if _RULE.match(tail) or _CONDITION.match(tail):
        return True
    if word in ("为", "实现", "保持", "最高", "上限", "保底") and not found["unit"]:
        return True
    if re.match(r"(?:19|20)\d{2}$", found["value"]) and (found["unit"] or "") in ("年", ""):
        return True
    if found["unit"] in ("年", "日") and re.match(r"^(?:\d|底|前|内|末|月)", tail):
        return True
    return word == "为" and bool(re.search(r"(?:作|称|认|成|分|以|即|更|较|以[^，。]{1,20})$", sentence[: found.start()]))


def _purpose(sentence: str, at: int) -> str | None:
    """“按照……总额的5%用于教师培训经费”: what the share is spent on."""
    found = re.match(r"^(?:的?(?:比例|标准|资金))?(?:用于|安排|作为|提取|设立|投入)(?P<w>[\u4e00-\u9fff]{2,14}?)(?=[，。；]|$)", sentence[at:])
    return found["w"] if found else None


def _granted(sentence: str, at: int) -> str | None:
    """“每生每年不低于300元……安排课后服务补助”: what the money is for stands behind."""
    found = re.search(r"(?:安排|给予|发放|落实|拨付|设立|标准的?)(?P<w>[\u4e00-\u9fff]{2,14}?)(?=[，。；、]|$)", sentence[at:])
    return found["w"] if found else None


def _earlier_clause(sentence: str, at: int) -> str:
    """“拆除乱搭乱建，每村不少于5处”: the thing stands one clause before."""
    clauses = re.split(r"[，,]", sentence[:at])
    return clauses[-2] if len(clauses) > 1 and len(clauses[-2]) <= 20 and not re.search(r"\d", clauses[-2]) else ""


def _following(sentence: str, at: int) -> str | None:
    found = re.match(r"^(?:以上|的)?(?P<w>[\u4e00-\u9fff]{2,10}?)(?=[，。；、]|$)", sentence[at:])
    return found["w"] if found else None


def _overlaps(found: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    at, end = found.span("value")
    return any(start < end and at < stop for start, stop in taken)


def _target(name: str, scope: str | None, operator: Operator, found: re.Match[str], due: date | None) -> Target:
    return Target(name, scope, operator, _value(found["value"]), found["unit"], due)


def _unique(targets: list[Target]) -> list[Target]:
    seen: list[Target] = []
    for target in targets:
        if target not in seen:
            seen.append(target)
    return seen
