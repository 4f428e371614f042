"""Write reminders: set-based, and by unique keys, so that doing it twice changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple

import sqlalchemy as sa

from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import bare, db, insert_if_new
from tracker.reminders.commands.effects import FACTS, make_up, take_effect
from tracker.reminders.commands.inboxes import into_inboxes
from tracker.reminders.models import Reminder
from tracker.reminders.queries.judging import who_may_judge
from tracker.reminders.queries.lines import (
    LINE_NAMES,
    Heard,
    Values,
    Wanted,
    gone_own,
    has_owner,
    line_values,
    lines_at,
    lines_of,
    own_lines,
    still_pending,
    told_rungs,
)
from tracker.reminders.queries.standing import standing, step_values
from tracker.reminders.recipients import Place
from tracker.reminders.rules import Audience, Effect, Hearer, ReminderState, Rung, Step, Window
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import SubjectKind, asked

SLICE = 2000
"""So many lines of who hears go into one statement."""


def remind_chunk(run: Sweeping, kind: SubjectKind, window: Window, ids: Sequence[int]) -> int:
    """Tell everybody whom a step concerns about some subjects that were not told of it yet.

    Lower rungs that were never told (after days off) go on record as superseded. Returns messages written; none where
    the run is held.
    """
    found = db.session.execute(still_pending(kind), step_values(run, window, ids=ids)).all()
    if not found:
        return 0
    stands = {row[0]: Place(*row[1:]) for row in found}
    run.holders.look_up(stands.values())
    still = list(stands)
    _tell(run, kind, window.step, stands, run.state)
    crashpoint("sweep.chunk.told")
    missed = False
    for rung, silent in _never_told(run, kind, window.step, still):
        untold = {subject_id: stands[subject_id] for subject_id in silent}
        _tell(run, kind, Step(rung, 0, rung.offset), untold, ReminderState.SUPERSEDED)
        missed = missed or rung.effect in FACTS
    crashpoint("sweep.chunk.superseded")
    if run.held_run_id is not None:
        return 0
    told = _announce(run, kind, window.step, still, effect=window.step.repeat == 0)
    if missed:
        then = window.rung.effect if window.step.repeat == 0 else Effect.NONE
        make_up(run.group_id, kind, window.step, run.ladder, still, then=then, at=run.now, now=run.now)
    return told


def remind_new_owners(run: Sweeping, kind: SubjectKind, window: Window, ids: Sequence[int]) -> int:
    """Tell those to whom a subject was given since it was reminded of: once, at the step on which it stands."""
    rows = standing(kind, numbered=True)
    still = db.session.scalars(sa.select(rows.c.subject_id), step_values(run, window, ids=ids)).all()
    _write_own(kind, Audience.OWNER, line_values(run, window.step, still, ReminderState.ACTIVE))
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
    rows = db.session.execute(told_rungs(kind), asked(run.group_id, ids=ids))
    have = {(subject_id, offset) for subject_id, offset in rows}
    for rung in lower:
        silent = [subject_id for subject_id in ids if (subject_id, rung.offset) not in have]
        if silent:
            yield rung, silent


def _tell(run: Sweeping, kind: SubjectKind, step: Step, stands: Mapping[int, Place], state: ReminderState) -> None:
    """Write one step of some subjects, by their places: first their own people, then who hears by what they are."""
    line = line_values(run, step, list(stands), state)
    if kind.judging is not None:
        _write_judging(kind, who_may_judge(run, kind, kind.judging, step.rung, stands), line)
        return
    places = sorted(set(stands.values()), key=astuple)
    by_right = [(place, hearer) for place in places for hearer in run.holders.hearers(place, step.rung)]
    own = kind.own if kind.own in step.rung.audience else None
    if own is not None:
        _write_own(kind, own, line)
    _write_lines(kind, by_right, line)
    if own is not None:
        _write_instead(run, kind, own, {place for place, _hearer in by_right}, places, line)


def _write_own(kind: SubjectKind, own: Audience, line: Values) -> None:
    _insert(own_lines(kind, own), line)


def _write_instead(
    run: Sweeping, kind: SubjectKind, own: Audience, heard: set[Place], places: Sequence[Place], line: Values
) -> None:
    """Where a subject's own people are gone (or it has none, and nobody else hears), the next in line."""
    lines = [(place, hearer) for place in places for hearer in run.holders.instead(place, own)]
    gone = gone_own(kind)
    given = gone if own is Audience.SIGNATORY else sa.and_(gone, has_owner(kind))
    _write_lines(kind, [one for one in lines if one[0] in heard], line, given)
    _write_lines(kind, [one for one in lines if one[0] not in heard], line, gone)


def _write_lines(kind: SubjectKind, lines: Sequence[Heard], line: Values, *only: sa.ColumnElement[bool]) -> None:
    """Write who hears at which place, for every subject that stands there."""
    for start in range(0, len(lines), SLICE):
        _insert(lines_at(kind, lines[start : start + SLICE], *only), line)


def _write_judging(kind: SubjectKind, lines: Sequence[tuple[int, Hearer]], line: Values) -> None:
    """Write who hears of which subject, where it is not for everybody of a place alike."""
    for start in range(0, len(lines), SLICE):
        _insert(lines_of(kind, lines[start : start + SLICE]), line)


def _insert(wanted: Wanted, line: Values) -> None:
    db.session.execute(insert_if_new(bare(Reminder)).from_select(list(LINE_NAMES), wanted), line)
