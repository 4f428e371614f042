"""Who may bring in plan documents, work on them, and read the plans made from them."""

from collections.abc import Collection

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation import policy as organisation
from tracker.organisation.models import Appointment, LeadershipGroup, Region, Seat
from tracker.organisation.rules import OFFICE, DutyKind
from tracker.plans.models import Plan, PlanDocument

NOT_YOURS = refused(_l("方案由登记员或者领导小组办公室录入。"))
NOT_UNDO = refused(_l("撤回方案由登记员或者本领导小组办公室办理。"))


def may_bring_in(actor: Actor, region: Region) -> Verdict:
    """Bring in a plan document: the registrar of the region, or the office of one of its groups."""
    return ALLOWED if organisation.may_add_to(actor, region) else NOT_YOURS


def brings_in_plans(actor: Actor) -> bool:
    """Whether the menu offers to bring in a plan."""
    return DutyKind.REGISTRAR in actor.duties or bool(actor.groups_as(*OFFICE))


def may_confirm_for(actor: Actor, region: Region, group: LeadershipGroup | None) -> Verdict:
    """Confirm a document: for a new group the registrar, for a group at work also its own office."""
    if group is None:
        return organisation.may_found_group(actor, region)
    return organisation.may_keep_group(actor, group)


def may_undo(actor: Actor, plan: Plan) -> Verdict:
    """Take a plan back before anything is issued from it; with the group that it founded only as registrar."""
    if not organisation.may_keep_group(actor, plan.group):
        return NOT_UNDO
    if plan.made.get("groups"):
        return organisation.may_found_group(actor, plan.group.region)
    return ALLOWED


def documents_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Documents of the registrar's regions, and those that people of one's own office brought in."""
    if actor is SYSTEM:
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [sa.false()]
    if DutyKind.REGISTRAR in actor.duties:
        seen.append(PlanDocument.region_id.in_(organisation.regions_below(actor.region_id)))
    offices = sorted(actor.groups_as(*OFFICE))
    if offices:
        seen.append(PlanDocument.uploaded_by.in_(_people_of_offices(offices)))
    return sa.or_(*seen)


def _people_of_offices(groups: Collection[int]) -> sa.Select[tuple[int | None]]:
    """Who has worked in the offices of some groups, by name or by post: a colleague goes on with what one began."""
    seats = (Seat.group_id.in_(groups), Seat.role.in_(sorted(OFFICE)))
    named = sa.select(Seat.person_id).where(Seat.person_id.is_not(None), *seats)
    by_post = sa.select(Appointment.person_id).join(Seat, Seat.post_id == Appointment.post_id).where(*seats)
    people = named.union(by_post).subquery()
    return sa.select(people.c[0])


def plans_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """A group's published papers: everybody who belongs to the group reads them."""
    groups = sa.select(LeadershipGroup.id).where(organisation.groups_visible_to(actor))
    return Plan.group_id.in_(groups)
