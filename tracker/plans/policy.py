"""Who may bring in plan documents, work on them, and read the plans made from them."""

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation import policy as organisation
from tracker.organisation.models import LeadershipGroup, Region
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
    """Documents of the registrar's regions, and one's own while one works in a group's office."""
    if actor is SYSTEM:
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [sa.false()]
    if DutyKind.REGISTRAR in actor.duties:
        seen.append(PlanDocument.region_id.in_(organisation.regions_below(actor.region_id)))
    if actor.groups_as(*OFFICE):
        seen.append(PlanDocument.uploaded_by == actor.person_id)
    return sa.or_(*seen)


def plans_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """A group's published papers: everybody who belongs to the group reads them."""
    groups = sa.select(LeadershipGroup.id).where(organisation.groups_visible_to(actor))
    return Plan.group_id.in_(groups)
