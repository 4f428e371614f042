"""Numeric targets: what must be reached, for whom, how much, and by when."""

import re
from datetime import date

from .dates import squeeze
from .deadlines import dated_points
from .findings import Number, Operator, Target
from .target_names import clause_before, earlier_clause, following, granted, measured, purpose, split_quantity
from .target_words import (
    AFTER,
    BARE_ACT,
    CHANGE,
    CONDITION,
    COUNT,
    COUNT_FIRST,
    EVERY,
    LESS,
    MOVE,
    NEXT_COUNT,
    NOT_QUANTITY,
    NOUN_COUNT,
    NUMBER,
    OPS,
    PERCENT,
    PERCENT_ACT,
    RATE,
    REACH,
    RULE,
    SAME_COUNT,
    SCOPED,
    SEASON,
    SHARE_FOR,
    SPREAD,
    STOCK,
    TARGET,
    UNIT,
    WORD_OPERATOR,
)

_OR_PIECE = re.compile(r"(?<=\d)([台套件个处座辆名])[（(][台套组件个条处][)）]")


def find_targets(text: str, year: int | None) -> list[Target]:
    """Every numeric target of a task's text."""
    found: list[Target] = []
    plain = _OR_PIECE.sub(r"\1", squeeze(text))
    for sentence in re.split(r"(?<=[。！？])", plain):
        found.extend(_Sentence(sentence, year, found[-1].quantity if found else "").read())
    return list(dict.fromkeys(found))


def _value(text: str) -> Number:
    number = float(text.replace(",", ""))
    return int(number) if number.is_integer() else number


def _word(found: re.Match[str]) -> tuple[str, Operator]:
    """The operator's word and what it means."""
    for index, (_, operator) in enumerate(OPS):
        word = found.group(f"op{index}")
        if word:
            return word, operator
    return "", "="


def _bounded(after: str | None, otherwise: Operator) -> Operator:
    """以上 and 以内 behind a number decide over what stands before it."""
    if not after:
        return otherwise
    return ">=" if after.endswith("以上") or otherwise == ">=" else "<="


def _operator(found: re.Match[str]) -> Operator:
    word, operator = _word(found)
    if found["after"]:
        return ">=" if found["after"].endswith("以上") else "<=" if operator != ">=" or word in REACH else ">="
    whole = found["unit"] == "%" and float(found["value"].replace(",", "")) == 100
    return "=" if whole and word in REACH else operator


def _excluded(sentence: str, found: re.Match[str]) -> bool:
    """Numbers that are no goals: rules of reckoning, conditions, years."""
    tail = sentence[found.end() :]
    word, _ = _word(found)
    if RULE.match(tail) or CONDITION.match(tail) or re.match(r"[:：]\d", tail):
        return True
    if word in {"为", "实现", "保持", "最高", "上限", "保底"} and not found["unit"]:
        return True
    if re.match(r"(?:19|20)\d{2}$", found["value"]) and found["unit"] in {"年", None}:
        return True
    if found["unit"] in {"年", "日"} and re.match(r"^(?:\d|底|前|内|末|月)", tail):
        return True
    before = sentence[: found.start()]
    return word == "为" and bool(re.search(r"(?:作|称|认|成|分|以|即|更|较|以[^，。]{1,20})$", before))


