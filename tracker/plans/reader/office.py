"""The office of a group: which unit hosts it, who directs it, and seats that stand in running text."""

import re
from dataclasses import dataclass

from .dates import squeeze
from .findings import Role
from .labels import LEADERISH, read_label
from .nameless import Sitting
from .names import reads_as_name
from .rosters import read_row

_STOP = r"(?=[，,。；;：:（()）、]|负责|承担|具体|由|与|和.{1,8}合署|合署|$)"
_OFFICE = (
    re.compile(
        rf"(?:办公室|办事机构|秘书处)(?:[（(][^（）()]{{0,20}}[)）])?[，,]?(?:办公室)?(?:地点)?(?:设立?|设置|"
        rf"挂靠|依托)(?:在|于)?(?P<u>[\u4e00-\u9fff]{{2,25}}?){_STOP}"
    ),
    re.compile(rf"设(?:立)?办公室(?:在|于)(?P<u>[\u4e00-\u9fff]{{2,25}}?){_STOP}"),
    re.compile(r"办公室[（(]设(?:在|于)(?P<u>[\u4e00-\u9fff]{2,25}?)[)）]"),
    re.compile(
        r"(?:在|依托)(?P<u>[\u4e00-\u9fff]{2,25}?)(?:设立|设|下设)(?:[\u4e00-\u9fff]{0,20}(?:领导小组|"
        r"指挥部|联席会议|专班|委员会))?办公室"
    ),
    re.compile(
        rf"(?:日常工作|日常事务|具体工作|办公室工作|办公室职责|日常协调)"
        rf"[\u4e00-\u9fff]{{0,6}}?由(?P<u>[\u4e00-\u9fff]{{2,25}}?)(?:负责)?(?:承担|负责|办理){_STOP}"
    ),
    re.compile(
        r"(?:^|[，,。；])由?(?P<u>[\u4e00-\u9fff]{2,20}?)(?:负责)?承担(?:领导小组|指挥部|联席会议|专班|"
        r"办公室)[\u4e00-\u9fff]{0,12}日常工作"
    ),
)
_GROUP_WORD = r"(?:领导小组|指挥部|联席会议|专班|委员会|小组|办公室)"
_ROLE = rf"(?:{_GROUP_WORD})?(?:{LEADERISH})"
_COLON = re.compile(rf"(?P<role>{_ROLE})[：:](?P<who>[^。；;：:]*?)(?=[，,][^，。；;：:]{{0,12}}[：:]|[。；;]|$)")
_BY = re.compile(
    rf"(?P<role>{_ROLE})(?:分别)?由(?P<who>[^。；]*?)(?:(?<!负责)同志)?(?:兼任|担任|出任|兼|组成|任)"
    rf"(?=[，,。；;、（）()]|$)"
)
_AS = re.compile(
    rf"(?:(?<!负责)同志)?(?:分别)?(?:兼任|担任|任命为|任|为|作为)"
    rf"(?:(?:[市区县镇乡村]|街道|社区)(?=联络员))?(?P<role>{_ROLE})"
    rf"(?=[，,。；;、）)]|的|$)"
)
_ARE = re.compile(r"(?P<role>成员(?:单位)?)(?:为|有|包括)(?P<who>[^。；]*?)(?:等)?(?=[。；]|$)")
_IS = re.compile(rf"(?P<role>{_ROLE})(?:为|是)(?P<who>[^，。；]*?)(?=[，。；（]|$)")
_PARTICIPANTS = re.compile(
    r"(?:成员|组成人员)?由(?P<who>[^。；]*?)(?:等)?(?:组成|参加)(?=[，,。；]|$)|(?:^|[，,])"
    r"(?P<them>[^。；，]*?)(?:等)?(?:为|是)成员(?:单位)?(?=[，,。；]|$)"
)
# No list of members is longer; whoever brings such a sentence waits for nothing.
_LONGEST = 2500
_NOBODY = re.compile(r"^(?:[^，]{0,4}|.*(?:会议|工作|制度|主持|召开|报告|汇报|同意|批准).*)$")
_LEADIN = re.compile(
    r"^.*(?:，{2,}|由|以(?!及)|(?:成立|建立|组建|设立)[^，,]*[，,]|如下[：:]|[：:])|^(?:并|及|和|以及|其中|[，,、；;])+"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A role and who is told to hold it, with the places of the whole and of the role's word in the sentence."""

    role: str
    who: str
    start: int
    at: int
    end: int


def _told(found: re.Match[str]) -> _Told:
    return _Told(found["role"], found["who"], found.start(), found.start("role"), found.end())


def _told_before(text: str) -> list[_Told]:
    """“甲任组长，乙、丙任副组长”: whoever stands between one role and the next."""
    told: list[_Told] = []
    start = 0
    for found in _AS.finditer(text):
        told.append(_Told(found["role"], text[start : found.start()], start, found.start("role"), found.end()))
        start = found.end()
    return told


@dataclass(frozen=True, slots=True)
class SpokenSeat:
    """A seat given in a sentence, with the offset of that sentence; without a sitting where nobody could be read."""

    role: Role
    sitting: Sitting | None
    offset: int
    missed: str = ""


def office_unit(text: str) -> str | None:
    """The unit that hosts the office, or does its daily work where there is none."""
    bare = squeeze(text)
    for pattern in _OFFICE:
        found = pattern.search(bare)
        if found:
            unit = re.sub(r"^(?:由|在)", "", found["u"])
            return re.sub(r"(?:负责|承担)$", "", unit) or None
    return None


def _role(word: str, office: bool, with_chief: bool) -> Role | None:
    label = read_label(word, in_office=office, with_chief=with_chief)
    return label.role if label else None


def _clean(who: str) -> str:
    previous = None
    who = who.strip("，,、；; ")
    while previous != who:
        previous = who
        found = _LEADIN.match(who)
        who = who[found.end() :] if found and found.end() < len(who) else who
        who = who.strip("，,、；; ")
    return who


def _sittings(who: str, role: Role) -> list[Sitting]:
    """Those who sit; what stands before the last comma belongs to the sentence, unless a list of members is given."""
    last = re.split(r"[，,]", who)[-1].strip()
    if role != "member" and reads_as_name(last):
        return [Sitting(last, (), None)]
    if role != "member" and last != who:
        return _seated_tail(re.split(r"[，,]", who)) or read_row(last) or read_row(who)
    rows = read_row(who)
    return rows or (read_row(last) if last else [])


def _without(text: str, told: list[_Told]) -> str:
    for one in told:
        text = text[: one.start] + "，" * (one.end - one.start) + text[one.end :]
    return text


def _all_told(sentence: str) -> list[_Told]:
    """Every role of a sentence with its holders, form by form; what one form has read is blank for the next."""
    told = [_told(found) for found in _BY.finditer(sentence)]
    rest = _without(sentence, told)
    told += [one for one in _told_before(rest) if re.search(r"[\u4e00-\u9fff]", one.who)]
    rest = _without(rest, told)
    told += [
        _told(found) for pattern in (_COLON, _ARE) for found in pattern.finditer(rest) if found["who"].strip("，、 ")
    ]
    rest = _without(rest, told)
    told += [_told(found) for found in _IS.finditer(rest) if _person(found["who"])]
    return sorted(told, key=lambda one: one.end)


def _seated_tail(parts: list[str]) -> list[Sitting]:
    """The seats of the last clauses that each name somebody: 常务副市长甲，副市长乙."""
    rows: list[Sitting] = []
    for part in reversed(parts):
        found = read_row(part.strip())
        if not found or not all(sitting.person and sitting.posts for sitting in found):
            break
        rows = [*found, *rows]
    return rows


def spoken_seats(text: str, *, in_office: bool = False) -> list[SpokenSeat]:
    """Seats of sentences such as “由县长张三任组长，县教育局、县财政局主要负责人为成员”."""
    if not re.search(LEADERISH, re.sub(r"\s+", "", text)):
        return []
    found: list[SpokenSeat] = []
    offset = 0
    for sentence in re.split(r"(?<=[。；;])", text):
        bare = squeeze(sentence)
        if len(bare) > _LONGEST:
            found.append(SpokenSeat("member", None, offset, bare[:60]))
            offset += len(sentence)
            continue
        office = in_office or "办公室" in bare
        with_chief = "总召集人" in text
        all_told = _all_told(bare)
        for told in all_told:
            of_office = _of_office(told.role, bare, told.at)
            role = _role(told.role, office and of_office, with_chief)
            if role is None or told.role.endswith("联系人") or (role == "member" and of_office):
                continue
            sittings = _sittings(_clean(told.who), role)
            if not sittings and not _NOBODY.search(told.who):
                found.append(SpokenSeat(role, None, offset, bare[told.start : told.end].strip("，、")))
            found.extend(SpokenSeat(role, sitting, offset) for sitting in sittings)
        if all_told and not any(seat.role == "member" and seat.offset == offset for seat in found):
            rest = bare[all_told[-1].end :]
            tail = _PARTICIPANTS.search(rest)
            if tail and not office:
                who = _clean(tail["who"] or tail["them"] or "")
                found.extend(SpokenSeat("member", sitting, offset) for sitting in _sittings(who, "member"))
        offset += len(sentence)
    return found


_OTHER_OFFICE = re.compile(r"(?:政府|[省市县区州旗]委|党[委政]|[党人]?工委|人大|政协|综合|行政)办公室")


def _of_office(role: str, sentence: str, at: int) -> bool:
    """In a sentence about the office a bare 主任 is the office's; 区政府办公室 is another one."""
    return "办公室" in role or "办公室" in _OTHER_OFFICE.sub("", sentence[:at])


def _person(who: str) -> bool:
    """“联络员为某中心副主任某某” seats somebody, “组长是第一责任人” nobody."""
    rows = read_row(who.strip("，、 "))
    return bool(rows) and all(row.person and row.posts for row in rows)
