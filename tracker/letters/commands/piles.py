"""Piles of scans (整叠扫描归位): uploaded, corrected by hand, and recorded letter by letter as any paper is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.audit.commands import record
from tracker.documents.scans import SCANS
from tracker.kernel import jobs
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import policy, queries
from tracker.letters.commands.signing import record_paper
from tracker.letters.models import Letter, LetterBatch, LetterPile
from tracker.letters.rules import READ_PILE, BatchState, PageFault, PileState
from tracker.tasks.commands import require_at_work


def upload_pile(batch: LetterBatch, *, scans: Sequence[NewFile], by: Actor, now: datetime) -> LetterPile:
    """Hand in what was signed on paper, scanned at once; a job takes it apart and files its pages."""
    require(policy.may_manage_batch(by, batch))
    require_at_work(batch.group)
    if batch.state is not BatchState.ISSUED:
        raise Stale(_l("本批责任书还没有下发。"))
    if not scans:
        raise Invalid({"scans": _l("请选择扫描件。")})
    for scan in scans:
        if scan.media_type not in SCANS:
            raise Invalid({"scans": _l("文件“%(name)s”不是 PDF 或者图片。", name=scan.name)})
    assert by.person_id is not None
    files = [{"name": scan.name, "sha256": scan.sha256, "media_type": scan.media_type} for scan in scans]
    pile = LetterPile(batch_id=batch.id, files=files, uploaded_by_id=by.person_id, uploaded_at=now)
    pile.batch = batch
    db.session.add(pile)
    db.session.flush()
    arguments = {"pile_id": pile.id, "letter_batch_id": batch.id, "title": batch.title}
    pile.job = jobs.ask(READ_PILE, arguments, by=by, now=now, group_id=batch.group_id)
    db.session.flush()
    new = {"pile": pile.id, "files": [scan.sha256 for scan in scans]}
    record("letter.upload_pile", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id, new=new)
    return pile


def assign_pages(
    pile: LetterPile, *, letter_ids: Mapping[int, int | None], version: int, by: Actor, now: datetime
) -> None:
    """File pages by hand: letter_ids says by position to which letter, or None that a page belongs to none."""
    require(policy.may_manage_batch(by, pile.batch))
    pages = {page.position: page for page in pile.pages}
    allowed = {letter.id for letter in queries.letters_to_file(pile.batch)}
    wanted = {letter_id for letter_id in letter_ids.values() if letter_id is not None}
    if not letter_ids or not set(letter_ids) <= set(pages) or not wanted <= allowed:
        raise Invalid({"pages": _l("请选择页面和本批待签署的责任书。")})
    take(pile, version=version, states=[PileState.READY])
    for position, letter_id in letter_ids.items():
        page = pages[position]
        page.letter_id = letter_id
        page.fault = PageFault.TAKEN_OUT if letter_id is None else None
        page.by_hand = True
    db.session.flush()
    new = {"pile": pile.id, "pages": {str(position): letter_id for position, letter_id in letter_ids.items()}}
    batch = pile.batch
    record("letter.assign_pages", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id, new=new)


def record_from_pile(
    pile: LetterPile,
    letter: Letter,
    *,
    people: Mapping[int, int],
    scan: NewFile,
    version: int,
    pile_version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Record one letter of a pile as signed on paper, its own pages being the scan; as the office has seen both."""
    require(policy.may_record_paper(by, letter))
    # Held, so that no page moves while its letter is recorded.
    db.session.refresh(pile, ["state", "version"], with_for_update=True)
    if pile.state is not PileState.READY or pile.version != pile_version:
        raise Stale
    if not any(page.letter_id == letter.id and page.fault is None for page in pile.pages):
        raise Invalid({"letter": _l("这叠扫描件里没有这份责任书。")})
    record_paper(letter, people=people, scan=scan, version=version, by=by, now=now)
