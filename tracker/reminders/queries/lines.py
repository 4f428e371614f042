"""The rows that a sweep writes, as SELECTs: who hears what of which subject, and the messages that tell them.

Built once for each kind of subject; what differs comes by name when they run (`line_values`).
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import json_row
from tracker.organisation.models import Unit
from tracker.outbox.models import InboxItem
from tracker.reminders.models import Reminder
from tracker.reminders.queries.standing import AGAIN, MOMENT, OFFSET, pending, same_cycle
from tracker.reminders.recipients import DAY, Place
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

Heard = tuple[Place, Hearer]
Values = dict[str, Any]
Wanted = sa.Select[*tuple[Any, ...]]

_NUMBERED = Which(numbered=True)
VERSION: Any = sa.bindparam("version", type_=sa.Integer())
STATE: Any = sa.bindparam("as_state", type_=sa.String())
MESSAGE: Any = sa.bindparam("message", type_=sa.String())
CHANNELS: Any = sa.bindparam("by_channels", type_=sa.String())
URGENCY: Any = sa.bindparam("how_urgent", type_=sa.Integer())
ENDING: Any = sa.bindparam("ending", type_=sa.String())
HELD: Any = sa.bindparam("of_run", type_=sa.Integer())


def line_values(run: Sweeping, step: Step, ids: Sequence[int], state: ReminderState) -> Values:
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


@cache
def still_pending(kind: SubjectKind) -> Wanted:
    """Of some subjects those that nobody was told about at this step yet, and where they stand."""
    rows = pending(kind, numbered=True)
    return sa.select(rows.c.subject_id, rows.c.unit_id, rows.c.above_unit_id, rows.c.leader_seat_id)


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


@cache
def own_lines(kind: SubjectKind, own: Audience) -> Wanted:
    """A line for each of a subject's own people."""
    chosen = table(kind, _NUMBERED)
    people = own_people(kind, chosen)
    wanted = _columns(kind, chosen, people.c.person_id, sa.literal(own.value), sa.null())
    return wanted.join(people, people.c.subject_id == chosen.c.subject_id).where(sa.true())


def lines_at(kind: SubjectKind, lines: Sequence[Heard], *only: sa.ColumnElement[bool]) -> Wanted:
    """A line for each who hears at a place, and each subject that stands there."""
    rows = [((place.unit_id, place.above_unit_id, place.leader_seat_id), hearer) for place, hearer in lines]
    return _lines(kind, AT_PLACE, rows).where(sa.true(), *only)


def lines_of(kind: SubjectKind, lines: Sequence[tuple[int, Hearer]]) -> Wanted:
    """A line for each who hears of a subject, by its number."""
    return _lines(kind, OF_SUBJECT, [((subject_id,), hearer) for subject_id, hearer in lines]).where(sa.true())


def _lines(kind: SubjectKind, keys: Sequence[str], lines: Sequence[tuple[Sequence[int], Hearer]]) -> Wanted:
    chosen, people = table(kind, _NUMBERED), _values(keys, lines)
    wanted = _columns(kind, chosen, people.c.person_id, people.c.audience, people.c.instead_of)
    return wanted.join(people, sa.and_(*(people.c[key] == chosen.c[key] for key in keys)))


@cache
def gone_own(kind: SubjectKind) -> sa.ColumnElement[bool]:
    """Of a subject none of whose own people is there."""
    chosen = table(kind, _NUMBERED)
    return chosen.c.subject_id.not_in(sa.select(own_people(kind, chosen).c.subject_id))


def has_owner(kind: SubjectKind) -> sa.ColumnElement[bool]:
    """Of a subject that was given to somebody."""
    return table(kind, _NUMBERED).c.owner_id.is_not(None)


def _values(keys: Sequence[str], lines: Sequence[tuple[Sequence[int], Hearer]]) -> sa.FromClause:
    """The lines as a table. The same places give the same words, so that the statement is made once for all chunks."""
    # Numbers and codes of our own: written out, so that no engine's limit of values counts.
    rows = ", ".join(
        f"({', '.join(f'{number:d}' for number in (*numbers, hearer.person_id))},"
        f" '{hearer.audience.value}', '{hearer.instead_of.value if hearer.instead_of else ''}')"
        for numbers, hearer in lines
    )
    columns: list[Any] = [
        *(sa.column(name, sa.Integer) for name in (*keys, "person_id")),
        *(sa.column(name, sa.String) for name in ("audience", "instead_of")),
    ]
    named = ", ".join(f"column{place} AS {name}" for place, name in enumerate((*keys, "person_id", "audience"), 1))
    said = f"{named}, nullif(column{len(keys) + 3}, '') AS instead_of"
    words = f"SELECT {said} FROM (VALUES {rows}) AS people"  # noqa: S608
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
            ~sa.exists().where(InboxItem.recipient_id == Reminder.recipient_id, InboxItem.key == key),
        )
    )
