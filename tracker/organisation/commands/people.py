"""Keep people, posts and who holds them."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.pinyin import initials_of, pinyin_of
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation import policy
from tracker.organisation.commands.rows import (
    DAY,
    ENDED,
    LAST_DAY_TOO_EARLY,
    end,
    insert,
    lock,
    overlapping,
    require_begins_later,
    require_end_in_its_time,
)
from tracker.organisation.models import (
    Appointment,
    MemberContact,
    MemberUnit,
    Person,
    Post,
    Region,
    Unit,
)
from tracker.organisation.rules import MAIL_ADDRESS, PostRank, UnitKind

HEAD_TAKEN = _l("该职务已有人担任，请先办理离任，或使用“换人”。")
HOLDS_ALREADY = _l("此人已担任该职务。")


def add_person(region: Region, *, name: str, phone: str = "", by: Actor, now: datetime) -> Person:
    """Enter a person; what they are in which unit is said by appointing them."""
    require(policy.may_add_person(by, region))
    person = Person(region=region, phone=one_line(phone, "phone", limit=30))
    _name(person, name)
    db.session.add(person)
    db.session.flush()
    record("organisation.add_person", "person", person.id, by=by, now=now, new={"name": person.name})
    return person


def rename_person(person: Person, *, name: str, version: int, by: Actor, now: datetime) -> None:
    """Correct a person's name."""
    require(policy.may_keep_person(by, person))
    take(person, version=version)
    old = person.name
    _name(person, name)
    record(
        "organisation.rename_person", "person", person.id, by=by, now=now, old={"name": old}, new={"name": person.name}
    )


def set_phone(person: Person, *, phone: str, version: int, by: Actor, now: datetime) -> None:
    """Change a person's telephone number. The record of acts says that it changed, not the number."""
    require(policy.may_set_phone(by, person, day=local_date(now)))
    take(person, version=version)
    person.phone = one_line(phone, "phone", limit=30)
    record("organisation.set_phone", "person", person.id, by=by, now=now)


def set_email(person: Person, *, email: str, by: Actor, now: datetime) -> None:
    """Change the address that a person gets mail at; empty: no mail. The record of acts does not hold it."""
    require(policy.may_set_phone(by, person, day=local_date(now)))
    address = one_line(email, "email", limit=120)
    if address and not MAIL_ADDRESS.fullmatch(address):
        raise Invalid({"email": _l("邮箱地址有误，应当像 name@example.gov.cn。")})
    if address != person.email:
        take(person)
        person.email = address
        record("organisation.set_email", "person", person.id, by=by, now=now)


def ensure_post(unit: Unit, *, title: str, rank: PostRank, by: Actor, now: datetime) -> Post:
    """The unit's post of this title; set up where it does not exist yet. An existing post keeps its rank."""
    require(policy.may_keep_posts(by, unit, day=local_date(now)))
    title = one_line(title, "title", limit=60, required=True)
    post = db.session.scalar(sa.select(Post).where(Post.unit_id == unit.id, Post.title == title))
    if post is not None:
        return post
    post = Post(unit=unit, title=title, rank=rank)
    insert(post, field="title", taken=_l("该单位刚刚设立了同名职务，请重试。"))
    record(
        "organisation.add_post", "post", post.id, by=by, now=now, unit_id=unit.id, new={"title": title, "rank": rank}
    )
    return post


def appoint(
    post: Post,
    *,
    person: Person,
    starts_on: date | None = None,
    presiding: bool = False,
    instrument: str = "",
    by: Actor,
    now: datetime,
) -> Appointment:
    """Enter that a person holds a post from a day on.

    A post of a head has one holder at a time; others may have several. Where a head comes, whoever presided
    (主持工作) no longer does.
    """
    day = starts_on or local_date(now)
    require(policy.may_appoint(by, post, person, day=local_date(now), presiding=presiding))
    lock(post)
    if post.unit.ended_on is not None:
        raise Invalid({"post_id": _l("该单位已经撤销。")})
    held = set(
        db.session.scalars(
            sa.select(Appointment.person_id).where(Appointment.post_id == post.id, overlapping(Appointment, day))
        )
    )
    if person.id in held:
        raise Invalid({"person_id": HOLDS_ALREADY})
    if held and post.rank == PostRank.HEAD:
        raise Invalid({"person_id": HEAD_TAKEN})
    if post.rank == PostRank.HEAD:
        _stop_presiding(post.unit, day, by=by, now=now)
    instrument = one_line(instrument, "instrument", limit=100)
    return _begin(post, person, day, presiding=presiding, instrument=instrument, by=by, now=now)


def end_appointment(appointment: Appointment, *, last_day: date | None = None, by: Actor, now: datetime) -> None:
    """A person leaves a post; its last day is yesterday unless said otherwise, so that rights end at once.

    Open work stays with the post and its unit. Whoever leaves their last post in a unit is no longer its deputy in
    charge or liaison in any group.
    """
    require(policy.may_keep_posts(by, appointment.post.unit, day=local_date(now)))
    last = last_day or local_date(now) - DAY
    require_end_in_its_time(appointment, last, field="last_day", today=local_date(now), sentence=LAST_DAY_TOO_EARLY)
    _finish(appointment, last, by=by, now=now)
    _leave_contacts(appointment.person_id, appointment.post.unit, last, by=by, now=now)


