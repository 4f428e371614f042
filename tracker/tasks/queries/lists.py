"""Lists of tasks: the rows of a page, of a desk, of an export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid
from tracker.kernel.paging import PAGE_SIZE, Key, Page, after, decode_cursor, encode_cursor
from tracker.kernel.text import _l
from tracker.organisation.models import Person, Unit
from tracker.tasks.models import ProgressReport, Task, TaskPart
from tracker.tasks.queries.filters import Sort, Stage, TaskFilter, conditions
from tracker.tasks.queries.lights import Condition, of_own_part
from tracker.tasks.queries.reckoning import Reckoning, reckoning
from tracker.tasks.queries.scope import Asking, pieces, selects
from tracker.tasks.rules import Light, LightFacts, ReportState, TaskSource, TaskState

Statement = sa.Select[*tuple[Any, ...]]

EXPORT_ROWS = 5000
"""So many rows go into one .xlsx; a longer list is cut there, and the file says so."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task in a list, with its light. days: working days left, or (overdue) late; None where none are counted."""

    id: int
    group_id: int
    number: str
    title: str
    state: TaskState
    version: int
    source: TaskSource
    due_on: date | None
    first_due_on: date | None
    deadline_text: str
    continuous: bool
    percent: int | None
    lead_unit_id: int | None
    lead_unit: str
    owner_id: int | None
    owner: str
    verifier_id: int | None
    reported_at: datetime | None
    updated_at: datetime
    light: Light
    overdue: bool
    days: int | None
    progress: str


_COLUMNS = (
    Task.id,
    Task.group_id,
    Task.number,
    Task.title,
    Task.state,
    Task.version,
    Task.source,
    Task.due_on,
    Task.first_due_on,
    Task.deadline_text,
    Task.continuous,
    Task.percent,
    Task.lead_unit_id,
    Unit.name.label("lead_unit"),
    Task.owner_id,
    Person.name.label("owner"),
    Task.verifier_id,
    Task.reported_at,
    Task.updated_at,
    Task.next_milestone_on,
    Task.behind_on,
    Task.extension_pending,
    Task.late,
)


@cache
def _latest_report() -> sa.Label[str]:
    """What the latest report says; an unchanged one says nothing of its own."""
    return (
        sa.select(ProgressReport.text)
        .where(
            ProgressReport.task_id == Task.id,
            ProgressReport.part_id.is_(None),
            ProgressReport.state == ReportState.CONFIRMED,
            sa.not_(ProgressReport.no_change),
        )
        .order_by(ProgressReport.id.desc())
        .limit(1)
        .correlate(Task)
        .scalar_subquery()
        .label("progress")
    )


_ORDER: dict[Sort, tuple[Key, ...]] = {
    Sort.DUE: (Key(Task.sort_on), Key(Task.id)),
    Sort.DUE_DESCENDING: (Key(Task.sort_on, descending=True), Key(Task.id, descending=True)),
    Sort.NUMBER: (Key(Task.number), Key(Task.id)),
    Sort.UPDATED: (Key(Task.updated_at, descending=True), Key(Task.id, descending=True)),
}
_KINDS: dict[Sort, type] = {Sort.DUE: date, Sort.DUE_DESCENDING: date, Sort.NUMBER: str, Sort.UPDATED: str}


def list_tasks(
    actor: Actor,
    wanted: TaskFilter,
    *,
    today: date,
    cursor: str = "",
    limit: int = PAGE_SIZE,
    day: Reckoning | None = None,
    units: Sequence[int] = (),
) -> Page[TaskRow]:
    """A page of the tasks that somebody sees, in one query; cursor is the place where the page before ended.

    day: the reckoning of today, where the caller has it already. units: those whose own parts are asked about, by
    their lights and dates.
    """
    day = day or reckoning(today)
    order = _own_order(units) if units else _ORDER[wanted.sort]
    place = [after(order, _place(cursor, wanted.sort))] if cursor else []

    def asked(state: Any) -> list[Condition]:
        return [*conditions(wanted, today=today, marks=day.marks, state=state, units=units), *place]

    rows = db.session.execute(_statement(actor, wanted, asked, limit + 1, order)).all()
    following = encode_cursor([rows[limit - 1].sort_key, rows[limit - 1].id]) if len(rows) > limit else None
    return Page([_row(row, day) for row in rows[:limit]], following)


