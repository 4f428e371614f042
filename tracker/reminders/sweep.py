"""The sweep: finds what fell due since it last looked, in small transactions, so that others can write meanwhile."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import product

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import Step, db, write_transaction
from tracker.kernel.logs import log
from tracker.kernel.sessions import AWAY
from tracker.letters.commands import expire_letters
from tracker.organisation.models import LeadershipGroup
from tracker.oversight.commands import (
    chase_undecided,
    raise_flags_by_rule,
    remind_late_replies,
    tell_untold,
    to_look_at,
    untold_flags,
)
from tracker.oversight.rules import FlagRule, FlagSubject
from tracker.reminders import commands
from tracker.reminders.reminding import FAULTS, Writer, remind_group
from tracker.reminders.rules import BRAKE, Brake, SubjectName
from tracker.tasks.commands import issue_due_periods, record_crossings

SERIES_BATCH = 200
RELEASE_CHUNK = 500
PAUSE_SECONDS = 0.02

BY_RULES = (FlagRule.RETURNED, FlagRule.EXTENDED, FlagRule.RECTIFICATION, FlagRule.TWO_YELLOWS)
"""The rules that no rung of the ladder stands for."""
WARNED = {FlagSubject.TASK: SubjectName.WARNED_TASK, FlagSubject.PART: SubjectName.WARNED_PART}

Pause = Callable[[float], None]


class Unfinished(Exception):  # noqa: N818 - nobody's fault
    """The database was away for a part of a sweep or more: its slot is not done, and the next tick runs it again."""


def sweep(
    *, now: datetime, step: Step = write_transaction, pause: Pause = time.sleep, brake: Brake = BRAKE
) -> dict[str, int]:
    """Write crossings, issue recurring tasks, expire letters, remind, and flag; returns how many of each.

    All of it is written in steps, which count only while whoever sweeps leads. Run twice, or after days off, it changes
    nothing but what is due. What fails for one group is logged and does not stop the others. The clock is believed: a
    tick looks at it before.

    Raises:
        Unfinished: the database was away meanwhile.
    """
    counts = {"crossings": 0, "issued": 0, "expired": 0, "reminders": 0, "flags": 0, "chased": 0, "failed": 0}
    counts |= {"told": 0, "away": 0}
    _add(counts, "issued", partial(_issue_periods, now=now, step=step))
    _add(counts, "expired", partial(_expire_letters, now=now, step=step))
    for group_id in _groups_at_work(now=now):
        _add(counts, "crossings", partial(_cross, group_id, now=now, step=step))
        crashpoint("sweep.group.crossed")
        _add(counts, "reminders", partial(remind_group, group_id, now=now, step=step, pause=pause, brake=brake))
        if not working_days().is_working(local_date(now)):
            # Nothing goes out on a day off, warnings neither: what they rest on is found again on the next working day.
            continue
        writer = Writer(group_id, now, step, pause)
        _add(counts, "told", partial(_tell_untold, writer))
        for rule, kind in product(BY_RULES, FlagSubject):
            _add(counts, "flags", partial(_flag, writer, rule, kind))
        _add(counts, "chased", partial(_chase, group_id, now=now, step=step))
    _add(counts, "reminders", partial(_ask_for_answers, now=now, step=step))
    if counts.pop("away"):
        raise Unfinished
    return counts


def carry_out(*, now: datetime, step: Step = write_transaction, pause: Pause = time.sleep) -> Mapping[str, int]:
    """Let released runs go out on a working day, in small transactions; returns how many people were told."""
    told = 0
    if not working_days().is_working(local_date(now)):
        return {"released": told}
    runs = commands.released_runs()
    db.session.rollback()
    for run_id in runs:
        while True:
            with step():
                found = commands.release_chunk(run_id, size=RELEASE_CHUNK, now=now)
            if found is None:
                break
            told += found
            pause(PAUSE_SECONDS)
    return {"released": told}


def _tell_untold(writer: Writer) -> int:
    """Tell of flags of which nobody could be told when they were raised."""
    flags = untold_flags(writer.group_id)
    db.session.rollback()
    return writer.write_all(partial(tell_untold, writer.group_id, now=writer.now), SubjectName.WARNING, flags)


def _flag(writer: Writer, rule: FlagRule, kind: FlagSubject) -> int:
    """Look by a rule that no rung of the ladder stands for; what is flagged already is left alone."""
    ids = to_look_at(writer.group_id, rule, kind)
    db.session.rollback()
    work = partial(raise_flags_by_rule, writer.group_id, rule, kind, now=writer.now)
    return writer.write_all(work, WARNED[kind], ids)


def _chase(group_id: int, *, now: datetime, step: Step) -> int:
    """Bring up what has waited for a decision too long."""
    with step():
        return chase_undecided(group_id, now=now)


def _add(counts: dict[str, int], name: str, work: Callable[[], int]) -> None:
    """Do a part of the sweep; what fails is counted and logged, and the rest goes on."""
    try:
        counts[name] += work()
    except AWAY:
        db.session.rollback()
        log.warning("sweep", part=name, state="the database is away", exc_info=True)
        counts["away"] += 1
    except FAULTS:
        db.session.rollback()
        log.exception("sweep", part=name)
        counts["failed"] += 1


def _groups_at_work(*, now: datetime) -> Sequence[int]:
    today = local_date(now)
    query = sa.select(LeadershipGroup.id).where(
        LeadershipGroup.uses_from <= today,
        sa.or_(LeadershipGroup.ended_on.is_(None), LeadershipGroup.ended_on >= today),
    )
    found = db.session.scalars(query.order_by(LeadershipGroup.id)).all()
    db.session.rollback()
    return found


def _issue_periods(*, now: datetime, step: Step) -> int:
    issued = 0
    while True:
        with step():
            made = issue_due_periods(now=now, limit=SERIES_BATCH)
        issued += made
        if made < SERIES_BATCH:
            return issued


def _ask_for_answers(*, now: datetime, step: Step) -> int:
    """Ask for answers to supervision notices that are late."""
    asked = 0
    while True:
        with step():
            told = remind_late_replies(now=now)
        asked += told
        if not told:
            return asked


def _expire_letters(*, now: datetime, step: Step) -> int:
    with step():
        return expire_letters(by=SYSTEM, now=now)


def _cross(group_id: int, *, now: datetime, step: Step) -> int:
    with step() as session:
        return record_crossings(session.get_one(LeadershipGroup, group_id), now=now)
