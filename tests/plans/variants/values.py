"""How single values of a finding are held against those of an answer; README.md says which exactly, which loosely."""

import hashlib
import math
import re
import unicodedata
from typing import Any

Json = dict[str, Any]

HASH = "sha256:"
PARTY = ("党工委", "党委", "党组", "党总支", "党支部")
COUNTING = "零〇一二三四五六七八九十百"
NUMBER = re.compile(
    rf"(?:第[{COUNTING}\d]+(?:部分|章|节|条|款|阶段)[:：、.\s]*"
    rf"|[（(][{COUNTING}\d]+[）)][、.．]?"
    rf"|[{COUNTING}]+[、.．]"
    r"|\d+(?:[.．]\d+)+[、.．\s]?|\d+[、.．)）]|[①-⑳])\s*"
)
SCALES = (("万", 1e4), ("亿", 1e8))


def plain(text: str) -> str:
    """A text without blanks, with full-width signs made half-width."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def hash_name(name: str) -> str:
    """The first 16 hex digits of the SHA-256 of a name without its inner blanks, so that no real name is kept."""
    return hashlib.sha256(plain(name).encode()).hexdigest()[:16]


def options(expected: object) -> list[Any]:
    """The values an answer allows: one, or those of its “any_of”."""
    if isinstance(expected, dict) and set(expected) == {"any_of"}:
        return list(expected["any_of"])
    return [expected]


def same(expected: object, found: object) -> bool:
    """Whether a value is the one expected, blanks and width of signs aside."""
    for option in options(expected):
        if isinstance(option, str) and option.startswith(HASH):
            if isinstance(found, str) and hash_name(found) == option.removeprefix(HASH):
                return True
        elif isinstance(option, str):
            if isinstance(found, str) and plain(found) == plain(option):
                return True
        elif isinstance(option, bool | int | float) and isinstance(found, int | float):
            if math.isclose(option, found, rel_tol=1e-3):
                return True
        elif option == found or (option is None and found == ""):
            return True
    return False


def same_heading(expected: object, found: object) -> bool:
    """Two issuers under one document may be joined by 、 or a blank."""
    return same(expected, found) or (isinstance(found, str) and same(expected, re.sub(r"\s+|、", "、", found.strip())))


def without_number(text: str) -> str:
    return plain(NUMBER.sub("", text.strip(), count=1) if NUMBER.match(text.strip()) else text)


def same_number(expected: object, found: object) -> bool:
    def bare(value: object) -> str:
        kept = re.sub(r"[^\d.一二三四五六七八九十百]", "", plain(str(value)))
        return kept.strip(".")

    return found is not None and any(bare(option) == bare(found) for option in options(expected))


def starts_alike(expected: object, found: object) -> bool:
    if not isinstance(found, str):
        return False
    readings = (plain(found), without_number(found))
    return any(reading.startswith(plain(option)) for option in options(expected) for reading in readings)


def same_path(expected: object, found: object) -> bool:
    if not isinstance(found, list):
        return False
    return any(
        len(option) == len(found) and all(starts_alike(a, b) for a, b in zip(option, found, strict=True))
        for option in options(expected)
    )


def name_within(expected: object, found: object) -> bool:
    if not isinstance(found, str) or not plain(found):
        return False
    return any(plain(option) in plain(found) or plain(found) in plain(option) for option in options(expected))


def same_units(expected: object, found: object) -> bool:
    """The same units in any order."""
    rest = list(found) if isinstance(found, list) else []
    for option in options(expected):
        left = list(rest)
        for unit in option:
            match = next((one for one in left if same(unit, one)), None)
            if match is None:
                break
            left.remove(match)
        else:
            if not left:
                return True
    return False


def same_cadence(expected: object, found: object) -> bool:
    def bare(value: Any) -> object:
        if not isinstance(value, dict):
            return value
        return tuple(str(value.get(key)) for key in ("every", "month", "day"))

    return any(bare(option) == bare(found) for option in options(expected))


def near(expected_line: object, found_line: object, slack: int = 0) -> bool:
    return isinstance(found_line, int) and any(
        isinstance(line, int) and abs(line - found_line) <= slack for line in options(expected_line)
    )


def same_post(expected: Json, found: Json) -> bool:
    """雁溪镇党委 + 书记 is the same post as 雁溪镇 + 党委书记."""
    unit, post = found.get("unit") or "", plain(found.get("post") or "")
    readings = [(unit, post)]
    for party in PARTY:
        if unit.endswith(party):
            readings.append((unit.removesuffix(party), party + post))
        if post.startswith(party):
            readings.append((unit + party, post.removeprefix(party)))
    return any(same(expected["unit"], u or None) and same(expected["post"], p) for u, p in readings)


def scaled(value: object, unit: object) -> tuple[object, str]:
    """2.4 万亩 is 24000 亩."""
    bare = plain(unit) if isinstance(unit, str) else ""
    for word, factor in SCALES:
        while bare.startswith(word) and isinstance(value, int | float):
            value, bare = value * factor, bare.removeprefix(word)
    return value, bare


def same_measure(expected: Json, found: Json) -> bool:
    value, unit = scaled(found.get("value"), found.get("unit"))
    for option in options(expected["value"]):
        for word in options(expected["unit"]):
            wanted, name = scaled(option, word)
            if same(wanted, value) and name == unit:
                return True
    return False


def words(target: Json) -> str:
    return plain(str(target.get("scope") or "") + str(target.get("quantity") or ""))


def about(expected: Json, found: Json) -> bool:
    said = words(found)
    return all(any(plain(word or "") in said for word in options(expected.get(part))) for part in ("quantity", "scope"))