def all_rows(actor: Actor, wanted: TaskFilter, *, today: date, limit: int = EXPORT_ROWS) -> Iterator[TaskRow]:
    """All rows of a filter up to a limit, page by page, for an export."""
    cursor, left = "", limit
    while left > 0:
        page = list_tasks(actor, wanted, today=today, cursor=cursor, limit=min(500, left))
        yield from page.rows
        left -= len(page.rows)
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def tasks_by_id(actor: Actor, ids: Sequence[int], *, today: date) -> list[TaskRow]:
    """The named tasks as far as somebody sees them, by due date."""
    day = reckoning(today)
    wanted = TaskFilter(state=Stage.ALL)
    asked: Asking = lambda _state: [Task.id.in_(ids)]  # noqa: E731
    statement = _statement(actor, wanted, asked, len(ids), _ORDER[wanted.sort], handed_down=True)
    return [_row(row, day) for row in db.session.execute(statement)]


def my_tasks(
    actor: Actor,
    *,
    today: date,
    cursor: str = "",
    limit: int = PAGE_SIZE,
    day: Reckoning | None = None,
    light: Light | None = None,
) -> Page[TaskRow]:
    """What somebody's units lead or take part in, over all groups, the most urgent first.

    Where they only cooperate, light and date are those of their part, and what they have done is left out.
    """
    wanted, units = TaskFilter(only_own=True, light=light), sorted(actor.unit_ids)
    return list_tasks(actor, wanted, today=today, cursor=cursor, limit=limit, day=day, units=units)


def _own_order(units: Sequence[int]) -> tuple[Key, ...]:
    """By the date of what some units owe."""
    return (Key(of_own_part(TaskPart.due_on, units, else_=Task.sort_on)), Key(Task.id))


def _statement(
    actor: Actor,
    wanted: TaskFilter,
    asked: Asking,
    limit: int,
    order: Sequence[Key],
    *,
    handed_down: bool | None = None,
) -> Statement:
    """Ids first, piece by piece along the indexes, each no longer than the page; then the columns of those alone."""
    key = order[0].column.label("sort_key")
    seen = pieces(
        actor,
        group_id=wanted.group_id,
        unit_id=wanted.unit_id,
        only_own=wanted.only_own,
        handed_down=wanted.handed_down if handed_down is None else handed_down,
    )
    parts = [
        select.order_by(*(_directed(k.column, k) for k in order)).limit(limit)
        for select in selects(seen, (Task.id, key), asked, states=wanted.states())
    ]
    ids = _union(parts, overlapping=len(seen) > 1).subquery("page")
    first = (_directed(ids.c.sort_key, order[0]), _directed(ids.c.id, order[1]))
    page = sa.select(ids.c.id, ids.c.sort_key).order_by(*first).limit(limit).subquery("shown")
    return (
        sa.select(*_COLUMNS, page.c.sort_key, _latest_report())
        .select_from(page)
        .join(Task, Task.id == page.c.id)
        .outerjoin(Unit, Unit.id == Task.lead_unit_id)
        .outerjoin(Person, Person.id == Task.owner_id)
        .order_by(_directed(page.c.sort_key, order[0]), _directed(page.c.id, order[1]))
    )


def _union(
    parts: Sequence[sa.Select[*tuple[Any, ...]]], *, overlapping: bool
) -> sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]:
    if not parts:
        return sa.select(Task.id, Task.sort_on.label("sort_key")).where(sa.false())
    if len(parts) == 1:
        return parts[0]
    # SQLite takes an order and a limit inside a union only around the SELECT, not in it.
    wrapped = [sa.select(part.subquery()) for part in parts]
    return sa.union(*wrapped) if overlapping else sa.union_all(*wrapped)


def _directed(column: Any, key: Key) -> Any:
    return column.desc() if key.descending else column


def _row(row: Any, day: Reckoning) -> TaskRow:
    """A row of the database with its light and its days."""
    facts = LightFacts(
        row.state,
        row.due_on,
        row.next_milestone_on,
        row.behind_on,
        extension_pending=row.extension_pending,
        continuous=row.continuous,
        late=row.late,
    )
    overdue, days = day.count(facts, row.group_id)
    return TaskRow(
        row.id,
        row.group_id,
        row.number,
        row.title,
        row.state,
        row.version,
        row.source,
        row.due_on,
        row.first_due_on,
        row.deadline_text,
        row.continuous,
        row.percent,
        row.lead_unit_id,
        row.lead_unit or "",
        row.owner_id,
        row.owner or "",
        row.verifier_id,
        row.reported_at,
        row.updated_at,
        day.light(facts, row.group_id),
        overdue,
        days,
        row.progress or "",
    )


def _place(cursor: str, sort: Sort) -> list[Any]:
    values = decode_cursor(cursor, [_KINDS[sort], int])
    if sort is Sort.UPDATED:
        try:
            moment = datetime.fromisoformat(values[0])
        except ValueError as error:
            raise Invalid({"after": _l("页码有误，请回到第一页。")}) from error
        if moment.tzinfo is None:
            raise Invalid({"after": _l("页码有误，请回到第一页。")})
        values[0] = moment
    return values
