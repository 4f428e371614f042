"""Write reminders: set-based, and by unique keys, so that doing it twice changes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from functools import cache
from itertools import islice
from typing import Any

import sqlalchemy as sa

from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import bare, db, insert_if_new
from tracker.reminders.commands.effects import FACTS, make_up, take_effect
from tracker.reminders.commands.inboxes import into_inboxes
from tracker.reminders.models import Reminder
from tracker.reminders.queries.standing import AGAIN, MOMENT, OFFSET, pending, same_cycle, standing, step_values
from tracker.reminders.recipients import DAY, Place
from tracker.reminders.rules import Audience, Hearer, ReminderState, Rung, Step, Window
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import GROUP, NUMBERS, SubjectKind, Which, asked, own_people, table

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
Values = dict[str, Any]
Wanted = sa.Select[*tuple[Any, ...]]

NUMBERED = Which(numbered=True)
VERSION: Any = sa.bindparam("version", type_=sa.Integer())
STATE: Any = sa.bindparam("as_state", type_=sa.String())
HELD: Any = sa.bindparam("of_run", type_=sa.Integer())


def remind_chunk(run: Sweeping, kind: SubjectKind, window: Window, ids: Sequence[int]) -> int:
    """Tell everybody whom a step concerns about some subjects that were not told of it yet.

    Lower rungs that were never told (after days off) go on record as superseded. Returns messages written; none where
    the run is held.
    """
    found = db.session.execute(_still_pending(kind), step_values(run, window, ids=ids)).all()
    if not found:
        return 0
    places = {Place(*row[1:]) for row in found}
    run.holders.look_up(places)
    in_order = sorted(places, key=astuple)
    still = [row[0] for row in found]
    _tell(run, kind, window.step, in_order, still, run.state)
    crashpoint("sweep.chunk.told")
    missed = False
    for rung, silent in _never_told(run, kind, window.step, still):
        _tell(run, kind, Step(rung, 0, rung.offset), in_order, silent, ReminderState.SUPERSEDED)
        missed = missed or rung.effect in FACTS
    crashpoint("sweep.chunk.superseded")
    if run.held_run_id is not None:
        return 0
    told = _announce(run, kind, window.step, still, effect=window.step.repeat == 0)
    if missed:
        make_up(run.group_id, kind, window.step, run.ladder, still, at=run.now, now=run.now)
    return told


@cache
def _still_pending(kind: SubjectKind) -> sa.Select[*tuple[Any, ...]]:
    rows = pending(kind, numbered=True)
    return sa.select(rows.c.subject_id, rows.c.unit_id, rows.c.above_unit_id, rows.c.leader_seat_id)


def remind_new_owners(run: Sweeping, kind: SubjectKind, window: Window, ids: Sequence[int]) -> int:
    """Tell those to whom a subject was given since it was reminded of: once, at the step on which it stands."""
    rows = standing(kind, numbered=True)
    still = db.session.scalars(sa.select(rows.c.subject_id), step_values(run, window, ids=ids)).all()
    _write_own(kind, Audience.OWNER, _line(run, window.step, still, ReminderState.ACTIVE))
    return _announce(run, kind, window.step, still, effect=False)


def _announce(run: Sweeping, kind: SubjectKind, step: Step, ids: Sequence[int], *, effect: bool) -> int:
    """Put into inboxes what this transaction wrote, and let the rung do what else it does."""
    told = into_inboxes(run.group_id, kind, step, ids, now=run.now)
    crashpoint("sweep.chunk.inboxes")
    if effect:
        take_effect(run.group_id, kind, step.rung, ids, now=run.now)
        crashpoint("sweep.chunk.effects")
    return told


def _never_told(run: Sweeping, kind: SubjectKind, step: Step, ids: Sequence[int]) -> Iterator[tuple[Rung, list[int]]]:
    """The lower rungs (and this one, where only a repeat of it is reached), each with the subjects that lack it."""
    lower = [rung for rung in run.ladder.rungs if rung.offset < step.rung.offset or (rung is step.rung and step.repeat)]
    rows = db.session.execute(_told(kind), asked(run.group_id, ids=ids))
    have = {(subject_id, offset) for subject_id, offset in rows}
    for rung in lower:
        silent = [subject_id for subject_id in ids if (subject_id, rung.offset) not in have]
        if silent:
            yield rung, silent


@cache
def _told(kind: SubjectKind) -> sa.Select[int, int]:
    """On which rungs subjects were told of their present date."""
    subjects = table(kind, NUMBERED)
    return (
        sa.select(Reminder.subject_id, Reminder.rung)
        .join(subjects, sa.and_(*same_cycle(kind, subjects)))
        .where(Reminder.repeat == 0, Reminder.subject_id.in_(NUMBERS))
        .distinct()
    )


def _tell(
    run: Sweeping, kind: SubjectKind, step: Step, places: Sequence[Place], ids: Sequence[int], state: ReminderState
) -> None:
    """Write one step of some subjects: first their own people, then those who hear by what they are."""
    line = _line(run, step, ids, state)
    by_right = [(place, hearer) for place in places for hearer in run.holders.hearers(place, step.rung)]
    own = kind.own if kind.own in step.rung.audience else None
    if own is not None:
        _write_own(kind, own, line)
    _write_lines(kind, by_right, line)
    if own is not None:
        _write_instead(run, kind, own, {place for place, _hearer in by_right}, places, line)


def _write_own(kind: SubjectKind, own: Audience, line: Values) -> None:
    _insert(_own_lines(kind, own), line)


@cache
def _own_lines(kind: SubjectKind, own: Audience) -> Wanted:
    chosen = table(kind, NUMBERED)
    people = own_people(kind, chosen)
    wanted = _columns(kind, chosen, people.c.person_id, sa.literal(own.value), sa.null())
    return wanted.join(people, people.c.subject_id == chosen.c.subject_id).where(sa.true())


def _write_instead(
    run: Sweeping, kind: SubjectKind, own: Audience, heard: set[Place], places: Sequence[Place], line: Values
) -> None:
    """Where a subject's own people are gone (or it has none, and nobody else hears), the next in line."""
    lines = [(place, hearer) for place in places for hearer in run.holders.instead(place, own)]
    gone = _gone(kind)
    given = gone if own is Audience.SIGNATORY else sa.and_(gone, table(kind, NUMBERED).c.owner_id.is_not(None))
    _write_lines(kind, [one for one in lines if one[0] in heard], line, given)
    _write_lines(kind, [one for one in lines if one[0] not in heard], line, gone)


