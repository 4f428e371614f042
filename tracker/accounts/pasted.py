"""Read rows of people as they are pasted from Excel, WPS or a chat: name, unit, post, telephone."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.kernel.text import _l
from tracker.organisation.rules import ContactRole, PostRank

MAX_ROWS = 500
MAX_TEXT = 100_000

HEADINGS = {
    "name": ("姓名", "名字", "人员", "name"),
    "unit": ("单位", "工作单位", "所在单位", "单位名称", "部门", "unit"),
    "post": ("职务", "岗位", "职位", "职务职称", "post", "title"),
    "phone": ("手机", "电话", "手机号", "手机号码", "联系电话", "联系方式", "电话号码", "phone", "mobile"),
}
ORDER = ("name", "unit", "post", "phone")

_PHONE = re.compile(r"\+?\d[\d\- ]{4,18}\d")
_NAME = re.compile(r"[^\W\d_][^\d<>@/\\]{0,28}[^\W\d_]")

DEPUTY_WORDS = ("副", "分管", "调研员", "总师", "总工", "成员")
HEAD_WORDS = (
    "局长",
    "主任",
    "校长",
    "园长",
    "书记",
    "镇长",
    "乡长",
    "区长",
    "县长",
    "市长",
    "部长",
    "院长",
    "所长",
    "站长",
    "队长",
    "社长",
    "台长",
    "行长",
    "总经理",
    "董事长",
    "主席",
    "会长",
    "检察长",
    "秘书长",
    "组长",
    "主要负责人",
)
STAFF_WORDS = ("科长", "股长", "科员", "干事", "办公室", "助理", "秘书", "联络员", "工作人员", "教师", "老师", "处长")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One pasted row; number counts from 1 as in the paste. fault says why it cannot be taken, if so."""

    number: int
    name: str = ""
    unit: str = ""
    post: str = ""
    phone: str = field(default="", repr=False)
    fault: object | None = None


def rank_of_title(title: str) -> PostRank:
    """Head, deputy or staff, as the words of a post say. What is not plain is staff, who confirm nothing."""
    if any(word in title for word in DEPUTY_WORDS):
        return PostRank.DEPUTY
    if any(word in title for word in STAFF_WORDS):
        return PostRank.STAFF
    return PostRank.HEAD if any(word in title for word in HEAD_WORDS) else PostRank.STAFF


def contact_of_title(title: str) -> ContactRole | None:
    """Whether a post's words make somebody liaison or deputy in charge of the unit."""
    if "联络员" in title:
        return ContactRole.LIAISON
    return ContactRole.DEPUTY_IN_CHARGE if "分管" in title else None


def read_rows(text: str) -> list[PersonRow]:
    """The rows of a paste, each with its fault if it has one; blank lines are passed over, a heading row is obeyed."""
    order: Sequence[str] = ORDER
    rows: list[PersonRow] = []
    seen: dict[tuple[str, str, str], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        cells = _cells(line)
        if not any(cells):
            continue
        heading = _heading(cells)
        if heading and not rows:
            order = heading
            continue
        row = _row(number, _without_serial(cells) if order is ORDER else cells, order)
        if row.fault is None:
            first = seen.setdefault((row.name, row.unit, row.post), number)
            if first != number:
                row = PersonRow(number, row.name, row.unit, row.post, row.phone, _l("与第 %(row)s 行重复。", row=first))
        rows.append(row)
    return rows


def _cells(line: str) -> list[str]:
    """A line's cells: by tabs where there are any, else by commas, else by blanks."""
    plain = unicodedata.normalize("NFC", line.replace("\u3000", " "))
    if "\t" in plain:
        cells = plain.split("\t")
    elif re.search("[,，;；]", plain):
        cells = re.split("[,，;；]", plain)
    else:
        cells = re.sub(r"^(\d+[.、]?\s+)?(\w)\s(\w)(?=\s)", r"\1\2\3", plain.strip()).split()
    return [" ".join(cell.strip().strip('"').split()) for cell in cells]


def _without_serial(cells: list[str]) -> list[str]:
    return cells[1:] if re.fullmatch(r"\d{1,4}[.、]?", cells[0]) else cells


def _heading(cells: Sequence[str]) -> list[str] | None:
    """The order of columns, if this is a row of headings."""
    names = {word: column for column, words in HEADINGS.items() for word in words}
    found = [names.get(re.sub(r"\s", "", cell).casefold(), "") for cell in cells]
    return found if "name" in found and "unit" in found else None


def _row(number: int, cells: Sequence[str], order: Sequence[str]) -> PersonRow:
    if len(cells) > len(order) and any(cells[len(order) :]):
        return PersonRow(number, cells[0], fault=_l("列数过多：应为姓名、单位、职务、手机。"))
    content = {column: cell for column, cell in zip(order, cells, strict=False) if column}
    name = content.get("name", "")
    name = name.replace(" ", "") if not name.isascii() else name
    unit, post, phone = content.get("unit", ""), content.get("post", ""), content.get("phone", "")
    if not phone and _PHONE.fullmatch(post):
        post, phone = "", post
    return PersonRow(number, name, unit, post, phone, _fault(name, unit, post, phone))


def _fault(name: str, unit: str, post: str, phone: str) -> Any:
    if not name:
        return _l("缺姓名。")
    if not _NAME.fullmatch(name):
        return _l("姓名“%(name)s”不像人名。", name=name[:40])
    if not unit:
        return _l("缺单位。")
    if not post:
        return _l("缺职务。")
    if phone and not _PHONE.fullmatch(phone):
        return _l("电话“%(phone)s”有误。", phone=phone[:40])
    return None
