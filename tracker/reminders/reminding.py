"""Remind one group: plan what is due, hold it if it is too much to be true, and write it chunk by chunk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import Step, count_anew, db, has_one_writer
from tracker.kernel.errors import Refusal
from tracker.kernel.logs import log
from tracker.kernel.sessions import AWAY
from tracker.kernel.sqlite import TURN_SECONDS
from tracker.organisation.models import LeadershipGroup
from tracker.outbox.models import InboxItem
from tracker.reminders import commands
from tracker.reminders.models import Reminder
from tracker.reminders.queries import held, judging, ladders, standing
from tracker.reminders.recipients import Holders, Place
from tracker.reminders.rules import Audience, Brake, HoldCause, LadderKind, SubjectName, Window, too_much, windows
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import SUBJECTS, SubjectKind

CHUNK = 500
"""So many subjects are written in one transaction: where nobody else writes meanwhile, in less than a fifth of
a second, and nobody at the screen notices."""
PAGE = 20_000
"""So many numbers of subjects are read at once."""
PAUSE_SECONDS = 3 * TURN_SECONDS
"""After each chunk others have a moment, where one writes at a time: so long that everybody who waits looks at least
twice. PostgreSQL lets them write meanwhile, so there is nothing to wait for."""
MOST_STUMBLES = 20
"""With more subjects at fault than this the fault is not theirs, and the group is given up for this run."""
LOUDEST = 3

FAULTS = (
    sa.exc.SQLAlchemyError,
    Refusal,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What one row, one rule or one group may die of. That another process leads now is no fault."""

Remind = Callable[[Sweeping, SubjectKind, Window, Sequence[int]], int]
Work = Callable[[Sequence[int]], int]


@dataclass(slots=True)
class Plan:
    """What a run would write for a group."""

    todo: list[tuple[Sweeping, SubjectKind, Window]] = field(default_factory=list)
    new_owners: list[tuple[Sweeping, SubjectKind, Window]] = field(default_factory=list)
    messages: int = 0
    urgent: int = 0


@dataclass(slots=True)
class Writer:
    """How one group's subjects are dealt with chunk by chunk, and how many of them had to step aside."""

    group_id: int
    now: datetime
    step: Step
    pause: Callable[[float], None]
    stumbles: int = 0
    chunks: int = 0
    """So many full ones were written."""
    hold: Callable[[], int] | None = None
    """Makes or finds the held run that everything belongs to, within the transaction of a chunk."""

    def write_all(self, work: Work, name: SubjectName, ids: Sequence[int]) -> int:
        """Write any number of subjects."""
        return sum(self.write(work, name, ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK))

    def write(self, work: Work, name: SubjectName, ids: Sequence[int], *, alone: bool = False) -> int:
        """Write a chunk; one that fails is halved until the subject at fault stands alone, fails again and steps aside.

        What is gone at the second try was not the subject's fault: a line that broke off, somebody who came between.
        """
        try:
            with self.step():
                told = work(ids)
        except AWAY:
            raise
        except FAULTS as fault:
            return self._without_the_bad(work, name, ids, fault, alone=alone)
        crashpoint("sweep.chunk.committed")
        if has_one_writer():
            self.pause(PAUSE_SECONDS)
        elif len(ids) == CHUNK:
            self._count_anew()
        return told

    def _count_anew(self) -> None:
        """After the first full chunk, the second, the fourth and so on: with each, what is there may have doubled."""
        self.chunks += 1
        if self.chunks & (self.chunks - 1) == 0:
            with self.step():
                count_anew(Reminder, InboxItem)

    def _without_the_bad(
        self, work: Work, name: SubjectName, ids: Sequence[int], fault: BaseException, *, alone: bool
    ) -> int:
        if len(ids) > 1:
            half = len(ids) // 2
            return sum(self.write(work, name, part) for part in (ids[:half], ids[half:]))
        if not alone:
            return self.write(work, name, ids, alone=True)
        log.exception("sweep", group=self.group_id, kind=name.value, subject=ids[0])
        self.stumbles += 1
        if self.stumbles > MOST_STUMBLES:
            raise fault
        with self.step():
            commands.step_aside(name, ids[0], group_id=self.group_id, error=repr(fault), now=self.now)
        return 0


