"""Regions, units and people as their pages show them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.entry import half_width
from tracker.kernel.errors import NotVisible
from tracker.kernel.paging import PAGE_SIZE, Key, Page, after, decode_cursor, encode_cursor
from tracker.organisation import policy
from tracker.organisation.models import (
    Appointment,
    Person,
    Post,
    Region,
    Unit,
    UnitShortName,
    on_day,
)
from tracker.organisation.queries.holders import effective_rank
from tracker.organisation.rules import PostRank, UnitKind


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A line of the list of units. heads is empty where the post is empty (缺位)."""

    unit: Unit
    heads: Sequence[str]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list of people: the posts held today, as unit and title."""

    person: Person
    posts: Sequence[str]


@dataclass(slots=True)
class PostRow:
    """A post with who holds it, who will and who did."""

    post: Post
    holders: list[Appointment] = field(default_factory=list)
    coming: list[Appointment] = field(default_factory=list)
    former: list[Appointment] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """缺位: nobody holds it today."""
        return not self.holders


SPELT = 3
"""Fewer letters stand in the middle of too many syllables: “an” would be every 管, 县 and 安."""


def spelt(model: Any, letters: str) -> sa.ColumnElement[bool]:
    """A name by its pinyin: from its beginning or, since people leave the district out, from any part: jiaoyuju.

    Units and people are few beside tasks, and their names are looked through for words as it is.
    """
    find = model.pinyin.startswith if len(letters) < SPELT else model.pinyin.contains
    found: sa.ColumnElement[bool] = find(letters, autoescape=True)
    return found


def _matches(model: Any, text: str, *others: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """By any part of the name, of its pinyin or its initials."""
    letters = half_width(text).lower().replace(" ", "")
    return sa.or_(
        model.name.contains(text, autoescape=True),
        model.name.contains(half_width(text), autoescape=True),
        spelt(model, letters),
        model.initials.contains(letters, autoescape=True),
        *others,
    )


def _page(query: sa.Select[Any], model: Any, place: str | None) -> tuple[list[Any], str | None]:
    """One page in the order of pinyin, and where the next one begins."""
    keys = (Key(model.pinyin), Key(model.id))
    if place:
        query = query.where(after(keys, decode_cursor(place, (str, int))))
    rows = list(db.session.scalars(query.order_by(model.pinyin, model.id).limit(PAGE_SIZE + 1)))
    if len(rows) <= PAGE_SIZE:
        return rows, None
    last = rows[PAGE_SIZE - 1]
    return rows[:PAGE_SIZE], encode_cursor((last.pinyin, last.id))


def units(
    actor: Actor, *, day: date, text: str = "", kind: UnitKind | None = None, place: str | None = None
) -> Page[UnitRow]:
    """The living units that somebody may see, by name, short name, pinyin or initials."""
    query = sa.select(Unit).where(policy.units_visible_to(actor, day=day), Unit.ended_on.is_(None))
    if kind is not None:
        query = query.where(Unit.kind == kind)
    if text:
        short = sa.select(UnitShortName.unit_id).where(UnitShortName.name.contains(text, autoescape=True))
        query = query.where(_matches(Unit, text, Unit.id.in_(short)))
    rows, further = _page(query.options(joinedload(Unit.parent), joinedload(Unit.hosted_by)), Unit, place)
    heads = heads_of([unit.id for unit in rows], day=day)
    return Page([UnitRow(unit, [person.name for person in heads.get(unit.id, ())]) for unit in rows], further)


def heads_of(unit_ids: Sequence[int], *, day: date) -> dict[int, list[Person]]:
    """Who heads units on a day, presiding deputies included."""
    found: dict[int, list[Person]] = {}
    rows = db.session.execute(
        sa.select(Post.unit_id, Person)
        .join(Appointment, Appointment.post_id == Post.id)
        .join(Person, Person.id == Appointment.person_id)
        .where(Post.unit_id.in_(unit_ids), on_day(Appointment, day), effective_rank() == PostRank.HEAD.value)
        .order_by(Appointment.id)
    )
    for unit_id, person in rows:
        found.setdefault(unit_id, []).append(person)
    return found


def unit_by_id(actor: Actor, unit_id: int, *, day: date) -> Unit:
    """A unit that somebody may see."""
    unit = db.session.scalar(sa.select(Unit).where(Unit.id == unit_id, policy.units_visible_to(actor, day=day)))
    if unit is None:
        raise NotVisible
    return unit


def seen_units(actor: Actor, unit_ids: Collection[int], *, day: date) -> frozenset[int]:
    """Which of some units somebody may see, so that only these become links."""
    return frozenset(
        db.session.scalars(
            sa.select(Unit.id).where(Unit.id.in_(list(unit_ids)), policy.units_visible_to(actor, day=day))
        )
    )


def units_below(unit: Unit) -> Sequence[Unit]:
    """Sections, schools and hosted institutions of a unit."""
    return db.session.scalars(
        sa.select(Unit)
        .where(sa.or_(Unit.parent_id == unit.id, Unit.hosted_by_id == unit.id), Unit.ended_on.is_(None))
        .order_by(Unit.kind, Unit.pinyin, Unit.id)
    ).all()


def units_of_region(actor: Actor, region: Region, *, day: date) -> Sequence[Unit]:
    """The units of a region that somebody may choose from."""
    return db.session.scalars(
        sa.select(Unit)
        .where(policy.units_visible_to(actor, day=day), Unit.region_id == region.id, Unit.ended_on.is_(None))
        .order_by(Unit.pinyin, Unit.id)
    ).all()


def unit_posts(unit: Unit, *, day: date) -> list[PostRow]:
    """The posts of a unit, heads first, each with its holders of today, to come and before."""
    query = (
        sa.select(Post)
        .outerjoin(Post.appointments)
        .outerjoin(Appointment.person)
        .where(Post.unit_id == unit.id)
        .options(contains_eager(Post.appointments).contains_eager(Appointment.person))
        .order_by(Post.id, Appointment.starts_on.desc(), Appointment.id.desc())
        .execution_options(populate_existing=True)
    )
    rows = []
    for post in db.session.scalars(query).unique():
        row = PostRow(post)
        for appointment in post.appointments:
            row_list = row.holders
            if appointment.ends_on is not None and appointment.ends_on < day:
                row_list = row.former
            elif appointment.starts_on > day:
                row_list = row.coming
            row_list.append(appointment)
        rows.append(row)
    order = list(PostRank)
    return sorted(rows, key=lambda row: (order.index(row.post.rank), row.post.id))


def posts_to_choose(actor: Actor, region: Region, *, day: date) -> list[tuple[str, list[tuple[int, str]]]]:
    """Posts by unit, each with the names of who holds it, for a field to choose from."""
    rows = db.session.execute(
        sa.select(Unit.name, Post.id, Post.title, Person.name)
        .join(Post, Post.unit_id == Unit.id)
        .outerjoin(Appointment, sa.and_(Appointment.post_id == Post.id, on_day(Appointment, day)))
        .outerjoin(Person, Person.id == Appointment.person_id)
        .where(policy.units_visible_to(actor, day=day), Unit.region_id == region.id, Unit.ended_on.is_(None))
        .order_by(Unit.pinyin, Unit.id, Post.id, Appointment.id)
    )
    found: dict[str, dict[int, tuple[str, list[str]]]] = {}
    for unit, post_id, title, name in rows:
        names = found.setdefault(unit, {}).setdefault(post_id, (title, []))[1]
        if name is not None:
            names.append(name)
    return [
        (unit, [(post_id, " ".join([title, "、".join(names)]).strip()) for post_id, (title, names) in posts.items()])
        for unit, posts in found.items()
    ]


def appointment_of_unit(unit: Unit, appointment_id: int) -> Appointment:
    """An appointment to a post of a unit."""
    row = db.session.scalar(
        sa.select(Appointment).join(Post).where(Appointment.id == appointment_id, Post.unit_id == unit.id)
    )
    if row is None:
        raise NotVisible
    return row


def people(actor: Actor, *, day: date, text: str = "", place: str | None = None) -> Page[PersonRow]:
    """The people that somebody may see, by name, pinyin or initials, with their posts."""
    query = sa.select(Person).where(policy.people_visible_to(actor, day=day))
    if text:
        query = query.where(_matches(Person, text))
    rows, further = _page(query, Person, place)
    posts = _posts_of([person.id for person in rows], day=day)
    return Page([PersonRow(person, posts.get(person.id, ())) for person in rows], further)


def _posts_of(person_ids: Sequence[int], *, day: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        sa.select(Appointment.person_id, Unit.name, Post.title)
        .join(Post, Post.id == Appointment.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Appointment.person_id.in_(person_ids), on_day(Appointment, day))
        .order_by(Appointment.id)
    )
    for person_id, unit, title in rows:
        found.setdefault(person_id, []).append(f"{unit}{title}")
    return found


def person_by_id(actor: Actor, person_id: int, *, day: date) -> Person:
    """A person that somebody may see."""
    person = db.session.scalar(
        sa.select(Person).where(Person.id == person_id, policy.people_visible_to(actor, day=day))
    )
    if person is None:
        raise NotVisible
    return person


def person_history(person: Person) -> Sequence[Appointment]:
    """Every post a person holds or held, newest first."""
    return db.session.scalars(
        sa.select(Appointment)
        .where(Appointment.person_id == person.id)
        .options(joinedload(Appointment.post).joinedload(Post.unit))
        .order_by(Appointment.starts_on.desc(), Appointment.id.desc())
    ).all()


def namesakes(actor: Actor, region: Region, name: str, *, day: date) -> list[PersonRow]:
    """People of a region with exactly this name, among those that somebody may see."""
    rows = db.session.scalars(
        sa.select(Person)
        .where(policy.people_visible_to(actor, day=day), Person.region_id == region.id, Person.name == name)
        .order_by(Person.id)
    ).all()
    posts = _posts_of([person.id for person in rows], day=day)
    return [PersonRow(person, posts.get(person.id, ())) for person in rows]


def people_to_choose(actor: Actor, region: Region, *, day: date) -> list[tuple[int, str]]:
    """The people of a region that somebody may choose from, each with their posts."""
    rows = db.session.scalars(
        sa.select(Person)
        .where(policy.people_visible_to(actor, day=day), Person.region_id == region.id)
        .order_by(Person.pinyin, Person.id)
    ).all()
    posts = _posts_of([person.id for person in rows], day=day)
    return [(person.id, " ".join([person.name, "、".join(posts.get(person.id, ()))]).strip()) for person in rows]
