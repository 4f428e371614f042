"""Who would sign today: the people behind the seats and posts that letters name."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.db import db
from tracker.letters.models import Letter, Signatory
from tracker.letters.rules import Side
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


def first_party_people(letter: Letter, *, day: date) -> list[tuple[int, str]]:
    """Who may have signed a paper for the first party, for a choice: the person and as what."""
    lines = [one for one in letter.signatories if one.side is Side.FIRST]
    people = holders(lines, day=day)
    return [(person.id, f"{person.name} {one.party}{one.title}") for one in lines for person in people[one.id]]


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


@cache
def _holding() -> tuple[sa.Select[int, Person], ...]:
    """Who holds a post, and who presides over the unit of a head's: built once, as each letter asks it."""
    own = aliased(Post)
    held = sa.select(Appointment.post_id, Person).join(Person, Person.id == Appointment.person_id)
    presiding = (
        sa.select(Post.id, Person)
        .join(own, own.unit_id == Post.unit_id)
        .join(Appointment, sa.and_(Appointment.post_id == own.id, Appointment.presiding))
        .join(Person, Person.id == Appointment.person_id)
    )
    asked: Any = sa.bindparam("posts", expanding=True)
    now = on_day(Appointment, sa.bindparam("day"))
    return (
        held.where(Appointment.post_id.in_(asked), now).order_by(Appointment.id),
        presiding.where(Post.id.in_(asked), Post.rank == PostRank.HEAD, now).order_by(Appointment.id),
    )


def _people_of_posts(post_ids: Collection[int], *, day: date) -> dict[int, list[Person]]:
    """Who holds some posts; for a head's empty post whoever presides over the unit (主持工作)."""
    held, presiding = _holding()
    found: dict[int, list[Person]] = {}
    if post_ids:
        for post_id, person in db.session.execute(held, {"posts": sorted(post_ids), "day": day}):
            found.setdefault(post_id, []).append(person)
    empty = sorted(set(post_ids) - set(found))
    if empty:
        for post_id, person in db.session.execute(presiding, {"posts": empty, "day": day}):
            found.setdefault(post_id, [person])
    return found
