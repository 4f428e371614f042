"""Whether what became of letters is what the first party confirmed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.letters.models import Letter, Reconciliation
from tracker.letters.queries.proving import faults_by_letter, faults_of_mark, is_whole
from tracker.letters.queries.reconciling import statement_of_reconciliation
from tracker.letters.rules import RECONCILIATION_PURPOSE, LetterState

WHAT = _l("年终对账")


def reconciliation_faults(letters: Sequence[Letter], *, root: Path) -> Mapping[int, list[object]]:
    """What does not match in the reconciliations of some letters, by letter; two queries."""
    rows = db.session.scalars(
        sa.select(Reconciliation)
        .where(Reconciliation.letter_id.in_([letter.id for letter in letters]))
        .options(selectinload(Reconciliation.outcomes))
    )
    return faults_by_letter(letters, rows, "letter.fulfil", partial(_faults_of, root=root))


def _faults_of(letter: Letter, found: Reconciliation | None, recorded: str | None, *, root: Path) -> Iterator[object]:
    is_confirmed = found is not None and found.mark is not None
    if recorded is not None and not is_confirmed:
        yield _l("年终对账的确认不见了")
    if letter.state is LetterState.FULFILLED and not is_confirmed:
        yield _l("已对账，但没有确认的年终对账")
    if is_confirmed and letter.state is not LetterState.FULFILLED:
        yield _l("年终对账已确认，但状态不是已对账")
    if found is None or found.mark is None:
        return
    if statement_of_reconciliation(found) != found.statement:
        yield _l("年终对账与确认声明不符")
    yield from faults_of_mark(RECONCILIATION_PURPOSE, found.statement, found.mark, WHAT)
    if recorded != found.mark:
        yield _l("年终对账与操作记录不符")
    if found.scan_sha256 is not None and not is_whole(found.scan_sha256, root):
        yield _l("年终对账的签批件已损坏或丢失")
