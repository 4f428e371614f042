"""Who hears at a rung: each audience as one query from subjects to people, so that thousands are resolved at once."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.organisation.models import Appointment, MemberContact, MemberUnit, Person, Post, Seat, on_day
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import LEADERS, OFFICE, ContactRole, PostRank, SeatRole
from tracker.reminders.rules import Audience

Subjects = sa.Subquery
"""Rows (subject_id, unit_id, owner_id, leader_seat_id, above_unit_id, …) of one group.

above_unit_id: the unit that handed a sub-task down. To its sections and schools it is the office, and whoever watches
over the group is not told of them.
"""

SEATS = {
    Audience.OFFICE: OFFICE,
    Audience.LEADER: LEADERS & {SeatRole.LEADER},
    Audience.SUPERVISOR: frozenset({SeatRole.SUPERVISOR}),
}
CONTACTS = {
    Audience.LIAISON: ContactRole.LIAISON,
    Audience.DEPUTY_IN_CHARGE: ContactRole.DEPUTY_IN_CHARGE,
}


def recipients(audience: Audience, subjects: Subjects, *, group_id: int, day: date) -> sa.Select[*tuple[Any, ...]]:
    """Rows (subject_id, recipient_id) of one audience for some subjects of a group, as posts are held on a day."""
    if audience in SEATS:
        holders = seat_holders(group_id, day=day, roles=SEATS[audience])
        watching = (
            sa.select(subjects.c.subject_id, Person.id.label("recipient_id"))
            .join_from(subjects, Person, Person.id.in_(holders))
            .where(subjects.c.above_unit_id.is_(None))
        )
        rows = sa.union(watching, _heads(subjects, subjects.c.above_unit_id, day=day)).subquery()
        return sa.select(rows.c.subject_id, rows.c.recipient_id)
    if audience in CONTACTS:
        return (
            sa.select(subjects.c.subject_id, MemberContact.person_id.label("recipient_id"))
            .join(MemberUnit, MemberUnit.unit_id == subjects.c.unit_id)
            .join(MemberContact, MemberContact.member_unit_id == MemberUnit.id)
            .where(
                MemberUnit.group_id == group_id,
                MemberContact.role == CONTACTS[audience],
                on_day(MemberUnit, day),
                on_day(MemberContact, day),
            )
        )
    if audience is Audience.UNIT_HEAD:
        return _heads(subjects, subjects.c.unit_id, day=day)
    if audience is Audience.LEADER_IN_CHARGE:
        return (
            sa.select(
                subjects.c.subject_id,
                sa.func.coalesce(Seat.person_id, Appointment.person_id).label("recipient_id"),
            )
            .join(Seat, Seat.id == subjects.c.leader_seat_id)
            .outerjoin(Appointment, sa.and_(Appointment.post_id == Seat.post_id, on_day(Appointment, day)))
            .where(on_day(Seat, day), sa.func.coalesce(Seat.person_id, Appointment.person_id).is_not(None))
        )
    return sa.select(subjects.c.subject_id, subjects.c.owner_id.label("recipient_id")).where(
        subjects.c.owner_id.is_not(None)
    )


def _heads(subjects: Subjects, unit_id: sa.ColumnElement[int], *, day: date) -> sa.Select[*tuple[Any, ...]]:
    """Who heads a unit that stands in the rows, or presides over it."""
    return (
        sa.select(subjects.c.subject_id, Appointment.person_id.label("recipient_id"))
        .join(Post, Post.unit_id == unit_id)
        .join(Appointment, Appointment.post_id == Post.id)
        .where(sa.or_(Post.rank == PostRank.HEAD, Appointment.presiding), on_day(Appointment, day))
    )
