"""What the papers about letters contain; how papers look is documents'.

They are Chinese whatever the reader's language: they go into files and onto desks.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from flask_babel import force_locale

from tracker.documents.paper import (
    Align,
    Block,
    Column,
    Footer,
    Heading,
    Paper,
    Paragraph,
    Party,
    SignatureBlock,
    SignatureLine,
    Table,
    day,
)
from tracker.documents.qr import qr_code
from tracker.kernel.clock import local_date
from tracker.kernel.text import _
from tracker.letters import policy
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.queries import Line
from tracker.letters.rules import LABELS, NUMERALS, LetterState, Side, SigningMethod

HEADING = re.compile(rf"[{NUMERALS}]、\S{{1,10}}")
BLANK_DATE = "　　年　　月　　日"


def letter_paper(
    letter: Letter, lines: Sequence[Line], *, check_url: str, drawings: Mapping[str, bytes] = MappingProxyType({})
) -> Paper:
    """目标责任书: the text that counts, word for word, with places to sign and the code of its check page."""
    text = policy.text_of(letter)
    assert text is not None
    title, *rest = text.text.splitlines()
    blocks: list[Block] = [
        Heading(line) if HEADING.fullmatch(line) else Paragraph(line, indent=position > FRAME)
        for position, line in enumerate(rest)
    ]
    with force_locale("zh"):
        blocks.append(SignatureBlock(tuple(_party(letter, side, lines, drawings) for side in Side)))
        digest = _("编号 %(number)s　SHA-256 %(sha256)s", number=letter.number, sha256=text.sha256)
    return Paper(title, tuple(blocks), footer=Footer(digest, qr_code(check_url)))


FRAME = 2
"""Number and parties stand flush left; what follows is body."""


def _party(letter: Letter, side: Side, lines: Sequence[Line], drawings: Mapping[str, bytes]) -> Party:
    mine = [line for line in lines if line.signatory.side is side]
    signed = [line.signature.signed_at for line in mine if line.signature is not None]
    name = letter.batch.first_party if side is Side.FIRST else letter.unit.name
    return Party(
        label=_("%(side)s（盖章）", side=LABELS[side]),
        name=name,
        lines=tuple(
            SignatureLine(
                _("%(title)s（签字）：", title=line.signatory.title),
                drawn=drawings.get(line.signature.drawing_sha256 or "", b"") if line.signature is not None else b"",
                note=_note(line),
            )
            for line in mine
        ),
        date=day(local_date(max(signed))) if mine and len(signed) == len(mine) else BLANK_DATE,
    )


def _note(line: Line) -> str:
    signature = line.signature
    if signature is None:
        return ""
    signed_on = day(local_date(signature.signed_at))
    if signature.method is SigningMethod.PAPER:
        return str(_("%(name)s，纸质签署，%(day)s代录", name=signature.person_name, day=signed_on))
    return str(_("%(name)s，系统签署，%(day)s", name=signature.person_name, day=signed_on))


def standing_paper(
    batch: LetterBatch, letters: Sequence[Letter], lines: dict[int, list[Line]], *, today: date
) -> Paper:
    """签订情况表: one row a unit, with who signed, how and when."""
    with force_locale("zh"):
        columns = (
            Column(_("序号"), 1, Align.CENTER),
            Column(_("单位"), 4),
            Column(_("编号"), 3),
            Column(_("单位签署"), 4),
            Column(_("领导签署"), 4),
            Column(_("状态"), 2, Align.CENTER),
        )
        shown = [letter for letter in letters if letter.edition and letter.state is not LetterState.WITHDRAWN]
        rows = tuple(
            (
                str(number),
                letter.unit.name,
                letter.number or "",
                _said(lines[letter.id], Side.SECOND),
                _said(lines[letter.id], Side.FIRST),
                str(LABELS[letter.state]),
            )
            for number, letter in enumerate(shown, 1)
        )
        title = _("%(title)s签订情况表", title=batch.title)
        as_of = _("截至%(day)s", day=day(today))
    return Paper(title, (Table(columns, rows, font_size=10.5),), subtitle=f"（{as_of}）", landscape=True)


def _said(lines: Sequence[Line], side: Side) -> str:
    return "\n".join(_note(line) or str(_("未签")) for line in lines if line.signatory.side is side)
