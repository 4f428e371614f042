"""Printed numbers that a Word document keeps outside its text: automatic lists, reckoned as Word does."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

_HAN = "零一二三四五六七八九"


def _local(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _attribute(element: Element | None, name: str = "val") -> str | None:
    if element is None:
        return None
    return next((value for key, value in element.attrib.items() if key.rsplit("}", 1)[-1] == name), None)


def _child(element: Element | None, *names: str) -> Element | None:
    for name in names:
        if element is None:
            return None
        element = next((item for item in element if _local(item) == name), None)
    return element


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.lstrip("-").isdigit() else otherwise


@dataclass(slots=True)
class _Level:
    form: str = "decimal"
    text: str = ""
    start: int = 1


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of one document."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._styles: dict[str, tuple[str | None, int | None, str | None]] = {}
        abstracts: dict[str, dict[int, _Level]] = {}
        for item in numbering if numbering is not None else ():
            if _local(item) == "abstractNum":
                abstracts[_attribute(item, "abstractNumId") or ""] = _levels(item)
        for item in numbering if numbering is not None else ():
            if _local(item) == "num":
                abstract = _attribute(_child(item, "abstractNumId")) or ""
                levels = dict(abstracts.get(abstract, {}))
                overridden = _overrides(item, levels)
                number = _attribute(item, "numId") or ""
                self._lists[number] = _List(f"{abstract}/{number}" if overridden else abstract, levels)
        for item in styles if styles is not None else ():
            if _local(item) == "style":
                self._read_style(item)

    def _read_style(self, style: Element) -> None:
        properties = _child(style, "pPr", "numPr")
        level = _attribute(_child(properties, "ilvl"))
        self._styles[_attribute(style, "styleId") or ""] = (
            _attribute(_child(properties, "numId")),
            int(level) if level and level.isdigit() else None,
            _attribute(_child(style, "basedOn")),
        )

    def _styled(self, style: str | None) -> tuple[str | None, int]:
        seen: set[str] = set()
        while style and style in self._styles and style not in seen:
            seen.add(style)
            number, level, base = self._styles[style]
            if number is not None:
                return number, level or 0
            style = base
        return None, 0

    def prefix(self, paragraph: Element) -> str:
        """The number that Word prints before a paragraph, or nothing."""
        properties = _child(paragraph, "pPr", "numPr")
        number = _attribute(_child(properties, "numId"))
        level = _whole(_attribute(_child(properties, "ilvl")), 0)
        if number is None:
            number, level = self._styled(_attribute(_child(paragraph, "pPr", "pStyle")))
        listed = self._lists.get(number or "")
        if listed is None or number == "0" or level not in listed.levels:
            return ""
        counts = self._counts.setdefault(listed.abstract, {})
        counts[level] = counts.get(level, listed.levels[level].start - 1) + 1
        for deeper in [key for key in counts if key > level]:
            del counts[deeper]
        return _printed(listed, counts, level)


def _levels(abstract: Element) -> dict[int, _Level]:
    levels: dict[int, _Level] = {}
    for item in abstract:
        if _local(item) == "lvl":
            levels[_whole(_attribute(item, "ilvl"), 0)] = _level(item)
    return levels


def _level(item: Element) -> _Level:
    form = _attribute(_child(item, "numFmt")) or "decimal"
    return _Level(form, _attribute(_child(item, "lvlText")) or "", _whole(_attribute(_child(item, "start")), 1))


def _overrides(item: Element, levels: dict[int, _Level]) -> bool:
    found = False
    for override in item:
        if _local(override) != "lvlOverride":
            continue
        index = _whole(_attribute(override, "ilvl"), 0)
        whole = _child(override, "lvl")
        if whole is not None:
            levels[index] = _level(whole)
        start = _attribute(_child(override, "startOverride"))
        if start is not None and index in levels:
            old = levels[index]
            levels[index] = _Level(old.form, old.text, _whole(start, 1))
        found = True
    return found


def _printed(listed: _List, counts: dict[int, int], level: int) -> str:
    text = listed.levels[level].text
    if listed.levels[level].form in ("bullet", "none") or "%" not in text:
        return ""
    for index in range(level + 1):
        if f"%{index + 1}" in text and index in listed.levels:
            shape = listed.levels[index]
            text = text.replace(f"%{index + 1}", _shape(counts.get(index, shape.start), shape.form))
    return text


def han(number: int) -> str:
    """A number up to 99 in Chinese numerals, as headings print it."""
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _HAN[ones]
    return ("" if tens == 1 else _HAN[tens]) + "十" + (_HAN[ones] if ones else "")


def _shape(number: int, form: str) -> str:
    if form.startswith(("chinese", "japaneseCounting", "taiwaneseCounting", "ideographDigital", "koreanDigital")):
        return han(number)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if form == "decimalZero":
        return f"{number:02d}"
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((97 if form == "lowerLetter" else 65) + number - 1)
    if form in ("lowerRoman", "upperRoman"):
        return _roman(number) if form == "upperRoman" else _roman(number).lower()
    return str(number)


def _roman(number: int) -> str:
    text = ""
    for value, sign in ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            text += sign
            number -= value
    return text
