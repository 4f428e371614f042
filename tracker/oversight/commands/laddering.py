"""What a rung of the ladder does beside telling people: it urges, and drafts supervision notices; for many at once.

Every function takes subjects of one kind, looks at them again as they stand now, and writes by unique keys, so that
doing it twice changes nothing. What it drafts waits for the office: software proposes, people sign.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import SYSTEM
from tracker.kernel.clock import local_date
from tracker.kernel.db import affected, day_number, db, insert_if_new
from tracker.kernel.text import noted
from tracker.organisation.models import Person
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import OFFICE
from tracker.oversight.models import SupervisionNotice, Urge
from tracker.oversight.rules import (
    BY_THE_LADDER,
    MAX_MATTER,
    Matter,
    NoticeOrigin,
    NoticeState,
    NoticeSubject,
    UrgeChannel,
    Urgency,
    usual_demand,
)
from tracker.tasks.models import Milestone, Task, TaskPart
from tracker.tasks.queries.lights import followed_milestone
from tracker.tasks.rules import OPEN, PartState

AT_ONCE = 500
"""So many subjects are looked up with one query."""


def urge_by_ladder(group_id: int, kind: str, subject_ids: Sequence[int], *, rung: int, now: datetime) -> int:
    """Put on file that the ladder urged (系统自动催办) units about tasks, milestones or parts; returns of how many.

    The message is the rung's own. It does not count against the cool-down of those who urge by hand.
    """
    urged = 0
    sentence = noted(BY_THE_LADDER[Matter(kind)])["text"]
    for ids in _pieces(subject_ids):
        running = _running(group_id, kind, ids).subquery()
        rows = sa.select(
            running.c.task_id,
            running.c.part_id,
            running.c.unit_id,
            sa.literal(UrgeChannel.MESSAGE.value),
            sa.literal(sentence),
            sa.literal(""),
            sa.literal(""),
            sa.literal(now, type_=Urge.__table__.c.at.type),
            sa.literal(rung),
            running.c.cycle,
        ).where(sa.true())
        names = ["task_id", "part_id", "unit_id", "channel", "sentence", "answer", "by_as", "at", "rung", "cycle"]
        urged += affected(insert_if_new(Urge).from_select(names, rows))
    return urged


def draft_notices_by_ladder(group_id: int, kind: str, subject_ids: Sequence[int], *, rung: int, now: datetime) -> int:
    """Draft a supervision notice on each of some overdue tasks, milestones or parts, for the office; returns how many.

    None where one on the same matter is on the way, and never twice at the same rung of a cycle: what the office
    has discarded stays discarded.
    """
    contact = _office_contact(group_id, day=local_date(now)) if subject_ids else {}
    drafted = 0
    for ids in _pieces(subject_ids):
        # To its sections and schools the unit above is the office: the group's own writes no paper to them by itself.
        running = _running(group_id, kind, ids).where(Task.parent_id.is_(None))
        found = db.session.execute(running).mappings().all()
        rows = [_draft(row, kind, contact, group_id=group_id, rung=rung, now=now) for row in found]
        if not rows:
            continue
        written = insert_if_new(SupervisionNotice).returning(SupervisionNotice.id, SupervisionNotice.unit_id)
        for notice_id, unit_id in db.session.execute(written, rows).all():
            new = {"rung": rung, "state": NoticeState.DRAFT}
            record(
                "notice.draft",
                "notice",
                notice_id,
                by=SYSTEM,
                now=now,
                group_id=group_id,
                unit_id=unit_id,
                new=new,
            )
            drafted += 1
    return drafted


def _pieces(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _running(group_id: int, kind: str, ids: Sequence[int]) -> sa.Select[*tuple[Any, ...]]:
    """Those of some tasks, milestones or parts that are owed, with whom they fall to; not what a request stays."""
    open_tasks = sa.and_(Task.group_id == group_id, Task.state.in_(sorted(OPEN)), ~Task.extension_pending)
    if kind == "task":
        return _whole(Task.due_on, sa.literal("")).where(open_tasks, Task.id.in_(ids))
    if kind == "milestone":
        own = (Milestone.id.in_(ids), followed_milestone)
        return _whole(Milestone.due_on, Milestone.name).join(Milestone).where(open_tasks, *own)
    return (
        sa.select(
            Task.id.label("task_id"),
            TaskPart.id.label("part_id"),
            TaskPart.unit_id,
            day_number(sa.func.coalesce(TaskPart.due_on, Task.due_on)).label("cycle"),
            Task.title,
            Task.basis,
            TaskPart.due_on,
            Task.parent_id,
            sa.literal("").label("name"),
        )
        .join(Task)
        .where(open_tasks, TaskPart.id.in_(ids), TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE]))
    )


def _whole(day: Any, name: Any) -> sa.Select[*tuple[Any, ...]]:
    """What falls to the lead unit of a task by a day."""
    return sa.select(
        Task.id.label("task_id"),
        sa.cast(sa.null(), sa.Integer).label("part_id"),
        Task.lead_unit_id.label("unit_id"),
        day_number(day).label("cycle"),
        Task.title,
        Task.basis,
        day.label("due_on"),
        Task.parent_id,
        name.label("name"),
    ).select_from(Task)


def _draft(
    row: sa.RowMapping, kind: str, contact: Mapping[str, str], *, group_id: int, rung: int, now: datetime
) -> dict[str, object]:
    return {
        "group_id": group_id,
        "kind": NoticeSubject.PART if kind == "part" else NoticeSubject.TASK,
        "task_id": row["task_id"],
        "part_id": row["part_id"],
        "cycle": row["cycle"],
        "unit_id": row["unit_id"],
        "origin": NoticeOrigin.LADDER,
        "rung": rung,
        "state": NoticeState.DRAFT,
        "urgency": Urgency.ORDINARY,
        "matter": row["title"][:MAX_MATTER],
        "basis": row["basis"],
        "demand": usual_demand(row["due_on"], of=Matter(kind), name=row["name"]),
        "drafted_at": now,
        **contact,
    }


def _office_contact(group_id: int, *, day: date) -> dict[str, str]:
    """Whom a unit may call about a notice: somebody of the office with a number, those who sit longest first."""
    people = sa.select(Person.name, Person.phone).where(
        Person.id.in_(seat_holders(group_id, day=day, roles=OFFICE)), Person.phone != ""
    )
    found = db.session.execute(people.order_by(Person.id).limit(1)).one_or_none()
    return {"contact": found.name, "phone": found.phone} if found else {}
