"""What the papers about letters contain; how papers look is documents'.

They are Chinese whatever the reader's language: they go into files and onto desks.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import accumulate
from math import ceil
from types import MappingProxyType

from flask_babel import force_locale

from tracker.documents.layout import width
from tracker.documents.paper import (
    BLANK_DATE,
    Align,
    Block,
    Column,
    Footer,
    Heading,
    PageBreak,
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
from tracker.letters.models import Handover, Letter, LetterBatch, Reconciliation
from tracker.letters.queries import Line, places_of
from tracker.letters.rules import (
    COLUMNS,
    LABELS,
    SIGNED_BY,
    ClauseOutcome,
    HandoverLine,
    LetterState,
    LineRole,
    Side,
    SigningMethod,
    cells,
    head_of,
    shaped,
)


def letter_paper(
    letter: Letter, lines: Sequence[Line], *, check_url: str, drawings: Mapping[str, bytes] = MappingProxyType({})
) -> Paper:
    """目标责任书: the text that counts, word for word, with places to sign and the code of its check page."""
    text = policy.text_of(letter)
    assert text is not None
    (_title, title), *rest = shaped(text.text)
    head, blocks = head_of(text.text), _body(rest)
    with force_locale("zh"):
        parties = {Side.FIRST: head.first_party, Side.SECOND: head.second_party}
        blocks.append(SignatureBlock(tuple(_party(side, parties[side], lines, drawings) for side in Side)))
        digest = _("编号 %(number)s　SHA-256 %(sha256)s", number=letter.number, sha256=text.sha256)
    return Paper(title, tuple(blocks), footer=Footer(digest, qr_code(check_url)))


def _body(lines: Sequence[tuple[LineRole, str]]) -> list[Block]:
    """Number and parties stand flush left; what follows is body."""
    return [Heading(line) if role == "heading" else Paragraph(line, indent=role == "body") for role, line in lines]


def _party(side: Side, name: str, lines: Sequence[Line], drawings: Mapping[str, bytes]) -> Party:
    mine = [line for line in lines if line.signatory.side is side]
    signed = [line.signature.signed_at for line in mine if line.signature is not None]
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
    one = line.signature
    if one is None:
        return ""
    said = _signed(one.person_name, one.method, one.signed_at)
    return str(_("%(signed)s（%(late)s）", signed=said, late=line.late)) if line.late else said


def _signed(name: str, method: SigningMethod, at: datetime) -> str:
    signed_on = day(local_date(at))
    if method is SigningMethod.PAPER:
        return str(_("%(name)s，纸质签署，%(day)s代录", name=name, day=signed_on))
    return str(_("%(name)s，系统签署，%(day)s", name=name, day=signed_on))


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


def handover_paper(found: Handover, *, url: str) -> Paper:
    """交接确认 on one sheet: the text that is signed, its work as a table, and the places for both to sign.

    Where there is more work than one page holds, the rest is counted there and follows on an annex (附).
    """
    (_title, title), *lines = shaped(found.text)
    said = [(role, line) for role, line in lines if not line.startswith(tuple(SIGNED_BY.values()))]
    facts = [tuple(line.split("：", 1)) for role, line in said if role == "party"]
    work = [cells(line) for role, line in said if role == "body" and cells(line)][1:]
    kept = _first_page(work)
    blocks: list[Block] = [Table(FACTS, tuple((label, value) for label, value in facts), font_size=SMALLEST)]
    for role, line in said:
        if role != "party" and not cells(line):
            blocks += _body([(role, line)])
        elif work and cells(line) == COLUMNS:
            blocks.append(Table(WORK, tuple(work[:kept]), font_size=SMALLEST))
            if kept < len(work):
                blocks.append(Paragraph(f"以上{kept}项，其余{len(work) - kept}项见附页，附页是本确认的一部分。"))
    with force_locale("zh"):
        blocks.append(_handover_places(found))
        digest = _("编号 %(number)s　SHA-256 %(sha256)s", number=found.letter.number, sha256=found.sha256)
    if kept < len(work):
        blocks += [PageBreak(), Paragraph(ANNEX, indent=False), Table(WORK, tuple(work[kept:]), font_size=SMALLEST)]
    return Paper(title, tuple(blocks), footer=Footer(digest, qr_code(url)), small=True)


SMALLEST = 9
"""小五, so that one page holds what a successor takes over."""
FACTS = (Column("", 1.75), Column("", 6))
WORK = tuple(
    Column(heading, share, align)
    for heading, share, align in zip(
        COLUMNS, (1, 5.8, 2, 1.5), (Align.CENTER, Align.LEFT, Align.CENTER, Align.CENTER), strict=True
    )
)
ROOM = (0, 0, 7.5, 6)
"""Characters that a line of a cell holds where it may take several."""
FIRST_PAGE = 30
"""Lines of work that the first page holds beside what else is on it."""
ANNEX = "附：移交事项（续）"


def _first_page(work: Sequence[tuple[str, ...]]) -> int:
    """How many rows stand on the first page: all of them, or as many as leave room for the line about the rest."""
    taken = [max(ceil(width(cell) / room) if room else 1 for cell, room in zip(row, ROOM, strict=True)) for row in work]
    if sum(taken) <= FIRST_PAGE:
        return len(work)
    return sum(1 for upto in accumulate(taken) if upto <= FIRST_PAGE - 2)


def _handover_places(found: Handover) -> Table:
    """Where both sign, side by side, with who has."""
    names = {HandoverLine.PREDECESSOR: found.predecessor_name, HandoverLine.SUCCESSOR: found.successor_name}
    signed = {one.line: one for one in found.signatures}
    places = []
    for line in HandoverLine:
        one = signed.get(line)
        note = _signed(one.person_name, one.method, one.signed_at) if one is not None else ""
        date_of = day(local_date(one.signed_at)) if one is not None else BLANK_DATE
        places.append(f"{SIGNED_BY[line]}{names[line]}\n（签字）：{note}\n{date_of}")
    return Table((Column(""), Column("")), (tuple(places),), font_size=SMALLEST, row_height_mm=20)


def reconciliation_paper(found: Reconciliation, *, url: str) -> Paper:
    """年终对账表 of a letter: what became of each clause, with the place where the first party confirms."""
    letter = found.letter
    text, places = policy.text_of(letter), places_of(letter)
    assert text is not None
    said = head_of(text.text)
    drafted = f"{found.drafted_by.name}，{day(local_date(found.drafted_at))}"
    with force_locale("zh"):
        head = (
            f"责任书编号：{letter.number}",
            f"甲方：{said.first_party}",
            f"乙方：{said.second_party}",
            f"办公室起草：{drafted}",
        )
        columns = (
            Column("序号", 1.5, Align.CENTER),
            Column("责任书条款", 5.5),
            Column("结果", 1.8, Align.CENTER),
            Column("完成情况", 5),
        )
        rows = tuple(
            (places[one.clause_id], one.clause.text, str(LABELS[one.outcome]), one.remark) for one in found.outcomes
        )
        blocks: tuple[Block, ...] = (
            *(Paragraph(line, indent=False) for line in head),
            Table(columns, rows, font_size=10.5),
            Paragraph(_counted(found), indent=False),
            SignatureBlock((_confirmation(found, said.first_party),)),
        )
        digest = _("编号 %(number)s　SHA-256 %(sha256)s", number=letter.number, sha256=text.sha256)
    return Paper(f"{said.title}年终对账表", blocks, footer=Footer(digest, qr_code(url)))


def _counted(found: Reconciliation) -> str:
    each = [f"{LABELS[kind]}{sum(one.outcome is kind for one in found.outcomes)}条" for kind in ClauseOutcome]
    return f"共{len(found.outcomes)}条：{'，'.join(each)}。"


def _confirmation(found: Reconciliation, first_party: str) -> Party:
    note, confirmed_on = "", BLANK_DATE
    if found.confirmed_at is not None and found.method is not None:
        note = f"{found.confirmed_as}　{_signed(found.confirmed_name, found.method, found.confirmed_at)}"
        confirmed_on = day(local_date(found.confirmed_at))
    label = str(_("%(side)s（盖章）", side=LABELS[Side.FIRST]))
    return Party(label, first_party, (SignatureLine("确认人（签字）：", note=note),), confirmed_on)
