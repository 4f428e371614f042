"""Who may keep accounts: the system administrator all of them, the group office and the registrar those of a group."""

from collections.abc import Collection

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.rules import LEADERS, OFFICE, DutyKind, SeatRole

GUARDED_SEATS = LEADERS | OFFICE | {SeatRole.SUPERVISOR}
"""Seats whose holders decide. A group office hands out their first slip, but cannot later make them a new password."""


def is_administrator(actor: Actor) -> bool:
    """Whether somebody is system administrator today."""
    return DutyKind.SYSTEM_ADMINISTRATOR in actor.duties


def may_keep_accounts(actor: Actor) -> Verdict:
    """List, create, deactivate and reset any account: the system administrator, or somebody at the server's shell."""
    if actor is SYSTEM or is_administrator(actor):
        return ALLOWED
    return refused(_l("只有系统管理员可以管理账号。"))


def may_open_accounts(actor: Actor, group_id: int) -> Verdict:
    """Open accounts for a group's people: its office and the registrar."""
    if DutyKind.REGISTRAR in actor.duties or actor.roles_in(group_id) & OFFICE:
        return ALLOWED
    return refused(_l("只有领导小组办公室和登记员可以为本组人员开通账号。"))


def may_reset(actor: Actor, *, group_id: int | None, seats: Collection[str], duties: Collection[str]) -> Verdict:
    """Make somebody a new one-time password. seats and duties are those of the account's owner today.

    Who can reset a password can sign in with it once: hence not for those who decide, and not for other duties.
    """
    if may_keep_accounts(actor):
        return ALLOWED
    if group_id is None or not may_open_accounts(actor, group_id):
        return may_keep_accounts(actor)
    if duties:
        return refused(_l("承担系统职责的人员，密码只能由系统管理员重置。"))
    if DutyKind.REGISTRAR not in actor.duties and GUARDED_SEATS & set(seats):
        return refused(_l("组领导、督导人员和办公室人员的密码，请由登记员或系统管理员重置。"))
    return ALLOWED
