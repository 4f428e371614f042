"""Write reminders: set-based, and by unique keys, so that doing it twice changes nothing."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import bare, db, insert_if_new
from tracker.reminders.commands.effects import FACTS, make_up, take_effect
from tracker.reminders.commands.inboxes import into_inboxes
from tracker.reminders.models import Reminder
from tracker.reminders.queries.judging import who_may_judge
from tracker.reminders.queries.lines import (
    AT_PLACE,
    LINE_NAMES,
    OF_SUBJECT,
    Line,
    Mark,
    Values,
    Wanted,
    bereft,
    bereft_places,
    line_values,
    lines,
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
    stands = {row.subject_id: Place(*row[1:]) for row in found}
    run.holders.look_up(stands.values())
    missed = False
    for lower, alike in _alike(run, kind, window.step, list(stands)).items():
        marks = [Mark(window.step, run.state)]
        marks += [Mark(Step(rung, 0, rung.offset), ReminderState.SUPERSEDED) for rung in lower]
        _tell(run, kind, marks, {subject_id: stands[subject_id] for subject_id in alike})
        missed = missed or any(rung.effect in FACTS for rung in lower)
    crashpoint("sweep.chunk.told")
    if run.held_run_id is not None:
        return 0
    still = list(stands)
    told = _announce(run, kind, window.step, still, effect=window.step.repeat == 0)
    if missed:
        then = window.rung.effect if window.step.repeat == 0 else Effect.NONE
        make_up(run.group_id, kind, window.step, run.ladder, still, then=then, at=run.now, now=run.now)
    return told


def remind_new_owners(run: Sweeping, kind: SubjectKind, window: Window, ids: Sequence[int]) -> int:
    """Tell those to whom a subject was given since it was reminded of: once, at the step on which it stands."""
    rows = standing(kind, numbered=True)
    still = db.session.scalars(sa.select(rows.c.subject_id), step_values(run, window, ids=ids)).all()
    _insert(own_lines(kind, Audience.OWNER, [Mark(window.step, ReminderState.ACTIVE)]), line_values(run, still))
    return _announce(run, kind, window.step, still, effect=False)


def _announce(run: Sweeping, kind: SubjectKind, step: Step, ids: Sequence[int], *, effect: bool) -> int:
    """Put into inboxes what this transaction wrote, and let the rung do what else it does."""
    told = into_inboxes(run.group_id, kind, step, ids, now=run.now)
    crashpoint("sweep.chunk.inboxes")
    if effect:
        take_effect(run.group_id, kind, step.rung, run.ladder, ids, now=run.now)
        crashpoint("sweep.chunk.effects")
    return told


def _alike(
    run: Sweeping, kind: SubjectKind, step: Step, ids: Sequence[int]
) -> Mapping[tuple[Rung, ...], Sequence[int]]:
    """The subjects by the lower rungs (and this one, where only a repeat is reached) that they were not told of."""
    lower = [rung for rung in run.ladder.rungs if rung.offset < step.rung.offset or (rung is step.rung and step.repeat)]
    rows = db.session.execute(told_rungs(kind), asked(run.group_id, ids=ids))
    have = {(subject_id, offset) for subject_id, offset in rows}
    found = defaultdict(list)
    for subject_id in ids:
        found[tuple(rung for rung in lower if (subject_id, rung.offset) not in have)].append(subject_id)
    return found


def _tell(run: Sweeping, kind: SubjectKind, marks: Sequence[Mark], stands: Mapping[int, Place]) -> None:
    """Write the steps of some subjects, by their places: first their own people, then who hears by what they are."""
    line = line_values(run, list(stands))
    if kind.judging is not None:
        heard = [
            Line((subject_id,), hearer, mark)
            for mark in marks
            for subject_id, hearer in who_may_judge(run, kind, kind.judging, mark.step.rung, stands)
        ]
        _write(kind, OF_SUBJECT, heard, line)
        return
    by_right = _at_places(sorted(set(stands.values())), marks, run.holders.hearers)
    own = kind.own
    own_marks = [mark for mark in marks if own in mark.step.rung.audience]
    if own is None or not own_marks:
        _write(kind, AT_PLACE, by_right, line)
        return
    _insert(own_lines(kind, own, own_marks), line)
    _write(kind, AT_PLACE, by_right, line)
    # Where a subject's own people are gone (or it has none, and nobody else hears), the next in line.
    places = [Place(*row) for row in db.session.execute(bereft_places(kind), line)]
    instead = _at_places(sorted(places), own_marks, lambda place, _rung: run.holders.instead(place, own))
    heard_at = {(one.at, one.mark) for one in by_right}
    beside = [one for one in instead if (one.at, one.mark) in heard_at]
    _write(kind, AT_PLACE, beside, line, bereft(kind, given=own is not Audience.SIGNATORY))
    alone = [one for one in instead if (one.at, one.mark) not in heard_at]
    _write(kind, AT_PLACE, alone, line, bereft(kind, given=False))


def _at_places(
    places: Sequence[Place], marks: Sequence[Mark], hearers: Callable[[Place, Rung], Sequence[Hearer]]
) -> list[Line]:
    return [
        Line(place, hearer, mark) for mark in marks for place in places for hearer in hearers(place, mark.step.rung)
    ]


def _write(
    kind: SubjectKind, keys: Sequence[str], heard: Sequence[Line], line: Values, *only: sa.ColumnElement[bool]
) -> None:
    """Write who hears, of every subject that has the same numbers under the keys."""
    for start in range(0, len(heard), SLICE):
        _insert(lines(kind, keys, heard[start : start + SLICE], *only), line)


def _insert(wanted: Wanted, line: Values) -> None:
    db.session.execute(insert_if_new(bare(Reminder)).from_select(list(LINE_NAMES), wanted), line)
