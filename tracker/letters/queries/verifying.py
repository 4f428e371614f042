"""Whether letters are what was issued and signed: everything recomputed, and held against the record of acts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from tracker.audit.models import AuditEntry
from tracker.kernel import seals
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.letters import policy
from tracker.letters.models import Letter, LetterText, Signature
from tracker.letters.queries.proving import faults_of_mark, is_whole
from tracker.letters.queries.proving_handovers import handover_faults
from tracker.letters.queries.proving_reconciliations import reconciliation_faults
from tracker.letters.queries.sealing import seal_faults
from tracker.letters.queries.stating import frame_of, promise_of, statement_of, statement_of_signature
from tracker.letters.queries.withdrawing import withdrawal_faults
from tracker.letters.rules import (
    SIGNABLE,
    SIGNATURE_PURPOSE,
    TEXT_PURPOSE,
    LetterState,
    as_composed,
    head_of,
)

CHUNK = 100
ISSUE, EDIT = "letter.issue", "letter.edit"
SIGNED = ("letter.sign", "letter.record_paper")
LEADS_TO = {
    ISSUE: LetterState.ISSUED,
    "letter.send_back": LetterState.SENT_BACK,
    "letter.enter_force": LetterState.IN_FORCE,
    "letter.supersede": LetterState.SUPERSEDED,
    "letter.expire": LetterState.EXPIRED,
    "letter.fulfil": LetterState.FULFILLED,
    "letter.withdraw": LetterState.WITHDRAWN,
    "letter.revoke": LetterState.WITHDRAWN,
}
"""The state in which an act leaves a letter, before anybody signs."""
KEPT = ("sign_by", "ends_on", "remark")
"""What acts on a letter say of it beside its text."""
UNLIKE = {
    "sign_by": _l("签署期限与操作记录不符"),
    "ends_on": _l("有效期与下发时不符"),
    "remark": _l("退回或者撤回的理由与操作记录不符"),
}


def _loaded() -> tuple[ORMOption, ...]:
    """A function, as a chain of two relationships makes SQLAlchemy go over all tables at once."""
    return (
        joinedload(Letter.batch),
        selectinload(Letter.texts).selectinload(LetterText.signatures),
        selectinload(Letter.signatories),
        selectinload(Letter.clauses),
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about a letter that does not match; number is empty where the letter itself is gone."""

    letter_id: int
    number: str
    sentence: object


def faults(letter_ids: Sequence[int] | None = None, *, root: Path) -> Iterator[Fault]:
    """Recompute letters, all or some, and tell what does not match; root holds drawings and scans."""
    last = 0
    while True:
        query = sa.select(Letter).where(Letter.id > last).order_by(Letter.id).limit(CHUNK)
        if letter_ids is not None:
            query = query.where(Letter.id.in_(letter_ids))
        letters = db.session.scalars(query.options(*_loaded())).all()
        if not letters:
            break
        recorded = _recorded([letter.id for letter in letters])
        reconciled = reconciliation_faults(letters, root=root)
        handed_over = handover_faults(letters, root=root)
        sealed = seal_faults(letters, root=root)
        withdrawn = withdrawal_faults(letters, root=root)
        for letter in letters:
            own = _faults_of(letter, recorded.get(letter.id, _Recorded()), root=root)
            closed = (*reconciled[letter.id], *handed_over[letter.id], *withdrawn[letter.id])
            for sentence in (*own, *closed, *sealed[letter.id]):
                yield Fault(letter.id, letter.number or "", sentence)
        last = letters[-1].id
        db.session.expunge_all()
    yield from _gone(letter_ids)


@dataclass(slots=True)
class _Recorded:
    """What the record of acts says of a letter: its texts by ordinal, the marks of signatures, and how it ended up.

    fields: by name of a column what the latest act that wrote it says, as the record keeps it.
    """

    texts: dict[int, dict[str, Any]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    state: LetterState | None = None
    in_force_at: datetime | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    is_rewritten: bool = False


def _recorded(letter_ids: Sequence[int]) -> dict[int, _Recorded]:
    rows = db.session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.act, AuditEntry.new, AuditEntry.at)
        .where(
            AuditEntry.subject_kind == "letter",
            AuditEntry.subject_id.in_(letter_ids),
            AuditEntry.act.in_([*LEADS_TO, *SIGNED, EDIT]),
        )
        .order_by(AuditEntry.id)
    )
    found: dict[int, _Recorded] = {}
    for letter_id, act, new, at in rows:
        of_letter = found.setdefault(letter_id, _Recorded())
        of_letter.state = LEADS_TO.get(act, of_letter.state)
        of_letter.fields |= {name: new[name] for name in KEPT if new is not None and name in new}
        of_letter.is_rewritten = act == EDIT or (of_letter.is_rewritten and act != ISSUE)
        if act == ISSUE:
            of_letter.texts[new["text"]] = new
            of_letter.fields["remark"] = ""
        elif act in SIGNED:
            of_letter.marks[new["mark"]] = new["name"]
        elif act == "letter.enter_force":
            of_letter.in_force_at = at
    return found


def _faults_of(letter: Letter, recorded: _Recorded, *, root: Path) -> Iterator[object]:
    ordinals = [text.ordinal for text in letter.texts]
    if not ordinals == list(range(1, letter.edition + 1)) == sorted(recorded.texts):
        yield _l("文本有缺失或者多余")
    for text in letter.texts:
        yield from _faults_of_text(letter, text, recorded)
        for signature in text.signatures:
            yield from _faults_of_signature(letter, text, signature, recorded, root=root)
    kept = {signature.mark for text in letter.texts for signature in text.signatures}
    for mark in recorded.marks.keys() - kept:
        yield _l("%(name)s的签署不见了", name=recorded.marks[mark])
    yield from _faults_of_state(letter, recorded)


