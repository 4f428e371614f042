"""Supervision notices for pages: lists, one notice, what waits for whom, and what a new one would say."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.kernel.paging import PAGE_SIZE, Key, Page, after, decode_cursor, encode_cursor
from tracker.letters.models import Letter
from tracker.organisation.models import LeadershipGroup, Person, Unit
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS, SeatRole
from tracker.oversight import policy
from tracker.oversight.models import NoticeFile, NoticeReply, SupervisionNotice
from tracker.oversight.rules import (
    AT_THE_UNIT,
    MAX_MATTER,
    Matter,
    NoticeOrigin,
    NoticeState,
    usual_demand,
)
from tracker.tasks.models import Task, TaskPart

EXPORT_ROWS = 5000
SHOWN = 50
Notice = SupervisionNotice


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """How a list is narrowed; late: answered late, or still owed after the limit."""

    group_id: int | None = None
    state: NoticeState | None = None
    unit_id: int | None = None
    late: bool = False


def visible_notice(actor: Actor, notice_id: int) -> SupervisionNotice:
    """A notice that somebody sees; raises NotVisible for any other."""
    wanted = sa.select(Notice).where(Notice.id == notice_id, policy.notices_visible_to(actor))
    found = db.session.scalar(wanted.options(*_whole(), selectinload(Notice.replies).selectinload(NoticeReply.files)))
    if found is None:
        raise NotVisible
    return found


def visible_notice_file(actor: Actor, file_id: int) -> NoticeFile:
    """A file that came with an answer, for whoever sees the notice; what is still a draft only the unit sees."""
    wanted = (
        sa.select(NoticeFile)
        .join(NoticeReply)
        .join(SupervisionNotice)
        .where(NoticeFile.id == file_id, policy.notices_visible_to(actor))
    )
    found = db.session.scalar(wanted)
    if found is None or not shows_reply(actor, found.reply):
        raise NotVisible
    return found


def shows_reply(actor: Actor, reply: NoticeReply) -> bool:
    """A draft of an answer is seen by those who write it; what was sent, by all who see the notice."""
    return reply.confirmed_at is not None or bool(policy.may_draft_reply(actor, reply.notice))


@cache
def _whole() -> tuple[Any, ...]:
    return (
        joinedload(Notice.unit),
        joinedload(Notice.group),
        joinedload(Notice.task),
        joinedload(Notice.part),
        joinedload(Notice.letter),
    )


def late_through(today: date) -> date:
    """The last date of which an answer that is not there today is late."""
    return working_days().last_late_due_date(today)


def owes_late(notice: SupervisionNotice, *, today: date) -> bool:
    """Whether the unit owes an answer and the limit has passed."""
    return notice.state in AT_THE_UNIT and notice.reply_by is not None and notice.reply_by <= late_through(today)


def _wanted(actor: Actor, wanted: NoticeFilter, *, today: date) -> sa.Select[SupervisionNotice]:
    query = sa.select(Notice).where(policy.notices_visible_to(actor))
    if wanted.group_id is not None:
        query = query.where(Notice.group_id == wanted.group_id)
    if wanted.unit_id is not None:
        query = query.where(Notice.unit_id == wanted.unit_id)
    if wanted.state is not None:
        query = query.where(Notice.state == wanted.state)
    if wanted.late:
        owed = sa.and_(Notice.state.in_(sorted(AT_THE_UNIT)), Notice.reply_by <= late_through(today))
        query = query.where(sa.or_(Notice.late, owed))
    return query.options(*_whole())


def list_notices(actor: Actor, wanted: NoticeFilter, *, today: date, cursor: str = "") -> Page[SupervisionNotice]:
    """A page of the notices that somebody sees, the newest first."""
    query = _wanted(actor, wanted, today=today)
    if cursor:
        query = query.where(after([Key(Notice.id, descending=True)], decode_cursor(cursor, [int])))
    rows = db.session.scalars(query.order_by(Notice.id.desc()).limit(PAGE_SIZE + 1)).all()
    following = encode_cursor([rows[PAGE_SIZE - 1].id]) if len(rows) > PAGE_SIZE else None
    return Page(rows[:PAGE_SIZE], following)


def all_notices(actor: Actor, wanted: NoticeFilter, *, today: date) -> Iterator[SupervisionNotice]:
    """The same list whole, up to the rows that a spreadsheet is made of and one more."""
    query = _wanted(actor, wanted, today=today).order_by(Notice.id.desc()).limit(EXPORT_ROWS + 1)
    yield from db.session.scalars(query)


def list_units(actor: Actor, group_id: int | None) -> list[tuple[int, str]]:
    """The units that somebody sees notices to."""
    query = sa.select(Unit.id, Unit.name).join(Notice, Notice.unit_id == Unit.id)
    query = query.where(policy.notices_visible_to(actor))
    if group_id is not None:
        query = query.where(Notice.group_id == group_id)
    return [(row[0], row[1]) for row in db.session.execute(query.distinct().order_by(Unit.name))]


def list_groups(actor: Actor) -> list[tuple[int, str]]:
    """The groups of which somebody sees notices."""
    query = (
        sa.select(LeadershipGroup.id, LeadershipGroup.short_name, LeadershipGroup.name)
        .join(Notice, Notice.group_id == LeadershipGroup.id)
        .where(policy.notices_visible_to(actor))
    )
    return [(row[0], row[1] or row[2]) for row in db.session.execute(query.distinct().order_by(LeadershipGroup.id))]


def notices_about(actor: Actor, task_ids: Collection[int]) -> dict[int, list[SupervisionNotice]]:
    """The notices on some tasks and their parts that somebody sees, newest first."""
    found: dict[int, list[SupervisionNotice]] = {task_id: [] for task_id in task_ids}
    query = sa.select(Notice).where(Notice.task_id.in_(task_ids), policy.notices_visible_to(actor))
    for notice in db.session.scalars(query.options(*_whole()).order_by(Notice.id.desc())):
        found[notice.task_id or 0].append(notice)
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """Some notices that wait for somebody, and how many there are in all."""

    rows: Sequence[SupervisionNotice]
    count: int


def _waiting(*conditions: sa.ColumnElement[bool]) -> Waiting:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(*conditions)) or 0
    if not count:
        return Waiting([], 0)
    query = sa.select(Notice).where(*conditions).options(*_whole()).order_by(Notice.reply_by, Notice.id).limit(SHOWN)
    return Waiting(db.session.scalars(query).all(), count)


def any_waiting(group_id: int) -> bool:
    """Whether a group has any notice that waits for somebody of its own: what desks ask before they ask for more."""
    states = [NoticeState.DRAFT, NoticeState.PROPOSED, NoticeState.REPLIED]
    found = sa.select(Notice.id).where(Notice.group_id == group_id, Notice.state.in_(states))
    return db.session.scalar(found.limit(1)) is not None


def to_sign_off(actor: Actor, group_id: int) -> Waiting:
    """What was put up to be signed off, for who signs off in a group."""
    if not actor.roles_in(group_id) & (LEADERS | OFFICE_DIRECTORS):
        return Waiting([], 0)
    return _waiting(Notice.group_id == group_id, Notice.state == NoticeState.PROPOSED)


def to_issue(actor: Actor, group_id: int) -> Waiting:
    """Drafts, the ladder's and by hand, that wait for the office."""
    if not policy.may_draft_notice(actor, group_id):
        return Waiting([], 0)
    return _waiting(Notice.group_id == group_id, Notice.state == NoticeState.DRAFT)


