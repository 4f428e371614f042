"""The job that takes a pile of scans apart and files its pages; and the scan of one letter, put together again."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from PIL import Image

from tracker.documents.pdf import page_count, pdf_available
from tracker.documents.scans import Fault, Page, Unreadable, as_pdf, pages_of
from tracker.kernel import files
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.kernel.files import NewFile
from tracker.kernel.installation import settings
from tracker.kernel.jobs import Work, folder_of
from tracker.kernel.registry import JobKind
from tracker.kernel.text import _l
from tracker.kernel.uploads import files_root
from tracker.kernel.verdict import require
from tracker.letters import policy, queries
from tracker.letters.models import LetterPile, PilePage
from tracker.letters.printing import printed
from tracker.letters.rules import MOST_PAGES, READ_PILE, PileState, filed

KEPT_DAYS = 30
"""So long an unfinished pile can be worked on."""


def read_pile(work: Work) -> None:
    """Take a pile apart: begun anew where a worker died over it, and done once."""
    pile = queries.visible_pile(work.by, work.arguments["pile_id"])
    if pile.state is not PileState.READING:
        return
    shutil.rmtree(work.folder)
    work.folder.mkdir(mode=0o700)
    with work.step(done=0, total=0) as session:
        session.execute(sa.delete(PilePage).where(PilePage.pile_id == pile.id))
    pile_id, group_id, batch_id = pile.id, pile.batch.group_id, pile.batch_id
    hosts = {urlsplit(settings().base_url).hostname or "", *settings().trusted_hosts}
    known, seen = queries.known_letters(group_id), set[str]()
    sources = list(pile.files)
    db.session.rollback()
    for position, total, page in _pages(work, sources):
        digest = hashlib.sha256((work.folder / page.name).read_bytes()).hexdigest()
        letter_id, fault = filed(
            page.codes, blank=page.blank, again=digest in seen, hosts=hosts, known=known, batch_id=batch_id
        )
        seen.add(digest)
        with work.step(done=position, total=total) as session:
            session.add(
                PilePage(pile_id=pile_id, position=position, letter_id=letter_id, fault=fault, picture_sha256=digest)
            )
    expected = _expected(work, pile_id)
    with work.step() as session:
        pile = session.get_one(LetterPile, pile_id)
        pile.expected, pile.state = expected, PileState.READY


def _pages(work: Work, sources: list[dict[str, Any]]) -> Iterator[tuple[int, int, Page]]:
    """The pages of all files, numbered through; with how many there are as far as that is known."""
    position = 0
    for source in sources:
        name, digest = source["name"], source["sha256"]
        files.read(digest, files_root())
        path, before = files.path_of(digest, files_root()), position
        left = MOST_PAGES - before
        if left <= 0:
            raise Unreadable(Fault.TOO_MANY_PAGES, name=name, most=MOST_PAGES)
        pages = pages_of(
            path, source["media_type"], name=name, folder=work.folder, first=before + 1, most=left, limit=MOST_PAGES
        )
        for page in pages:
            position += 1
            yield position, before + page.count, page


def _expected(work: Work, pile_id: int) -> dict[str, Any]:
    """By letter, how many pages its print has."""
    if not pdf_available():
        return {}
    pile = queries.visible_pile(work.by, pile_id)
    found = {}
    for one in queries.filed_letters(pile):
        found[str(one.letter.id)] = page_count(printed(one.letter, actor=work.by, now=work.now()))
        with work.step():
            pass
    db.session.rollback()
    return found


def picture_of(pile: LetterPile, page: PilePage, *, now: datetime) -> bytes:
    """The picture of a page; it is thrown away with the job's other files."""
    job = pile.job
    if job is None or not job.folder or (job.expires_at is not None and job.expires_at <= now):
        raise Stale(_l("这叠扫描件已过期清除，请重新上传。"))
    path = folder_of(job.folder) / f"{page.position:04}.jpg"
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != page.picture_sha256:
        raise files.Damaged
    return data


def scan_of(pile: LetterPile, letter_id: int, *, now: datetime) -> NewFile:
    """The pages of one letter as a scan of its own, kept as any uploaded scan is."""
    pictures = []
    for page in pile.pages:
        if page.letter_id == letter_id and page.fault is None:
            data = picture_of(pile, page, now=now)
            with Image.open(BytesIO(data)) as picture:
                pictures.append((data, *picture.size))
    data = as_pdf(pictures)
    return NewFile(
        "扫描件.pdf", files.keep(data, "application/pdf", root=files_root(), now=now), len(data), "application/pdf"
    )


def _may_have(actor: Actor, arguments: Mapping[str, Any]) -> None:
    require(policy.may_manage_batch(actor, queries.visible_pile(actor, arguments["pile_id"]).batch))


JOBS = (
    JobKind(
        READ_PILE,
        _l("整叠扫描归位：%(title)s"),
        _l("整叠扫描已识别，请核对后确认：%(title)s"),
        _l("整叠扫描没有识别成功：%(title)s"),
        read_pile,
        _may_have,
        ahead=("letters.pile", "pile_id"),
        back=("letters.batch", "letter_batch_id"),
        kept_days=KEPT_DAYS,
    ),
)
