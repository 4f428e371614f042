"""Keep the sealed PDF of a letter: once, for good."""

from datetime import datetime

import sqlalchemy as sa

from tracker.documents.pdf_seals import Sealed
from tracker.kernel import files, seals
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.kernel.text import _l
from tracker.kernel.uploads import files_root
from tracker.kernel.verdict import require
from tracker.letters import policy, queries
from tracker.letters.commands.steps import note
from tracker.letters.models import Letter, LetterSeal
from tracker.letters.rules import SEAL_PURPOSE, LetterState


def keep_seal(letter: Letter, sealed: Sealed, *, by: Actor, now: datetime) -> LetterSeal:
    """Keep a letter's PDF as it was sealed; of two who sealed at once the first one's counts."""
    require(policy.may_seal(by))
    db.session.execute(sa.select(Letter.id).where(Letter.id == letter.id).with_for_update())
    db.session.refresh(letter, ["state"])
    if letter.state is not LetterState.IN_FORCE or queries.seal_of(letter) is not None:
        raise Stale(_l("责任书不在生效状态，或者 PDF 已经盖章。"))
    seal = LetterSeal(
        letter_id=letter.id,
        pdf_sha256=files.keep(sealed.data, "application/pdf", root=files_root(), now=now),
        provider=sealed.provider,
        certificate_name=sealed.certificate_name,
        certificate_sha256=sealed.certificate_sha256,
        sealed_at=now,
    )
    seal.mark = seals.mark(SEAL_PURPOSE, queries.statement_of_seal(letter, seal).encode())
    db.session.add(seal)
    db.session.flush()
    note("seal", letter, by=by, now=now, pdf=seal.pdf_sha256, certificate=seal.certificate_sha256, mark=seal.mark)
    return seal