def hand_over(
    appointment: Appointment,
    *,
    to: Person,
    starts_on: date | None = None,
    instrument: str = "",
    by: Actor,
    now: datetime,
) -> Appointment:
    """A successor takes over a post: the predecessor's row ends the day before, the successor's begins."""
    day = starts_on or local_date(now)
    post = appointment.post
    if to.id == appointment.person_id:
        raise Invalid({"person_id": HOLDS_ALREADY})
    require_begins_later(appointment, day, today=local_date(now))
    end_appointment(appointment, last_day=day - DAY, by=by, now=now)
    return appoint(post, person=to, starts_on=day, instrument=instrument, by=by, now=now)


def set_presiding(appointment: Appointment, *, presiding: bool, by: Actor, now: datetime) -> Appointment:
    """A deputy begins or ceases to preside over a unit without a head (主持工作): one row ends, another begins."""
    today = local_date(now)
    require(policy.may_appoint(by, appointment.post, appointment.person, day=today, presiding=presiding))
    lock(appointment)
    if appointment.presiding == presiding or (appointment.ends_on is not None and appointment.ends_on < today):
        raise Stale(ENDED)
    if presiding and _head_is_there(appointment.post.unit, today):
        raise Invalid({"presiding": _l("该单位有主要负责人在任，不能另设主持工作。")})
    post, person, instrument = appointment.post, appointment.person, appointment.instrument
    _finish(appointment, today - DAY, by=by, now=now)
    return _begin(post, person, today, presiding=presiding, instrument=instrument, by=by, now=now)


def _name(person: Person, name: str) -> None:
    person.name = one_line(name, "name", limit=60, required=True)
    person.pinyin, person.initials = pinyin_of(person.name), initials_of(person.name)


def _begin(
    post: Post, person: Person, day: date, *, presiding: bool, instrument: str, by: Actor, now: datetime
) -> Appointment:
    row = Appointment(post=post, person=person, starts_on=day, presiding=presiding, instrument=instrument)
    db.session.add(row)
    db.session.flush()
    record(
        "organisation.appoint",
        "person",
        person.id,
        by=by,
        now=now,
        unit_id=post.unit_id,
        new={"post_id": post.id, "starts_on": day, "presiding": presiding, "instrument": instrument},
    )
    return row


def _finish(appointment: Appointment, last_day: date, *, by: Actor, now: datetime) -> None:
    old = {"post_id": appointment.post_id, "starts_on": appointment.starts_on, "presiding": appointment.presiding}
    unit_id, person_id = appointment.post.unit_id, appointment.person_id
    end(appointment, last_day=last_day)
    record(
        "organisation.end_appointment",
        "person",
        person_id,
        by=by,
        now=now,
        unit_id=unit_id,
        old=old,
        new={"ends_on": last_day},
    )


def _stop_presiding(unit: Unit, day: date, *, by: Actor, now: datetime) -> None:
    rows = db.session.scalars(
        sa.select(Appointment)
        .join(Post)
        .where(Post.unit_id == unit.id, Appointment.presiding, overlapping(Appointment, day))
    ).all()
    for row in rows:
        post, person, instrument = row.post, row.person, row.instrument
        _finish(row, day - DAY, by=by, now=now)
        _begin(post, person, day, presiding=False, instrument=instrument, by=by, now=now)


def _head_is_there(unit: Unit, day: date) -> bool:
    return bool(
        db.session.scalar(
            sa.select(Appointment.id)
            .join(Post)
            .where(
                Post.unit_id == unit.id,
                overlapping(Appointment, day),
                sa.or_(Post.rank == PostRank.HEAD, Appointment.presiding),
            )
            .limit(1)
        )
    )


def belongs_to(person_id: int, unit: Unit, day: date) -> bool:
    """Whether a person holds a post in a unit or one of its sections on a day or later."""
    units = sa.select(Unit.id).where(
        sa.or_(Unit.id == unit.id, sa.and_(Unit.parent_id == unit.id, Unit.kind == UnitKind.SECTION))
    )
    held = sa.select(Appointment.id).join(Post)
    held = held.where(Appointment.person_id == person_id, Post.unit_id.in_(units), overlapping(Appointment, day))
    return bool(db.session.scalar(held.limit(1)))


def _leave_contacts(person_id: int, unit: Unit, last_day: date, *, by: Actor, now: datetime) -> None:
    for home in (unit, unit.parent if unit.kind == UnitKind.SECTION else None):
        if home is None or belongs_to(person_id, home, last_day + DAY):
            continue
        rows = db.session.scalars(
            sa.select(MemberContact)
            .join(MemberUnit)
            .where(
                MemberContact.person_id == person_id,
                MemberUnit.unit_id == home.id,
                overlapping(MemberContact, last_day + DAY),
            )
        ).all()
        for row in rows:
            member, role = row.member_unit, row.role
            end(row, last_day=last_day)
            record(
                "organisation.end_contact",
                "member_unit",
                member.id,
                by=by,
                now=now,
                group_id=member.group_id,
                unit_id=member.unit_id,
                old={"role": role, "person_id": person_id},
                new={"ends_on": last_day},
            )
