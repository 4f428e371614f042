"""Letters at the year's end: the office says what became of the clauses, the leader confirms."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.cast import NOW, Cast
from tests.letters.promises import again
from tracker.kernel.db import write_transaction
from tracker.letters import commands, queries
from tracker.letters.commands import Judged
from tracker.letters.models import Letter, Reconciliation
from tracker.letters.rules import ClauseOutcome

MET, PARTLY, UNMET = ClauseOutcome.MET, ClauseOutcome.PARTLY, ClauseOutcome.UNMET


def judged(letter: Letter, said: Mapping[int, ClauseOutcome | None] | None = None) -> Sequence[Judged]:
    """Every clause met, unless said otherwise by its number."""
    said = said or {}
    return [
        Judged(clause.id, said.get(number, MET), f"第{number}条的情况。")
        for number, clause in enumerate(letter.clauses, 1)
    ]


def reconcile(cast: Cast, letter: Letter, *, by: str = "office_clerk", now: datetime = NOW) -> Reconciliation:
    """The office says that the first clause was met in part and the rest in full."""
    before = queries.reconciliation_of(letter)
    version = before.version if before is not None else 0
    with write_transaction():
        rows = judged(letter, {1: PARTLY})
        return commands.draft_reconciliation(letter, rows, version=version, by=cast.actor(by), now=now)


def fulfilled(cast: Cast, letter: Letter, *, by: str = "leader", now: datetime = NOW) -> Letter:
    """The leader confirms what the office has said."""
    found = reconcile(cast, letter, now=now)
    with write_transaction():
        commands.fulfil_letter(letter, version=found.version, by=cast.actor(by), now=now)
    return again(letter)
