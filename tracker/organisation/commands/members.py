"""Keep the member units of a group and who answers for them."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line, paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation import policy
from tracker.organisation.commands.groups import ARCHIVED, ELSEWHERE
from tracker.organisation.commands.people import belongs_to
from tracker.organisation.commands.rows import DAY, ENDED, end, lies_within, lock, overlapping
from tracker.organisation.models import LeadershipGroup, MemberContact, MemberUnit, Person, Unit
from tracker.organisation.rules import ContactRole, UnitKind


def add_member_unit(
    group: LeadershipGroup,
    *,
    unit: Unit,
    duties: str = "",
    section: str = "",
    working_team: str = "",
    starts_on: date | None = None,
    by: Actor,
    now: datetime,
) -> MemberUnit:
    """Make a unit a member of a group. One that left earlier comes back on its old row."""
    require(policy.may_keep_group(by, group))
    day = starts_on or local_date(now)
    lock(group)
    if group.ended_on is not None:
        raise Stale(ARCHIVED)
    if not lies_within(unit.region, group.region) or unit.ended_on is not None or unit.kind == UnitKind.SECTION:
        raise Invalid({"unit_id": ELSEWHERE})
    member = db.session.scalar(
        sa.select(MemberUnit).where(MemberUnit.group_id == group.id, MemberUnit.unit_id == unit.id)
    )
    if member is None:
        member = MemberUnit(group=group, unit=unit, starts_on=day)
        db.session.add(member)
    elif member.ends_on is None or member.ends_on >= day:
        raise Invalid({"unit_id": _l("该单位已是成员单位。")})
    member.ends_on = None
    _describe(member, duties, section, working_team)
    db.session.flush()
    _note("organisation.add_member_unit", member, by=by, now=now, new={"unit_id": unit.id, "starts_on": day})
    return member


def change_member_unit(
    member: MemberUnit, *, duties: str, section: str, working_team: str, version: int, by: Actor, now: datetime
) -> None:
    """Change what a member unit is there for, its responsible section and its working team on file."""
    require(policy.may_keep_group(by, member.group))
    take(member, version=version)
    old = _facts(member)
    _describe(member, duties, section, working_team)
    _note("organisation.change_member_unit", member, by=by, now=now, old=old, new=_facts(member))


def end_member_unit(
    member: MemberUnit, *, last_day: date | None = None, version: int, by: Actor, now: datetime
) -> None:
    """A unit leaves a group, and with it its deputy in charge and liaison."""
    require(policy.may_keep_group(by, member.group))
    take(member, version=version)
    last = max(last_day or local_date(now) - DAY, member.starts_on)
    if member.ends_on is not None and member.ends_on <= last:
        raise Stale(ENDED)
    for contact in _current(member, last + DAY):
        _finish(contact, last, by=by, now=now)
    member.ends_on = last
    _note("organisation.end_member_unit", member, by=by, now=now, new={"ends_on": last})


def set_contact(
    member: MemberUnit,
    *,
    role: ContactRole,
    person: Person,
    starts_on: date | None = None,
    by: Actor,
    now: datetime,
) -> MemberContact:
    """Say who is deputy in charge or liaison of a member unit; the one before ends the day before."""
    require(policy.may_keep_group(by, member.group))
    day = starts_on or local_date(now)
    lock(member)
    if member.ends_on is not None and member.ends_on < day:
        raise Stale(ENDED)
    if not belongs_to(person.id, member.unit, day):
        raise Invalid({"person_id": _l("此人目前不在该单位任职，请先登记任职。")})
    for contact in _current(member, day):
        if contact.role == role and contact.person_id == person.id:
            raise Invalid({"person_id": _l("此人已担任该职责。")})
        if contact.role == role:
            _finish(contact, day - DAY, by=by, now=now)
    row = MemberContact(member_unit=member, role=role, person=person, starts_on=day)
    db.session.add(row)
    db.session.flush()
    _note(
        "organisation.set_contact",
        member,
        by=by,
        now=now,
        new={"role": role, "person_id": person.id, "starts_on": day},
    )
    return row


def end_contact(contact: MemberContact, *, last_day: date | None = None, by: Actor, now: datetime) -> None:
    """A unit's deputy in charge or liaison no longer is, and nobody follows yet."""
    require(policy.may_keep_group(by, contact.member_unit.group))
    _finish(contact, last_day or local_date(now) - DAY, by=by, now=now)


def _current(member: MemberUnit, day: date) -> list[MemberContact]:
    return list(
        db.session.scalars(
            sa.select(MemberContact).where(MemberContact.member_unit_id == member.id, overlapping(MemberContact, day))
        )
    )


def _finish(contact: MemberContact, last_day: date, *, by: Actor, now: datetime) -> None:
    member, old = contact.member_unit, {"role": contact.role, "person_id": contact.person_id}
    end(contact, last_day=last_day)
    _note("organisation.end_contact", member, by=by, now=now, old=old, new={"ends_on": last_day})


def _describe(member: MemberUnit, duties: str, section: str, working_team: str) -> None:
    member.duties = paragraphs(duties, "duties", limit=2000)
    member.section = one_line(section, "section", limit=100)
    member.working_team = paragraphs(working_team, "working_team", limit=500)


def _facts(member: MemberUnit) -> dict[str, object]:
    return {"duties": member.duties, "section": member.section, "working_team": member.working_team}


def _note(
    act: str,
    member: MemberUnit,
    *,
    by: Actor,
    now: datetime,
    old: dict[str, object] | None = None,
    new: dict[str, object] | None = None,
) -> None:
    record(
        act,
        "member_unit",
        member.id,
        by=by,
        now=now,
        group_id=member.group_id,
        unit_id=member.unit_id,
        old=old,
        new=new,
    )
