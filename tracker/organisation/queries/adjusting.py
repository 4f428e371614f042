"""Changes of seats by proposal: who could take over, what is under way, what waits for whom, and the notices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.kernel.verdict import Verdict
from tracker.organisation import policy
from tracker.organisation.models import (
    Appointment,
    LeadershipGroup,
    MemberUnit,
    Person,
    Post,
    Seat,
    SeatChange,
    SeatNotice,
    Unit,
    on_day,
)
from tracker.organisation.queries.groups import SeatRow, holders_of_posts, seats
from tracker.organisation.queries.holders import contacts, member_unit_ids, seat_holders, unit_people, units_by_person
from tracker.organisation.rules import (
    LEADERS,
    OFFICE,
    OPEN_CHANGES,
    ContactRole,
    PostRank,
    SeatChangeState,
    UnitKind,
)


@dataclass(frozen=True, slots=True)
class SeatStanding:
    """How a seat stands that passes on by proposal.

    vacated: who sat there is no longer in the post or unit (待调整). change: what is under way, where the reader may
    see it. may_propose: whether the reader may begin a change.
    """

    units: frozenset[int]
    vacated: bool
    under_way: bool
    change: SeatChange | None
    may_propose: Verdict


def standings(actor: Actor, rows: Sequence[SeatRow], *, day: date) -> dict[int, SeatStanding]:
    """How those of some seats stand that pass on by proposal, by seat."""
    passing = [row.seat for row in rows if policy.goes_by_proposal(row.seat)]
    units = policy.units_of_seats(passing, day=day)
    at_work = policy.homes_of_named([seat.id for seat in passing if seat.person_id is not None], day=day)
    empty = {row.seat.id for row in rows if row.is_empty}
    under_way = {
        change.seat_id: change
        for change in db.session.scalars(
            sa.select(SeatChange).where(SeatChange.seat_id.in_(list(units)), SeatChange.state.in_(OPEN_CHANGES))
        )
    }
    seen = set(db.session.scalars(sa.select(SeatChange.id).where(policy.changes_visible_to(actor))))
    found = {}
    for seat in passing:
        moved_on = seat.person_id is not None and units[seat.id].isdisjoint(at_work.get(seat.id, ()))
        change = under_way.get(seat.id)
        found[seat.id] = SeatStanding(
            units[seat.id],
            vacated=seat.id in empty or (moved_on and bool(units[seat.id])),
            under_way=change is not None,
            change=change if change is not None and change.id in seen else None,
            may_propose=policy.may_propose(actor, seat, units[seat.id]),
        )
    return found


def seats_of_member(actor: Actor, member: MemberUnit, *, day: date) -> tuple[list[SeatRow], dict[int, SeatStanding]]:
    """The seats of a member unit that pass on by proposal, and how they stand."""
    current, _past = seats(member.group, day=day)
    found = standings(actor, current, day=day)
    own = {seat: standing for seat, standing in found.items() if member.unit_id in standing.units}
    return [row for row in current if row.seat.id in own], own


def successors(actor: Actor, seat: Seat, *, day: date) -> list[Appointment]:
    """Who could be proposed for a seat: the people of its unit and sections, in office on a day or to come.

    The office may propose for each unit of the seat, or of the group where the seat belongs to none.
    """
    units = policy.units_of_seats([seat], day=day)[seat.id]
    if policy.may_keep_group(actor, seat.group):
        wanted: Collection[int] = units or member_unit_ids(seat.group_id, day=day)
    else:
        wanted = policy.units_to_propose_for(actor, seat, units)
    section = sa.and_(Unit.parent_id.in_(wanted), Unit.kind == UnitKind.SECTION)
    rows = db.session.scalars(
        sa.select(Appointment)
        .join(Appointment.person)
        .join(Appointment.post)
        .join(Post.unit)
        .where(sa.or_(Unit.id.in_(wanted), section), sa.or_(Appointment.ends_on.is_(None), Appointment.ends_on >= day))
        .options(contains_eager(Appointment.person), contains_eager(Appointment.post).contains_eager(Post.unit))
        .order_by(Unit.kind, Unit.pinyin, Unit.id, Post.id, Appointment.id)
    ).all()
    order = list(PostRank)
    return sorted(rows, key=lambda row: order.index(row.post.rank))


def sitting(seat: Seat, *, day: date) -> list[Person]:
    """Who sits in a seat by name or post on a day."""
    return [seat.person] if seat.person is not None else holders_of_posts([seat], day=day).get(seat.id, [])


def outgoing(seat: Seat, *, day: date) -> str:
    """Whom a change of a seat would relieve; after a change of persons the one before, who has left the post."""
    people = sitting(seat, day=day)
    since = max(seat.starts_on, seat.group.proposals_from or seat.starts_on)
    if not people and seat.post_id is not None:
        before = sa.select(Person).join(Appointment).where(Appointment.post_id == seat.post_id)
        people = list(db.session.scalars(before.where(on_day(Appointment, since)).order_by(Appointment.id)))
    return "、".join(person.name for person in people)[:200]


def deciders(change: SeatChange, *, day: date) -> list[Person]:
    """The leaders who may decide on a proposal."""
    leaders = seat_holders(change.group_id, day=day, roles=LEADERS)
    units = units_by_person(leaders, day=day)
    free = [person for person in leaders if policy.uninvolved(person, units[person], change)]
    return list(db.session.scalars(sa.select(Person).where(Person.id.in_(free)).order_by(Person.pinyin, Person.id)))


def office_people(group_id: int, *, day: date) -> list[int]:
    """The people (by id) of a group's office."""
    return seat_holders(group_id, day=day, roles=OFFICE)


