"""Letters that were taken back after they had been in force: by whom, and whether it is what was put down."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.letters import policy
from tracker.letters.models import Letter, Withdrawal
from tracker.letters.queries.proving import faults_by_letter, faults_of_mark, is_whole
from tracker.letters.rules import WITHDRAWAL_PURPOSE, LetterKind, LetterState, withdrawal_statement

WHAT = _l("撤回")


def withdrawal_of(letter: Letter) -> Withdrawal | None:
    """Who took a letter back that had been in force; None of any other."""
    found = sa.select(Withdrawal).where(Withdrawal.letter_id == letter.id)
    return db.session.scalar(found.options(joinedload(Withdrawal.recorded_by)))


def added_to(letter: Letter) -> Sequence[Letter]:
    """The supplements in force of a letter."""
    return db.session.scalars(
        sa.select(Letter)
        .where(
            Letter.follows_id == letter.id,
            Letter.kind == LetterKind.SUPPLEMENT,
            Letter.state == LetterState.IN_FORCE,
        )
        .order_by(Letter.id)
    ).all()


def statement_of_withdrawal(letter: Letter, found: Withdrawal, *, remark: str) -> str:
    """What is put under the installation's key when a letter in force is taken back."""
    text = policy.text_of(letter)
    return withdrawal_statement(
        letter_id=letter.id,
        number=letter.number or "",
        sha256=text.sha256 if text is not None else "",
        remark=remark,
        person_id=found.person_id,
        person_name=found.person_name,
        withdrawn_as=found.withdrawn_as,
        method=found.method,
        at=found.withdrawn_at,
        recorded_by_id=found.recorded_by_id,
        scan_sha256=found.scan_sha256,
    )


def withdrawal_faults(letters: Sequence[Letter], *, root: Path) -> Mapping[int, list[object]]:
    """What does not match in the withdrawals of some letters, by letter; two queries."""
    rows = db.session.scalars(sa.select(Withdrawal).where(Withdrawal.letter_id.in_([letter.id for letter in letters])))
    return faults_by_letter(letters, rows, "letter.revoke", partial(_faults_of, root=root))


def _faults_of(letter: Letter, found: Withdrawal | None, recorded: str | None, *, root: Path) -> Iterator[object]:
    withdrawn = letter.state is LetterState.WITHDRAWN and letter.in_force_at is not None
    if withdrawn and found is None:
        yield _l("生效后撤回，但没有撤回人")
    if found is None:
        return
    if not withdrawn:
        yield _l("生效后撤回过，但状态不是已撤回")
    if statement_of_withdrawal(letter, found, remark=letter.remark) != found.statement:
        yield _l("撤回与撤回声明不符")
    yield from faults_of_mark(WITHDRAWAL_PURPOSE, found.statement, found.mark, WHAT)
    if recorded != found.mark:
        yield _l("撤回与操作记录不符")
    if found.scan_sha256 is not None and not is_whole(found.scan_sha256, root):
        yield _l("撤回的签批件已损坏或丢失")
