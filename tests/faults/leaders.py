"""Schedulers at once, and a leader and a sender that freeze and wake: who leads, and what is written.

`python -m tests.faults.leaders URL FOLDER SCENE` plays one of `SCENES` and prints what it found as JSON; those that are
alone are SQLite's, the others PostgreSQL's.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from datetime import time as local_time
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.clock import NOW, TODAY
from tests.faults import databases
from tests.faults.control import REFUSED, Nursery, nursery, schedule, work
from tests.faults.shared_clock import SPEED
from tests.faults.storm import PATIENCE, Play, play
from tracker.delivery import claiming, courier
from tracker.delivery.models import Delivery
from tracker.jobs import worker
from tracker.kernel import leases
from tracker.kernel.db import Step, affected, db
from tracker.kernel.jobs import JobRun, RunState, beat
from tracker.kernel.leases import Term
from tracker.reminders import scheduler, ticks
from tracker.reminders.jobs import Job, all_jobs, latest_slot, slot_name

LOG = "CREATE TABLE fault_log (slot VARCHAR(40), epoch BIGINT)"
SEEN = "SELECT slot, count(*) FROM fault_log GROUP BY slot ORDER BY slot"
DONE = "SELECT slot, count(*) FROM fault_log WHERE slot LIKE 'probe %' GROUP BY slot ORDER BY slot"
"""What was done to its end. A step that was written may be done again: whoever ends or loses the lead after it has not
said so yet."""
MUST_TAKE_OVER = 2 * leases.TTL.total_seconds()
"""Seconds of the shared clock from the freezing of a leader until another leads, less what the machine stood still."""
LONG_LEASE = timedelta(minutes=2)
ROUNDS_AWAKE = 2
"""So many rounds of its work a process is watched after the one in which it was frozen."""
WEBS, MANY_WEBS = 3, 8
TERM = "SELECT epoch FROM leader_lease WHERE name = 'scheduler'"


def probe(folder: Path, *, now: datetime, step: Step) -> Mapping[str, Any]:
    """A job that leaves a line in a table without any key, and dawdles in its step while a file says so."""
    slot = now.strftime("%Y-%m-%dT%H")
    with step() as session:
        session.execute(sa.text("INSERT INTO fault_log (slot, epoch) VALUES (:slot, 0)"), {"slot": slot})
        if (folder / "dawdle").exists():
            dawdle(folder)
    return {"written": 1}


def only_probe(folder: Path) -> None:
    """Let schedulers have this one job, on every full hour."""
    job = Job("probe", tuple(local_time(hour) for hour in range(24)), partial(probe, folder))
    vars(ticks)["all_jobs"] = lambda: (job,)


PUT = ticks.Run._put


def put_anyhow(run: ticks.Run, **values: Any) -> None:
    """Write into a slot, whoever has it now."""
    affected(sa.update(JobRun).where(JobRun.job == run.job, JobRun.slot == run.slot).values(**values))


def dawdle(folder: Path) -> None:
    """Say who is here, and stay while a file says so."""
    fresh = folder / "inside.new"
    fresh.write_text(str(os.getpid()), encoding="ascii")
    # Whoever finds the file finds the number in it.
    fresh.replace(folder / "inside")
    while (folder / "dawdle").exists():
        time.sleep(0.05)


def dawdle_outside(folder: Path) -> None:
    """Let a leader dawdle in a step that is of no slot, in which it leaves a line that must never stand."""

    def dawdling(role: str, *, holder: str, now: datetime) -> None:
        if (folder / "dawdle").exists():
            db.session.execute(sa.text("INSERT INTO fault_log (slot, epoch) VALUES ('in no slot', 0)"))
            dawdle(folder)
        # Not before: whoever leads next writes the same row.
        beat(role, holder=holder, now=now)

    vars(ticks)["beat"] = dawdling


def forget_fence(folder: Path) -> None:
    """A mutant: a step looks whether its term stands when it begins, and not when it ends."""
    dawdle_outside(folder)
    holds = Term.holds
    Term.holds = lambda term, *, keep=False: keep or holds(term)  # type: ignore[method-assign,assignment]


def forget_terms() -> None:
    """A mutant: a step does not look whether its term still stands, nor whose the slot is."""
    Term.holds = lambda _term, **_how: True  # type: ignore[method-assign]
    vars(ticks)["Run"]._put = put_anyhow


def freeze(pid: int, folder: Path) -> None:
    """Stop a process where it is; returns when it stands still."""
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)
    _frozen(folder, pid).touch()


def _frozen(folder: Path, pid: int) -> Path:
    return folder / f"frozen-{pid}"


def say_when_awake(rounds: ModuleType, name: str, folder: Path) -> None:
    """Let a process that was frozen say when it is well awake: what it was frozen in is over, and it went on.

    name: what does a round of its work; several may go on side by side.
    """
    one, before, after = vars(rounds)[name], list[object](), list[object]()

    def round_of_work(*given: Any) -> Any:
        this = object()
        if not _frozen(folder, os.getpid()).exists():
            before.append(this)
            try:
                return one(*given)
            finally:
                before.remove(this)
        if not before:
            after.append(this)
        if len(after) > ROUNDS_AWAKE:
            (folder / "awake").touch()
        return one(*given)

    vars(rounds)[name] = round_of_work


def wake(one: Nursery, pid: int, folder: Path) -> None:
    """Let a frozen process go on until it is well awake, or died of it, however slow the machine."""
    os.kill(pid, signal.SIGCONT)
    until(lambda: bool(one.collect()) or (folder / "awake").exists(), "whoever had been frozen did not go on")


def until(holds: Callable[[], bool], what: str) -> float:
    """Wait for something that must come; returns for how many seconds the machine itself stood still meanwhile."""
    end, still = time.monotonic() + PATIENCE, 0.0
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(what)
        still += nap(0.1)
    return still


def nap(seconds: float) -> float:
    """Sleep; returns by how much it became longer, which is nobody's doing but the machine's."""
    began = time.monotonic()
    time.sleep(seconds)
    return time.monotonic() - began - seconds


@contextmanager
def schedulers(
    url: str, folder: Path, count: int, mutate: Callable[[], None] | None = None, *, alone: bool = True
) -> Iterator[Nursery]:
    """So many schedulers, with the probing job alone unless told otherwise."""
    databases.execute(url, LOG)
    one = nursery(url, folder)

    def begin() -> None:
        if alone:
            only_probe(folder)
        if mutate is not None:
            mutate()

    try:
        for _number in range(count):
            one.start(schedule, mutate=begin)
        yield one
    finally:
        one.end_all()
        databases.execute(url, "DROP TABLE fault_log")


def _finished(url: str) -> int:
    query = "SELECT count(*) FROM job_run WHERE job = 'probe' AND state = 'finished'"
    return int(str(databases.execute(url, query)[0][0]))


HOLDERS = "SELECT DISTINCT holder FROM job_run"
PAGES = ("/healthz", "/sign-in", "/")


def serve(app: Flask) -> None:
    """A web process: it answers, page after page."""
    visitor = app.test_client()
    while True:
        for page in PAGES:
            if visitor.get(page).status_code >= 500 and page != "/healthz":
                raise RuntimeError(f"{page} could not be shown")
        time.sleep(0.2)


def slots(url: str, folder: Path, hours: int = 6, webs: int = WEBS) -> dict[str, Any]:
    """Hour after hour passes for three schedulers beside web processes: who leads does each slot, and nobody else."""
    with schedulers(url, folder, 3, log_done) as three:
        allowed = set(three.living)
        for _number in range(webs):
            three.start(serve, mutate=partial(only_probe, folder))
        for hour in range(hours):
            three.clock.move_to(NOW + timedelta(hours=hour))
            until(lambda hour=hour: _finished(url) > hour, f"hour {hour} was not done")  # type: ignore[misc]
        wrong = [f"a process ended with {code}" for code in three.collect()]
        seen = [int(str(count)) for _slot, count in databases.execute(url, DONE)]
        terms = int(str(databases.execute(url, TERM)[0][0]))
        wrong += _held_by_others(url, allowed)
    if seen != [1] * hours:
        wrong.append(f"lines by slot: {seen}")
    return {"faults": wrong, "slots": hours, "terms": terms, "web_processes": webs}


def put_and_log(run: ticks.Run, **values: Any) -> None:
    """Write into a slot; where that says that it is done, leave a line in the same transaction."""
    PUT(run, **values)
    if values.get("state") is RunState.FINISHED:
        line = sa.text("INSERT INTO fault_log (slot, epoch) VALUES (:slot, :epoch)")
        db.session.execute(line, {"slot": f"{run.job} {run.slot}", "epoch": run.epoch})


def log_done() -> None:
    """Let schedulers leave a line for each slot that they do."""
    vars(ticks)["Run"]._put = put_and_log


def jobs(url: str, folder: Path, hours: int = 24) -> dict[str, Any]:
    """The same with the product's own jobs: of each the slot of the hour is done, and everything that is done, once."""
    finished = "SELECT job, slot FROM job_run WHERE state = 'finished'"

    def undone(moment: datetime) -> set[tuple[object, ...]]:
        latest = {job.name: latest_slot(job, moment) for job in every}
        wanted: set[tuple[object, ...]] = {(name, slot_name(slot)) for name, slot in latest.items() if slot is not None}
        return wanted - set(databases.execute(url, finished))

    with schedulers(url, folder, 3, log_done, alone=False) as three:
        allowed, every = set(three.living), with_jobs(three.app)
        for _number in range(MANY_WEBS):
            three.start(serve, mutate=log_done)
        for hour in range(hours):
            moment = NOW + timedelta(hours=hour)
            three.clock.move_to(moment)
            until(lambda moment=moment: not undone(moment), f"at {moment} not all was done")  # type: ignore[misc]
        wrong = [f"a process ended with {code}" for code in three.collect()]
        runs = databases.execute(url, "SELECT job, slot, state FROM job_run")
        lines = {str(slot): int(str(count)) for slot, count in databases.execute(url, SEEN)}
        wrong += _held_by_others(url, allowed)
    wrong += [f"{job} of {slot} is {state}" for job, slot, state in runs if state != "finished"]
    wrong += [f"{slot} was done {count} times" for slot, count in lines.items() if count != 1]
    if lines.keys() != {f"{job} {slot}" for job, slot, _state in runs}:
        wrong.append("what was done is not what is on record")
    by_job = Counter(str(job) for job, _slot, _state in runs)
    return {"faults": wrong, "web_processes": MANY_WEBS, **dict(sorted(by_job.items()))}


