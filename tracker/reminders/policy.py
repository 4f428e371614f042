"""Who changes and reads ladders, and who decides on held runs."""

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.rules import OFFICE_DIRECTORS, DutyKind
from tracker.reminders.models import HeldRun
from tracker.tasks.policy import OVERSEERS


def may_read_ladders(actor: Actor, group_id: int) -> Verdict:
    """Read a group's ladders: whoever watches over it."""
    if actor.roles_in(group_id) & OVERSEERS:
        return ALLOWED
    return refused(_l("提醒规则供领导小组办公室、督导（督查）人员和领导查看。"))


def may_change_ladders(actor: Actor, group_id: int) -> Verdict:
    """Change a group's ladders: the director of its office."""
    if actor.roles_in(group_id) & OFFICE_DIRECTORS:
        return ALLOWED
    return refused(_l("提醒规则由办公室主任、副主任修改。"))


def is_administrator(actor: Actor) -> bool:
    """Whether somebody keeps the installation, or is at the server's shell."""
    return actor == SYSTEM or DutyKind.SYSTEM_ADMINISTRATOR in actor.duties


def may_open_held(actor: Actor) -> Verdict:
    """Open the list of held runs: administrators, and whoever watches over a group."""
    if is_administrator(actor) or actor.groups_as(*OVERSEERS):
        return ALLOWED
    return refused(_l("暂扣的提醒供系统管理员和领导小组办公室、督导（督查）人员、领导查看。"))


def may_see_held(actor: Actor, group_id: int) -> bool:
    """See what a held run of a group holds."""
    return bool(actor.roles_in(group_id) & OVERSEERS) or actor == SYSTEM


def held_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Administrators see that runs of any group are held (and not what they hold), others those of their groups."""
    if is_administrator(actor):
        return sa.true()
    return HeldRun.group_id.in_(sorted(actor.groups_as(*OVERSEERS)))


def may_decide_held(actor: Actor, group_id: int) -> Verdict:
    """Release or discard a group's held run: the director of its office, who knows whether it can be true."""
    if actor == SYSTEM or actor.roles_in(group_id) & OFFICE_DIRECTORS:
        return ALLOWED
    return refused(_l("暂扣的提醒由办公室主任、副主任决定放行或者取消。"))


def may_confirm_clock(actor: Actor) -> Verdict:
    """Say that the clock is right: the administrator, who can look at the machine."""
    if is_administrator(actor):
        return ALLOWED
    return refused(_l("系统时间由系统管理员确认。"))
