"""Which person each name means, and whether a post is held by somebody else than the paper says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import db
from tracker.organisation.models import Appointment, Person, Post, Region, Unit, on_day
from tracker.organisation.rules import PostRank
from tracker.plans.study.names import NEW


@dataclass(slots=True)
class PersonQuestion:
    """A name in the paper that people on file also have; options are (id, name with posts)."""

    name: str
    options: list[tuple[int, str]]
    choice: str = ""

    @property
    def person_id(self) -> int | None:
        """The person on file whom it means."""
        return int(self.choice) if self.choice not in {"", NEW} else None


@dataclass(slots=True)
class HeldPost:
    """A head's post that the paper gives to somebody else than the file does.

    The file counts until the unit's page says otherwise: a plan may be years old.
    """

    unit_id: int
    unit: str
    title: str
    on_file: str
    in_paper: str


def ask_people(
    region: Region,
    named: Mapping[str, Sequence[str]],
    units: Mapping[str, int | None],
    answers: Mapping[str, Any],
    day: date,
) -> list[PersonQuestion]:
    """A question for each name that is on file already; sure where the person holds a post in the same unit."""
    questions = []
    for name, people in _on_file(region, list(named), day).items():
        question = PersonQuestion(name, [(person, label) for person, label, _homes in people])
        wanted = {units.get(unit) for unit in named[name]} - {None}
        at_home = [person for person, _label, homes in people if wanted & homes]
        said = str(answers.get(name) or "")
        if said in {NEW, *(str(person) for person, _label in question.options)}:
            question.choice = said
        elif len(at_home) == 1:
            question.choice = str(at_home[0])
        questions.append(question)
    return questions


def _on_file(region: Region, names: Sequence[str], day: date) -> dict[str, list[tuple[int, str, set[int]]]]:
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Unit.id, Unit.name, Post.title)
        .select_from(Person)
        .outerjoin(Appointment, sa.and_(Appointment.person_id == Person.id, on_day(Appointment, day)))
        .outerjoin(Post, Post.id == Appointment.post_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(Person.region_id == region.id, Person.name.in_(names))
        .order_by(Person.id, Appointment.id)
    ).all()
    people: dict[int, tuple[str, list[str], set[int]]] = {}
    for person_id, name, unit_id, unit, title in rows:
        _name, posts, homes = people.setdefault(person_id, (name, [], set()))
        if unit_id is not None:
            posts.append(f"{unit}{title}")
            homes.add(unit_id)
    found: dict[str, list[tuple[int, str, set[int]]]] = {}
    for person_id, (name, posts, homes) in people.items():
        label = f"{name}（{'、'.join(posts)}）" if posts else name
        found.setdefault(name, []).append((person_id, label, homes))
    return found


def held_by_others(
    posts: Sequence[tuple[str, str, str]],
    units: Mapping[str, int | None],
    people: Mapping[str, int | None],
    day: date,
) -> list[HeldPost]:
    """Of (unit, title, person) in the paper, the heads' posts that somebody else holds on file."""
    ids = {unit_id for unit_id in units.values() if unit_id is not None}
    rows = db.session.execute(
        sa.select(Post.unit_id, Post.title, Person.id, Person.name)
        .join(Appointment, Appointment.post_id == Post.id)
        .join(Person, Person.id == Appointment.person_id)
        .where(Post.unit_id.in_(ids), Post.rank == PostRank.HEAD, on_day(Appointment, day))
    ).all()
    held = {(unit_id, title): (person_id, name) for unit_id, title, person_id, name in rows}
    questions: dict[tuple[int, str], HeldPost] = {}
    for unit, title, person in posts:
        unit_id = units.get(unit)
        holder = held.get((unit_id, title)) if unit_id is not None else None
        if unit_id is None or holder is None or holder[0] == people.get(person):
            continue
        questions[unit_id, title] = HeldPost(unit_id, unit, title, holder[1], person)
    return list(questions.values())
