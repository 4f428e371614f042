"""Numeric targets: what must be reached, for whom, how much, and by when."""

import re

from .dates import squeeze
from .findings import Operator, Target
from .target_names import clause_before, earlier_clause, following, granted, limited, measured, purpose, split_quantity
from .target_operators import bounded, excluded, operator_of
from .target_sentence import Sentence, value_of
from .target_words import (
    AFTER,
    AND_COUNT,
    BARE_ACT,
    BUILDING,
    CHANGE,
    COUNT,
    COUNT_FIRST,
    DOES,
    DONE_ALREADY,
    EACH_DOES,
    EVERY,
    FOUNDS,
    FREQUENT,
    FROM_ISSUE,
    LESS,
    LISTED,
    MOVE,
    NEXT_COUNT,
    NOT_QUANTITY,
    NOUN_COUNT,
    NUMBER,
    PART_DONE,
    PERCENT,
    PERCENT_ACT,
    PRICED,
    RATE,
    RULE,
    SAME_COUNT,
    SCOPED,
    SEASON,
    SHARE_FOR,
    SPREAD,
    STOCK,
    TARGET,
    TIME_ALLOWED,
    UNIT,
    WITHIN,
    WORD_OPERATOR,
)

_OR_PIECE = re.compile(r"(?<=\d)([台套件个处座辆名])[（(][台套组件个条处][)）]")


def find_targets(text: str, year: int | None) -> list[Target]:
    """Every numeric target of a task's text."""
    found: list[Target] = []
    plain = _OR_PIECE.sub(r"\1", squeeze(text))
    for sentence in re.split(r"(?<=[。！？])", plain):
        found.extend(_Forms(sentence, year, found[-1].quantity if found else "").read())
    return list(dict.fromkeys(found))


