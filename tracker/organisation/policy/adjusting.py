"""Who proposes, decides and carries out the change of a seat in a group whose seats change by proposal (报请调整).

The unit proposes, a leader decides, the office issues the notice. Who proposed or would take over does not decide,
nor anybody of the unit concerned.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.models import Appointment, LeadershipGroup, Post, Seat, SeatChange, Unit, on_day
from tracker.organisation.policy.keeping import may_keep_group
from tracker.organisation.policy.seeing import WATCHING, regions_below
from tracker.organisation.rules import BY_SUPERIOR, LEADERS, ContactRole, DutyKind, PostRank, Succession, UnitKind


def goes_by_proposal(seat: Seat) -> bool:
    """Whether a seat passes on by proposal, decision and notice."""
    return seat.group.succession is Succession.PROPOSAL and seat.role not in BY_SUPERIOR


def may_confirm_for(actor: Actor, group_id: int, unit_id: int) -> bool:
    """Whether somebody is the unit's head, or its deputy in charge for the group."""
    return PostRank.HEAD in actor.ranks_in(unit_id) or ContactRole.DEPUTY_IN_CHARGE in actor.contact_roles(
        group_id, unit_id
    )


def home_of(unit: Unit) -> int:
    """The unit that answers for a post: a section's is the unit to which it belongs."""
    return unit.parent_id if unit.kind is UnitKind.SECTION and unit.parent_id is not None else unit.id


def units_of_seats(seats: Sequence[Seat], *, day: date) -> dict[int, frozenset[int]]:
    """The units whose seats they are, by seat: the unit that sits, the unit of the post, or where the person works.

    A person is asked for on the day from which the seat is theirs, so that a seat stays its unit's when they move on;
    where nothing is known of that day, today counts.
    """
    found = {seat.id: {seat.unit_id} for seat in seats if seat.unit_id is not None}
    found |= {seat.id: {home_of(seat.post.unit)} for seat in seats if seat.post is not None}
    named = [seat.id for seat in seats if seat.person_id is not None]
    found |= homes_of_named(named, day=day) | homes_of_named(named, day=Seat.starts_on)
    return {seat.id: frozenset(found.get(seat.id, ())) for seat in seats}


def homes_of_named(seats: Collection[int], *, day: Any) -> dict[int, set[int]]:
    """Where the people of seats by name work on a day, by seat."""
    if not seats:
        return {}
    rows = db.session.execute(
        sa.select(Seat.id, Unit)
        .join(Appointment, sa.and_(Appointment.person_id == Seat.person_id, on_day(Appointment, day)))
        .join(Post, Post.id == Appointment.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Seat.id.in_(seats))
    )
    found: dict[int, set[int]] = {}
    for seat, unit in rows:
        found.setdefault(seat, set()).add(home_of(unit))
    return found


def units_to_propose_for(actor: Actor, seat: Seat, units: Collection[int]) -> frozenset[int]:
    """The units of a seat for which somebody may propose: as head or deputy in charge."""
    return frozenset(unit for unit in units if may_confirm_for(actor, seat.group_id, unit))


def may_propose(actor: Actor, seat: Seat, units: Collection[int]) -> Verdict:
    """Propose who takes over a seat: head or deputy in charge of its unit; the office enters a unit's paper (代录)."""
    if may_keep_group(actor, seat.group) or units_to_propose_for(actor, seat, units):
        return ALLOWED
    return refused(_l("席位调整由所在单位主要负责人或者分管负责人报请，办公室可以代录单位的书面报请。"))


def may_change_holder(actor: Actor, seat: Seat) -> Verdict:
    """Pass a seat on directly, with the number of the paper that did it."""
    if goes_by_proposal(seat):
        return refused(_l("本领导小组实行报请调整：该席位由单位报请，组长或副组长批准后，以调整通知换人。"))
    return may_keep_group(actor, seat.group)


def uninvolved(person_id: int | None, units: Collection[int], change: SeatChange) -> bool:
    """Whether a proposal is neither somebody's own, nor of their unit, nor about themselves."""
    own = {change.proposed_by_id, change.recorded_by_id, change.person_id}
    return person_id not in own and change.unit_id not in units


def may_decide_change(actor: Actor, change: SeatChange) -> Verdict:
    """Approve or refuse: a leader who is not of the unit, did not propose and does not take over the seat."""
    if not actor.roles_in(change.group_id) & LEADERS:
        return refused(_l("席位调整由组长、副组长批准。"))
    if not uninvolved(actor.person_id, actor.unit_ids, change):
        return refused(_l("报请人、拟接任人和所在单位的人员不参与批准，请由其他领导决定。"))
    return ALLOWED


def may_record_decision(actor: Actor, change: SeatChange) -> Verdict:
    """Enter what a leader decided on paper (纸质签批): the office, and not who entered the proposal."""
    verdict = may_keep_group(actor, change.group)
    if verdict and not uninvolved(actor.person_id, actor.unit_ids, change):
        return refused(_l("报请人、代录人、拟接任人和所在单位的人员不能录入批示，请由他人办理。"))
    return verdict


def may_withdraw(actor: Actor, change: SeatChange) -> Verdict:
    """Take a proposal back before the notice: the unit's head or deputy in charge, or the office."""
    if may_keep_group(actor, change.group) or may_confirm_for(actor, change.group_id, change.unit_id):
        return ALLOWED
    return refused(_l("报请由所在单位主要负责人、分管负责人或者办公室撤回。"))


def changes_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Proposals of the groups one watches over, of one's own unit, and of the registrar's region."""
    seen = [
        SeatChange.group_id.in_(sorted(actor.groups_as(*WATCHING))),
        SeatChange.unit_id.in_(sorted(actor.unit_ids)),
    ]
    if DutyKind.REGISTRAR in actor.duties:
        groups = sa.select(LeadershipGroup.id).where(LeadershipGroup.region_id.in_(regions_below(actor.region_id)))
        seen.append(SeatChange.group_id.in_(groups))
    return sa.or_(*seen)
