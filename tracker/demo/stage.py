"""Where the story is played: the day it is, and who does what by name."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from tracker.accounts.identity import actor_of_person
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.models import Person, Unit, UnitShortName
from tracker.organisation.queries import contacts, seat_holders, unit_people
from tracker.organisation.rules import LEADERS, OFFICE, ContactRole, PostRank, SeatRole
from tracker.tasks import policy
from tracker.tasks.models import Task

Row = TypeVar("Row")


@dataclass
class Known:
    """What was looked up before: in the story nobody changes post, so people stay who they are."""

    units: dict[str, int] = field(default_factory=dict)
    actors: dict[int, Actor] = field(default_factory=dict)


@dataclass
class Stage:
    """The moment, and people found by what they are."""

    now: datetime
    known: Known

    def actor(self, person_id: int) -> Actor:
        """Somebody with what is theirs."""
        if person_id not in self.known.actors:
            self.known.actors[person_id] = actor_of_person(person_id, day=local_date(self.now))
        return self.known.actors[person_id]

    def task(self, task_id: int) -> Task:
        """A task as it stands."""
        return db.session.get_one(Task, task_id)

    def latest(self, model: type[Row], task_id: int) -> Row:
        """The last row of a kind about a task, which must have one."""
        found = self.latest_or_none(model, task_id)
        if found is None:
            raise LookupError(model.__name__)
        return found

    def latest_or_none(self, model: type[Row], task_id: int) -> Row | None:
        """The last row of a kind about a task."""
        kind: Any = model
        query = sa.select(kind).where(kind.task_id == task_id).order_by(kind.id.desc()).limit(1)
        found: Row | None = db.session.scalars(query).one_or_none()
        return found

    def unit(self, name: str) -> Unit:
        """A unit by its name or a short name."""
        if name not in self.known.units:
            called = sa.or_(Unit.name == name, UnitShortName.name == name)
            query = sa.select(Unit.id).outerjoin(UnitShortName).where(called).distinct()
            self.known.units[name] = db.session.scalars(query).one()
        return db.session.get_one(Unit, self.known.units[name])

    def lead(self, task: Task) -> int:
        """The lead unit; every task of the story that is out has one."""
        if task.lead_unit_id is None:
            raise LookupError(task.title)
        return task.lead_unit_id

    def head(self, task: Task) -> Actor:
        """The head of the lead unit, or its deputy in charge where there is none."""
        heads = unit_people(self.lead(task), day=local_date(self.now), ranks=(PostRank.HEAD,))
        return self.actor(heads[0]) if heads else self.deputy(task)

    def deputy(self, task: Task) -> Actor:
        """The deputy in charge of the lead unit, or its head."""
        unit_id = self.lead(task)
        found = self._contacts(unit_id, task.group_id, ContactRole.DEPUTY_IN_CHARGE)
        people = found or unit_people(unit_id, day=local_date(self.now), ranks=(PostRank.HEAD,))
        return self.actor(people[0])

    def liaison(self, task: Task) -> Actor:
        """The liaison of the lead unit, or its deputy."""
        found = self._contacts(self.lead(task), task.group_id, ContactRole.LIAISON)
        return self.actor(found[0]) if found else self.deputy(task)

    def contact_of(self, unit_id: int, group_id: int) -> Actor | None:
        """Who signs for a unit: its liaison, else its head; None where there is nobody."""
        heads = unit_people(unit_id, day=local_date(self.now), ranks=(PostRank.HEAD,))
        found = self._contacts(unit_id, group_id, ContactRole.LIAISON) or heads
        return self.actor(found[0]) if found else None

    def person_of(self, actor: Actor) -> Person:
        """The person behind an actor."""
        return db.session.get_one(Person, actor.person_id)

    def verifier(self, task: Task) -> Actor:
        """Who may verify: a supervisor first, else somebody of office or leaders who is not involved."""
        return self._uninvolved(task, ({SeatRole.SUPERVISOR}, OFFICE, LEADERS))

    def decider(self, task: Task) -> Actor:
        """Who may decide on time and rest: a leader who is not involved."""
        return self._uninvolved(task, (LEADERS,))

    def urger(self, task: Task) -> Actor:
        """A clerk of the office."""
        holders = seat_holders(task.group_id, day=local_date(self.now), roles=(SeatRole.OFFICE_STAFF,))
        return self.actor(holders[0])

    def _contacts(self, unit_id: int, group_id: int, role: ContactRole) -> list[int]:
        return contacts(group_id, unit_id, day=local_date(self.now), roles=(role,))

    def _uninvolved(self, task: Task, ranks: tuple[Any, ...]) -> Actor:
        for roles in ranks:
            for person_id in seat_holders(task.group_id, day=local_date(self.now), roles=roles):
                actor = self.actor(person_id)
                if policy.uninvolved(actor, task):
                    return actor
        raise LookupError(task.title)