class _Forms(Sentence):
    """One sentence, read form by form."""

    def read(self) -> list[Target]:
        """Try every form in turn; the order is that of sharpness."""
        self._spread()
        self._listed()
        self._scoped()
        self._compared()
        self._changed()
        self._counted()
        self._moved()
        self._within()
        self._priced()
        self._rated()
        self._noun_counted()
        self._percent()
        return [target for _, target in sorted(self.found, key=lambda item: item[0])]

    def _spread(self) -> None:
        """“小学、初中……分别达到4.5平方米、5.8平方米”: the first number is the first scope's."""
        for found in SPREAD.finditer(self.text):
            name, scope = split_quantity(found["q"])
            scopes = re.split(r"[、和]", scope) if scope else []
            parts = re.findall(rf"{NUMBER}{UNIT}{AFTER}", found["list"])
            for index, (value, unit, after) in enumerate(parts):
                own = scopes[index] if len(scopes) == len(parts) else scope
                operator = bounded(after, WORD_OPERATOR[found["op"]])
                due = self.due(found.start())
                target = Target(name or found["q"], own, operator, value_of(value), unit or None, due)
                self.found.append((found.start(), target))
            self.mark(*found.span())

    def _scoped(self) -> None:
        """“教室数，小学2.3间以上、初中2.4间以上”."""
        for found in SCOPED.finditer(self.text):
            name = measured(self.text, found.start(), self.last())
            if name and self.free(found) and (found["op"] or found["after"]):
                operator = bounded(found["after"], WORD_OPERATOR[found["op"]] if found["op"] else "=")
                self.take(found, name, found["s"], operator)

    def _compared(self) -> None:
        """“入学率不低于95%”: an operator's word before the number."""
        for found in TARGET.finditer(self.text):
            if not self.free(found) or excluded(self.text, found):
                continue
            name, scope = self._named(found)
            if name:
                self.take(found, name, scope, operator_of(found))

    def _named(self, found: re.Match[str]) -> tuple[str, str | None]:
        name, scope = split_quantity(clause_before(self.text, found.start()))
        end = found.end()
        if found["of"]:
            name = purpose(self.text, end) or name or found["of"].rstrip("的")
        if found["act"]:
            name = ("" if EVERY.match(name) else name) + found["act"] + (following(self.text, end) or "")
        if EVERY.match(name) or re.match(r"的标准(?:安排|落实|拨付|发放|给予)", self.text[end:]):
            name = granted(self.text, end) or name
        if (not name or SEASON.search(name)) and self.found:
            name, scope = self.found[-1][1].quantity, name or scope
        if EACH_DOES.fullmatch(name) and self.last():
            name, scope = self.last(), name
        does = DOES.fullmatch(name)
        if does and following(self.text, end):
            name, scope = does["act"] + (following(self.text, end) or ""), does["who"] or scope
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
            if name and found["unit"] and self.free(found):
                at_least = found["not"] or (found["after"] or "").endswith("以上")
                self.take(found, name + found["verb"], scope, ">=" if at_least else "=")

    def _listed(self) -> None:
        """“新建牛岭、大坪2座水厂”: the places stand between the act and the count."""
        for found in LISTED.finditer(self.text):
            if not BARE_ACT.search(found["places"]) and not re.search(rf"、(?:{BUILDING})", found["places"]):
                self.take(found, found["verb"] + found["q"], None, "=")

    def _within(self) -> None:
        """“一般故障24小时内修复”: how long an act may take."""
        for found in TIME_ALLOWED.finditer(self.text):
            name, scope = split_quantity(found["q"])
            if name and self.free(found):
                self.take(found, name, scope, "<=")
        for found in WITHIN.finditer(self.text):
            if self.free(found) and not FROM_ISSUE.search(self.just_before(found.start())):
                self.take(found, found["act"].strip("“”"), limited(self.text, found.start()), "<=")

    def _priced(self) -> None:
        """“给予永久基本农田20元/亩·年、一般耕地10元/亩·年的奖补”: money for each."""
        for found in PRICED.finditer(self.text):
            if self.free(found):
                name = re.sub(r"^.*(?:给予|发放|安排|对|按照?)", "", found["q"])
                said = re.search(r"的(奖补|补助|补贴|奖励|标准)", self.text[found.end("value") :])
                self.take(found, said[1] if said else name, name if said else None, "=", found.end("unit"))

    def _counted(self) -> None:
        """“新建学校3所”: an act with a count."""
        for found in COUNT.finditer(self.text):
            pre, post = found["pre"] or "", found["post"] or ""
            if post.startswith("范围"):
                continue
            if pre.startswith("的") or (post.startswith("以上的") and found["verb"] not in FOUNDS):
                continue  # 2022年建成的5座泵站, 被通报2次以上的乡镇: what is there already, a condition
            if DONE_ALREADY.search(self.just_before(found.start())):
                continue
            vague = not pre and found["unit"] in {"个", "项", "次", "人"}
            if not self.free(found) or (vague and re.match(r"^(?:以上|以下|以内)?(?:的|学生|为)?$", post)):
                continue
            thing = re.match(r"^(?:以上|左右)?的?(?P<t>[\u4e00-\u9fff]{0,14}?)(?=以上|并|和|及|的|，|$)", post)
            at_least = post.startswith("以上") or pre.endswith(("不少于", "至少", "不低于"))
            pre = re.sub(r"(?:不少于|至少|不低于)$", "", pre)
            noun = pre or (thing["t"] if thing else "")
            noun += thing["t"] if thing and BARE_ACT.match(pre) else ""
            name = found["verb"] + noun
            before = split_quantity(clause_before(self.text, found.start()))[0]
            if not noun:
                name = before + name if len(before) <= 12 else name
                name = self.last() if self.last().startswith(name) else name
            operator: Operator = ">=" if at_least else "="
            self.take(found, name, before if EVERY.match(before) else None, operator, found.end("unit"))
            self._counted_on(found["unit"], found["verb"], operator, found.end("unit"))

    def _counted_on(self, unit: str, verb: str, operator: Operator, end: int) -> None:
        """“完成公路沿线50公里、林缘地带120公里”: the act goes on over the next things of the same measure."""
        other = AND_COUNT.match(self.text, end)
        if other and self.free(other):
            self.take(other, verb + other["q"], None, operator)
        again = SAME_COUNT.match(self.text, end)
        if again and again["unit"] and self.free(again):
            self.take(again, self.found[-1][1].quantity, None, operator)
        found = NEXT_COUNT.match(self.text, end)
        while found and found["unit"].startswith(unit) and self.free(found):
            if not STOCK.search(found["q"]):
                due = self.due(found.start())
                self.mark(*found.span())
                target = Target(verb + found["q"].strip("“”"), None, operator, value_of(found["value"]), unit, due)
                self.found.append((found.start(), target))
            found = NEXT_COUNT.match(self.text, found.end("value") + len(unit))

    def _moved(self) -> None:
        """“压缩企业开办时间至0.5个工作日以内”."""
        for found in MOVE.finditer(self.text):
            if self.free(found):
                name, scope = split_quantity(found["q"])
                self.take(found, name, scope, "<=" if found["verb"] in LESS else ">=")

    def _rated(self) -> None:
        """“整改率100%”: a rate with nothing between it and its number."""
        for found in RATE.finditer(self.text):
            name, scope = split_quantity(found["q"])
            if name and self.free(found):
                self.take(found, name, scope, bounded(found["after"], "="))

    def _noun_counted(self) -> None:
        """“14个市场完成改造”, “应急照明灯50盏”: a thing and its count."""
        for found in COUNT_FIRST.finditer(self.text):
            if self.free(found):
                self.take(found, found["q"], None, "=", found.end("value"))
        for found in NOUN_COUNT.finditer(self.text):
            name, scope = split_quantity(found["q"])
            name, scope = (name, scope) if name else (scope or "", None)
            said = re.sub(r"^(?:年内|全年|年度)", "", found["q"])
            if name and self.free(found) and not STOCK.search(said) and not RULE.match(self.text[found.end() :]):
                self.take(found, name, scope, ">=" if found["after"] == "以上" else "=")

    def _percent(self) -> None:
        """“专任教师100%持证上岗”: the share before what is done."""
        for found in SHARE_FOR.finditer(self.text):
            if self.free(found):
                self.take(found, found["w"], None, bounded(found["after"], "="))
        for found in FREQUENT.finditer(self.text):
            if self.free(found):
                said = split_quantity(clause_before(self.text, found.start()))[0]
                self.take(found, found["often"] + found["q"], said or None, ">=" if found["least"] else "=")
        for found in PART_DONE.finditer(self.text):
            name = split_quantity(clause_before(self.text, found.start()))[0]
            if self.free(found) and name:
                self.take(found, name + "完成", None, bounded(found["after"], "="))
        for found in PERCENT.finditer(self.text):
            if self.free(found) and PERCENT_ACT.match(found["what"]):
                name, scope = split_quantity(clause_before(self.text, found.start()))
                what = re.split(r"[，,、；。]", found["what"])[0]
                self.take(found, what, scope or (name or None), "=")
