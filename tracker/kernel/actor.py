"""Who acts: a person with the seats, posts and duties that are theirs today."""

from dataclasses import dataclass, field

from flask import g

from tracker.kernel.errors import NotAllowed
from tracker.kernel.text import _l


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """A seat in a leadership group, held today; unit_id is the unit of the post it came with, if any."""

    seat_id: int
    group_id: int
    role: str
    unit_id: int | None
    title: str


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post in a unit, held today. rank: head, deputy or staff; who presides over an empty head's post is head."""

    post_id: int
    unit_id: int
    rank: str
    title: str
    presiding: bool = False


@dataclass(frozen=True, slots=True)
class ContactHeld:
    """Deputy in charge or liaison of a member unit for one group."""

    group_id: int
    unit_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody (or the system itself) who does something; all rights follow from what stands here."""

    account_id: int | None
    person_id: int | None
    name: str
    region_id: int | None
    seats: tuple[SeatHeld, ...] = ()
    posts: tuple[PostHeld, ...] = ()
    contacts: tuple[ContactHeld, ...] = ()
    duties: frozenset[str] = frozenset()
    member_units: frozenset[tuple[int, int]] = field(default=frozenset())
    """(group_id, unit_id) of the member units in which this person holds a post or is a contact."""

    @property
    def unit_ids(self) -> frozenset[int]:
        """The units this person belongs to today."""
        return frozenset(post.unit_id for post in self.posts) | frozenset(c.unit_id for c in self.contacts)

    def roles_in(self, group_id: int) -> frozenset[str]:
        """The seats (by role) held in a group today."""
        return frozenset(seat.role for seat in self.seats if seat.group_id == group_id)

    def groups_as(self, *roles: str) -> frozenset[int]:
        """The groups in which one of these roles is held today."""
        return frozenset(seat.group_id for seat in self.seats if seat.role in roles)

    def ranks_in(self, unit_id: int) -> frozenset[str]:
        """The ranks (head, deputy, staff) held in a unit today."""
        return frozenset(post.rank for post in self.posts if post.unit_id == unit_id)

    def contact_roles(self, group_id: int, unit_id: int) -> frozenset[str]:
        """deputy_in_charge and liaison, as held for this unit in this group."""
        return frozenset(c.role for c in self.contacts if c.group_id == group_id and c.unit_id == unit_id)

    def capacity(self, group_id: int | None = None, unit_id: int | None = None) -> str:
        """As what this person acts: the seat in the group, else the post in the unit, else the first post."""
        for seat in self.seats:
            if seat.group_id == group_id:
                return seat.title
        for post in self.posts:
            if post.unit_id == unit_id:
                return post.title
        return self.posts[0].title if self.posts else ""


SYSTEM = Actor(account_id=None, person_id=None, name="", region_id=None)
"""The product itself: sweeps and imports. It may record facts and decides nothing."""


def current_actor() -> Actor:
    """The person at the screen; filled in by accounts before each request."""
    actor = g.get("actor")
    if not isinstance(actor, Actor):
        raise NotAllowed(_l("请先登录。"))
    return actor
