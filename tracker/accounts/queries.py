"""Read accounts, their sessions, and the people of a group who have none yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from tracker.accounts.models import Account, Installation, SignInSession
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation.models import (
    Appointment,
    InstallationDuty,
    MemberContact,
    MemberUnit,
    Person,
    Post,
    Region,
    Seat,
    Unit,
    UnitShortName,
    on_day,
)
from tracker.organisation.rules import ContactRole, DutyKind, PostRank, SeatRole


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


def alive(now: datetime, *, idle: timedelta, absolute: timedelta) -> sa.ColumnElement[bool]:
    """The sessions that still hold: not ended, not left alone too long, not older than a sign-in may get."""
    return sa.and_(
        SignInSession.ended_at.is_(None),
        SignInSession.last_seen_at > now - idle,
        SignInSession.created_at > now - absolute,
    )


def living_sessions(
    account_id: int, *, now: datetime, idle: timedelta, absolute: timedelta
) -> Sequence[SignInSession]:
    """Where an account is signed in at the moment, the latest first."""
    return db.session.scalars(
        sa.select(SignInSession)
        .where(SignInSession.account_id == account_id, alive(now, idle=idle, absolute=absolute))
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
        .limit(50)
    ).all()


def setup_is_open() -> bool:
    """Whether this installation still waits for its first administrator. Once closed, it is closed for good."""
    administrator = (
        sa.select(InstallationDuty.id)
        .join(Account, Account.person_id == InstallationDuty.person_id)
        .where(InstallationDuty.duty == DutyKind.SYSTEM_ADMINISTRATOR)
        .exists()
    )
    demo = sa.select(Installation.id).where(Installation.demo).exists()
    return bool(db.session.scalar(sa.select(sa.not_(sa.or_(administrator, demo)))))


def installation() -> Installation | None:
    """The row of this installation."""
    return db.session.get(Installation, 1)


def is_demo() -> bool:
    """Whether this database holds the demo story; no other may be entered without a password."""
    row = installation()
    return row is not None and row.demo


def account_by_id(account_id: int) -> Account:
    """An account; raises NotVisible where there is none."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotVisible
    return account


def account_named(login: str) -> Account | None:
    """The account of a login, as `plain_login` writes it."""
    return db.session.scalar(sa.select(Account).where(Account.login == login))


def account_of(person_id: int) -> Account | None:
    """A person's account."""
    return db.session.scalar(sa.select(Account).where(Account.person_id == person_id))


def logins_like(stem: str) -> frozenset[str]:
    """The logins that begin with some letters."""
    query = sa.select(Account.login).where(Account.login.startswith(stem[:32], autoescape=True))
    return frozenset(db.session.scalars(query))


def accounts_of(people: Iterable[int]) -> dict[int, Account]:
    """The accounts of people, by person."""
    rows = db.session.scalars(sa.select(Account).where(Account.person_id.in_(list(people))))
    return {account.person_id: account for account in rows}


def words_about(account: Account, day: date) -> frozenset[str]:
    """What a stranger would guess first: login, name, units, district. No password may contain it."""
    person = account.person
    region = db.session.get_one(Region, person.region_id)
    units = sa.select(Post.unit_id).join(Appointment).where(Appointment.person_id == person.id, on_day(Appointment, day))
    names = sa.union(
        sa.select(Unit.name).where(Unit.id.in_(units)),
        sa.select(UnitShortName.name).where(UnitShortName.unit_id.in_(units)),
    )
    return frozenset({account.login, person.name, person.pinyin, region.name, *db.session.scalars(names)})


def is_last_administrator(account: Account, day: date) -> bool:
    """Whether nobody but the owner of this account could keep accounts."""
    administrators = set(
        db.session.scalars(
            sa.select(Account.id)
            .join(InstallationDuty, InstallationDuty.person_id == Account.person_id)
            .where(
                Account.active,
                InstallationDuty.duty == DutyKind.SYSTEM_ADMINISTRATOR,
                on_day(InstallationDuty, day),
            )
        )
    )
    return administrators == {account.id}


def _belonging(group_id: int, day: date) -> sa.CompoundSelect[tuple[int, str, int | None]]:
    """(person, as what, of which unit): seats by name, by post, of whole units; heads and contacts of members."""
    seats = (Seat.group_id == group_id, on_day(Seat, day))
    members = (MemberUnit.group_id == group_id, on_day(MemberUnit, day))
    head = sa.or_(Post.rank == PostRank.HEAD, Appointment.presiding)
    held = sa.select(Appointment.person_id, Post.id, Post.unit_id).join(Post)
    seat_role = sa.cast(Seat.role, sa.String)
    named = sa.select(
        Seat.person_id, seat_role, sa.cast(sa.null(), sa.Integer)
    ).where(Seat.person_id.is_not(None), *seats)
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


def people_of_group(group_id: int, day: date) -> list[GroupPerson]:
    """Everybody who is to act for a group: its seats, and the heads, deputies in charge and liaisons of its members."""
    found = _belonging(group_id, day).subquery()
    person, code, unit = found.c
    rows = db.session.execute(
        sa.select(
            Person.id, Person.name, Person.phone, code, Unit.name, Account.id, Account.login, Account.active,
            Account.must_change,
        )
        .join(found, person == Person.id)
        .outerjoin(Unit, Unit.id == unit)
        .outerjoin(Account, Account.person_id == Person.id)
        .order_by(Person.id)
    ).all()
    people: dict[int, GroupPerson] = {}
    order = [*SeatRole, PostRank.HEAD, *ContactRole]
    units = _first_units({row[0] for row in rows}, day)
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


def _first_units(people: Iterable[int], day: date) -> dict[int, str]:
    """The name of the unit that each of some people belongs to; the earliest post counts."""
    rows = db.session.execute(
        sa.select(Appointment.person_id, Unit.name)
        .join(Post, Post.id == Appointment.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Appointment.person_id.in_(list(people)), on_day(Appointment, day))
        .order_by(Appointment.starts_on.desc(), Appointment.id.desc())
    ).all()
    return {person: name for person, name in rows}


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
