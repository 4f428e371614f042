"""Printed numbers that a Word document keeps outside its text: automatic lists, reckoned as Word does."""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

_HAN = "零一二三四五六七八九"


def local_name(element: Element) -> str:
    """An element's name without its namespace, which differs between editions of the format."""
    return element.tag.rsplit("}", 1)[-1]


def attribute(element: Element | None, name: str = "val") -> str | None:
    """An attribute by its local name."""
    if element is None:
        return None
    return next((value for key, value in element.attrib.items() if key.rsplit("}", 1)[-1] == name), None)


def child(element: Element | None, *names: str) -> Element | None:
    """A descendant by local names, one level each."""
    for name in names:
        if element is None:
            return None
        element = next((item for item in element if local_name(item) == name), None)
    return element


def whole(text: str | None, otherwise: int) -> int:
    """A whole number of sensible length, else the other one."""
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else otherwise


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
            if local_name(item) == "abstractNum":
                abstracts[attribute(item, "abstractNumId") or ""] = _levels(item)
        for item in numbering if numbering is not None else ():
            if local_name(item) == "num":
                abstract = attribute(child(item, "abstractNumId")) or ""
                levels = dict(abstracts.get(abstract, {}))
                overridden = _overrides(item, levels)
                number = attribute(item, "numId") or ""
                self._lists[number] = _List(f"{abstract}/{number}" if overridden else abstract, levels)
        for item in styles if styles is not None else ():
            if local_name(item) == "style":
                self._read_style(item)

    def _read_style(self, style: Element) -> None:
        properties = child(style, "pPr", "numPr")
        level = attribute(child(properties, "ilvl"))
        self._styles[attribute(style, "styleId") or ""] = (
            attribute(child(properties, "numId")),
            int(level) if level and level.isdigit() else None,
            attribute(child(style, "basedOn")),
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
        properties = child(paragraph, "pPr", "numPr")
        number = attribute(child(properties, "numId"))
        level = whole(attribute(child(properties, "ilvl")), 0)
        if number is None:
            number, level = self._styled(attribute(child(paragraph, "pPr", "pStyle")))
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
        if local_name(item) == "lvl":
            levels[whole(attribute(item, "ilvl"), 0)] = _level(item)
    return levels


def _level(item: Element) -> _Level:
    form = attribute(child(item, "numFmt")) or "decimal"
    return _Level(form, attribute(child(item, "lvlText")) or "", whole(attribute(child(item, "start")), 1))


def _overrides(item: Element, levels: dict[int, _Level]) -> bool:
    found = False
    for override in item:
        if local_name(override) != "lvlOverride":
            continue
        index = whole(attribute(override, "ilvl"), 0)
        replaced = child(override, "lvl")
        if replaced is not None:
            levels[index] = _level(replaced)
        start = attribute(child(override, "startOverride"))
        if start is not None and index in levels:
            old = levels[index]
            levels[index] = _Level(old.form, old.text, whole(start, 1))
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
    for value, sign in (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        while number >= value:
            text += sign
            number -= value
    return text
