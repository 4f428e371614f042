"""Seal the PDFs of letters in force, one after the other. The scheduler does it beside everything else, and the shell.

Laying out a page takes a second, so it is done outside every transaction: the text and the signatures of a letter in
force never change.
"""

from datetime import datetime

from tracker.documents.pdf import pdf, pdf_available
from tracker.documents.pdf_seals import SealProvider, provider_at_work
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.logs import log
from tracker.letters import commands, queries
from tracker.letters.models import Letter
from tracker.letters.printing import printed


def seal_letters(*, now: datetime) -> int:
    """Seal what is in force and not sealed; returns how many. Does nothing where no certificate is set up.

    Raises:
        Unusable: the certificate cannot seal; nothing was sealed with it.
    """
    if not pdf_available() or queries.next_to_seal(after_id=0) is None:
        return 0
    provider = provider_at_work()
    if provider is None:
        return 0
    after_id = sealed = 0
    while (letter := queries.next_to_seal(after_id=after_id)) is not None:
        after_id = letter.id
        sealed += _seal(letter, provider, now=now)
    db.session.rollback()
    return sealed


def _seal(letter: Letter, provider: SealProvider, *, now: datetime) -> bool:
    letter_id, number = letter.id, letter.number or ""
    paper = printed(letter, actor=SYSTEM, now=now)
    db.session.rollback()
    found = provider.seal(pdf(paper), reason=number, at=now)
    try:
        with write_transaction() as session:
            commands.keep_seal(session.get_one(Letter, letter_id), found, by=SYSTEM, now=now)
    except Stale:
        return False
    log.info("letter seal", letter=letter_id, certificate=found.certificate_sha256)
    return True