@cache
def _gone(kind: SubjectKind) -> sa.ColumnElement[bool]:
    """Of a subject none of whose own people is there."""
    chosen = table(kind, NUMBERED)
    return chosen.c.subject_id.not_in(sa.select(own_people(kind, chosen).c.subject_id))


def _write_lines(kind: SubjectKind, lines: Sequence[Heard], line: Values, *only: sa.ColumnElement[bool]) -> None:
    """Write who hears at which place, for every subject that stands there."""
    chosen = table(kind, NUMBERED)
    rest = iter(lines)
    while batch := list(islice(rest, SLICE)):
        people = _values(batch)
        wanted = _columns(kind, chosen, people.c.person_id, people.c.audience, people.c.instead_of)
        here = (
            people.c.unit_id == chosen.c.unit_id,
            people.c.above_unit_id == chosen.c.above_unit_id,
            people.c.leader_seat_id == chosen.c.leader_seat_id,
        )
        _insert(wanted.join(people, sa.and_(*here)).where(sa.true(), *only), line)


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


def _columns(kind: SubjectKind, chosen: sa.FromClause, person_id: Any, audience: Any, instead_of: Any) -> Wanted:
    return sa.select(
        GROUP,
        sa.literal(kind.name.value),
        chosen.c.subject_id,
        sa.literal(kind.ladder.value),
        chosen.c.cycle,
        OFFSET,
        AGAIN,
        VERSION,
        person_id,
        audience,
        instead_of,
        DAY,
        STATE,
        sa.cast(HELD, sa.Integer),
        MOMENT,
    ).select_from(chosen)


def _line(run: Sweeping, step: Step, ids: Sequence[int], state: ReminderState) -> Values:
    """What is the same in every reminder of a step."""
    return asked(run.group_id, ids=ids) | {
        OFFSET.key: step.rung.offset,
        AGAIN.key: step.repeat,
        VERSION.key: run.ladder.version,
        DAY.key: run.today,
        STATE.key: state.value,
        HELD.key: run.held_run_id if state is ReminderState.HELD else None,
        MOMENT.key: run.now,
    }


def _insert(wanted: Wanted, line: Values) -> None:
    db.session.execute(insert_if_new(bare(Reminder)).from_select(list(NAMES), wanted), line)
