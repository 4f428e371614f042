"""Bodies and dates as they stand under a document: one line or several, with or without blanks."""

import re
from datetime import date

from .dates import find_points, squeeze
from .lines import Paragraph
from .numbering import starts_numbered
from .units import SUFFIXES

ORGAN = re.compile(
    rf"^(?:中共|中国共产党)?[\u4e00-\u9fff（）()]{{1,40}}?(?:{SUFFIXES}|委员会|督导室|督导委员会|办公厅)"
    rf"(?:\s*（.{{1,12}}）)?$"
)

SIGN_STOP = re.compile(r"[。：:；]|^抄送|^附件|^附：")


def day_of(text: str) -> date | None:
    points = [point for point in find_points(han_date(squeeze(text)), None) if point.kind == "day"]
    return points[0].first if points else None


def han_date(text: str) -> str:
    values = {char: number for number, char in enumerate("零一二三四五六七八九")}

    def number(found: re.Match[str]) -> str:
        word = found.group(1)
        tens, _, ones = word.partition("十")
        total = (values.get(tens, 1) * 10 if "十" in word else 0) + values.get(ones if "十" in word else word, 0)
        return str(total) + found.group(2)

    return re.sub(r"([一二三四五六七八九十]{1,3})([月日])", number, text)


def organs_above(paragraphs: list[Paragraph], index: int) -> list[tuple[str, int]]:
    organs: list[tuple[str, int]] = []
    for paragraph in reversed(paragraphs[max(0, index - 4) : index]):
        text = re.sub(r"\s+", " ", paragraph.text.strip())
        if SIGN_STOP.search(text) or starts_numbered(text) or not all_organs(text):
            break
        organs.insert(0, (organ_text(text), paragraph.line))
    return organs


def all_organs(text: str) -> bool:
    whole = text.replace(" ", "")
    if len(whole) > 80:
        return False
    return bool(ORGAN.match(whole)) or all(ORGAN.match(part) for part in text.split(" "))


def organ_text(text: str) -> str:
    parts = text.split(" ")
    return "、".join(parts) if all(ORGAN.match(part) and len(part) > 3 for part in parts) else "".join(parts)
