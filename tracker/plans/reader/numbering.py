"""Printed numbers of headings and items: 一、（一）1.（1）① 第一条 1.2 and their kin."""

import re
from dataclasses import dataclass

HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_H = "[一二三四五六七八九十百]"
_NOT_MEASURE = r"(?!\s*(?:万|亿|倍|%|个|米|公里|元|平方|亩|吨|人|所|分|年|月|日|℃))"
_STAR = r"[★▲●■◆※☆△]?\s*"

# Order matters: the first pattern that fits gives the kind.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile("^" + _STAR + pattern))
    for kind, pattern in (
        (
            "annex",
            r"(?P<number>附\s*[件表录]\s*(?:\d{1,2}|[一二三四五六七八九十])?)\s*[：:.、]?\s*(?=$|[^\d\s：:.、的])",
        ),
        ("chapter", rf"(?P<number>第{_H}+(?:章|编|篇|部分))[、：:\s]*"),
        ("section", rf"(?P<number>第{_H}+节)[、：:\s]*"),
        ("article", rf"(?P<number>第{_H}+条)[、：:\s]*"),
        ("named", rf"(?P<number>(?:任务|举措|行动|工程|措施|专项)\s*(?:{_H}+|\d{{1,2}}))\s*[：:、.．—]\s*"),
        ("named", rf"[【\[](?P<number>(?:任务|举措|行动|工程|措施|专项)\s*(?:{_H}+|\d{{1,2}}))[】\]]\s*[：:]?\s*"),
        ("han", rf"(?P<number>{_H}{{1,4}})\s*[、．.]\s*(?!\d)"),
        ("han_paren", rf"(?P<number>[（(]\s*{_H}{{1,4}}\s*[)）])\s*[、.．]?\s*"),
        (
            "dotted",
            (
                rf"(?P<number>\d{{1,2}}(?:[.．]\d{{1,2}}){{1,3}})(?:[.．、]?\s+(?=[\u4e00-\u9fff《“])|"
                rf"[.．、]?(?=[\u4e00-\u9fff《“]){_NOT_MEASURE})"
            ),
        ),
        ("digit", r"(?P<number>\d{1,3})\s*(?:、\s*|[．.]\s*(?!\d)|[．.]\s*(?=(?:19|20)\d\d年|\d{1,2}月\d{0,2}[日底]))"),
        ("digit_paren", r"(?P<number>[（(]\s*\d{1,3}\s*[)）])\s*[、.．]?\s*"),
        ("digit_half", r"(?P<number>\d{1,3}[)）])\s*[、.．]?\s*"),
        ("circle", r"(?P<number>[\u2460-\u2473\u2474-\u2487\u2488-\u249b\u3251-\u325f\u2776-\u277f])\s*[、.．]?\s*"),
    )
)
_INLINE = {
    "digit": re.compile(r"(?:(?<=[。；：;:！])|(?<=^))\s*(?P<n>\d{1,2})\s*[、．.]\s*(?!\d)"),
    "digit_paren": re.compile(r"(?:(?<=[。；：;:，！])|(?<=^))\s*[（(]\s*(?P<n>\d{1,2})\s*[)）]\s*"),
    "circle": re.compile(r"(?:(?<=[。；：;:，！])|(?<=^))\s*(?P<n>[\u2460-\u2473])\s*"),
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A printed number at the start of a text."""

    kind: str
    number: str
    ordinal: int
    rest: str
    cut: int


def han_value(text: str) -> int:
    """The value of a Chinese numeral up to 999, or of digits."""
    if text.isdigit():
        return int(text)
    total = digit = 0
    for char in text:
        if char == "百":
            total, digit = total + max(digit, 1) * 100, 0
        elif char == "十":
            total, digit = total + max(digit, 1) * 10, 0
        else:
            digit = HAN_DIGITS.get(char, digit)
    return total + digit


def _ordinal(number: str) -> int:
    if len(number) == 1 and ord(number) >= 0x2460:
        code = ord(number)
        for first, last, start in ((0x2460, 0x2473, 1), (0x2474, 0x2487, 1), (0x2488, 0x249B, 1), (0x3251, 0x325F, 21)):
            if first <= code <= last:
                return code - first + start
        return code - 0x2776 + 1
    digits = re.findall(r"\d+", number)
    if digits:
        return int(digits[-1])
    return han_value("".join(char for char in number if char in HAN_DIGITS or char in "十百"))


def read_number(text: str) -> Numbered | None:
    """Read the printed number that a text begins with."""
    for kind, pattern in _KINDS:
        found = pattern.match(text)
        if found:
            number = re.sub(r"\s+", "", found["number"]).replace("(", "（").replace(")", "）")
            return Numbered(kind, number, _ordinal(number), text[found.end() :].strip(), found.end())
    return None


def starts_numbered(text: str) -> bool:
    """Whether a text begins with a printed number."""
    return read_number(text) is not None


def split_inline(text: str) -> list[int]:
    """Offsets at which items numbered from 1 begin inside one paragraph; empty when there are fewer than two."""
    for kind in ("digit", "digit_paren", "circle"):
        expected, offsets = 1, list[int]()
        for found in _INLINE[kind].finditer(text):
            if _ordinal(found["n"]) == expected:
                offsets.append(found.start() + len(found.group()) - len(found.group().lstrip()))
                expected += 1
        if len(offsets) >= 2:
            return offsets
    return []
