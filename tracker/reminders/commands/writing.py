"""Write reminders: set-based, and by unique keys, so that doing it twice changes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from itertools import islice
from typing import Any

import sqlalchemy as sa

from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import db, insert_if_new
from tracker.reminders.commands.effects import take_effect
from tracker.reminders.commands.inboxes import into_inboxes
from tracker.reminders.models import Reminder
from tracker.reminders.queries.standing import pending, standing
from tracker.reminders.recipients import Place
from tracker.reminders.rules import Audience, Hearer, ReminderState, Rung, Step, Window
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import SubjectKind, Which

SLICE = 2000
"""So many lines of who hears go into one statement."""
NAMES = (
    "group_id",
    "subject_kind",
    "subject_id",
    "ladder",
    "cycle",
    "rung",
    "repeat",
    "policy_version",
    "recipient_id",
    "audience",
    "instead_of",
    "scheduled_for",
    "state",
    "held_run_id",
    "created_at",
)
HEARING = (
    "column1 AS unit_id, column2 AS above_unit_id, column3 AS leader_seat_id, column4 AS person_id,"
    " column5 AS audience, nullif(column6, '') AS instead_of"
)

Heard = tuple[Place, Hearer]


def remind_chunk(run: Sweeping, kind: SubjectKind, window: Window, ids: Sequence[int]) -> int:
    """Tell everybody whom a step concerns about some subjects that were not told of it yet.

    Lower rungs that were never told (after days off) go on record as superseded. Returns messages written; none where
    the run is held.
    """
    rows = pending(run, kind, window, ids=ids).subquery()
    found = db.session.execute(
        sa.select(rows.c.subject_id, rows.c.unit_id, rows.c.above_unit_id, rows.c.leader_seat_id)
    ).all()
    if not found:
        return 0
    places = {Place(*row[1:]) for row in found}
    run.holders.look_up(places)
    in_order = sorted(places, key=astuple)
    still = [row[0] for row in found]
    _tell(run, kind, window.step, in_order, still, run.state)
    crashpoint("sweep.chunk.told")
    for rung, silent in _never_told(run, kind, window.step, still):
        _tell(run, kind, Step(rung, 0, rung.offset), in_order, silent, ReminderState.SUPERSEDED)
    crashpoint("sweep.chunk.superseded")
    if run.held_run_id is not None:
        return 0
    return _announce(run, kind, window.step, still, effect=window.step.repeat == 0)


def remind_new_owners(run: Sweeping, kind: SubjectKind, window: Window, ids: Sequence[int]) -> int:
    """Tell those to whom a subject was given since it was reminded of: once, at the step on which it stands."""
    still = db.session.scalars(sa.select(standing(run, kind, window, ids=ids).subquery().c.subject_id)).all()
    chosen = kind.rows(run.group_id, Which(ids=still)).subquery()
    _write_own(run, kind, window.step, chosen, Audience.OWNER, ReminderState.ACTIVE)
    return _announce(run, kind, window.step, still, effect=False)


def _announce(run: Sweeping, kind: SubjectKind, step: Step, ids: Sequence[int], *, effect: bool) -> int:
    """Put into inboxes what this transaction wrote, and let the rung do what else it does."""
    subjects = kind.rows(run.group_id, Which(ids=ids)).subquery()
    told = into_inboxes(run.group_id, kind, step, subjects, [Reminder.created_at == run.now], now=run.now)
    crashpoint("sweep.chunk.inboxes")
    if effect:
        take_effect(run.group_id, kind, step.rung, ids, now=run.now)
        crashpoint("sweep.chunk.effects")
    return told


def _never_told(run: Sweeping, kind: SubjectKind, step: Step, ids: Sequence[int]) -> Iterator[tuple[Rung, list[int]]]:
    """The lower rungs (and this one, where only a repeat of it is reached), each with the subjects that lack it."""
    lower = [rung for rung in run.ladder.rungs if rung.offset < step.rung.offset or (rung is step.rung and step.repeat)]
    subjects = kind.rows(run.group_id, Which(ids=ids)).subquery()
    known = sa.select(Reminder.subject_id, Reminder.rung).join(
        subjects, sa.and_(subjects.c.subject_id == Reminder.subject_id, subjects.c.cycle == Reminder.cycle)
    )
    same = (Reminder.subject_kind == kind.name, Reminder.ladder == kind.ladder, Reminder.repeat == 0)
    rows = db.session.execute(known.where(*same, Reminder.subject_id.in_(ids)).distinct())
    have = {(subject_id, offset) for subject_id, offset in rows}
    for rung in lower:
        silent = [subject_id for subject_id in ids if (subject_id, rung.offset) not in have]
        if silent:
            yield rung, silent


def _tell(
    run: Sweeping, kind: SubjectKind, step: Step, places: Sequence[Place], ids: Sequence[int], state: ReminderState
) -> None:
    """Write one step of some subjects: first their own people, then those who hear by what they are."""
    chosen = kind.rows(run.group_id, Which(ids=ids)).subquery()
    by_right = [(place, hearer) for place in places for hearer in run.holders.hearers(place, step.rung)]
    own = kind.own if kind.own in step.rung.audience else None
    if own is not None:
        _write_own(run, kind, step, chosen, own, state)
    _write_lines(run, kind, step, chosen, by_right, state)
    if own is not None:
        _write_instead(run, kind, step, chosen, own, {place for place, _hearer in by_right}, places, state)


def _write_own(
    run: Sweeping, kind: SubjectKind, step: Step, chosen: sa.FromClause, own: Audience, state: ReminderState
) -> None:
    people = kind.own_people(chosen, day=run.today).subquery()
    wanted = _columns(run, kind, step, chosen, state, people.c.person_id, sa.literal(own.value), sa.null())
    _insert(wanted.join(people, people.c.subject_id == chosen.c.subject_id).where(sa.true()))


def _write_instead(
    run: Sweeping,
    kind: SubjectKind,
    step: Step,
    chosen: sa.FromClause,
    own: Audience,
    heard: set[Place],
    places: Sequence[Place],
    state: ReminderState,
) -> None:
    """Where a subject's own people are gone (or it has none, and nobody else hears), the next in line."""
    people = kind.own_people(chosen, day=run.today).subquery()
    gone = chosen.c.subject_id.not_in(sa.select(people.c.subject_id))
    lines = [(place, hearer) for place in places for hearer in run.holders.instead(place, own)]
    given = gone if own is Audience.SIGNATORY else sa.and_(gone, chosen.c.owner_id.is_not(None))
    _write_lines(run, kind, step, chosen, [line for line in lines if line[0] in heard], state, given)
    _write_lines(run, kind, step, chosen, [line for line in lines if line[0] not in heard], state, gone)