def to_check(actor: Actor, group_id: int) -> Waiting:
    """Answers that wait to be checked, for the side that drafted and the supervisors."""
    roles = actor.roles_in(group_id)
    if not roles & (OFFICE | {SeatRole.SUPERVISOR}):
        return Waiting([], 0)
    own = [] if SeatRole.SUPERVISOR in roles else [Notice.origin != NoticeOrigin.SUPERVISOR]
    return _waiting(Notice.group_id == group_id, Notice.state == NoticeState.REPLIED, *own)


def at_unit(actor: Actor) -> list[SupervisionNotice]:
    """What a unit's head, deputy in charge or liaison is to sign for or to answer, the most pressing first."""
    mine = sa.and_(Notice.unit_id.in_(sorted(actor.unit_ids)), Notice.state.in_(sorted(AT_THE_UNIT)))
    rows = db.session.scalars(sa.select(Notice).where(mine).options(*_whole()).order_by(Notice.reply_by, Notice.id))
    return [notice for notice in rows if policy.may_draft_reply(actor, notice)]


def drafts_by_id(actor: Actor, ids: Sequence[int]) -> Sequence[SupervisionNotice]:
    """Those of some notices that somebody sees, in the order of their ids: numbers follow it."""
    query = sa.select(Notice).where(Notice.id.in_(ids), policy.notices_visible_to(actor))
    return db.session.scalars(query.options(*_whole()).order_by(Notice.id)).all()


def part_to_supervise(task: Task, part_id: int) -> TaskPart:
    """A part of a task; raises NotVisible for what is not one."""
    found = next((part for part in task.parts if part.id == part_id), None)
    if found is None:
        raise NotVisible
    return found


def usual_words(subject: Task | TaskPart | Letter, *, by: Actor, today: date) -> dict[str, str]:
    """What a notice on a subject usually says, for its form."""
    person = db.session.get(Person, by.person_id) if by.person_id is not None else None
    contact = {"contact": by.name, "phone": person.phone if person is not None else ""}
    if isinstance(subject, Letter):
        title = subject.batch.title
        return {"matter": title[:MAX_MATTER], "basis": subject.number or "", "demand": _to_sign(subject), **contact}
    task = subject.task if isinstance(subject, TaskPart) else subject
    demand = _to_do(subject, today=today)
    basis = task.basis or (task.plan.title if task.plan is not None else "")
    return {"matter": task.title[:MAX_MATTER], "basis": basis, "demand": demand, **contact}


def _to_do(subject: Task | TaskPart, *, today: date) -> str:
    if isinstance(subject, TaskPart):
        return usual_demand(policy.date_of_work(subject, today=today), of=Matter.PART)
    milestone = policy.late_milestone(subject, today=today)
    if milestone is None:
        return usual_demand(subject.due_on)
    return usual_demand(milestone.due_on, of=Matter.MILESTONE, name=milestone.name)


def _to_sign(letter: Letter) -> str:
    signed_by = f"{letter.sign_by.year}年{letter.sign_by.month}月{letter.sign_by.day}日"
    return f"该责任书应于{signed_by}前签署，至今未签署。请尽快签署；不能签署的，在办理时限内以回执说明原因。"
