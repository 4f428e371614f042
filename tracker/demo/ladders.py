"""How the story's group came to its ladder: it changed the defaults once, and once more."""

from collections.abc import Sequence
from dataclasses import replace

from tracker.demo.stage import Stage
from tracker.kernel.clock import local_date
from tracker.kernel.db import write_transaction
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import OFFICE_DIRECTORS
from tracker.reminders.commands import change_ladder
from tracker.reminders.queries.ladders import ladder_of
from tracker.reminders.rules import DEADLINE_LADDER, Audience, LadderKind, Rung

EARLIER = (Rung(-15, (Audience.OWNER, Audience.LIAISON)), *DEADLINE_LADDER)
AGAIN = tuple(
    replace(rung, repeat_every=5, repeat_times=3) if rung.offset == DEADLINE_LADDER[-1].offset else rung
    for rung in EARLIER
)
VERSIONS: Sequence[tuple[int, Sequence[Rung], str]] = (
    (-60, EARLIER, "重点任务周期长，提前三周提醒一次"),
    (-10, AGAIN, "逾期超过十五个工作日的，每五个工作日再报一次"),
)
"""On which day which ladder, and why."""


def change(stage: Stage, *, group_id: int, rungs: Sequence[Rung], reason: str) -> None:
    """The director of the office writes the next version."""
    with write_transaction() as session:
        group = session.get_one(LeadershipGroup, group_id)
        director = stage.actor(seat_holders(group_id, day=local_date(stage.now), roles=OFFICE_DIRECTORS)[0])
        version = ladder_of(group_id, LadderKind.DEADLINE).version
        change_ladder(group, LadderKind.DEADLINE, rungs, reason=reason, version=version, by=director, now=stage.now)
