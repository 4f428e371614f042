"""Who keeps endpoints and looks after deliveries, and who may see who was told what."""

import sqlalchemy as sa

from tracker.delivery.models import ChannelEndpoint
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.models import LeadershipGroup, Person
from tracker.organisation.policy import WATCHING, has_duty, regions_below
from tracker.organisation.rules import DutyKind

NOT_ADMINISTRATOR = refused(_l("只有系统管理员可以管理消息的发送渠道。"))


def is_administrator(actor: Actor) -> bool:
    """Whether somebody is system administrator today."""
    return actor is SYSTEM or DutyKind.SYSTEM_ADMINISTRATOR in actor.duties


def may_keep_endpoints(actor: Actor, group: LeadershipGroup | None = None) -> Verdict:
    """Set up, change, test and disable endpoints: of the installation, or of a group of one's region."""
    reaches = is_administrator(actor) if group is None else has_duty(actor, DutyKind.SYSTEM_ADMINISTRATOR, group.region)
    return ALLOWED if reaches else NOT_ADMINISTRATOR


def groups_kept_by(actor: Actor) -> sa.ColumnElement[bool]:
    """The groups for which somebody keeps endpoints."""
    if actor is SYSTEM:
        return sa.true()
    if not is_administrator(actor):
        return sa.false()
    return LeadershipGroup.region_id.in_(regions_below(actor.region_id))


def endpoints_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The endpoints that somebody keeps: the installation's, and those of the region's groups."""
    if not is_administrator(actor):
        return sa.false()
    kept = sa.select(LeadershipGroup.id).where(groups_kept_by(actor))
    return sa.or_(ChannelEndpoint.group_id.is_(None), ChannelEndpoint.group_id.in_(kept))


def recipients_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The people whose deliveries somebody looks after: those of the region. What they say is not shown with them."""
    if actor is SYSTEM:
        return sa.true()
    if not is_administrator(actor):
        return sa.false()
    return Person.region_id.in_(regions_below(actor.region_id))


def sees_trail(actor: Actor, group_id: int) -> bool:
    """Whether somebody sees who was told what in a group: whoever watches over it."""
    return group_id in actor.groups_as(*WATCHING)


def may_see_trail(actor: Actor, group: LeadershipGroup) -> Verdict:
    """The same, with the sentence."""
    if sees_trail(actor, group.id):
        return ALLOWED
    return refused(_l("只有领导小组的办公室、领导和督导人员可以查看消息送达情况。"))