def with_jobs(app: Flask) -> Sequence[Job]:
    """All jobs of an application."""
    with app.app_context():
        return all_jobs()


def _held_by_others(url: str, schedulers_pids: set[int]) -> list[str]:
    """Runs of jobs that no scheduler of the play did; a holder is a machine and a process."""
    holders = [str(row[0]) for row in databases.execute(url, HOLDERS)]
    return [
        f"a job was run by {holder or 'nobody'}"
        for holder in holders
        if holder.rpartition(":")[2] not in map(str, schedulers_pids)
    ]


def alone(url: str, folder: Path, hours: int = 24) -> dict[str, Any]:
    """Hour after hour the one scheduler is killed and another started, and a second one meanwhile is turned away."""
    chance, refused, allowed, wrong = random.Random(1), 0, set[int](), list[str]()

    def begin() -> None:
        only_probe(folder)
        log_done()
        # Who lives must not lose the lead because the machine paused for some seconds of the wall.
        leases.TTL = LONG_LEASE

    with schedulers(url, folder, 0) as one:
        for hour in range(hours):
            one.clock.move_to(NOW + timedelta(hours=hour))
            pid = one.start(schedule, mutate=begin)
            until(lambda pid=pid: _leads(url, pid), f"in hour {hour} nobody leads")  # type: ignore[misc]
            code = one.run(schedule, mutate=begin)
            if code == REFUSED:
                refused += 1
            else:
                wrong.append(f"in hour {hour} a second one ended with {code}")
            # Somewhere in its work, or before, or after.
            time.sleep(chance.uniform(0, 1.5))
            one.kill(pid)
            after = one.start(schedule, mutate=begin)
            allowed |= {pid, after}
            until(lambda hour=hour: _finished(url) > hour, f"hour {hour} was not done")  # type: ignore[misc]
            one.kill(after)
        seen = [int(str(count)) for _slot, count in databases.execute(url, DONE)]
        wrong += _held_by_others(url, allowed)
    if seen != [1] * hours:
        wrong.append(f"lines by slot: {seen}")
    return {"faults": wrong, "slots": hours, "kills": 2 * hours, "refused": refused}