def remind_group(group_id: int, *, now: datetime, step: Step, pause: Callable[[float], None], brake: Brake) -> int:
    """Remind everybody of a group of what stands on a rung today; returns messages written."""
    today = local_date(now)
    if not working_days().is_working(today):
        # Nothing goes out on a day on which offices do not work.
        return 0
    plan = _plan(group_id, now=now)
    rungs = [rung.offset for run, _kind, window in plan.todo for rung in [window.rung] if rung.urgency == LOUDEST]
    days = held.usual(group_id, today=today)
    urgent_days = held.usual(group_id, today=today, rungs=rungs) if rungs else []
    cause = too_much(plan.messages, plan.urgent, days, urgent_days, brake=brake)
    db.session.rollback()
    writer = Writer(group_id, now, step, pause)
    if cause is not None:
        writer.hold = _holding(group_id, cause, plan, int(median(days)) if days else 0, now=now)
    told = sum(_write_all(writer, commands.remind_chunk, *one, find=standing.pending_ids) for one in plan.todo)
    writer.hold = None
    for one in plan.new_owners:
        told += _write_all(writer, commands.remind_new_owners, *one, find=standing.new_owners)
    return told


def _holding(group_id: int, cause: HoldCause, plan: Plan, usual: int, *, now: datetime) -> Callable[[], int]:
    return lambda: commands.hold_group(group_id, cause, planned=plan.messages, urgent=plan.urgent, usual=usual, now=now)


def _plan(group_id: int, *, now: datetime) -> Plan:
    """Look, without writing, what stands on which step and was not told of it yet, and how many would hear."""
    group = db.session.get_one(LeadershipGroup, group_id)
    today, plan = local_date(now), Plan()
    holders = Holders(group_id, today)
    known = {kind: ladders.ladder_of(group_id, kind) for kind in LadderKind}
    for kind in SUBJECTS:
        run = Sweeping(group_id, group.uses_from, known[kind.ladder], holders, now)
        roll = group.roll_due_dates if kind.rolls else True
        for window in _standing_windows(run, kind, roll=roll):
            _plan_step(plan, run, kind, window)
    return plan


def _standing_windows(run: Sweeping, kind: SubjectKind, *, roll: bool) -> Iterator[Window]:
    """The steps on which anything stands; most are empty on most days."""
    rungs = windows(run.today, working_days(), run.ladder.rungs, roll=roll, grace=kind.grace)
    days = standing.standing_dates(run, kind, rungs)
    yield from (window for window in rungs if any(window.after < day <= window.through for day in days))


def _plan_step(plan: Plan, run: Sweeping, kind: SubjectKind, window: Window) -> None:
    counts = standing.pending_by_place(run, kind, window)
    if counts:
        plan.todo.append((run, kind, window))
        run.holders.look_up(place for place, _count, _owned in counts)
        told = _messages(run, kind, window, counts)
        plan.messages += told
        plan.urgent += told if window.rung.urgency == LOUDEST else 0
    if kind.own is Audience.OWNER and standing.has_owner_rung(run, window):
        plan.new_owners.append((run, kind, window))


def _messages(run: Sweeping, kind: SubjectKind, window: Window, counts: Sequence[tuple[Place, int, int]]) -> int:
    """How many would hear of a step: near enough for a brake where somebody is both owner and liaison."""
    if kind.judging is not None:
        return judging.number(run, kind, kind.judging, window)
    by_place = sum(count * len(run.holders.hearers(place, window.rung)) for place, count, _owned in counts)
    if kind.own not in window.rung.audience:
        return by_place
    if kind.own is Audience.OWNER:
        return by_place + sum(owned for _place, _count, owned in counts)
    return by_place + standing.own_people_number(run, kind, window)


def _write_all(
    writer: Writer,
    remind: Remind,
    run: Sweeping,
    kind: SubjectKind,
    window: Window,
    *,
    find: Callable[..., Sequence[int]],
) -> int:
    """Write all subjects of a step in chunks, by their numbers; how many there are does not matter to memory."""

    def work(ids: Sequence[int]) -> int:
        held = run if writer.hold is None else replace(run, held_run_id=writer.hold())
        return remind(held, kind, window, ids)

    told, after = 0, 0
    while True:
        ids = find(run, kind, window, after=after, limit=PAGE)
        db.session.rollback()
        if not ids:
            return told
        told += writer.write_all(work, kind.name, ids)
        after = ids[-1]
