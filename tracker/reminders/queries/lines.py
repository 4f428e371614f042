"""The rows that a sweep writes, as SELECTs: who hears what of which subject, and the messages that tell them.

Built once for each kind of subject; what differs comes by name when they run (`line_values`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import json_row
from tracker.organisation.models import Unit
from tracker.reminders.models import Reminder
from tracker.reminders.queries.standing import AGAIN, MOMENT, OFFSET, pending, same_cycle
from tracker.reminders.recipients import DAY
from tracker.reminders.rules import Audience, Hearer, ReminderState, Step
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import GROUP, NUMBERS, SubjectKind, Which, asked, own_people, table

LINE_NAMES = (
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
MESSAGE_NAMES = (
    "recipient_id",
    "kind",
    "params",
    "subject_kind",
    "subject_id",
    "group_id",
    "key",
    "channels",
    "urgency",
    "created_at",
)
AT_PLACE = ("unit_id", "above_unit_id", "leader_seat_id")
OF_SUBJECT = ("subject_id",)

Values = dict[str, Any]
Wanted = sa.Select[*tuple[Any, ...]]

_NUMBERED = Which(numbered=True)
VERSION: Any = sa.bindparam("version", type_=sa.Integer())
MESSAGE: Any = sa.bindparam("message", type_=sa.String())
CHANNELS: Any = sa.bindparam("by_channels", type_=sa.String())
URGENCY: Any = sa.bindparam("how_urgent", type_=sa.Integer())
ENDING: Any = sa.bindparam("ending", type_=sa.String())
HELD: Any = sa.bindparam("of_run", type_=sa.Integer())


@dataclass(frozen=True, slots=True)
class Mark:
    """A step as it goes on record: told, held, or superseded."""

    step: Step
    state: ReminderState


@dataclass(frozen=True, slots=True)
class Line:
    """Who hears of a step at a place (AT_PLACE), or of one subject (OF_SUBJECT)."""

    at: tuple[int, ...]
    hearer: Hearer
    mark: Mark


def line_values(run: Sweeping, ids: Sequence[int]) -> Values:
    """What is the same in every reminder that a run writes of some subjects."""
    return asked(run.group_id, ids=ids) | {
        VERSION.key: run.ladder.version,
        DAY.key: run.today,
        HELD.key: run.held_run_id,
        MOMENT.key: run.now,
    }


@cache
def still_pending(kind: SubjectKind) -> Wanted:
    """Of some subjects those that nobody was told about at this step yet, and where they stand."""
    rows = pending(kind, numbered=True)
    return sa.select(rows.c.subject_id, *_at(rows))


@cache
def bereft_places(kind: SubjectKind) -> Wanted:
    """Where, of some subjects, those stand of whose own people none is there."""
    chosen = table(kind, _NUMBERED)
    return sa.select(*_at(chosen)).where(_gone_own(kind, chosen)).distinct()


def _at(subjects: sa.FromClause) -> list[sa.ColumnElement[int]]:
    return [subjects.c[name] for name in AT_PLACE]


@cache
def told_rungs(kind: SubjectKind) -> sa.Select[int, int]:
    """On which rungs subjects were told of their present date."""
    subjects = table(kind, _NUMBERED)
    return (
        sa.select(Reminder.subject_id, Reminder.rung)
        .join(subjects, sa.and_(*same_cycle(kind, subjects)))
        .where(Reminder.repeat == 0, Reminder.subject_id.in_(NUMBERS))
        .distinct()
    )


def own_lines(kind: SubjectKind, own: Audience, marks: Iterable[Mark]) -> Wanted:
    """A line for each of a subject's own people and each step."""
    chosen = table(kind, _NUMBERED)
    people, steps = own_people(kind, chosen), _listed(_MARKED, map(_marked, marks), "steps")
    wanted = _columns(kind, chosen, steps, people.c.person_id, sa.literal(own.value), sa.null())
    return wanted.join(people, people.c.subject_id == chosen.c.subject_id).join(steps, sa.true()).where(sa.true())


