"""Ask for what takes longer than a page can wait: a job in the background."""

from datetime import datetime

from tracker.kernel import jobs
from tracker.kernel.actor import Actor
from tracker.kernel.errors import Invalid
from tracker.kernel.jobs import BackgroundJob
from tracker.kernel.text import _l
from tracker.letters import queries
from tracker.letters.models import LetterBatch
from tracker.letters.rules import PAPERS, PaperKind


def ask_for_papers(batch: LetterBatch, *, kind: PaperKind, by: Actor, now: datetime) -> BackgroundJob:
    """Ask for all letters of a batch as files; whoever sees the batch may. Asking twice gets the job under way."""
    seen = queries.visible_batch(by, batch.id)
    if not queries.letters_to_print(by, seen.id, kind):
        raise Invalid({"kind": _l("没有可以打印的责任书。")})
    arguments = {"letter_batch_id": seen.id, "kind": kind.value, "title": seen.title}
    return jobs.ask(PAPERS[kind], arguments, by=by, now=now, group_id=seen.group_id)