def people_of_unit(change: SeatChange, *, day: date) -> set[int]:
    """The people (by id) of the unit who hear of its proposal: head, deputy in charge, liaison."""
    heads = unit_people(change.unit_id, day=day, ranks=[PostRank.HEAD])
    return {*heads, *contacts(change.group_id, change.unit_id, day=day, roles=tuple(ContactRole))}


def seat_change(actor: Actor, change_id: int) -> SeatChange:
    """A proposal that somebody may see."""
    change = db.session.scalar(
        sa.select(SeatChange).where(SeatChange.id == change_id, policy.changes_visible_to(actor))
    )
    if change is None:
        raise NotVisible
    return change


def seat_changes(
    actor: Actor, group_id: int, *, states: Collection[SeatChangeState], unit_id: int | None = None
) -> Sequence[SeatChange]:
    """The proposals of a group, perhaps of one unit, that somebody may see, newest first."""
    query = sa.select(SeatChange).where(
        SeatChange.group_id == group_id, SeatChange.state.in_(states), policy.changes_visible_to(actor)
    )
    if unit_id is not None:
        query = query.where(SeatChange.unit_id == unit_id)
    loading = (joinedload(SeatChange.unit), joinedload(SeatChange.person), joinedload(SeatChange.seat))
    return db.session.scalars(query.options(*loading).order_by(SeatChange.id.desc())).all()


def seat_changes_waiting(actor: Actor, group_id: int) -> list[SeatChange]:
    """What somebody must do about seats: a leader decides on proposals, the office sends out what was approved."""
    waiting = []
    for change in seat_changes(actor, group_id, states=OPEN_CHANGES):
        decides = change.state is SeatChangeState.PROPOSED and policy.may_decide_change(actor, change)
        issues = change.state is SeatChangeState.APPROVED and actor.roles_in(group_id) & OFFICE
        if decides or issues:
            waiting.append(change)
    return waiting


def seat_notice(actor: Actor, notice_id: int) -> SeatNotice:
    """A notice of a group that somebody may know of."""
    notice = db.session.scalar(
        sa.select(SeatNotice).join(LeadershipGroup).where(SeatNotice.id == notice_id, policy.groups_visible_to(actor))
    )
    if notice is None:
        raise NotVisible
    return notice


def seat_notices(group_id: int) -> Sequence[SeatNotice]:
    """The notices of a group, newest first."""
    query = sa.select(SeatNotice).where(SeatNotice.group_id == group_id)
    return db.session.scalars(query.order_by(SeatNotice.issued_on.desc(), SeatNotice.id.desc())).all()


def groups_awaiting_proposal(post: Post, *, day: date) -> list[str]:
    """The groups (by name) in which a seat of a post would wait for a proposal when its holder changes."""
    rows = db.session.scalars(sa.select(Seat).where(Seat.post_id == post.id, on_day(Seat, day)).order_by(Seat.id))
    return [seat.group.short_name or seat.group.name for seat in rows if policy.goes_by_proposal(seat)]
