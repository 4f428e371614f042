"""One row of a list of people: who sits, in which posts; or which posts or units sit without a name."""

import re

from .nameless import SHARED_POST, Sitting, no_names
from .names import NAME, POST, ends_with_post, is_long_name, is_name, join_padded, reads_as_name, split_posts
from .units import is_unit, split_top

_TOKEN = re.compile(r"[（(](?:[^（）()]|[（(][^（）()]*[)）])*[)）]|[、，,；;]|[^\s（(、，,；;]+")
_NAME_GLUED = re.compile(rf"^(?P<name>{NAME})(?P<post>[\u4e00-\u9fff].*)$")
_IGNORED_NOTE = re.compile(
    r"^(?:(?:女|男|[\u4e00-\u9fff]{1,4}族)(?:[，,、](?:女|男|[\u4e00-\u9fff]{1,4}族|中共党员))*|兼|兼任|空缺|暂缺|按.*|以.*排序|排名.*|正[县处科]级|副[县处科]级|"
    r"[\d\s\-—]+|主持工作|挂职|中共党员)$"
)
_PHONE = re.compile(r"(?:(?:联系)?电话|手机)?[：:]?\s*(?<!\d)(?:1\d{10}|0\d{2,3}[-—]?\d{7,8}|\d{7,8})(?!\d)")


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
    return no_names(text)


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
        if all(row and all(sitting.person and sitting.posts for sitting in row) for row in both) and _ends_seat(
            text[: joint.start()], both[0][-1]
        ):
            return [*both[0], *both[1]]
    parts = split_top(text, "、")
    if 1 < len(parts) <= 80:
        rows = [read_row(part) for part in parts]
        if all(row and all(sitting.person for sitting in row) for row in rows):
            return [sitting for row in rows for sitting in row]
    return []


def _ends_seat(text: str, last: "Sitting") -> bool:
    """Whether a text ends with its last person, not inside the name of a unit: 甲、区政务服务和数据管理局局长乙."""
    bare = re.sub(r"\s+|[（(][^（）()]*[)）]$", "", text)
    return bare.endswith((last.person or "", "同志")) or ends_with_post(bare)


def _stand_apart(parts: list[str], rows: list[list["Sitting"]]) -> bool:
    """Whether commas part whole seats and not the posts of one person."""
    if any(SHARED_POST.search(part) for part in parts):
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
            seats.extend(no_names(other["rest"]))
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
        seats.extend(no_names(held.strip("、")))
    return seats
