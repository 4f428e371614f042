"""A process dies at each named place in turn; another comes, and nothing is lost, nothing is told twice.

`python -m tests.faults.crashes URL FOLDER [NAME …]` plays it and prints what it found as JSON; FOLDER is empty.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from tests.clock import TODAY
from tests.faults.control import ARMED, with_app
from tests.faults.passing import one_pass
from tests.faults.storm import Play, play
from tracker.kernel import clock
from tracker.kernel.actor import SYSTEM
from tracker.kernel.crashpoints import NAMES
from tracker.kernel.db import write_transaction
from tracker.reminders import commands
from tracker.reminders.models import HeldRun
from tracker.reminders.rules import Brake
from tracker.reminders.sweep import sweep

Prepare = Callable[[Play], None]
MOST_PASSES = 6


def hold_and_release() -> None:
    """A sweep is held for being too much, and somebody lets it go."""
    sweep(now=clock.now(), brake=Brake(floor=0, first=0))
    with write_transaction() as session:
        run = session.scalars(sa.select(HeldRun)).one()
        commands.release_held(run, reason="核对无误", version=run.version, by=SYSTEM, now=clock.now())


PREPARED: dict[str, Prepare] = {"sweep.release": lambda under_way: _prepared(under_way, hold_and_release)}
"""What must have happened before a place is reached at all, by the beginning of its name."""


def _prepared(under_way: Play, act: Callable[[], None]) -> None:
    if under_way.nursery.run(with_app(act)):
        raise RuntimeError("it could not be prepared")


def crash(under_way: Play, name: str) -> list[str]:
    """Die at a place, come back a minute and a half later, go on at the robot's pace until all is done, and look."""
    under_way.begin_anew()
    under_way.day(TODAY)
    for beginning, prepare in PREPARED.items():
        if name.startswith(beginning):
            prepare(under_way)
    struck = under_way.nursery.start(one_pass, arm=name)
    under_way.strike(struck)
    code = under_way.nursery.wait(struck)
    if code != ARMED:
        return [f"{name}: the process ended with {code}; the place was not reached"]
    for _pass in range(MOST_PASSES):
        done = not under_way.open()
        under_way.nursery.clock.move_to(under_way.nursery.clock() + timedelta(seconds=90))
        if code := under_way.nursery.run(one_pass):
            return [f"{name}: whoever came after ended with {code}"]
        if done:
            break
    return [f"{name}: {fault}" for fault in under_way.faults()]


def main(arguments: Sequence[str]) -> int:
    """Play the named places, or all."""
    url, folder, *names = arguments
    began = time.monotonic()
    found: dict[str, list[str]] = {}
    with play(url, Path(folder), owners=4, tasks=8, days=1) as under_way:
        for name in names or sorted(NAMES):
            found[name] = crash(under_way, name)
    wrong = [fault for some in found.values() for fault in some]
    print(json.dumps({"places": len(found), "faults": wrong, "seconds": round(time.monotonic() - began, 1)}))  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
