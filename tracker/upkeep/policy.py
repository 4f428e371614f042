"""Who may see how the installation is."""

from tracker.kernel.actor import Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.rules import DutyKind


def is_administrator(actor: Actor) -> bool:
    """Whether somebody keeps the installation."""
    return DutyKind.SYSTEM_ADMINISTRATOR in actor.duties


def may_see_findings(actor: Actor) -> Verdict:
    """What the watchdog found is for whoever keeps the installation."""
    return ALLOWED if is_administrator(actor) else refused(_l("巡检结果由系统管理员查看。"))
