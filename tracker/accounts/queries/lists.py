"""Read lists of accounts: the system administrator's, the slips', the demo's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.accounts.models import Account
from tracker.accounts.queries.people import first_units, people_of_group
from tracker.kernel.db import db
from tracker.kernel.entry import half_width
from tracker.kernel.paging import PAGE_SIZE, Page, decode_cursor, encode_cursor
from tracker.organisation.models import InstallationDuty, LeadershipGroup, Person, on_day
from tracker.organisation.rules import ContactRole, DutyKind, PostRank, SeatRole

Kind = SeatRole | ContactRole | PostRank | DutyKind

DOORS: tuple[Kind, ...] = (SeatRole.OFFICE_STAFF, PostRank.HEAD, SeatRole.SUPERVISOR, SeatRole.LEADER)
"""The kinds of user whose day is worth seeing first."""


@dataclass(frozen=True, slots=True)
class StoryPerson:
    """One of a demo's people whom a visitor may enter as."""

    account_id: int
    name: str
    unit: str
    roles: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class StoryGroup:
    """The people of one leadership group of a demo, or (without a name) those with duties."""

    name: str
    people: list[StoryPerson]


@dataclass(frozen=True, slots=True)
class Story:
    """The people of a demo. doors: one of each kind of user, to begin with; groups: all the others."""

    doors: list[tuple[Kind, StoryPerson]]
    groups: list[StoryGroup]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as its keeper sees it."""

    account: Account
    name: str
    unit: str
    duties: frozenset[DutyKind]


def story(day: date) -> Story:
    """The people of a demo: first one of each kind of user, then the rest by groups, each person once."""
    groups = _story_groups(day)
    doors = []
    for kind in DOORS:
        # Of heads, one who is nothing else: that is whose desk a head sees.
        fitting = [
            person
            for group in groups
            for person in group.people
            if kind in person.roles and (kind != PostRank.HEAD or set(person.roles) <= {PostRank.HEAD, SeatRole.MEMBER})
        ]
        doors += [(kind, person) for person in fitting[:1]]
    chosen = {person.account_id for _kind, person in doors}
    rest = [StoryGroup(group.name, [p for p in group.people if p.account_id not in chosen]) for group in groups]
    return Story(doors, [group for group in rest if group.people])


def _story_groups(day: date) -> list[StoryGroup]:
    """The people by their groups, and those with duties at the end."""
    told: set[int] = set()
    groups: list[StoryGroup] = []
    for group in db.session.scalars(sa.select(LeadershipGroup).order_by(LeadershipGroup.id).limit(10)).all():
        people = [
            StoryPerson(row.account_id, row.name, row.unit, row.roles)
            for row in people_of_group(group.id, day)
            if row.account_id is not None and row.active and row.account_id not in told
        ]
        told.update(person.account_id for person in people)
        groups.append(StoryGroup(group.short_name or group.name, people))
    officers = db.session.execute(
        sa.select(Account.id, Person.name, InstallationDuty.duty)
        .join(Person, Person.id == Account.person_id)
        .join(InstallationDuty, InstallationDuty.person_id == Person.id)
        .where(Account.active, on_day(InstallationDuty, day))
        .order_by(InstallationDuty.id)
    ).all()
    groups.append(StoryGroup("", [StoryPerson(account, name, "", (duty,)) for account, name, duty in officers]))
    return groups


def accounts_page(
    visible: sa.ColumnElement[bool], *, day: date, words: str = "", state: str = "", after: str = ""
) -> Page[AccountRow]:
    """Accounts by login, by words in name, pinyin or login and by state: active, inactive or unused."""
    query = sa.select(Account).join(Person, Person.id == Account.person_id).where(visible)
    if words:
        plain = half_width(words).casefold()
        hits = (Person.name, Person.pinyin, Person.initials, Account.login)
        query = query.where(sa.or_(*(column.contains(plain, autoescape=True) for column in hits)))
    states = {"active": Account.active, "inactive": sa.not_(Account.active), "unused": Account.must_change}
    if state in states:
        query = query.where(states[state])
    if after:
        query = query.where(Account.login > decode_cursor(after, [str])[0])
    found = db.session.scalars(query.order_by(Account.login).limit(PAGE_SIZE + 1)).all()
    shown = found[:PAGE_SIZE]
    units, duties = first_units([a.person_id for a in shown], day), _duties([a.person_id for a in shown], day)
    rows = [
        AccountRow(a, a.person.name, units.get(a.person_id, ""), duties.get(a.person_id, frozenset())) for a in shown
    ]
    return Page(rows, encode_cursor([shown[-1].login]) if len(found) > PAGE_SIZE else None)


def _duties(people: Iterable[int], day: date) -> dict[int, frozenset[DutyKind]]:
    rows = db.session.execute(
        sa.select(InstallationDuty.person_id, InstallationDuty.duty).where(
            InstallationDuty.person_id.in_(list(people)), on_day(InstallationDuty, day)
        )
    ).all()
    found: dict[int, frozenset[DutyKind]] = {}
    for person, duty in rows:
        found[person] = found.get(person, frozenset()) | {duty}
    return found


def people_without_account(visible: sa.ColumnElement[bool], *, day: date, limit: int = 500) -> list[tuple[int, str]]:
    """People whom the system administrator may give an account, with their unit."""
    people = db.session.scalars(
        sa.select(Person)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(visible, Account.id.is_(None))
        .order_by(Person.pinyin, Person.id)
        .limit(limit)
    ).all()
    units = first_units([person.id for person in people], day)
    return [(person.id, f"{person.name} {units.get(person.id, '')}".strip()) for person in people]


def units_of_accounts(accounts: Iterable[int], day: date) -> dict[int, str]:
    """The unit to print on each account's slip."""
    rows = db.session.execute(sa.select(Account.id, Account.person_id).where(Account.id.in_(list(accounts)))).all()
    units = first_units([person for _account, person in rows], day)
    return {account: units.get(person, "") for account, person in rows}