def lines(kind: SubjectKind, keys: Sequence[str], heard: Iterable[Line], *only: sa.ColumnElement[bool]) -> Wanted:
    """A line for each who hears, and each subject that has the same numbers under some keys."""
    chosen, people = table(kind, _NUMBERED), _listed((*keys, "person_id", *_MARKED, *_HEARD), map(_heard, heard))
    wanted = _columns(
        kind, chosen, people, people.c.person_id, people.c.audience, sa.func.nullif(people.c.instead_of, "")
    )
    return wanted.join(people, sa.and_(*(people.c[key] == chosen.c[key] for key in keys))).where(sa.true(), *only)


def _gone_own(kind: SubjectKind, subjects: sa.FromClause) -> sa.ColumnElement[bool]:
    return subjects.c.subject_id.not_in(sa.select(own_people(kind, subjects).c.subject_id))


def bereft(kind: SubjectKind, *, given: bool) -> sa.ColumnElement[bool]:
    """Of a subject of whose own people none is there; given: although it was given to somebody."""
    chosen = table(kind, _NUMBERED)
    gone = _gone_own(kind, chosen)
    return sa.and_(gone, chosen.c.owner_id.is_not(None)) if given else gone


_MARKED = ("rung", "repeat", "state")
_HEARD = ("audience", "instead_of")
_WORDS = {"state", *_HEARD}


def _marked(mark: Mark) -> tuple[int | str, ...]:
    return (mark.step.rung.offset, mark.step.repeat, mark.state.value)


def _heard(line: Line) -> tuple[int | str, ...]:
    hearer = line.hearer
    instead = hearer.instead_of.value if hearer.instead_of else ""
    return (*line.at, hearer.person_id, *_marked(line.mark), hearer.audience.value, instead)


def _listed(names: Sequence[str], rows: Iterable[tuple[int | str, ...]], name: str = "hearing") -> sa.FromClause:
    """Rows as a table. The same places give the same words, so that the statement is made once for all chunks."""
    # Numbers and codes of our own: written out, so that no engine's limit of values counts.
    written = ", ".join(f"({', '.join(map(_written, row))})" for row in rows)
    columns: list[Any] = [sa.column(one, sa.String if one in _WORDS else sa.Integer) for one in names]
    named = ", ".join(f'column{place} AS "{one}"' for place, one in enumerate(names, 1))
    words = f"SELECT {named} FROM (VALUES {written}) AS listed"  # noqa: S608
    return sa.text(words).columns(*columns).subquery(name)


def _written(value: int | str) -> str:
    return f"'{value}'" if isinstance(value, str) else f"{value:d}"


def _columns(
    kind: SubjectKind, chosen: sa.FromClause, steps: sa.FromClause, person_id: Any, audience: Any, instead_of: Any
) -> Wanted:
    held = sa.case((steps.c.state == ReminderState.HELD.value, sa.cast(HELD, sa.Integer)))
    return sa.select(
        GROUP,
        sa.literal(kind.name.value),
        chosen.c.subject_id,
        sa.literal(kind.ladder.value),
        chosen.c.cycle,
        steps.c.rung,
        steps.c.repeat,
        VERSION,
        person_id,
        audience,
        instead_of,
        DAY,
        steps.c.state,
        held,
        MOMENT,
    ).select_from(chosen)


@cache
def messages_of(kind: SubjectKind, *, held: bool) -> Wanted:
    """A message for each reminder of a step that was written at this moment, or by a held run."""
    subjects = table(kind, _NUMBERED)
    key = (
        sa.literal(f"reminder:{kind.name}:")
        + sa.cast(subjects.c.subject_id, sa.String)
        + sa.literal(":")
        + sa.cast(subjects.c.cycle, sa.String)
        + ENDING
    )
    params = json_row(
        "title",
        subjects.c.title,
        "unit",
        Unit.name,
        "due_on",
        sa.cast(subjects.c.due_on, sa.String),
        "rung",
        OFFSET,
    )
    return (
        sa.select(
            Reminder.recipient_id,
            MESSAGE,
            params,
            sa.literal(kind.leads_to),
            subjects.c.task_id,
            GROUP,
            key,
            CHANNELS,
            URGENCY,
            MOMENT,
        )
        .join_from(subjects, Reminder, sa.and_(*same_cycle(kind, subjects)))
        .join(Unit, Unit.id == subjects.c.unit_id)
        .where(
            Reminder.rung == OFFSET,
            Reminder.repeat == AGAIN,
            Reminder.state == ReminderState.ACTIVE,
            Reminder.held_run_id == HELD if held else Reminder.created_at == MOMENT,
        )
    )
