"""One row of a list of people: who sits, in which posts; or which posts or units sit without a name."""

import re
from dataclasses import dataclass

from .findings import Posting
from .names import NAME, POST, ends_with_post, is_long_name, is_name, join_padded, reads_as_name, split_posts
from .units import is_unit, split_top, split_units

_TOKEN = re.compile(r"[（(](?:[^（）()]|[（(][^（）()]*[)）])*[)）]|[、，,；;]|[^\s（(、，,；;]+")
_NAME_GLUED = re.compile(rf"^(?P<name>{NAME})(?P<post>[\u4e00-\u9fff].*)$")
_TAIL = re.compile(
    r"(?:等(?:部门|单位)?)?(?:的)?(?P<post>主要负责人|主要负责同志|分管负责人|分管负责同志|主要领导|"
    r"分管领导|负责同志|负责人|分管领导同志|主要负责人和分管负责人|有关负责人|相关负责人|有关负责同志|"
    r"相关负责同志)(?:同志)?$"
)
_TWO_LISTS = re.compile(
    r"^(?P<a>.*?、.*?)(?P<post>(?:主要|分管|有关|相关)(?:负责人|负责同志|领导)|负责人|负责同志)(?:同志)?(?:以及|和|及|、|，)(?P<b>.+)$"
)
_IGNORED_NOTE = re.compile(
    r"^(?:(?:女|男|[\u4e00-\u9fff]{1,4}族)(?:[，,、](?:女|男|[\u4e00-\u9fff]{1,4}族|中共党员))*|兼|兼任|空缺|暂缺|按.*|以.*排序|排名.*|正[县处科]级|副[县处科]级|"
    r"[\d\s\-—]+|主持工作|挂职|中共党员)$"
)
_PHONE = re.compile(r"(?:(?:联系)?电话|手机)?[：:]?\s*(?<!\d)(?:1\d{10}|0\d{2,3}[-—]?\d{7,8}|\d{7,8})(?!\d)")
_BOUND = re.compile(r"(?:常委|党组成员|党委委员|党委副书记|党组书记|党委书记|党组副书记|委副书记)$")


@dataclass(frozen=True, slots=True)
class Sitting:
    """One seat read from a row, still without its role and line."""

    person: str | None
    posts: tuple[Posting, ...]
    unit: str | None
    complete: bool = True


def _person(name: str, post_text: str) -> Sitting:
    post_text = post_text.strip("、，,；; ")
    return Sitting(name, split_posts(post_text) if post_text else (), None, not post_text or ends_with_post(post_text))


def _words(text: str) -> tuple[list[str], frozenset[str]]:
    text, names = join_padded(_PHONE.sub("", text))
    text = re.sub(r"(?<=[\u4e00-\u9fff])(?<!负责)同志(?=$|[\s、，,；;（(])", "", text)
    return _TOKEN.findall(text.strip().strip("。.；;，,、")), names


def _useful_note(token: str) -> str:
    inner = re.sub(r"^(?:(?:女|男|[\u4e00-\u9fff]{1,4}族)[，,、；;])+", "", token[1:-1].strip())
    return "" if _IGNORED_NOTE.match(inner) or not (POST.search(inner) or is_unit(inner)) else inner


def read_row(text: str) -> list[Sitting]:  # noqa: PLR0911 - rules in their order of rank, the first that fits decides
    """The sittings of one row; empty when the row does not read like people, posts or units."""
    if re.search(r"[。！？]\S", text) or len(text) > 2000:
        return []
    apart = _apart(text)
    if apart:
        return apart
    words, padded = _words(text)
    if not words:
        return []
    persons = _persons(words, padded)
    if persons and persons[0] == 0:
        return _names_first(words, persons)
    glued = [None if word in padded else _split_glued(word) for word in words]
    if persons or any(glued):
        return _posts_first(words, glued, frozenset(words[index] for index in persons))
    first = _NAME_GLUED.match(words[0])
    if first and (name := _cut_name(words[0])):
        rest = words[0][len(name) :]
        return _names_first([name, rest, *words[1:]], [0])
    return _no_names(text)


