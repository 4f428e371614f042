"""All letters of a batch as files, made by a job in the background."""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tracker.documents.docx import docx
from tracker.documents.pdf import pdf
from tracker.documents.sheets import joined
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date, local_time
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.kernel.files import shown_name
from tracker.kernel.jobs import Made, Work
from tracker.kernel.registry import JobKind
from tracker.kernel.text import _l
from tracker.letters import queries
from tracker.letters.models import Letter
from tracker.letters.papers import standing_paper
from tracker.letters.printing import pdf_of, printed
from tracker.letters.rules import MOST_IN_NAME, PAPERS, PaperKind

Write = Callable[..., bytes]
"""Makes a letter's file; takes the letter, the actor and the time."""

NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*%\x00-\x1f]+')
"""What Windows, or an address, would take for something else."""


def safe(text: str) -> str:
    """Words as a part of a file's name, on any system."""
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C")
    return " ".join(NOT_IN_NAMES.sub(" ", kept).split()).strip(" .")[:MOST_IN_NAME]


def names_of(letters: Sequence[Letter], ending: str) -> list[str]:
    """A name for each letter that tells its unit, sorts as the list does, and is nobody else's."""
    digits = max(2, len(str(len(letters))))
    return [
        shown_name(f"{place:0{digits}}-{safe(letter.unit.name)}-{safe(letter.number or '')}{ending}")
        for place, letter in enumerate(letters, 1)
    ]


def _word(letter: Letter, *, actor: Actor, now: datetime) -> bytes:
    return docx(printed(letter, actor=actor, now=now))


def _zip(work: Work, ending: str, write: Write) -> Made:
    letters = _letters(work)
    ids, title = [letter.id for letter in letters], letters[0].batch.title
    names, made = names_of(letters, ending), work.folder / "made"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in zip(names, _each(work, ids, write), strict=True):
            archive.writestr(_member(name, work.now()), data)
    return Made(made, shown_name(f"{safe(title)}.zip"))


def _member(name: str, now: datetime) -> zipfile.ZipInfo:
    """A file of the archive; archives say local time, and do not say where."""
    at = local_time(now)
    member = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _one_pdf(work: Work) -> Made:
    letters = _letters(work)
    ids, title = [letter.id for letter in letters], letters[0].batch.title
    made = work.folder / "made"
    joined(_each(work, ids, pdf_of), made)
    return Made(made, shown_name(f"{safe(title)}.pdf"))


def _standing(work: Work) -> Made:
    batch = queries.visible_batch(work.by, work.arguments["letter_batch_id"])
    letters, today = queries.letters_of(batch), local_date(work.now())
    made, name = work.folder / "made", f"{safe(batch.title)}签订情况表{today:%Y%m%d}.pdf"
    made.write_bytes(pdf(standing_paper(batch, letters, queries.lines_of(letters, day=today), today=today)))
    return Made(made, shown_name(name))


def _letters(work: Work) -> list[Letter]:
    kind = PaperKind(work.arguments["kind"])
    letters = queries.letters_to_print(work.by, work.arguments["letter_batch_id"], kind)
    if not letters:
        raise Stale(_l("没有可以打印的责任书。"))
    return letters


def _each(work: Work, ids: Sequence[int], write: Write) -> Iterator[bytes]:
    """The letters one after the other, each as it stands when its turn comes and if it may still be seen."""
    for done, letter_id in enumerate(ids):
        work.reached(done, len(ids))
        letter = queries.visible_letter(work.by, letter_id)
        data = write(letter, actor=work.by, now=work.now())
        db.session.rollback()
        yield data
    work.reached(len(ids), len(ids))


def _may_have(actor: Actor, arguments: Mapping[str, Any]) -> object:
    return queries.visible_batch(actor, arguments["letter_batch_id"])


JOBS = (
    JobKind(
        PAPERS[PaperKind.WORD],
        _l("全部责任书（Word 压缩包）：%(title)s"),
        _l("全部责任书（Word 压缩包）已生成：%(title)s"),
        _l("全部责任书（Word 压缩包）没有生成：%(title)s"),
        lambda work: _zip(work, ".docx", _word),
        _may_have,
        back=("letters.batch", "letter_batch_id"),
    ),
    JobKind(
        PAPERS[PaperKind.PDF],
        _l("全部责任书（PDF 压缩包）：%(title)s"),
        _l("全部责任书（PDF 压缩包）已生成：%(title)s"),
        _l("全部责任书（PDF 压缩包）没有生成：%(title)s"),
        lambda work: _zip(work, ".pdf", pdf_of),
        _may_have,
        back=("letters.batch", "letter_batch_id"),
    ),
    JobKind(
        PAPERS[PaperKind.PRINT],
        _l("全部打印（一个 PDF）：%(title)s"),
        _l("全部打印（一个 PDF）已生成：%(title)s"),
        _l("全部打印（一个 PDF）没有生成：%(title)s"),
        _one_pdf,
        _may_have,
        back=("letters.batch", "letter_batch_id"),
    ),
    JobKind(
        PAPERS[PaperKind.STANDING],
        _l("签订情况表（PDF）：%(title)s"),
        _l("签订情况表（PDF）已生成：%(title)s"),
        _l("签订情况表（PDF）没有生成：%(title)s"),
        _standing,
        _may_have,
        back=("letters.batch", "letter_batch_id"),
    ),
)
