"""What the operator before or behind a number means, and numbers that are no goals."""

import re

from .findings import Operator
from .target_words import CONDITION, OPS, REACH, RULE


def _said(found: re.Match[str]) -> tuple[str, Operator]:
    """The operator's word and what it means."""
    for index, (_, operator) in enumerate(OPS):
        word = found.group(f"op{index}")
        if word:
            return word, operator
    return "", "="


def bounded(after: str | None, otherwise: Operator) -> Operator:
    """以上 and 以内 behind a number decide over what stands before it."""
    if not after:
        return otherwise
    return ">=" if after.endswith("以上") or otherwise == ">=" else "<="


def operator_of(found: re.Match[str]) -> Operator:
    """What a match of the operators means together with 以上 or 以内 behind its number."""
    word, operator = _said(found)
    if found["after"]:
        return ">=" if found["after"].endswith("以上") else "<=" if operator != ">=" or word in REACH else ">="
    whole = found["unit"] == "%" and float(found["value"].replace(",", "")) == 100
    return "=" if whole and word in REACH else operator


def excluded(sentence: str, found: re.Match[str]) -> bool:
    """Numbers that are no goals: rules of reckoning, conditions, years."""
    tail = sentence[found.end() :]
    word, _ = _said(found)
    if RULE.match(tail) or CONDITION.match(tail) or re.match(r"[:：]\d", tail):
        return True
    if word in {"为", "实现", "保持", "最高", "上限", "保底"} and not found["unit"]:
        return True
    if re.match(r"(?:19|20)\d{2}$", found["value"]) and found["unit"] in {"年", None}:
        return True
    if found["unit"] in {"年", "日"} and re.match(r"^(?:\d|底|前|内|末|月)", tail):
        return True
    before = sentence[: found.start()]
    return word == "为" and bool(re.search(r"(?:作|称|认|成|分|以|即|更|较|行|人|因|以[^，。]{1,20})$", before))
