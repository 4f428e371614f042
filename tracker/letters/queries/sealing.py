"""The sealed PDFs of letters: which there are, which are still to be made, and whether they are what was sealed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from tracker.documents.pdf_seals import CHECKS, FAULTS
from tracker.kernel import files
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.letters import policy
from tracker.letters.models import Letter, LetterSeal
from tracker.letters.queries.letters import whole
from tracker.letters.queries.proving import faults_by_letter, faults_of_mark, is_whole
from tracker.letters.rules import SEAL_PURPOSE, LetterState, seal_statement

WHAT = _l("盖章的 PDF")


def seal_of(letter: Letter) -> LetterSeal | None:
    """The sealed PDF of a letter, if there is one."""
    return db.session.scalar(sa.select(LetterSeal).where(LetterSeal.letter_id == letter.id))


def next_to_seal(*, after_id: int) -> Letter | None:
    """The next letter in force whose PDF nobody has sealed yet, by id."""
    sealed = sa.exists().where(LetterSeal.letter_id == Letter.id)
    return db.session.scalar(
        sa.select(Letter)
        .where(Letter.state == LetterState.IN_FORCE, Letter.id > after_id, ~sealed)
        .options(*whole())
        .order_by(Letter.id)
        .limit(1)
    )


def statement_of_seal(letter: Letter, seal: LetterSeal) -> str:
    """What is put under the installation's key when a PDF is sealed, as the rows stand now."""
    text = policy.text_of(letter)
    return seal_statement(
        letter_id=letter.id,
        number=letter.number or "",
        sha256=text.sha256 if text is not None else "",
        pdf_sha256=seal.pdf_sha256,
        provider=seal.provider,
        certificate_name=seal.certificate_name,
        certificate_sha256=seal.certificate_sha256,
        at=seal.sealed_at,
    )


def seal_faults(letters: Sequence[Letter], *, root: Path) -> Mapping[int, list[object]]:
    """What does not match in the sealed PDFs of some letters, by letter; two queries."""
    rows = db.session.scalars(sa.select(LetterSeal).where(LetterSeal.letter_id.in_([letter.id for letter in letters])))
    return faults_by_letter(letters, rows, "letter.seal", partial(_faults_of, root=root))


def _faults_of(letter: Letter, seal: LetterSeal | None, recorded: str | None, *, root: Path) -> Iterator[object]:
    if seal is None:
        if recorded is not None:
            yield _l("盖章的 PDF 不见了")
        return
    yield from faults_of_mark(SEAL_PURPOSE, statement_of_seal(letter, seal), seal.mark, WHAT)
    if recorded != seal.mark:
        yield _l("盖章的 PDF 与操作记录不符")
    if not is_whole(seal.pdf_sha256, root):
        yield _l("盖章的 PDF 已损坏或丢失")
    path = files.path_of(seal.pdf_sha256, root)
    check = CHECKS.get(seal.provider)
    if check is None:
        yield _l("盖章的 PDF 出自本版本不认识的印章接口，无法核对")
    elif path.is_file():
        # Of bytes that are not those kept it is said, too, what was done to them.
        for fault in check(path.read_bytes(), certificate_sha256=seal.certificate_sha256, at=seal.sealed_at):
            yield _l("盖章的 PDF：%(fault)s", fault=FAULTS[fault])
