"""Seats that stand in tables: name, post, and the place in the group."""

import re

from .errors import N_
from .findings import Doubtful, Posting, Role, Seat, warning
from .labels import role_of
from .names import reads_as_name, split_posts
from .rosters import read_row
from .tables import Row, Table

ODD_SEAT = N_("表格中的“%(text)s”像是组成人员，但没有认出来。")


def read_table_seats(table: Table, warnings: list[Doubtful], *, liaisons: bool = False) -> list[Seat]:
    """The seats of one table, in order."""
    seats: list[Seat] = []
    role: Role = "member"
    liaisons = liaisons or "name" not in table.columns or any("联络" in column for column in table.columns)
    columns = [column for column in _ROLE_COLUMNS if column != "post" or _posts_are_roles(table)]
    for row in table.rows:
        role = _role(row, columns) or ("liaison" if liaisons else role)
        seat = _seat(row, role, "post" in columns)
        if seat is None:
            warnings.append(warning(row.line, ODD_SEAT, text=" ".join(row.cells.values())[:60]))
        else:
            seats.extend(seat)
    for line, text in table.odd:
        warnings.append(warning(line, ODD_SEAT, text=text[:60]))
    return seats


_ROLE_COLUMNS = ("role", "category", "remark", "post", "other0")


def _posts_are_roles(table: Table) -> bool:
    """职务 heads either posts or places in the group; only where every word below is a place is it the latter."""
    words = [re.sub(r"\s+", "", row.cells.get("post", "")) for row in table.rows]
    return all(role_of(re.split("、", word)[0]) for word in words if word)


def _role(row: Row, columns: list[str]) -> Role | None:
    for column in columns:
        for word in re.split(r"[\n、]", row.cells.get(column, "")):
            role = role_of(re.sub(r"\s+", "", word))
            if role:
                return role
    return next(
        (
            role
            for key, cell in row.cells.items()
            if key.startswith("other") and (role := role_of(re.sub(r"\s+", "", cell)))
        ),
        None,
    )


def _within(unit: str | None, shared: str | None) -> str | None:
    """A section printed in the column of posts belongs to the unit in the column beside it."""
    if unit and shared and re.search(r"(?:科|股|室|处|中心|大队|支队)$", unit) and not unit.startswith(shared[:2]):
        return shared + unit
    return unit or shared


def _filled(row: Row, column: str) -> str:
    """A cell's text; a dash says that nobody is named."""
    cell = row.cells.get(column, "")
    return "" if re.fullmatch(r"[\s\-—－/]*", cell) else cell


def _seat(row: Row, role: Role, posts_are_roles: bool) -> list[Seat] | None:
    names = [re.sub(r"\s+", "", part) for part in re.split(r"[、，\n]", _filled(row, "name") or _filled(row, "owner"))]
    names = [re.sub(r"同志$|[（(](?:女|兼)[)）]$", "", name) for name in names if name]
    unit = re.sub(r"\s+", "", row.cells.get("member_unit", "")) or None
    shared = unit if unit and "、" not in unit else None
    post_text = row.cells.get("post", "")
    if post_text and posts_are_roles and role_of(re.sub(r"\s+", "", post_text)) and "role" not in row.cells:
        post_text = ""
    postings = (
        tuple(Posting(_within(item.unit, shared), item.post) for item in split_posts(post_text)) if post_text else ()
    )
    if not postings and unit and names:
        postings = (
            split_posts(unit)
            if read_row(unit) and any(item.post for item in split_posts(unit))
            else (Posting(unit, None),)
        )
    if names:
        if not all(reads_as_name(name) for name in names):
            sittings = read_row(" ".join(row.cells.get(key, "") for key in ("name",)))
            return [Seat(role, item.person, item.posts, item.unit, row.line) for item in sittings] or None
        return [Seat(role, name, postings, None, row.line) for name in names]
    if postings:
        rows = read_row(post_text)
        if rows and not any(item.person for item in rows):
            return [Seat(role, None, item.posts, item.unit, row.line) for item in rows]
        return [Seat(role, None, postings, None, row.line)]
    return [Seat(role, None, (), unit, row.line)] if unit else None
