"""A large batch issued by a job, as its page would have issued it: every unit gets its letter, or none does."""

from collections.abc import Mapping
from typing import Any

from tracker.kernel.actor import Actor
from tracker.kernel.jobs import Work
from tracker.kernel.registry import JobKind
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import commands, policy, queries
from tracker.letters.rules import ISSUE_BATCH, BatchState


def _issue(work: Work) -> None:
    with work.step():
        batch = queries.visible_batch(work.by, work.arguments["letter_batch_id"])
        # A worker that died after its step and before its end leaves the job to the next, which finds all of it done.
        if batch.state is BatchState.ISSUED and batch.issued_by_id == work.by.person_id:
            return
        commands.issue_batch(batch, version=work.arguments["version"], by=work.by, now=work.now())


def _may_have(actor: Actor, arguments: Mapping[str, Any]) -> None:
    require(policy.may_issue(actor, queries.visible_batch(actor, arguments["letter_batch_id"])))


JOBS = (
    JobKind(
        ISSUE_BATCH,
        _l("下发责任书：%(title)s"),
        _l("责任书已下发：%(title)s"),
        _l("责任书没有下发：%(title)s"),
        _issue,
        _may_have,
        ahead=("letters.batch", "letter_batch_id"),
        back=("letters.batch", "letter_batch_id"),
    ),
)
