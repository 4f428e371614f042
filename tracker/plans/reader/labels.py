"""Labels that open a seat in a list of a group's people: 组长, 副 组 长, 成　员, 总召集人."""

import re
from dataclasses import dataclass

from .findings import Role

# Longer labels first: 常务副组长 before 副组长 before 组长.
_ROLES: tuple[tuple[str, Role], ...] = (
    ("办公室常务副主任", "office_deputy_director"),
    ("办公室专职副主任", "office_deputy_director"),
    ("办公室副主任", "office_deputy_director"),
    ("办公室主任", "office_director"),
    ("常务副总指挥长", "deputy_leader"),
    ("常务副总指挥", "deputy_leader"),
    ("常务副指挥长", "deputy_leader"),
    ("常务副召集人", "deputy_leader"),
    ("常务副组长", "deputy_leader"),
    ("第一副组长", "deputy_leader"),
    ("第一副总指挥", "deputy_leader"),
    ("第一副主任委员", "deputy_leader"),
    ("第一副主任", "deputy_leader"),
    ("第一副指挥长", "deputy_leader"),
    ("第一副召集人", "deputy_leader"),
    ("执行副主任", "deputy_leader"),
    ("执行副指挥长", "deputy_leader"),
    ("专职副组长", "deputy_leader"),
    ("专职副主任", "deputy_leader"),
    ("执行副组长", "deputy_leader"),
    ("执行副总指挥", "deputy_leader"),
    ("执行总指挥", "deputy_leader"),
    ("执行指挥长", "deputy_leader"),
    ("执行组长", "deputy_leader"),
    ("常务副主任委员", "deputy_leader"),
    ("常务副主任", "deputy_leader"),
    ("副主任委员", "deputy_leader"),
    ("副总指挥长", "deputy_leader"),
    ("副总召集人", "deputy_leader"),
    ("副总指挥", "deputy_leader"),
    ("副总河长", "deputy_leader"),
    ("副总林长", "deputy_leader"),
    ("副总路长", "deputy_leader"),
    ("副指挥长", "deputy_leader"),
    ("副召集人", "deputy_leader"),
    ("副组长单位", "deputy_leader"),
    ("副组长", "deputy_leader"),
    ("副会长", "deputy_leader"),
    ("副河长", "deputy_leader"),
    ("副主任", "deputy_leader"),
    ("第一总指挥", "leader"),
    ("第一召集人", "leader"),
    ("第一组长", "leader"),
    ("第一主任", "leader"),
    ("主任委员", "leader"),
    ("总指挥长", "leader"),
    ("总召集人", "leader"),
    ("总指挥", "leader"),
    ("总河长", "leader"),
    ("总林长", "leader"),
    ("总路长", "leader"),
    ("指挥长", "leader"),
    ("召集人", "leader"),
    ("政治委员", "leader"),
    ("政委", "leader"),
    ("双组长", "leader"),
    ("组长单位", "leader"),
    ("组长", "leader"),
    ("主任", "leader"),
    ("成员单位", "member"),
    ("组成人员", "member"),
    ("组成单位", "member"),
    ("成员", "member"),
    ("组员", "member"),
    ("委员", "member"),
    ("联络员", "liaison"),
    ("联系人", "liaison"),
)
LEADERISH = "|".join(label for label, _ in _ROLES)
_PREFIX = (
    r"(?:[区县市州省镇]?级?(?:工作)?领导(?:小)?组(?:及其办公室|办公室)?|指挥部(?:办公室)?|"
    r"联席会议(?:办公室)?|(?:工作)?专班(?:办公室)?|委员会(?:办公室)?|小组"
    r"|[区县市州省镇乡]级(?=总?副?总?[河湖林田路]长)|办公室(?=(?:副?主任|联络员|成员)))?"
)


def _spaced(label: str) -> str:
    return r"\s*".join(label)


_BY_LABEL = dict(_ROLES)
_LABEL = re.compile(
    rf"^(?P<prefix>{_PREFIX})\s*(?P<label>{'|'.join(_spaced(label) for label, _ in _ROLES)})\s*"
    r"(?P<note>[（(][^）)]{0,30}[）)])?\s*(?P<mark>[：:]|(?=\s)|$)"
)
_UNPLACED = re.compile(
    r"^(?:顾\s*问|名誉[^：:]{1,6}|特邀[^：:]{1,6}|秘\s*书\s*长|副\s*秘\s*书\s*长|专家(?:组|库)?)\s*[：:]"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label read at the start of a line, and what stands after it."""

    word: str
    role: Role
    rest: str
    office: bool
    marked: bool
    note: str


def read_label(text: str, *, in_office: bool, with_chief: bool) -> Label | None:
    """Read a seat label at the start of a line.

    in_office: the lines before spoke of the office, so 主任 is its director. with_chief: a 总召集人 or 总指挥 was
    read before, so 召集人 stands below.
    """
    found = _LABEL.match(text)
    if not found:
        return None
    word = re.sub(r"\s+", "", found["label"])
    rest = text[found.end() :].strip()
    marked = bool(found["mark"]) or found.end() == len(text)
    if not marked and rest and not text[found.end("label") : found.end("label") + 1].isspace() and not found["note"]:
        return None
    role = _BY_LABEL[word]
    office = "办公室" in found["prefix"] or word.startswith("办公室")
    if in_office or office:
        role = {
            "主任": "office_director",
            "副主任": "office_deputy_director",
            "常务副主任": "office_deputy_director",
            "专职副主任": "office_deputy_director",
        }.get(word, role)  # type: ignore[assignment]
    if with_chief and word == "召集人":
        role = "deputy_leader"
    return Label(word, role, rest, office, marked, found["note"] or "")


def unplaced_label(text: str) -> bool:
    """Whether a line opens a seat for which the product has no role, such as 顾问."""
    return bool(_UNPLACED.match(text))


def role_of(word: str, *, in_office: bool = False, with_chief: bool = False) -> Role | None:
    """The role behind a printed word, as in a table cell."""
    label = read_label(word.strip(), in_office=in_office, with_chief=with_chief)
    return label.role if label and not label.rest else None
