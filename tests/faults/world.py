"""A world with many owners of tasks who have mail, a mail server and a robot: what the faults fall upon."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.cast import Cast, enter_cast
from tests.clock import NOW
from tests.factories import make_person
from tests.faults.model import Given, Ought, ought, working
from tests.outbox.servers import HOST
from tests.outbox.world import mail_facts
from tests.reminders.worlds import running_task
from tracker.accounts.models import Account
from tracker.delivery import commands
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.rules import EndpointKind
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Person

AUDIENCES = {
    "liaison": ("finance_liaison",),
    "deputy": ("finance_deputy",),
    "head": ("finance_head",),
    "office": ("office_director", "office_clerk", "office_secondee"),
    "leader": ("leader",),
    "supervisor": ("supervisor",),
}
NO_ACCOUNT, NO_ADDRESS = "office_secondee", "supervisor"
"""Somebody whom only the inbox can tell, and somebody whom mail does not reach."""
LATE = (2, 3, 7, 15, 6, 14)
"""So many working days late are tasks on the first day: some that stand on a rung and had been told of none before, and
some whose next one is reached on the second day. A play of one day does without the last two."""


@dataclass
class World:
    """Tasks and people by number, kept in a file between processes."""

    tasks: list[Given]
    people: Mapping[str, Sequence[int]]
    owners: list[int]
    administrator: int
    addresses: Mapping[int, str]
    names: Mapping[int, str]

    def write(self, file: Path) -> None:
        """Let other processes know."""
        tasks = [{**asdict(task), "due_on": task.due_on.isoformat()} for task in self.tasks]
        file.write_text(json.dumps({**asdict(self), "tasks": tasks}), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "World":
        """What another process made."""
        said = json.loads(file.read_text(encoding="utf-8"))
        tasks = [Given(row["task_id"], date.fromisoformat(row["due_on"]), row["owner_id"]) for row in said["tasks"]]
        addresses, names = ({int(key): value for key, value in said[name].items()} for name in ("addresses", "names"))
        return cls(tasks, said["people"], said["owners"], said["administrator"], addresses, names)

    def ought(self, days: Sequence[date]) -> Ought:
        """What these days ought to bring."""
        return ought(self.tasks, days, self.people, addresses=self.addresses, names=self.names)


def build(
    file: Path, *, owners: int, tasks: int, days: Sequence[date], late: Sequence[int], mail: int, gateway: int
) -> None:
    """Enter the cast, owners with mail, tasks that fall due on the days played, in turn, and some that are late."""
    with write_transaction():
        cast = enter_cast()
        unit, since = cast.unit("finance"), date(2025, 9, 1)
        people = [make_person(unit, f"经办{number}", starts_on=since) for number in range(owners)]
        db.session.flush()
        others = [name for names in AUDIENCES.values() for name in names if name != NO_ACCOUNT]
        readers = [*people, *map(cast.person, others)]
        for person in readers:
            give_mail(person)
        cast.person(NO_ADDRESS).email = ""
        due = [days[number % len(days)] for number in range(tasks)] + [working_before(days[0], some) for some in late]
        made = [_given(cast, day, people[number % owners].id, f"事项{number}") for number, day in enumerate(due)]
        world = World(
            made,
            {name: [cast.person_ids[one] for one in names] for name, names in AUDIENCES.items()},
            [person.id for person in people],
            cast.person_ids["administrator"],
            {person.id: person.email for person in readers if person.email},
            {person.id: person.name for person in readers},
        )
        actor = cast.actor("administrator", day=local_date(NOW))
        commands.add_endpoint(EndpointKind.MAIL, mail_facts(mail), group=None, by=actor, now=NOW)
        robot = EndpointFacts("群机器人", url=f"https://{HOST}:{gateway}/robot/send?key=k")
        commands.add_endpoint(EndpointKind.WECOM, robot, group=cast.group(), by=actor, now=NOW)
    world.write(file)


def give_mail(person: Person) -> None:
    """An account, and an address to which digests go from the first minute of the day."""
    person.email = f"p{person.id}@example.gov.cn"
    person_account = Account(
        person_id=person.id, login=f"p{person.id}", password_hash="-", must_change=False, language="zh", created_at=NOW
    )
    db.session.add(person_account)


def _given(cast: Cast, due_on: date, owner_id: int, title: str) -> Given:
    task = running_task(cast, due_on=due_on, title=title)
    task.owner_id = owner_id
    db.session.flush()
    return Given(task.id, due_on, owner_id)


def working_days(first: date, count: int) -> list[date]:
    """So many days in a row on which offices work."""
    found, day = list[date](), first
    while len(found) < count:
        if working(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def working_before(day: date, count: int) -> date:
    """The working day from which it is so many of them to another."""
    while count:
        day -= timedelta(days=1)
        count -= working(day)
    return day


def morning(day: date) -> datetime:
    """Half past nine in Shanghai."""
    return datetime(day.year, day.month, day.day, NOW.hour, NOW.minute, tzinfo=NOW.tzinfo)