def _leads(url: str, pid: int) -> bool:
    rows = databases.execute(url, "SELECT holder FROM leader_lease WHERE name = 'scheduler'")
    return bool(rows) and str(rows[0][0]).rpartition(":")[2] == str(pid)


def leader(url: str, folder: Path, mutate: Callable[[], None] | None = None) -> dict[str, Any]:
    """The leader freezes in the middle of a step, another takes over, and the first wakes again."""

    def begin() -> None:
        say_when_awake(scheduler, "_beside", folder)
        if mutate is not None:
            mutate()

    (folder / "dawdle").touch()
    with schedulers(url, folder, 2, begin) as two:
        until((folder / "inside").exists, "nobody began")
        frozen, began = int((folder / "inside").read_text()), time.monotonic()
        first = databases.execute(url, TERM)
        freeze(frozen, folder)
        (folder / "dawdle").unlink()
        still = until(lambda: databases.execute(url, TERM) != first, "nobody took over")
        took = (time.monotonic() - began - still) * SPEED
        until(lambda: _finished(url) == 1, "the slot was not done")
        wake(two, frozen, folder)
        seen = Counter({str(slot): int(str(count)) for slot, count in databases.execute(url, SEEN)})
        terms = int(str(databases.execute(url, TERM)[0][0])) - int(str(first[0][0]))
        two.collect()
        awake = len(two.living) == 2
    wrong = [f"slot {slot} was written {count} times" for slot, count in seen.items() if count != 1]
    if "in no slot" in seen:
        wrong.append("whoever led before wrote when it woke")
    if terms != 1:
        wrong.append(f"{terms} takeovers")
    if took > MUST_TAKE_OVER:
        wrong.append(f"it took {took:.0f} s of the shared clock until another led")
    if not awake:
        wrong.append("whoever had been frozen died of it, or the other did")
    return {"faults": wrong, "takeover_seconds_of_the_shared_clock": round(took, 1)}


