"""Who may keep accounts: the system administrator those of the region, office and registrar those of a group."""

from collections.abc import Collection

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation import policy as organisation
from tracker.organisation.models import LeadershipGroup, Person, Region
from tracker.organisation.rules import LEADERS, OFFICE, DutyKind, SeatRole

GUARDED_SEATS = LEADERS | OFFICE | {SeatRole.SUPERVISOR}
"""Seats whose holders decide. The office hands out their first slip, but cannot later make them a new password."""


def is_administrator(actor: Actor) -> bool:
    """Whether somebody is system administrator today."""
    return DutyKind.SYSTEM_ADMINISTRATOR in actor.duties


def may_keep_accounts(actor: Actor, region: Region) -> Verdict:
    """Create, deactivate and reset any account of a region: its system administrator, or the server's shell."""
    if organisation.has_duty(actor, DutyKind.SYSTEM_ADMINISTRATOR, region):
        return ALLOWED
    return refused(_l("只有系统管理员可以管理账号。"))


def may_open_accounts(actor: Actor, group: LeadershipGroup) -> Verdict:
    """Open accounts for a group's people: its office and the registrar."""
    if organisation.may_keep_group(actor, group):
        return ALLOWED
    return refused(_l("只有领导小组办公室和登记员可以为本组人员开通账号。"))


def may_reset(
    actor: Actor, region: Region, *, group: LeadershipGroup | None, seats: Collection[str], duties: Collection[str]
) -> Verdict:
    """Make somebody (of a region) a new one-time password. seats and duties are those of that person today.

    Who makes a password could sign in with it: hence not for those who decide, and not for those with duties.
    """
    keeper = may_keep_accounts(actor, region)
    if keeper or group is None:
        return keeper
    opener = may_open_accounts(actor, group)
    if not opener:
        return opener
    if duties:
        return refused(_l("承担系统职责的人员，密码只能由系统管理员重置。"))
    if GUARDED_SEATS & set(seats) and not organisation.is_registrar(actor, group.region):
        return refused(_l("组领导、督导人员和办公室人员的密码，请由登记员或系统管理员重置。"))
    return ALLOWED


def accounts_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The accounts (by their person) that a system administrator keeps: of the own region and those below."""
    if actor is SYSTEM:
        return sa.true()
    if not is_administrator(actor):
        return sa.false()
    return Person.region_id.in_(organisation.regions_below(actor.region_id))