def _apart(text: str) -> list["Sitting"]:
    """The sittings of a row whose commas part whole seats; empty when they part the posts of one person."""
    parts = split_top(text, "，,；;")
    if len(parts) > 1:
        rows = [read_row(part) for part in parts]
        if all(rows) and (_stand_apart(parts, rows) or not any(sitting.person for row in rows for sitting in row)):
            return [sitting for row in rows for sitting in row]
    joints = list(re.finditer(r"和|及|与", text))
    for joint in joints if len(text) <= 80 and len(joints) <= 3 else ():
        both = read_row(text[: joint.start()]), read_row(text[joint.end() :])
        if all(row and all(sitting.person and sitting.posts for sitting in row) for row in both):
            return [*both[0], *both[1]]
    parts = split_top(text, "、")
    if 1 < len(parts) <= 80:
        rows = [read_row(part) for part in parts]
        if all(row and all(sitting.person for sitting in row) for row in rows):
            return [sitting for row in rows for sitting in row]
    return []


def _stand_apart(parts: list[str], rows: list[list["Sitting"]]) -> bool:
    """Whether commas part whole seats and not the posts of one person."""
    if any(_TAIL.search(part) for part in parts):
        return True
    return all(any(sitting.person for sitting in row) for row in rows)


def _persons(words: list[str], padded: frozenset[str]) -> list[int]:
    """Which words are names: by surname, by padding, or by the post that stands before or behind."""
    found = [
        index
        for index, word in enumerate(words)
        if word in padded or is_name(word, lenient=_proves_person(words, index))
    ]
    if 0 not in found and len(words) > 1 and reads_as_name(words[0]) and _proves_person(words, 0):
        found = [0, *found]
    if 0 not in found and is_long_name(words):
        found = [0, *found]
    if found and 0 not in found and all(_name_or_note(word) for word in words):
        found = [index for index, word in enumerate(words) if reads_as_name(word)]
    if 0 not in found:
        for index, word in enumerate(words[1:], 1):
            if (
                index not in found
                and reads_as_name(word)
                and words[index - 1][0] not in "、，,；;（("
                and ends_with_post(words[index - 1])
            ):
                found.append(index)
    elif all(_name_or_note(word) for word in words):
        found = [index for index, word in enumerate(words) if reads_as_name(word)]
    elif len(found) > 1 or "（" in "".join(words):
        found += [
            index
            for index, word in enumerate(words)
            if index not in found
            and reads_as_name(word)
            and index + 1 < len(words)
            and words[index + 1][0] in "（("
            and POST.search(words[index + 1])
        ]
    return sorted(found)


def _name_or_note(word: str) -> bool:
    return reads_as_name(word) or word in "、，,；;" or word[0] in "（("


def _proves_person(words: list[str], index: int) -> bool:
    return index + 1 < len(words) and (
        (words[index + 1][0] in "（(" and bool(POST.search(words[index + 1])))
        or (index == 0 and ends_with_post(words[index + 1]))
    )


def _cut_name(word: str) -> str | None:
    """The name at the head of a word in which post and name are glued: 徐杰区财政局局长."""
    if not ends_with_post(word) or (
        re.match(r"^[\u4e00-\u9fff]{2,9}?(?:局|委|办|镇|乡|街道|政府|部)[\u4e00-\u9fff]*$", word)
        and not re.match(r"^[\u4e00-\u9fff]{2,3}[区县市省州旗镇乡党国][\u4e00-\u9fff]", word)
    ):
        return None
    for size in (2, 3):
        name, rest = word[:size], word[size:]
        if (
            is_name(name)
            and rest[:1] in tuple("区县市省州旗镇乡党国")
            and len(rest) > 3
            and rest[1:2] not in tuple("局长")
        ):
            return name
    return None


def _split_glued(word: str) -> tuple[str, str] | None:
    """A post with its holder glued on: 县长张三."""
    if word[0] in "（(、，,；;":
        return None
    if ends_with_post(word) or is_unit(word):
        return None
    for size in (3, 2, 4, 5, 6):
        post, name = word[:-size], word[-size:]
        if (
            len(post) >= 2
            and ends_with_post(post)
            and (reads_as_name(name) or (size > 4 and is_long_name([name, post])))
        ):
            return post, name
    return None


