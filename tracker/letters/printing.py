"""Letters as papers, made at once or in the background."""

from datetime import datetime

from flask import current_app

from tracker.audit.sending import Holder, read_kept
from tracker.documents.paper import Paper
from tracker.documents.pdf import pdf
from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.errors import Stale
from tracker.kernel.installation import on_paper
from tracker.kernel.text import _l
from tracker.letters import queries
from tracker.letters.models import Letter
from tracker.letters.papers import letter_paper


def check_address(letter: Letter) -> str:
    """Where the code on a letter's paper leads, with the ordinal of the printed text, which the check page ignores.

    The address is the installation's own, whatever host a request named. The ordinal lets a scan of a text that has
    lapsed be told from one of the text that counts.
    """
    path = current_app.url_map.bind("").build("letters.check", {"code": letter.check_code})
    return on_paper(f"{path}#{letter.edition}")


def holder_of(letter: Letter) -> Holder:
    """What a letter's drawings and scans belong to."""
    return Holder("letter", letter.id, letter.group_id)


def printed(letter: Letter, *, actor: Actor, now: datetime) -> Paper:
    """A letter as it is printed, with the signatures that it bears today."""
    if not letter.edition:
        raise Stale(_l("责任书还没有下发，没有可以打印的文本。"))
    lines = queries.lines_of([letter], day=clock.local_date(now))[letter.id]
    drawn = [line.signature.drawing_sha256 for line in lines if line.signature is not None]
    drawings = {
        digest: read_kept(digest, "签名.png", holder=holder_of(letter), actor=actor, now=now)
        for digest in drawn
        if digest is not None
    }
    return letter_paper(letter, lines, check_url=check_address(letter), drawings=drawings)


def pdf_of(letter: Letter, *, actor: Actor, now: datetime) -> bytes:
    """A letter as PDF: once it is sealed the bytes that were sealed."""
    seal = queries.seal_of(letter)
    if seal is None:
        return pdf(printed(letter, actor=actor, now=now))
    return read_kept(seal.pdf_sha256, "责任书.pdf", holder=holder_of(letter), actor=actor, now=now)
