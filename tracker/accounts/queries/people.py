"""Read the people of a group: who is to act, who can sign in, which unit cannot act yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.accounts.models import Account
from tracker.kernel.db import db
from tracker.organisation.models import Appointment, MemberContact, MemberUnit, Person, Post, Seat, Unit, on_day
from tracker.organisation.rules import ContactRole, PostRank, SeatRole


@dataclass(frozen=True, slots=True)
class GroupPerson:
    """One of a group's people: as what they belong to it, and their account, if any."""

    person_id: int
    name: str
    phone: str
    unit: str
    roles: tuple[SeatRole | ContactRole | PostRank, ...]
    account_id: int | None
    login: str | None
    active: bool
    must_change: bool


@dataclass(frozen=True, slots=True)
class UnitLack:
    """A member unit that cannot act yet: nobody heads it, or nobody of it can sign in."""

    unit_id: int
    name: str
    without_head: bool
    without_account: bool


def people_of_group(group_id: int, day: date) -> list[GroupPerson]:
    """Everybody who is to act for a group: its seats, and the heads, deputies in charge and liaisons of its members."""
    found = _belonging(group_id, day).subquery()
    person, code, unit = found.c
    rows = db.session.execute(
        sa.select(
            Person.id,
            Person.name,
            Person.phone,
            code,
            Unit.name,
            Account.id,
            Account.login,
            Account.active,
            Account.must_change,
        )
        .join(found, person == Person.id)
        .outerjoin(Unit, Unit.id == unit)
        .outerjoin(Account, Account.person_id == Person.id)
        .order_by(Person.id)
    ).all()
    people: dict[int, GroupPerson] = {}
    order = [*SeatRole, PostRank.HEAD, *ContactRole]
    units = first_units({row[0] for row in rows}, day)
    for person_id, name, phone, role, unit_name, account, login, active, must_change in rows:
        before = people.get(person_id)
        roles = {*(before.roles if before else ()), _role(role)}
        people[person_id] = GroupPerson(
            person_id,
            name,
            phone,
            (before.unit if before else "") or unit_name or units.get(person_id, ""),
            tuple(sorted(roles, key=order.index)),
            account,
            login,
            bool(active),
            bool(must_change),
        )
    return sorted(people.values(), key=lambda row: (order.index(row.roles[0]), row.unit, row.name, row.person_id))


def units_without_account(group_id: int, day: date) -> list[UnitLack]:
    """The member units that nobody heads, or of which neither head, deputy in charge nor liaison can sign in."""
    head = (
        sa.select(Appointment.id)
        .join(Post)
        .where(
            Post.unit_id == MemberUnit.unit_id,
            on_day(Appointment, day),
            sa.or_(Post.rank == PostRank.HEAD, Appointment.presiding),
        )
        .exists()
    )
    acting = sa.union(
        sa.select(Appointment.person_id.label("person_id"), Post.unit_id.label("unit_id"))
        .join(Post)
        .where(on_day(Appointment, day), sa.or_(Post.rank == PostRank.HEAD, Appointment.presiding)),
        sa.select(MemberContact.person_id, MemberUnit.unit_id)
        .join(MemberUnit)
        .where(MemberUnit.group_id == group_id, on_day(MemberContact, day)),
    ).subquery()
    account = (
        sa.select(Account.id)
        .join(acting, acting.c.person_id == Account.person_id)
        .where(Account.active, acting.c.unit_id == MemberUnit.unit_id)
        .exists()
    )
    rows = db.session.execute(
        sa.select(Unit.id, Unit.name, sa.not_(head), sa.not_(account))
        .select_from(MemberUnit)
        .join(Unit, Unit.id == MemberUnit.unit_id)
        .where(
            MemberUnit.group_id == group_id,
            on_day(MemberUnit, day),
            sa.or_(sa.not_(head), sa.not_(account)),
        )
        .order_by(Unit.name, Unit.id)
    ).all()
    return [UnitLack(unit, name, bool(no_head), bool(no_account)) for unit, name, no_head, no_account in rows]


def _belonging(group_id: int, day: date) -> sa.CompoundSelect[tuple[int, str, int | None]]:
    """(person, as what, of which unit): seats by name, by post, of whole units; heads and contacts of members."""
    seats = (Seat.group_id == group_id, on_day(Seat, day))
    members = (MemberUnit.group_id == group_id, on_day(MemberUnit, day))
    head = sa.or_(Post.rank == PostRank.HEAD, Appointment.presiding)
    held = sa.select(Appointment.person_id, Post.id, Post.unit_id).join(Post)
    seat_role = sa.cast(Seat.role, sa.String)
    named = sa.select(Seat.person_id, seat_role, sa.cast(sa.null(), sa.Integer)).where(
        Seat.person_id.is_not(None), *seats
    )
    by_post = (
        held.with_only_columns(Appointment.person_id, seat_role, Post.unit_id)
        .join(Seat, Seat.post_id == Post.id)
        .where(on_day(Appointment, day), *seats)
    )
    by_unit = (
        held.with_only_columns(Appointment.person_id, seat_role, Post.unit_id)
        .join(Seat, Seat.unit_id == Post.unit_id)
        .where(on_day(Appointment, day), head, *seats)
    )
    heads = (
        held.with_only_columns(Appointment.person_id, sa.literal(PostRank.HEAD.value), Post.unit_id)
        .join(MemberUnit, MemberUnit.unit_id == Post.unit_id)
        .where(on_day(Appointment, day), head, *members)
    )
    answering = (
        sa.select(MemberContact.person_id, sa.cast(MemberContact.role, sa.String), MemberUnit.unit_id)
        .join(MemberUnit)
        .where(on_day(MemberContact, day), *members)
    )
    return sa.union_all(named, by_post, by_unit, heads, answering)


def _role(code: str) -> SeatRole | ContactRole | PostRank:
    if code == PostRank.HEAD:
        return PostRank.HEAD
    return ContactRole(code) if code in set(ContactRole) else SeatRole(code)


def first_units(people: Iterable[int], day: date) -> dict[int, str]:
    """The name of the unit that each of some people belongs to; the earliest post counts."""
    rows = db.session.execute(
        sa.select(Appointment.person_id, Unit.name)
        .join(Post, Post.id == Appointment.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Appointment.person_id.in_(list(people)), on_day(Appointment, day))
        .order_by(Appointment.starts_on.desc(), Appointment.id.desc())
    ).all()
    return dict(list(rows))
