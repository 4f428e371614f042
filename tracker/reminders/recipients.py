"""Who holds what today, for every place that the subjects of a group stand in; and the people of a subject's own."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from tracker.kernel.db import db
from tracker.organisation.models import Appointment, MemberContact, MemberUnit, Post, Seat, on_day
from tracker.organisation.queries import seat_holders, works_for
from tracker.organisation.rules import OFFICE, OFFICE_DIRECTORS, ContactRole, PostRank, SeatRole
from tracker.reminders.rules import PERSONAL, Audience, Hearer, Rung, hear, stand_in

SEATS = {
    Audience.OFFICE: OFFICE,
    Audience.OFFICE_DIRECTOR: OFFICE_DIRECTORS,
    Audience.SUPERVISOR: frozenset({SeatRole.SUPERVISOR}),
    Audience.LEADER: frozenset({SeatRole.LEADER}),
    Audience.DEPUTY_LEADER: frozenset({SeatRole.EXECUTIVE_DEPUTY, SeatRole.DEPUTY_LEADER}),
}
CONTACTS = {
    Audience.LIAISON: ContactRole.LIAISON,
    Audience.DEPUTY_IN_CHARGE: ContactRole.DEPUTY_IN_CHARGE,
}
LAST = (Audience.OFFICE, Audience.LEADER, Audience.DEPUTY_LEADER)
"""Who hears where nobody else is left: the group itself, also of a piece that a unit handed down."""


DAY: Any = sa.bindparam("day", type_=sa.Date())
"""The day on which people are looked for, in statements that are built once."""


class Place(NamedTuple):
    """What decides who hears, beside a subject's own people. 0: none.

    above_unit_id: the unit that handed it down. To its sections and schools it is the office, and whoever watches over
    the group is not told of them.
    """

    unit_id: int
    above_unit_id: int = 0
    leader_seat_id: int = 0


class Holders:
    """The people behind the audiences of one group on one day; read once per run, a flat number of queries."""

    def __init__(self, group_id: int, day: date) -> None:
        self.group_id, self.day = group_id, day
        self._seats = {audience: seat_holders(group_id, day=day, roles=roles) for audience, roles in SEATS.items()}
        self._contacts = self._contacts_by_unit()
        self._heads: dict[int, list[int]] = {}
        self._leaders: dict[int, list[int]] = {}

    def look_up(self, places: Iterable[Place]) -> None:
        """Read what is not yet known of some places."""
        places = list(places)
        units = {place.unit_id for place in places} | {place.above_unit_id for place in places} - {0}
        self._add_heads(sorted(units - self._heads.keys()))
        self._add_leaders(sorted({place.leader_seat_id for place in places} - {0} - self._leaders.keys()))

    def of(self, place: Place, audience: Audience) -> Sequence[int]:
        """The people (by id) of an audience for a place; look_up comes first."""
        if audience in SEATS:
            return self._heads[place.above_unit_id] if place.above_unit_id else self._seats[audience]
        if audience in CONTACTS:
            return self._contacts.get((place.unit_id, CONTACTS[audience]), ())
        if audience is Audience.UNIT_HEAD:
            return self._heads[place.unit_id]
        return self._leaders.get(place.leader_seat_id, ()) if audience is Audience.LEADER_IN_CHARGE else ()

    def hearers(self, place: Place, rung: Rung) -> list[Hearer]:
        """Who hears of a rung at a place, beside the subject's own people."""
        unset = PERSONAL if place.leader_seat_id else PERSONAL | {Audience.LEADER_IN_CHARGE}
        found = hear(rung.audience, lambda audience: self.of(place, audience), unset=unset)
        if not found and not PERSONAL & set(rung.audience):
            return self.instead(place, rung.audience[0])
        return found

    def instead(self, place: Place, audience: Audience) -> list[Hearer]:
        """Who hears in place of an audience of which there is nobody."""
        found = stand_in(audience, lambda candidate: self.of(place, candidate))
        last = next((candidate for candidate in LAST if self._seats[candidate]), None)
        if found or last is None:
            return found
        return [Hearer(person, last, audience) for person in self._seats[last]]

    def _contacts_by_unit(self) -> dict[tuple[int, ContactRole], list[int]]:
        rows = db.session.execute(
            sa.select(MemberUnit.unit_id, MemberContact.role, MemberContact.person_id)
            .join(MemberContact, MemberContact.member_unit_id == MemberUnit.id)
            .where(MemberUnit.group_id == self.group_id, on_day(MemberUnit, self.day), on_day(MemberContact, self.day))
            .order_by(MemberContact.id)
        )
        found: dict[tuple[int, ContactRole], list[int]] = {}
        for unit_id, role, person_id in rows:
            found.setdefault((unit_id, role), []).append(person_id)
        return found

    def _add_heads(self, units: Sequence[int]) -> None:
        if not units:
            return
        self._heads |= {unit_id: [] for unit_id in units}
        rows = db.session.execute(
            sa.select(Post.unit_id, Appointment.person_id)
            .join(Appointment, Appointment.post_id == Post.id)
            .where(
                Post.unit_id.in_(units),
                sa.or_(Post.rank == PostRank.HEAD, Appointment.presiding),
                on_day(Appointment, self.day),
            )
            .distinct()
            .order_by(Appointment.person_id)
        )
        for unit_id, person_id in rows:
            self._heads[unit_id].append(person_id)

    def _add_leaders(self, seats: Sequence[int]) -> None:
        if not seats:
            return
        self._leaders |= {seat_id: [] for seat_id in seats}
        holder = sa.func.coalesce(Seat.person_id, Appointment.person_id)
        rows = db.session.execute(
            sa.select(Seat.id, holder)
            .outerjoin(Appointment, sa.and_(Appointment.post_id == Seat.post_id, on_day(Appointment, self.day)))
            .where(Seat.id.in_(seats), on_day(Seat, self.day), holder.is_not(None))
            .distinct()
            .order_by(holder)
        )
        for seat_id, person_id in rows:
            self._leaders[seat_id].append(person_id)


def owners(subjects: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """Rows (subject_id, person_id): the person to whom each was given, while they work for the unit."""
    return sa.select(subjects.c.subject_id, subjects.c.owner_id.label("person_id")).where(owner_at_work(subjects))


def owner_at_work(subjects: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a subject was given to somebody who works for the unit."""
    at_work = works_for(subjects.c.owner_id, subjects.c.unit_id, DAY)
    return sa.and_(subjects.c.owner_id.is_not(None), at_work)
