"""What a number measures: the quantity and the scope, from the words around it."""

import re

from .target_words import AREA, LEAD, LEADING_DATE, MEASURE_END, SCOPE_HEAD, SCOPE_ONLY, TRAILING, TRAILING_DATE

# What a number measures stands within so many characters before it.
FAR = 200


def split_quantity(text: str) -> tuple[str, str | None]:
    """Quantity and scope of the words before the operator."""
    previous = None
    while previous != text:
        previous = text
        text = LEADING_DATE.sub("", text)
        text = AREA.sub("", text) if not AREA.fullmatch(text) else ""
        text = LEAD.sub("", text)
        text = text.strip("“”，、：:（(")
    text = TRAILING.sub("", TRAILING_DATE.sub("", text))
    if SCOPE_ONLY.match(text):
        return "", text
    head = SCOPE_HEAD.match(text)
    if head:
        rest = text[head.end() :].lstrip("的阶段、")
        if rest and not rest.startswith(("数", "率")):
            return rest, head["s"]
    return text, None


def clause_before(sentence: str, at: int) -> str:
    """The clause that ends where the operator begins; a list of scopes before it goes with it."""
    far = max(0, at - FAR)
    aside = re.search(r"[（(][^（）()]{1,10}[)）]$", sentence[far:at])
    at = far + aside.start() if aside else at
    start = max(far, *(sentence.rfind(mark, far, at) + 1 for mark in "，,；;。：:（("))
    clause = sentence[start:at]
    listed = clause.rfind("、")
    if listed >= 0 and re.search(r"\d", clause[:listed]):
        start += listed + 1
        clause = clause[listed + 1 :]
    if start > 1 and sentence[start - 1] in "，," and SCOPE_HEAD.match(clause):
        earlier = max(far, *(sentence.rfind(mark, far, start - 1) + 1 for mark in "，,；;。：:（("))
        before = sentence[earlier : start - 1]
        if SCOPE_ONLY.match(before):
            return before + "、" + clause
    return clause


def limited(sentence: str, at: int) -> str | None:
    """Whose time runs before “2小时内”: 一般故障, 派单后."""
    clause = re.sub(r"^.*(?:应当?|必须|须|要|可)(?=在|于|$)", "", clause_before(sentence, at))
    name = re.sub(r"^(?:对于?|在|于|由)|(?:在|于|的)$", "", split_quantity(clause)[0])
    return name if 2 <= len(name) <= 20 and not re.search(r"\d", name) else None


def measured(sentence: str, at: int, before: str) -> str | None:
    """What is measured where only the scope stands before the number: 教室数，小学2.3间以上、初中2.4间以上."""
    clause = clause_before(sentence, at).rstrip("、，")
    if clause and not re.search(r"\d", clause):
        name = split_quantity(clause)[0]
        return name if MEASURE_END.search(name) else None
    earlier = re.split(r"[，,；;。：:]", sentence[max(0, at - FAR) : at].rstrip("，,、；;"))[-1]
    if earlier and not re.search(r"\d", earlier):
        name = split_quantity(earlier)[0]
        if MEASURE_END.search(name):
            return name
    return before or None


def purpose(sentence: str, at: int) -> str | None:
    """“按照……总额的5%用于教师培训经费”: what the share is spent on."""
    found = re.match(
        r"^(?:的?(?:比例|标准|资金))?(?:用于|安排|作为|提取|设立|投入)(?P<w>[\u4e00-\u9fff]{2,14}?)" r"(?=[，。；]|$)",
        sentence[at:],
    )
    return found["w"] if found else None


def granted(sentence: str, at: int) -> str | None:
    """“每生每年不低于300元……安排课后服务补助”: what the money is for stands behind."""
    found = re.search(
        r"(?:安排|给予|发放|落实|拨付|设立|标准的?(?:配备|配置|配齐|设置|安排|落实|拨付|发放|给予)?)(?P<w>[\u4e00-\u9fff]{2,14}?)(?=[，。；、]|$)",
        sentence[at:],
    )
    return found["w"] if found else None


def earlier_clause(sentence: str, at: int, longest: int = 20) -> str:
    """“拆除乱搭乱建，每村不少于5处”: the thing stands one clause before."""
    clauses = re.split(r"[，,]", sentence[max(0, at - FAR) : at])
    return clauses[-2] if len(clauses) > 1 and len(clauses[-2]) <= longest and not re.search(r"\d", clauses[-2]) else ""


def following(sentence: str, at: int) -> str | None:
    """The word behind a number, where what is counted stands there."""
    found = re.match(r"^(?:以上|的)?(?P<w>[\u4e00-\u9fff]{2,14}?)(?=[，。；、]|和\d|$)", sentence[at:])
    return found["w"] if found else None
