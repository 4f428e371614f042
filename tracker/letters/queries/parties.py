"""Who would sign today: the people behind the seats and posts that letters name."""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.db import db
from tracker.letters.models import Signatory
from tracker.organisation.models import Appointment, Person, Post, Seat, on_day
from tracker.organisation.queries import holders_of_posts
from tracker.organisation.rules import PostRank


def holders(signatories: Sequence[Signatory], *, day: date) -> dict[int, list[Person]]:
    """Those who would sign on a day, by signatory; nobody where the seat or post is empty. Four queries at most."""
    seats = {one.seat.id: one.seat for one in signatories if one.seat is not None}
    seated = holders_of_posts(list(seats.values()), day=day) if seats else {}
    seated |= {seat.id: [seat.person] for seat in seats.values() if seat.person is not None}
    posts = _people_of_posts({one.post_id for one in signatories if one.post_id is not None}, day=day)
    return {
        one.id: seated.get(one.seat_id, []) if one.seat_id is not None else posts.get(one.post_id or 0, [])
        for one in signatories
    }


def people_behind(
    seats: Sequence[Seat], posts: Collection[int], *, day: date
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Who (by id) would sign on a day for seats, and for posts named by their ids."""
    held = holders_of_posts(seats, day=day) if seats else {}
    of_seats = {
        seat.id: {seat.person_id} if seat.person_id is not None else {one.id for one in held.get(seat.id, [])}
        for seat in seats
    }
    people = _people_of_posts(posts, day=day)
    return of_seats, {post_id: {one.id for one in people.get(post_id, [])} for post_id in posts}


def _people_of_posts(post_ids: Collection[int], *, day: date) -> dict[int, list[Person]]:
    """Who holds some posts; for a head's empty post whoever presides over the unit (主持工作)."""
    if not post_ids:
        return {}
    held = (
        sa.select(Appointment.post_id, Person)
        .join(Person, Person.id == Appointment.person_id)
        .where(Appointment.post_id.in_(post_ids), on_day(Appointment, day))
    )
    own = aliased(Post)
    presiding = (
        sa.select(Post.id, Person)
        .join(own, own.unit_id == Post.unit_id)
        .join(Appointment, sa.and_(Appointment.post_id == own.id, Appointment.presiding))
        .join(Person, Person.id == Appointment.person_id)
        .where(Post.id.in_(post_ids), Post.rank == PostRank.HEAD, on_day(Appointment, day))
    )
    found: dict[int, list[Person]] = {}
    for post_id, person in db.session.execute(held.order_by(Appointment.id)):
        found.setdefault(post_id, []).append(person)
    for post_id, person in db.session.execute(presiding.order_by(Appointment.id)):
        if post_id not in found:
            found[post_id] = [person]
    return found
