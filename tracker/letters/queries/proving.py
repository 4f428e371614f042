"""What all checking of letters shares: the record of a mark, whether it was made here, whether a kept file is whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tracker.audit.models import AuditEntry
from tracker.kernel import files, seals
from tracker.kernel.db import db
from tracker.kernel.files import Damaged
from tracker.kernel.text import _l
from tracker.letters.models import Letter


def faults_by_letter(
    letters: Sequence[Letter], rows: Iterable[Any], act: str, faults_of: Callable[..., Iterator[object]]
) -> Mapping[int, list[object]]:
    """What does not match in a thing of which each letter has at most one, by letter.

    rows are these things, act put their marks on record; faults_of(letter, row or none, mark on record or none) tells.
    """
    kept = {row.letter_id: row for row in rows}
    recorded = db.session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.new).where(
            AuditEntry.subject_kind == "letter",
            AuditEntry.subject_id.in_([letter.id for letter in letters]),
            AuditEntry.act == act,
        )
    )
    marks = {letter_id: str(new["mark"]) for letter_id, new in recorded}
    return {letter.id: list(faults_of(letter, kept.get(letter.id), marks.get(letter.id))) for letter in letters}


def faults_of_mark(purpose: str, statement: str, mark: str, what: object) -> Iterator[object]:
    """What is wrong with a mark, if anything; what names the thing that carries it."""
    if seals.is_marked(purpose, statement.encode(), mark):
        return
    if seals.is_key_known(mark):
        yield _l("%(what)s的校验码不符", what=what)
    else:
        yield _l("%(what)s的校验码出自未知的密钥，无法核对", what=what)


def is_whole(digest: str, root: Path) -> bool:
    """Whether a kept file still has the bytes that its digest names."""
    try:
        files.read(digest, root)
    except Damaged:
        return False
    return True