def _faults_of_text(letter: Letter, text: LetterText, recorded: _Recorded) -> Iterator[object]:
    found = seals.digests(text.text.encode())
    if (found.sha256, found.sm3) != (text.sha256, text.sm3):
        yield _l("第%(ordinal)s稿文本与摘要不符", ordinal=text.ordinal)
    known = recorded.texts.get(text.ordinal, {})
    promise = str(known.get("promise", ""))
    statement = statement_of(letter, text, promise=promise)
    yield from faults_of_mark(TEXT_PURPOSE, statement, text.mark, _l("第%(ordinal)s稿", ordinal=text.ordinal))
    if (known.get("sha256"), known.get("sm3")) != (text.sha256, text.sm3):
        yield _l("第%(ordinal)s稿与操作记录不符", ordinal=text.ordinal)
    # Where a letter that was sent back has been rewritten, its clauses run ahead of its text.
    fixed = letter.state in SIGNABLE or letter.in_force_at is not None or not recorded.is_rewritten
    if fixed and text.ordinal == letter.edition:
        if promise_of(letter) != promise:
            yield _l("条款或者签署人与下发时不符")
        if known.get("frame", frame := frame_of(letter)) != frame:
            yield _l("批次、期间、承接关系或者模板与下发时不符")
        head, batch = head_of(text.text), letter.batch
        if (head.title, head.first_party) != (as_composed(batch.title), as_composed(batch.first_party)):
            yield _l("名称或者甲方与下发的文本不符")


def _faults_of_signature(
    letter: Letter, text: LetterText, signature: Signature, recorded: _Recorded, *, root: Path
) -> Iterator[object]:
    what = _l("%(name)s的签署", name=signature.person_name)
    side = next((one.side for one in letter.signatories if one.id == signature.signatory_id), "")
    statement = statement_of_signature(letter, text, signature, side=side)
    if statement != signature.statement:
        yield _l("%(what)s与签署声明不符", what=what)
    yield from faults_of_mark(SIGNATURE_PURPOSE, signature.statement, signature.mark, what)
    if signature.mark not in recorded.marks:
        yield _l("%(what)s没有操作记录", what=what)
    for digest in (signature.drawing_sha256, signature.scan_sha256):
        if digest is not None and not is_whole(digest, root):
            yield _l("%(what)s的签名图片或扫描件已损坏或丢失", what=what)


def _faults_of_state(letter: Letter, recorded: _Recorded) -> Iterator[object]:
    """A letter stands as the acts on it have left it, and is in force exactly when every line of its text is signed."""
    current = next((text for text in letter.texts if text.ordinal == letter.edition), None)
    signed = {signature.signatory_id for signature in current.signatures} if current is not None else set()
    lines = {one.id for one in letter.signatories}
    if letter.in_force_at is not None and signed != lines:
        yield _l("已生效，但签署不齐")
    if letter.state in {LetterState.ISSUED, LetterState.HALF_SIGNED} and signed == lines:
        yield _l("签署已齐，但状态没有生效")
    expected = recorded.state
    if expected is LetterState.ISSUED and policy.complete_sides(letter):
        expected = LetterState.HALF_SIGNED
    if expected is not None and letter.state is not expected:
        yield _l("状态与操作记录不符")
    if letter.in_force_at != recorded.in_force_at:
        yield _l("生效时间与操作记录不符")
    if current is not None and letter.issued_at != current.created_at:
        yield _l("下发时间与文本不符")
    until = letter.batch.ends_on
    stand = {
        "sign_by": letter.sign_by.isoformat(),
        "ends_on": until.isoformat() if until is not None else None,
        "remark": letter.remark,
    }
    said = {name: recorded.fields.get(name, stand[name]) for name in KEPT}
    for name, sentence in UNLIKE.items():
        if said[name] != stand[name]:
            yield sentence


def _gone(letter_ids: Sequence[int] | None) -> Iterator[Fault]:
    """Letters that are no longer there, though the record of acts says they were issued; or that never were."""
    query = sa.select(AuditEntry.subject_id, AuditEntry.new).where(
        AuditEntry.subject_kind == "letter",
        AuditEntry.act == ISSUE,
        AuditEntry.subject_id.not_in(sa.select(Letter.id)),
    )
    if letter_ids is not None:
        query = query.where(AuditEntry.subject_id.in_(letter_ids))
    gone = {letter_id: str(new.get("number", "")) for letter_id, new in db.session.execute(query)}
    for letter_id, number in sorted(gone.items()):
        yield Fault(letter_id, number, _l("责任书不见了"))
    asked = set(letter_ids or ())
    known = set(db.session.scalars(sa.select(Letter.id).where(Letter.id.in_(asked)))) if asked else set()
    for letter_id in sorted(asked - known - gone.keys()):
        yield Fault(letter_id, "", _l("没有这份责任书"))


def count_letters(letter_ids: Sequence[int] | None = None) -> int:
    """How many letters there are among those asked for, or at all."""
    query = sa.select(sa.func.count(Letter.id))
    if letter_ids is not None:
        query = query.where(Letter.id.in_(letter_ids))
    return db.session.scalar(query) or 0
