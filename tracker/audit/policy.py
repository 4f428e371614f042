"""Who may read the record of acts."""

from tracker.kernel.actor import Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused

AUDITOR = "auditor"
"""The duty's code, as an Actor carries it."""


def is_auditor(actor: Actor) -> bool:
    """Whether somebody is auditor today."""
    return AUDITOR in actor.duties


def may_read_record(actor: Actor) -> Verdict:
    """Read the whole record: the auditor alone, and not who keeps the accounts."""
    return ALLOWED if is_auditor(actor) else refused(_l("只有审计员可以查看审计记录。"))