def outside(url: str, folder: Path, mutate: Callable[[Path], None] = dawdle_outside) -> dict[str, Any]:
    """The same where the step is of no slot, so that its being another's now does not help."""
    return leader(url, folder, partial(mutate, folder))


def sender(url: str, folder: Path, mutate: Callable[[], None] | None = None) -> dict[str, Any]:
    """A sender freezes while the mail server has a mail and has not answered; another comes; the first wakes again."""

    def begin() -> None:
        say_when_awake(worker, "_turn", folder)
        if mutate is not None:
            mutate()

    with play(url, folder, owners=4, tasks=8, days=1) as under_way:
        under_way.day(TODAY)
        # Until it is told to go on: the sender is to be frozen before it is answered.
        under_way.servers.say("hang 600")
        under_way.nursery.start(schedule)
        frozen = under_way.nursery.start(work, mutate=begin)
        mail = under_way.servers.folder / "receipts" / "mail"
        until(lambda: mail.exists() and mail.stat().st_size > 0, "no mail came")
        freeze(frozen, folder)
        under_way.strike(frozen)
        under_way.servers.say("ok")
        return _another_and_the_first(under_way, frozen, doubts=1)


def sender_that_claimed(url: str, folder: Path) -> dict[str, Any]:
    """A sender freezes when it has claimed and has begun nothing; another sends it all; the first wakes again."""
    (folder / "dawdle").touch()

    def come_no_further() -> None:
        say_when_awake(worker, "_turn", folder)

        def reach(place: str) -> None:
            if place == "deliver.claimed" and databases.execute(url, CLAIMED) != [(0,)]:
                dawdle(folder)

        vars(courier)["crashpoint"] = reach

    with play(url, folder, owners=4, tasks=8, days=1) as under_way:
        under_way.day(TODAY)
        under_way.nursery.start(schedule)
        frozen = under_way.nursery.start(work, mutate=come_no_further)
        until((folder / "inside").exists, "nobody claimed")
        freeze(frozen, folder)
        (folder / "dawdle").unlink()
        return _another_and_the_first(under_way, frozen, doubts=0)


