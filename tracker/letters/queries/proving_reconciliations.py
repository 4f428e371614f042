"""Whether what became of letters is what the first party confirmed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.audit.models import AuditEntry
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.letters.models import Letter, Reconciliation
from tracker.letters.queries.proving import faults_by_letter, faults_of_mark, is_whole
from tracker.letters.queries.reconciling import statement_of_reconciliation
from tracker.letters.rules import RECONCILIATION_PURPOSE, LetterState

WHAT = _l("年终对账")


def reconciliation_faults(letters: Sequence[Letter], *, root: Path) -> Mapping[int, list[object]]:
    """What does not match in the reconciliations of some letters, by letter; three queries."""
    rows = db.session.scalars(
        sa.select(Reconciliation)
        .where(Reconciliation.letter_id.in_([letter.id for letter in letters]))
        .options(selectinload(Reconciliation.outcomes))
    )
    ids = [letter.id for letter in letters]
    acts = AuditEntry.subject_kind == "letter", AuditEntry.subject_id.in_(ids), AuditEntry.act == "letter.reconcile"
    drafts = sa.select(AuditEntry.subject_id, AuditEntry.at).where(*acts).order_by(AuditEntry.id)
    drafted = {row.subject_id: row.at for row in db.session.execute(drafts)}
    return faults_by_letter(letters, rows, "letter.fulfil", partial(_faults_of, drafted=drafted, root=root))


def _faults_of(
    letter: Letter, found: Reconciliation | None, recorded: str | None, *, drafted: Mapping[int, datetime], root: Path
) -> Iterator[object]:
    is_confirmed = found is not None and found.mark is not None
    if recorded is not None and not is_confirmed:
        yield _l("年终对账的确认不见了")
    if letter.state is LetterState.FULFILLED and not is_confirmed:
        yield _l("已对账，但没有确认的年终对账")
    if is_confirmed and letter.state is not LetterState.FULFILLED:
        yield _l("年终对账已确认，但状态不是已对账")
    if found is not None and drafted.get(letter.id) != found.drafted_at:
        yield _l("年终对账的起草时间与操作记录不符")
    if found is None or found.mark is None:
        return
    if statement_of_reconciliation(found) != found.statement:
        yield _l("年终对账与确认声明不符")
    yield from faults_of_mark(RECONCILIATION_PURPOSE, found.statement, found.mark, WHAT)
    if recorded != found.mark:
        yield _l("年终对账与操作记录不符")
    if found.scan_sha256 is not None and not is_whole(found.scan_sha256, root):
        yield _l("年终对账的签批件已损坏或丢失")
