"""Whoever took up a post is told on the first day which letters in force pass to them."""

from collections.abc import Mapping
from datetime import datetime

from tracker.kernel.actor import SYSTEM
from tracker.kernel.clock import local_date
from tracker.kernel.db import Step, db, write_transaction
from tracker.letters import queries
from tracker.letters.commands import tell_successors

CHUNK = 200


def succeed(*, now: datetime, step: Step = write_transaction) -> Mapping[str, int]:
    """Look at all letters in force for a signer who has been succeeded; the right to write is taken only for those."""
    told = after_id = 0
    while True:
        letters = queries.letters_in_force(after_id=after_id, limit=CHUNK)
        if not letters:
            db.session.rollback()
            return {"told": told}
        first_id, after_id = after_id, letters[-1].id
        passing = queries.handovers_due(letters, day=local_date(now))
        db.session.rollback()
        if passing:
            with step():
                letters = queries.letters_in_force(after_id=first_id, limit=CHUNK)
                told += tell_successors(letters, by=SYSTEM, now=now)
