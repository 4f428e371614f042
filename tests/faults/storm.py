"""A storm: schedulers and workers on one database, killed at random while they work, for some days.

`python -m tests.faults.storm URL FOLDER --kills 10 …` plays it and prints what it found as JSON; FOLDER is empty.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from config import ROOT
from tests.clock import TODAY
from tests.faults import databases, world
from tests.faults.checker import ENDED, History, faults, read_history
from tests.faults.control import REFUSED, Nursery, Role, nursery, schedule, with_app, work
from tests.faults.model import working
from tests.faults.passing import one_pass
from tests.faults.world import World
from tests.outbox.servers import HOST, Authority
from tests.outbox.world import allow

PATIENCE = 180
THINKING = "hang 0.2"
"""So long the servers take to answer in a storm, that senders can be killed while nobody knows what came of it."""
AIMED, SOON = 0.25, 2.0
"""How often a kill waits for somebody who is sending, and so many seconds at most."""
QUIET_SECONDS = 3
SENDING = "SELECT holder FROM delivery WHERE state = 'sending'"


@dataclass
class Servers:
    """The servers' process, and what they received."""

    process: "subprocess.Popen[str]"
    mail: int
    gateway: int
    folder: Path

    def say(self, mode: str) -> None:
        """Let the servers misbehave, or behave."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{mode}\n")
        self.process.stdin.flush()
        self.process.stdout.readline()


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Servers that run meanwhile."""
    command = [sys.executable, "-m", "tests.faults.servers", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        yield Servers(process, ports["mail"], ports["gateway"], folder)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Play:
    """A world under way: who lives in it, and how often somebody was killed."""

    url: str
    folder: Path
    nursery: Nursery
    servers: Servers
    days: list[date]
    chance: random.Random
    kills: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    """By process, how often something befell it while it may have been sending: so many doubts it may leave."""
    refused: int = 0
    fell: list[int] = field(default_factory=list)
    played: list[date] = field(default_factory=list)

    def world(self) -> World:
        """What there is."""
        return World.read(self.folder / "world.json")

    def day(self, day: date) -> None:
        """Let it be the morning of a day."""
        self.nursery.clock.move_to(world.morning(day))
        self.played.append(day)

    def begin_anew(self) -> None:
        """The world as it was made, and nothing received yet."""
        databases.put_back(self.url)
        for file in (self.servers.folder / "receipts").glob("*"):
            file.write_text("", encoding="utf-8")
        self.played.clear()
        self.struck.clear()

    def strike(self, *pids: int) -> None:
        """Let it be known that something befalls these processes."""
        self.struck.update(map(str, pids))

    def storm(self, kills: int, *, pause: tuple[float, float] = (0.1, 0.4)) -> None:
        """Kill somebody now and again, and put another in their place."""
        for _number in range(kills):
            time.sleep(self.chance.uniform(*pause))
            self.mend()
            pid = self.victim()
            role = self.nursery.living[pid]
            self.strike(pid)
            code = self.nursery.kill(pid)
            self.kills += 1
            if code != -signal.SIGKILL:
                # It had ended by itself just before.
                self.note_end(code)
            self.nursery.start(role)

    def victim(self) -> int:
        """Anybody; but now and again somebody who is sending, if anybody is soon, for from there is no way back."""
        end = time.monotonic() + (SOON if self.chance.random() < AIMED else 0)
        while time.monotonic() < end:
            holders = {str(holder).rpartition(":")[2] for (holder,) in databases.execute(self.url, SENDING)}
            if sending := sorted(pid for pid in self.nursery.living if str(pid) in holders):
                return self.chance.choice(sending)
            time.sleep(0.02)
        return self.chance.choice(sorted(self.nursery.living))

    def mend(self) -> None:
        """Whoever ended by themselves, because the database was away or another was there, is started again."""
        before = dict(self.nursery.living)
        for code in self.nursery.collect():
            self.note_end(code)
        for pid, role in before.items():
            if pid not in self.nursery.living:
                self.nursery.start(role)

    def note_end(self, code: int) -> None:
        """Somebody ended by themselves: turned away, because another is there, or fallen."""
        if code == REFUSED:
            self.refused += 1
        else:
            self.fell.append(code)

    def settle(self, *, quiet: float = 0) -> History:
        """Wait until everything of the day is done and nothing more has happened for a while; returns what happened."""
        found, since = self.history(), time.monotonic()
        end = since + PATIENCE
        while (still_open := self.open(found)) or time.monotonic() - since < quiet:
            if time.monotonic() > end:
                raise TimeoutError(f"no end after {PATIENCE} s: {still_open[:3]}")
            self.mend()
            time.sleep(0.3)
            before, found = found, self.history()
            if found != before:
                since = time.monotonic()
        return found

    def open(self, history: History | None = None) -> list[str]:
        """What is not done yet, by plain SQL."""
        passing = ("received", "said", "uncertain", "unexpected")
        return [fault for fault in self.faults(history) if not fault.startswith(passing)]

    def faults(self, history: History | None = None) -> list[str]:
        """What the checker says of a history, or of what happened so far."""
        ought = self.world().ought([day for day in self.played if working(day)])
        slots = [f"{day.isoformat()}T08:00" for day in self.played]
        return faults(history or self.history(), ought, struck=self.struck, slots=slots)

    def history(self) -> History:
        """What happened so far."""
        return read_history(self.url, self.servers.folder / "receipts")

    def result(self) -> dict[str, Any]:
        """The table's row, once nothing moves any more: what was planned anew at the very end comes to its end, too."""
        history = self.settle(quiet=QUIET_SECONDS)
        states = [row["state"] for row in history.tables["delivery"]]
        return {
            "faults": [*self.faults(history), *(f"a process fell with {code}" for code in self.fell)],
            "kills": self.kills,
            "doubts": sum(row["outcome"] == "unknown" for row in history.tables["delivery_attempt"]),
            "reminders": len(history.tables["reminder"]),
            "messages": len(history.tables["inbox_item"]),
            "deliveries": len(states),
            "receipts": len(history.receipts),
            "of_them_chat": sum("text" in receipt for receipt in history.receipts),
            "flags": len(history.tables["flag"]),
            "notices": len(history.tables["supervision_notice"]),
            "urges": len(history.tables["urge"]),
            **{state: states.count(state) for state in sorted(ENDED)},
            "fell": self.fell,
            "refused": self.refused,
        }


@contextmanager
def play(url: str, folder: Path, *, owners: int, tasks: int, days: int, seed: int = 1, late: int = 1) -> Iterator[Play]:
    """A world with its servers, in which so many tasks of each kind are late; nobody is left alive at the end."""
    with servers(folder) as there:
        played = [TODAY + timedelta(days=ahead) for ahead in range(days)]
        one = nursery(url, folder)
        authority = Authority(folder / "authority" / "ca.pem", folder / "authority" / "server.pem")
        allow(one.app, f"{HOST}:{there.mail}", f"{HOST}:{there.gateway}", ca=authority.ca)
        due = world.working_days(TODAY, max(days, 3))
        so_late = (world.LATE if days > 1 else world.LATE[:4]) * late
        ports = {"mail": there.mail, "gateway": there.gateway}
        made = with_app(
            lambda: world.build(folder / "world.json", owners=owners, tasks=tasks, days=due, late=so_late, **ports)
        )
        if one.run(made):
            raise RuntimeError("the world could not be made")
        under_way = Play(url, folder, one, there, played, random.Random(seed))
        databases.keep(url)
        try:
            under_way.day(TODAY)
            one.warm(one_pass)
            under_way.begin_anew()
            yield under_way
        finally:
            one.end_all()
            databases.forget(url)


def main(arguments: Sequence[str]) -> int:
    """Play a storm; prints what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    for name, default in (
        ("kills", 10),
        ("schedulers", 1),
        ("workers", 1),
        ("days", 2),
        ("owners", 20),
        ("tasks", 30),
        ("doubts", 0),
        ("late", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args(arguments)
    began = time.monotonic()
    crowd: list[Role] = [*[schedule] * said.schedulers, *[work] * said.workers]
    sizes = {name: getattr(said, name) for name in ("owners", "tasks", "days", "seed", "late")}
    with play(said.url, said.folder, **sizes) as under_way:
        under_way.servers.say(THINKING)
        for number, day in enumerate(under_way.days):
            under_way.day(day)
            if number == 0:
                for role in crowd:
                    under_way.nursery.start(role)
            share = said.kills // said.days + (number < said.kills % said.days)
            under_way.storm(share)
            under_way.settle()
        found = under_way.result()
    if found["doubts"] < said.doubts:
        found["faults"].append(f"{found['doubts']} kills struck a sender, and {said.doubts} should have")
    print(json.dumps({**found, "seconds": round(time.monotonic() - began, 1)}, ensure_ascii=False))  # noqa: T201
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