def _write_lines(
    run: Sweeping,
    kind: SubjectKind,
    step: Step,
    chosen: sa.FromClause,
    lines: Sequence[Heard],
    state: ReminderState,
    *only: sa.ColumnElement[bool],
) -> None:
    """Write who hears at which place, for every subject that stands there."""
    rest = iter(lines)
    while batch := list(islice(rest, SLICE)):
        people = _values(batch)
        wanted = _columns(run, kind, step, chosen, state, people.c.person_id, people.c.audience, people.c.instead_of)
        here = (
            people.c.unit_id == chosen.c.unit_id,
            people.c.above_unit_id == chosen.c.above_unit_id,
            people.c.leader_seat_id == chosen.c.leader_seat_id,
        )
        _insert(wanted.join(people, sa.and_(*here)).where(sa.true(), *only))


def _values(lines: Sequence[Heard]) -> sa.FromClause:
    """The lines as a table. The same places give the same words, so that the statement is made once for all chunks."""
    # Numbers and codes of our own: written out, so that no engine's limit of values counts.
    rows = ", ".join(
        f"({place.unit_id:d}, {place.above_unit_id:d}, {place.leader_seat_id:d}, {hearer.person_id:d},"
        f" '{hearer.audience.value}', '{hearer.instead_of.value if hearer.instead_of else ''}')"
        for place, hearer in lines
    )
    columns: list[Any] = [
        *(sa.column(name, sa.Integer) for name in ("unit_id", "above_unit_id", "leader_seat_id", "person_id")),
        *(sa.column(name, sa.String) for name in ("audience", "instead_of")),
    ]
    words = f"SELECT {HEARING} FROM (VALUES {rows}) AS people"  # noqa: S608
    return sa.text(words).columns(*columns).subquery("hearing")


def _columns(
    run: Sweeping,
    kind: SubjectKind,
    step: Step,
    chosen: sa.FromClause,
    state: ReminderState,
    person_id: Any,
    audience: Any,
    instead_of: Any,
) -> sa.Select[*tuple[Any, ...]]:
    held = run.held_run_id if state is ReminderState.HELD else None
    return sa.select(
        sa.literal(run.group_id),
        sa.literal(kind.name.value),
        chosen.c.subject_id,
        sa.literal(kind.ladder.value),
        chosen.c.cycle,
        sa.literal(step.rung.offset),
        sa.literal(step.repeat),
        sa.literal(run.ladder.version),
        person_id,
        audience,
        instead_of,
        sa.literal(run.today, type_=sa.Date()),
        sa.literal(state.value),
        sa.cast(sa.literal(held), sa.Integer) if held is not None else sa.cast(sa.null(), sa.Integer),
        sa.literal(run.now, type_=Reminder.__table__.c.created_at.type),
    ).select_from(chosen)


def _insert(wanted: sa.Select[*tuple[Any, ...]]) -> None:
    db.session.execute(insert_if_new(Reminder).from_select(list(NAMES), wanted))
