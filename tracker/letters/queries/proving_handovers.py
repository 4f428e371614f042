"""Whether handovers are what was drawn up and signed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.audit.models import AuditEntry
from tracker.kernel import seals
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.letters.models import Handover, HandoverSignature, Letter
from tracker.letters.queries.handing_over import statement_of_handover, statement_of_handover_signature
from tracker.letters.queries.proving import faults_of_mark, is_whole
from tracker.letters.rules import HANDOVER_PURPOSE, HANDOVER_SIGNATURE_PURPOSE, HandoverLine, HandoverState

OPENED = "letter.open_handover"
SIGNED = ("letter.sign_handover", "letter.record_handover")


def handover_faults(letters: Sequence[Letter], *, root: Path) -> Mapping[int, list[object]]:
    """What does not match in the handovers of some letters, by letter; three queries."""
    ids = [letter.id for letter in letters]
    rows = db.session.scalars(
        sa.select(Handover)
        .where(Handover.letter_id.in_(ids))
        .options(selectinload(Handover.signatures))
        .order_by(Handover.id)
    ).all()
    acts = db.session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.act, AuditEntry.new)
        .where(
            AuditEntry.subject_kind == "letter",
            AuditEntry.subject_id.in_(ids),
            AuditEntry.act.in_([OPENED, *SIGNED]),
        )
        .order_by(AuditEntry.id)
    ).all()
    found: dict[int, list[object]] = {letter_id: [] for letter_id in ids}
    recorded = {str(new["mark"]) for _letter_id, _act, new in acts}
    for row in rows:
        found[row.letter_id] += _faults_of(row, recorded, root=root)
    kept = {row.mark for row in rows} | {one.mark for row in rows for one in row.signatures}
    for letter_id, act, new in acts:
        if new["mark"] not in kept:
            name = new["successor"] if act == OPENED else new["name"]
            gone = _l("给%(name)s的交接确认不见了") if act == OPENED else _l("%(name)s的交接签署不见了")
            found[letter_id].append(gone % {"name": name})
    return found


def _faults_of(row: Handover, recorded: set[str], *, root: Path) -> Iterator[object]:
    what = _l("给%(name)s的交接确认", name=row.successor_name)
    digests = seals.digests(row.text.encode())
    if (digests.sha256, digests.sm3) != (row.sha256, row.sm3):
        yield _l("%(what)s文本与摘要不符", what=what)
    yield from faults_of_mark(HANDOVER_PURPOSE, statement_of_handover(row), row.mark, what)
    if row.mark not in recorded:
        yield _l("%(what)s没有操作记录", what=what)
    for one in row.signatures:
        yield from _faults_of_signature(row, one, recorded, root=root)
    is_signed = any(one.line is HandoverLine.SUCCESSOR for one in row.signatures)
    if is_signed != (row.state is HandoverState.SIGNED):
        yield _l("%(what)s的状态与签署不符", what=what)


def _faults_of_signature(row: Handover, one: HandoverSignature, recorded: set[str], *, root: Path) -> Iterator[object]:
    what = _l("%(name)s的交接签署", name=one.person_name)
    if statement_of_handover_signature(row, one) != one.statement:
        yield _l("%(what)s与签署声明不符", what=what)
    yield from faults_of_mark(HANDOVER_SIGNATURE_PURPOSE, one.statement, one.mark, what)
    if one.mark not in recorded:
        yield _l("%(what)s没有操作记录", what=what)
    if one.scan_sha256 is not None and not is_whole(one.scan_sha256, root):
        yield _l("%(what)s的扫描件已损坏或丢失", what=what)