CLAIMED = "SELECT count(*) FROM delivery WHERE state = 'claimed'"


def _another_and_the_first(under_way: Play, frozen: int, *, doubts: int) -> dict[str, Any]:
    """Another sender does what there is; then the first wakes, and must leave everything as it finds it."""
    under_way.nursery.start(work)
    under_way.settle()
    before, received = _dealt_with(under_way.url), len(under_way.history().receipts)
    wake(under_way.nursery, frozen, under_way.folder)
    after = _dealt_with(under_way.url)
    wrong = under_way.faults()
    if frozen not in under_way.nursery.living:
        wrong.append("whoever had been frozen died of it")
    wrong += [
        f"of {table} changed when it woke: {set(after[table]) ^ set(before[table])}"
        for table in before
        if after[table] != before[table]
    ]
    if len(under_way.history().receipts) != received:
        wrong.append("it sent when it woke")
    found = sum(row["outcome"] == "unknown" for row in _history(under_way))
    if found != doubts:
        wrong.append(f"{found} deliveries of unknown end, and {doubts} were frozen in")
    return {"faults": wrong, "uncertain": found}


def _dealt_with(url: str) -> dict[str, list[str]]:
    """Everything about deliveries, to the letter."""
    tables = ("delivery", "delivery_item", "delivery_attempt")
    return {name: sorted(map(repr, databases.execute(url, f"SELECT * FROM {name}"))) for name in tables}


def forget_tokens() -> None:
    """A mutant: an answer counts whoever has the delivery now, and whatever became of it."""
    vars(claiming)["held"] = lambda claim, _move: Delivery.id == claim.delivery_id


def _history(under_way: Play) -> list[dict[str, Any]]:
    rows = databases.execute(under_way.url, "SELECT delivery_id, outcome FROM delivery_attempt")
    return [{"delivery_id": row[0], "outcome": row[1]} for row in rows]


SCENES: dict[str, Callable[[str, Path], dict[str, Any]]] = {
    "slots": slots,
    "day": partial(slots, hours=24, webs=MANY_WEBS),
    "jobs": jobs,
    "alone": alone,
    "alone-briefly": partial(alone, hours=3),
    "leader": leader,
    "leader-outside": outside,
    "sender": sender,
    "sender-claimed": sender_that_claimed,
    "mutant": partial(leader, mutate=forget_terms),
    "mutant-outside": partial(outside, mutate=forget_fence),
    "mutant-sender": partial(sender, mutate=forget_tokens),
}


def main(arguments: Sequence[str]) -> int:
    """Play a scene."""
    url, folder, name = arguments
    began = time.monotonic()
    found = SCENES[name](url, Path(folder))
    print(json.dumps({**found, "seconds": round(time.monotonic() - began, 1)}))  # noqa: T201
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
