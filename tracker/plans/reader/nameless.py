"""Posts and units that sit without a person, such as “A、B、C主要负责人” and “各街道办事处主任”."""

import re
from dataclasses import dataclass

from .findings import Posting
from .names import ends_with_post, split_posts
from .units import is_unit, split_top, split_units

SHARED_POST = re.compile(
    r"(?:等(?:部门|单位)?)?(?:的)?(?P<post>主要负责人|主要负责同志|分管负责人|分管负责同志|主要领导|"
    r"分管领导|负责同志|负责人|分管领导同志|主要负责人和分管负责人|有关负责人|相关负责人|有关负责同志|"
    r"相关负责同志)(?:同志)?$"
)
_TWO_LISTS = re.compile(
    r"^(?P<a>.*?、.*?)(?P<post>(?:主要|分管|有关|相关)(?:负责人|负责同志|领导)|负责人|负责同志)(?:同志)?(?:以及|和|及|、|，)(?P<b>.+)$"
)
# 各乡镇、街道食安委主任: one seat of each of them, not 各乡镇 and a body of the streets.
_PLACES = "(?:乡镇|镇乡|镇街|镇|乡|街道|社区|村|园区|开发区|林场|农场)"
_OF_EACH = re.compile(rf"^各{_PLACES}(?:、{_PLACES})*、{_PLACES}[^、，]+$")
_BOUND = re.compile(r"(?:常委|党组成员|党委委员|党委副书记|党组书记|党委书记|党组副书记|委副书记)$")


@dataclass(frozen=True, slots=True)
class Sitting:
    """One seat read from a row, still without its role and line."""

    person: str | None
    posts: tuple[Posting, ...]
    unit: str | None
    complete: bool = True


def no_names(text: str) -> list[Sitting]:
    """Posts or units that sit without a person; empty where the text is neither."""
    text = re.sub(r"(?:(?<!负责)同志|组成|参加)$", "", text.strip().strip("。；;，,、"))
    text = re.sub(r"\s*[（(](?:空缺|暂缺|待定|兼)[)）]", "", text)
    text = re.sub(r"^(?:以及|及|和|与)(?=[各省市县区州旗镇乡])", "", text)
    if not text:
        return []
    tail = SHARED_POST.search(text)
    if tail:
        return _shared_post(text[: tail.start()], tail["post"])
    two = _TWO_LISTS.match(text)
    if two:
        return _shared_post(two["a"], two["post"]) + no_names(two["b"])
    if _OF_EACH.match(text) and ends_with_post(text):
        return [Sitting(None, tuple(_joined(posting) for posting in split_posts(text.replace("、", "&"))), None)]
    parts = split_top(text)
    if all(ends_with_post(part) for part in parts):
        return _posts_only(parts)
    return _units_only(split_units(text))


def _joined(posting: Posting) -> Posting:
    return Posting((posting.unit or "").replace("&", "、") or None, posting.post)


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
