"""A world with many owners of tasks who have mail, and a mail server: what the faults fall upon."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.cast import Cast, enter_cast
from tests.clock import NOW
from tests.factories import make_person
from tests.faults.model import Given, working
from tests.outbox.world import mail_facts
from tests.reminders.worlds import running_task
from tracker.accounts.models import Account
from tracker.delivery import commands
from tracker.delivery.rules import EndpointKind
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Person

AUDIENCES = {
    "liaison": ("finance_liaison",),
    "deputy": ("finance_deputy",),
    "head": ("finance_head",),
    "office": ("office_director", "office_clerk", "office_secondee"),
}


@dataclass
class World:
    """Tasks and people by number, kept in a file between processes."""

    tasks: list[Given]
    people: Mapping[str, Sequence[int]]
    owners: list[int]
    administrator: int

    def write(self, file: Path) -> None:
        """Let other processes know."""
        tasks = [{**asdict(task), "due_on": task.due_on.isoformat()} for task in self.tasks]
        file.write_text(json.dumps({**asdict(self), "tasks": tasks}), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "World":
        """What another process made."""
        said = json.loads(file.read_text(encoding="utf-8"))
        tasks = [Given(row["task_id"], date.fromisoformat(row["due_on"]), row["owner_id"]) for row in said["tasks"]]
        return cls(tasks, said["people"], said["owners"], said["administrator"])


def build(file: Path, *, owners: int, tasks: int, days: Sequence[date], mail: int, gateway: int) -> None:
    """Enter the cast, owners with mail, and tasks that fall due on the days played, in turn."""
    with write_transaction():
        cast = enter_cast()
        unit, since = cast.unit("finance"), date(2025, 9, 1)
        people = [make_person(unit, f"经办{number}", starts_on=since) for number in range(owners)]
        db.session.flush()
        for person in people:
            give_mail(person)
        for names in AUDIENCES.values():
            for name in names:
                give_mail(cast.person(name))
        made = [
            _given(cast, days[number % len(days)], people[number % owners].id, f"事项{number}")
            for number in range(tasks)
        ]
        world = World(
            made,
            {name: [cast.person_ids[one] for one in names] for name, names in AUDIENCES.items()},
            [person.id for person in people],
            cast.person_ids["administrator"],
        )
        actor = cast.actor("administrator", day=local_date(NOW))
        commands.add_endpoint(EndpointKind.MAIL, mail_facts(mail), group=None, by=actor, now=NOW)
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


def morning(day: date) -> datetime:
    """Half past nine in Shanghai."""
    return datetime(day.year, day.month, day.day, NOW.hour, NOW.minute, tzinfo=NOW.tzinfo)