def _names_first(words: list[str], persons: list[int]) -> list[Sitting]:
    seats: list[Sitting] = []
    for position, start in enumerate(persons):
        end = persons[position + 1] if position + 1 < len(persons) else len(words)
        parts: list[str] = []
        for word in words[start + 1 : end]:
            if word[0] in "（(":
                note = _useful_note(word)
                if note and parts and parts[-1] not in ("、", "，", ",", "；", ";"):
                    parts.append("、")
                parts.append(note)
            else:
                parts.append(word if word in "、，,；;" else word + " ")
        said = "".join(parts)
        other = re.search(r"(?:^|[\s、])(?P<rest>各[\u4e00-\u9fff].*)$", said)
        seats.append(_person(words[start], said[: other.start()] if other else said))
        if other:
            seats.extend(_no_names(other["rest"]))
    return seats


def _posts_first(words: list[str], glued: list[tuple[str, str] | None], names: frozenset[str]) -> list[Sitting]:
    seats: list[Sitting] = []
    held = ""
    for word, split in zip(words, glued, strict=True):
        if split:
            seats.append(_person(split[1], held + split[0]))
            held = ""
        elif word in names:
            seats.append(_person(word, held))
            held = ""
        elif word[0] in "（(":
            note = _useful_note(word)
            if note and seats and not held.strip("、，,；;"):
                seats[-1] = _person(seats[-1].person or "", note)
        elif word in "、，,；;":
            held = held + "、" if held else ""
        else:
            held += word
    if held.strip("、"):
        seats.extend(_no_names(held.strip("、")))
    return seats


def _no_names(text: str) -> list[Sitting]:
    """Posts or units that sit without a person."""
    text = re.sub(r"(?:(?<!负责)同志|组成|参加)$", "", text.strip().strip("。；;，,、"))
    text = re.sub(r"\s*[（(](?:空缺|暂缺|待定|兼)[)）]", "", text)
    if not text:
        return []
    tail = _TAIL.search(text)
    if tail:
        return _shared_post(text[: tail.start()], tail["post"])
    two = _TWO_LISTS.match(text)
    if two:
        return _shared_post(two["a"], two["post"]) + _no_names(two["b"])
    parts = split_top(text)
    if all(ends_with_post(part) for part in parts):
        return _posts_only(parts)
    return _units_only(split_units(text))


def _units_only(units: list[str]) -> list[Sitting]:
    """Units that sit, some of them by a post; a post behind the last may be that of each."""
    if len(units) > 1 and ends_with_post(units[-1]) and not any(ends_with_post(unit) for unit in units[:-1]):
        last = split_posts(units[-1])
        if (
            len(last) == 1
            and last[0].unit
            and last[0].post
            and all(unit[-1] == last[0].unit[-1] for unit in units[:-1])
        ):
            return _shared_post("、".join([*units[:-1], last[0].unit]), last[0].post)
    if units and all(is_unit(unit) or ends_with_post(unit) for unit in units):
        return [
            Sitting(None, split_posts(unit), None) if ends_with_post(unit) else Sitting(None, (), unit)
            for unit in units
        ]
    return []


def _shared_post(text: str, post: str) -> list[Sitting]:
    """“A、B、C主要负责人”: the post belongs to each of them."""
    units = split_units(text)
    if not units:
        return [Sitting(None, (Posting(None, post),), None)]
    return [
        Sitting(None, split_posts(unit) if ends_with_post(unit) else (Posting(unit, post),), None) for unit in units
    ]


def _posts_only(parts: list[str]) -> list[Sitting]:
    seats: list[Sitting] = []
    held: list[str] = []
    everywhere = bool(re.match(r"各", parts[0]))
    for part in parts:
        held.append(part)
        if _BOUND.search(part) and part != parts[-1] and not everywhere:
            continue
        posts = split_posts("、".join(held))
        if everywhere and seats and posts and posts[0].unit is None and seats[-1].posts:
            posts = tuple(Posting(posting.unit or seats[-1].posts[0].unit, posting.post) for posting in posts)
        seats.append(Sitting(None, posts, None))
        held = []
    return seats