class _Sentence:
    """One sentence, read form by form; a number that one form has taken is left alone by the next."""

    def __init__(self, text: str, year: int | None, quantity: str) -> None:
        self.text = text
        self.before = quantity
        self.dates = [(item.end, item.due_on) for item in dated_points(text, year)]
        self.taken: list[tuple[int, int]] = []
        self.found: list[tuple[int, Target]] = []

    def read(self) -> list[Target]:
        """Try every form in turn; the order is that of sharpness."""
        self._spread()
        self._scoped()
        self._compared()
        self._changed()
        self._counted()
        self._moved()
        self._rated()
        self._noun_counted()
        self._percent()
        return [target for _, target in sorted(self.found, key=lambda item: item[0])]

    def _free(self, found: re.Match[str]) -> bool:
        at, end = found.span("value")
        return not any(start < end and at < stop for start, stop in self.taken)

    def _due(self, at: int) -> date | None:
        before = [day for end, day in self.dates if end <= at + 1]
        return before[-1] if before else None

    def _take(
        self, found: re.Match[str], name: str, scope: str | None, operator: Operator, end: int | None = None
    ) -> None:
        start = found.start()
        self.taken.append((start, found.end() if end is None else end))
        target = Target(name, scope, operator, _value(found["value"]), found["unit"], self._due(start))
        self.found.append((start, target))

    def _last(self) -> str:
        return self.found[-1][1].quantity if self.found else self.before

    def _spread(self) -> None:
        """“小学、初中……分别达到4.5平方米、5.8平方米”: the first number is the first scope's."""
        for found in SPREAD.finditer(self.text):
            name, scope = split_quantity(found["q"])
            scopes = re.split(r"[、和]", scope) if scope else []
            parts = re.findall(rf"{NUMBER}{UNIT}{AFTER}", found["list"])
            for index, (value, unit, after) in enumerate(parts):
                own = scopes[index] if len(scopes) == len(parts) else scope
                operator = _bounded(after, WORD_OPERATOR[found["op"]])
                due = self._due(found.start())
                target = Target(name or found["q"], own, operator, _value(value), unit or None, due)
                self.found.append((found.start(), target))
            self.taken.append(found.span())

    def _scoped(self) -> None:
        """“教室数，小学2.3间以上、初中2.4间以上”."""
        for found in SCOPED.finditer(self.text):
            name = measured(self.text, found.start(), self._last())
            if name and self._free(found) and (found["op"] or found["after"]):
                operator = _bounded(found["after"], WORD_OPERATOR[found["op"]] if found["op"] else "=")
                self._take(found, name, found["s"], operator)

    def _compared(self) -> None:
        """“入学率不低于95%”: an operator's word before the number."""
        for found in TARGET.finditer(self.text):
            if not self._free(found) or _excluded(self.text, found):
                continue
            name, scope = self._named(found)
            if name:
                self._take(found, name, scope, _operator(found))

    def _named(self, found: re.Match[str]) -> tuple[str, str | None]:
        name, scope = split_quantity(clause_before(self.text, found.start()))
        end = found.end()
        if found["of"]:
            name = purpose(self.text, end) or name or found["of"].rstrip("的")
        if found["act"]:
            name = ("" if EVERY.match(name) else name) + found["act"] + (following(self.text, end) or "")
        if EVERY.match(name):
            name = granted(self.text, end) or name
        if (not name or SEASON.search(name)) and self.found:
            name, scope = self.found[-1][1].quantity, name or scope
        if BARE_ACT.search(name):
            name += following(self.text, end) or ""
        if not name or NOT_QUANTITY.match(name):
            name = (
                following(self.text, end) or self.before or name or earlier_clause(self.text, found.start(), longest=40)
            )
        if re.fullmatch(r"每[\u4e00-\u9fff]{1,2}", name):
            name = earlier_clause(self.text, found.start()) + name
        return name, scope

    def _changed(self) -> None:
        """“事故起数下降10%以上”."""
        for found in CHANGE.finditer(self.text):
            name, scope = split_quantity(clause_before(self.text, found.start()))
            if name and found["unit"] and self._free(found):
                at_least = found["not"] or (found["after"] or "").endswith("以上")
                self._take(found, name + found["verb"], scope, ">=" if at_least else "=")

    def _counted(self) -> None:
        """“新建学校3所”: an act with a count."""
        for found in COUNT.finditer(self.text):
            pre, post = found["pre"] or "", found["post"] or ""
            if post.startswith("范围"):
                continue
            vague = not pre and found["unit"] in {"个", "项", "次", "人"}
            if not self._free(found) or (vague and re.match(r"^(?:以上|以下|以内)?(?:的|学生|为)?$", post)):
                continue
            thing = re.match(r"^(?:以上|左右)?(?P<t>[\u4e00-\u9fff]{0,12}?)(?=以上|并|和|及|的|，|$)", post)
            noun = pre or (thing["t"] if thing else "")
            noun += thing["t"] if thing and BARE_ACT.match(pre) else ""
            at_least = post.startswith("以上") or pre.endswith(("不少于", "至少", "不低于"))
            noun = re.sub(r"(?:不少于|至少|不低于)$", "", noun)
            name = found["verb"] + noun
            if not noun:
                before = split_quantity(clause_before(self.text, found.start()))[0]
                name = before + name if len(before) <= 12 else name
            operator: Operator = ">=" if at_least else "="
            self._take(found, name, None, operator, found.end("unit"))
            self._counted_on(found["unit"], found["verb"], operator, found.end("unit"))

    def _counted_on(self, unit: str, verb: str, operator: Operator, end: int) -> None:
        """“完成公路沿线50公里、林缘地带120公里”: the act goes on over the next things of the same measure."""
        again = SAME_COUNT.match(self.text, end)
        if again and again["unit"] and self._free(again):
            self._take(again, self.found[-1][1].quantity, None, operator)
        found = NEXT_COUNT.match(self.text, end)
        while found and found["unit"].startswith(unit) and self._free(found):
            if not STOCK.search(found["q"]):
                due = self._due(found.start())
                self.taken.append(found.span())
                target = Target(verb + found["q"].strip("“”"), None, operator, _value(found["value"]), unit, due)
                self.found.append((found.start(), target))
            found = NEXT_COUNT.match(self.text, found.end("value") + len(unit))

    def _moved(self) -> None:
        """“压缩企业开办时间至0.5个工作日以内”."""
        for found in MOVE.finditer(self.text):
            if self._free(found):
                name, scope = split_quantity(found["q"])
                self._take(found, name, scope, "<=" if found["verb"] in LESS else ">=")

    def _rated(self) -> None:
        """“整改率100%”: a rate with nothing between it and its number."""
        for found in RATE.finditer(self.text):
            name, scope = split_quantity(found["q"])
            if name and self._free(found):
                self._take(found, name, scope, _bounded(found["after"], "="))

    def _noun_counted(self) -> None:
        """“14个市场完成改造”, “应急照明灯50盏”: a thing and its count."""
        for found in COUNT_FIRST.finditer(self.text):
            if self._free(found):
                self._take(found, found["q"], None, "=", found.end("value"))
        for found in NOUN_COUNT.finditer(self.text):
            name, scope = split_quantity(found["q"])
            name, scope = (name, scope) if name else (scope or "", None)
            said = re.sub(r"^(?:年内|全年|年度)", "", found["q"])
            if name and self._free(found) and not STOCK.search(said) and not RULE.match(self.text[found.end() :]):
                self._take(found, name, scope, ">=" if found["after"] == "以上" else "=")

    def _percent(self) -> None:
        """“专任教师100%持证上岗”: the share before what is done."""
        for found in SHARE_FOR.finditer(self.text):
            if self._free(found):
                self._take(found, found["w"], None, _bounded(found["after"], "="))
        for found in PERCENT.finditer(self.text):
            if self._free(found) and PERCENT_ACT.match(found["what"]):
                name, scope = split_quantity(clause_before(self.text, found.start()))
                what = re.split(r"[，,、；。]", found["what"])[0]
                self._take(found, what, scope or (name or None), "=")
