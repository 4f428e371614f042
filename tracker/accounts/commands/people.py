"""Take in a group's people from pasted rows: persons, posts and contacts where missing, and an account each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.accounts import policy, queries
from tracker.accounts.commands.keeping import OneTime, open_account
from tracker.accounts.passwords import Secret
from tracker.accounts.pasted import PersonRow, contact_of_title, rank_of_title
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, Refusal
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation import commands as organisation
from tracker.organisation.matching import Certainty, UnitDirectory, find_people, load_directory
from tracker.organisation.models import Appointment, LeadershipGroup, MemberContact, MemberUnit, Person, Unit, on_day
from tracker.organisation.policy import may_keep_posts


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became (or would become) of a row: whom it means, whether they are new, and why not, if it failed."""

    row: PersonRow
    unit: str = ""
    person_id: int | None = None
    is_new: bool = False
    has_account: bool = False
    fault: object | None = None


def check_people(group: LeadershipGroup, *, rows: Sequence[PersonRow], by: Actor, now: datetime) -> list[RowResult]:
    """Try the rows exactly as they would be taken in, and take everything back."""
    require(policy.may_open_accounts(by, group))
    trial = db.session.begin_nested()
    results = _take_rows(group, rows, by=by, now=now)
    trial.rollback()
    return results


def import_people(
    group: LeadershipGroup, *, rows: Sequence[PersonRow], by: Actor, secrets: Sequence[Secret], now: datetime
) -> tuple[list[OneTime], list[RowResult]]:
    """Take in the rows that can be; returns the slips of the new accounts, and what became of each row.

    secrets: as many one-time passwords as there are rows; those not needed are thrown away.
    """
    require(policy.may_open_accounts(by, group))
    results = _take_rows(group, rows, by=by, now=now)
    waiting = dict.fromkeys(
        result.person_id for result in results if result.person_id is not None and not result.has_account
    )
    slips = [
        open_account(db.session.get_one(Person, person_id), secret=secret, by=by, now=now, group_id=group.id)
        for person_id, secret in zip(waiting, secrets, strict=False)
    ]
    return slips, results


def _take_rows(group: LeadershipGroup, rows: Sequence[PersonRow], *, by: Actor, now: datetime) -> list[RowResult]:
    directory = load_directory(group.region_id)
    results: list[RowResult] = []
    for row in rows:
        if row.fault is not None:
            results.append(RowResult(row, fault=row.fault))
            continue
        try:
            with _all_or_nothing():
                results.append(_take_row(group, row, directory, by=by, now=now))
        except Refusal as refusal:
            results.append(RowResult(row, fault=refusal.message))
    return results


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """One bad row leaves nothing behind and does not stop the others."""
    with db.session.begin_nested():
        yield


def _take_row(
    group: LeadershipGroup, row: PersonRow, directory: UnitDirectory, *, by: Actor, now: datetime
) -> RowResult:
    unit = _unit_meant(row, directory)
    if not may_keep_posts(by, unit, day=local_date(now)):
        raise Invalid({"rows": _l("“%(unit)s”不是本组的单位，请先加入成员单位。", unit=unit.name)})
    person, is_new = _person_meant(group, row, unit, by=by, now=now)
    _give_post(person, unit, row.post, by=by, now=now)
    _make_contact(group, person, unit, row.post, by=by, now=now)
    return RowResult(row, unit.name, person.id, is_new, queries.account_of(person.id) is not None)


def _unit_meant(row: PersonRow, directory: UnitDirectory) -> Unit:
    found = directory.find(row.unit)
    if not found:
        raise Invalid({"rows": _l("没有找到单位“%(unit)s”，请先登记或改用全称。", unit=row.unit)})
    if found[0].certainty == Certainty.UNSURE:
        names = "、".join(match.name for match in found[:4])
        raise Invalid({"rows": _l("单位“%(unit)s”不能确定，可能是：%(names)s。", unit=row.unit, names=names)})
    return db.session.get_one(Unit, found[0].unit_id)


def _person_meant(
    group: LeadershipGroup, row: PersonRow, unit: Unit, *, by: Actor, now: datetime
) -> tuple[Person, bool]:
    """Who of this name works in the unit; else who has this name and telephone; else somebody new."""
    day = local_date(now)
    people = find_people(group.region_id, row.name, unit_id=unit.id, day=day)
    if not people and row.phone:
        same = sa.select(Person.id).where(
            Person.region_id == group.region_id, Person.name == row.name, Person.phone == row.phone
        )
        people = list(db.session.scalars(same))
    if len(people) > 1:
        raise Invalid({"rows": _l("“%(unit)s”有多个“%(name)s”，请单独办理。", unit=unit.name, name=row.name)})
    if people:
        return db.session.get_one(Person, people[0]), False
    return organisation.add_person(group.region, name=row.name, phone=row.phone, by=by, now=now), True


def _give_post(person: Person, unit: Unit, title: str, *, by: Actor, now: datetime) -> None:
    post = organisation.ensure_post(unit, title=title, rank=rank_of_title(title), by=by, now=now)
    held = sa.select(Appointment.id).where(
        Appointment.post_id == post.id, Appointment.person_id == person.id, on_day(Appointment, local_date(now))
    )
    if db.session.scalar(held.limit(1)) is None:
        organisation.appoint(post, person=person, by=by, now=now)


def _make_contact(group: LeadershipGroup, person: Person, unit: Unit, title: str, *, by: Actor, now: datetime) -> None:
    """Who is called liaison or deputy in charge becomes it, where the unit is a member of the group."""
    role, day = contact_of_title(title), local_date(now)
    member = db.session.scalar(
        sa.select(MemberUnit).where(
            MemberUnit.group_id == group.id, MemberUnit.unit_id == unit.id, on_day(MemberUnit, day)
        )
    )
    if role is None or member is None:
        return
    held = sa.select(MemberContact.id).where(
        MemberContact.member_unit_id == member.id,
        MemberContact.role == role,
        MemberContact.person_id == person.id,
        on_day(MemberContact, day),
    )
    if db.session.scalar(held.limit(1)) is None:
        organisation.set_contact(member, role=role, person=person, by=by, now=now)
