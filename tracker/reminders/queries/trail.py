"""How far the ladder went for tasks, milestones and parts: which rung on which day, who heard, and for whom."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.kernel.calendar import cycle_of
from tracker.kernel.db import db
from tracker.organisation.models import Person
from tracker.reminders.models import HeldRun, Reminder
from tracker.reminders.rules import Audience, Ladder, ReminderState, SubjectName


@dataclass(slots=True)
class RungReached:
    """A rung that was reached: who was meant, who was told (nobody where a higher rung replaced it or it is held)."""

    offset: int
    repeat: int
    day: date
    state: ReminderState
    audience: list[Audience] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    reason: str = ""
    """Why it was cancelled."""
    instead: dict[Audience, list[str]] = field(default_factory=dict)
    """Audiences of which there was nobody, each with who heard for it."""
    unset: list[Audience] = field(default_factory=list)
    """Audiences that were never named, so that nobody heard for them beside the others."""


def trails(kind: SubjectName, dates: Mapping[int, date | None]) -> dict[int, list[RungReached]]:
    """By subject, the rungs reached for the date that counts now (given by subject), in order: one query or none."""
    wanted = {subject_id: cycle_of(day) for subject_id, day in dates.items() if day is not None}
    found: dict[int, list[RungReached]] = {subject_id: [] for subject_id in dates}
    reached: dict[tuple[int, int, int], RungReached] = {}
    for row in _rows(kind, wanted) if wanted else ():
        if wanted[row.subject_id] != row.cycle:
            continue
        key = (row.subject_id, row.rung, row.repeat)
        if key not in reached:
            reached[key] = RungReached(row.rung, row.repeat, row.scheduled_for, row.state, reason=row.reason or "")
            found[row.subject_id].append(reached[key])
        _add(reached[key], row)
    return found


def note_unset(rungs: Iterable[RungReached], ladder: Ladder) -> None:
    """Of work that no leader is in charge of, say at which rungs one would have heard."""
    leader = Audience.LEADER_IN_CHARGE
    for reached in rungs:
        rung = ladder.rung(reached.offset)
        if rung is not None and leader in rung.audience and leader not in reached.audience:
            reached.unset.append(leader)


def _rows(kind: SubjectName, subjects: Collection[int]) -> Sequence[Any]:
    return db.session.execute(
        sa.select(
            Reminder.subject_id,
            Reminder.cycle,
            Reminder.rung,
            Reminder.repeat,
            Reminder.scheduled_for,
            Reminder.state,
            Reminder.audience,
            Reminder.instead_of,
            Person.name,
            HeldRun.reason,
        )
        .join(Person, Person.id == Reminder.recipient_id)
        .outerjoin(HeldRun, HeldRun.id == Reminder.held_run_id)
        .where(Reminder.subject_kind == kind, Reminder.subject_id.in_(sorted(subjects)))
        .order_by(Reminder.subject_id, Reminder.rung, Reminder.repeat, Person.id)
    ).all()


def _add(rung: RungReached, row: Any) -> None:
    if row.state is ReminderState.ACTIVE:
        rung.state, told = ReminderState.ACTIVE, True
    else:
        told = False
    meant = row.instead_of or row.audience
    if meant is not None and meant not in rung.audience:
        rung.audience.append(meant)
    if told:
        rung.told.append(row.name)
        if row.instead_of is not None:
            rung.instead.setdefault(row.instead_of, []).append(row.name)
