"""督办通知单 with its reply slip (回执) on one sheet: what a unit is to do by when, and where it answers.

It is Chinese whatever the reader's language: it goes into files and onto desks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.documents.paper import (
    Align,
    Block,
    Column,
    Footer,
    Paper,
    Paragraph,
    Party,
    SignatureBlock,
    SignatureLine,
    Table,
    day,
)
from tracker.documents.qr import qr_code
from tracker.oversight.papers.words import BLANK_DATE

SIZE = 12
ROW_MM = 7.5
REPLY_MM = 22
"""Height in which the unit writes its answer by hand."""


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An answer as it came in: who confirmed it, as what, when, and the names of the files that came with it."""

    text: str
    confirmed_by: str
    confirmed_as: str
    confirmed_on: date
    files: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NoticeSheet:
    """Everything that stands on a 督办通知单. number and issued_on are missing on a draft; url is the entry page."""

    issuer: str
    addressee: str
    urgency: str
    matter: str
    basis: str
    demand: str
    contact: str
    phone: str
    url: str
    number: str = ""
    reply_by: date | None = None
    limit: str = ""
    """In words, where the date follows from the day of issue."""
    signed_off_by: str = ""
    issued_on: date | None = None
    answer: AnswerGiven | None = None


def notice_paper(sheet: NoticeSheet) -> Paper:
    """督办通知单, the upper half for the unit, the lower half to come back."""
    pair = Column("", 1.3, Align.CENTER), Column("", 2.6)
    wide = Column("", 1.3, Align.CENTER), Column("", 6.5)
    reply_by = day(sheet.reply_by) if sheet.reply_by else sheet.limit
    issued_on = day(sheet.issued_on) if sheet.issued_on else BLANK_DATE
    blocks: tuple[Block, ...] = (
        Table(
            pair + pair,
            (("编　　号", sheet.number or "（草稿）", "紧急程度", sheet.urgency),),
            font_size=SIZE,
            row_height_mm=ROW_MM,
        ),
        Table(
            wide,
            (
                ("主　　送", sheet.addressee),
                ("督办事项", sheet.matter),
                ("交办依据", sheet.basis),
                ("具体要求", sheet.demand),
                ("办理时限", reply_by),
            ),
            font_size=SIZE,
            row_height_mm=ROW_MM,
        ),
        Table(
            pair + pair,
            (
                ("联 系 人", sheet.contact, "联系电话", sheet.phone),
                ("签 发 人", sheet.signed_off_by, "发出日期", issued_on),
            ),
            font_size=SIZE,
            row_height_mm=ROW_MM,
        ),
        Paragraph("回　　执", indent=False, align=Align.CENTER, bold=True),
        _answer(sheet.answer),
        SignatureBlock((_party(sheet),)),
    )
    foot = Footer(f"{sheet.issuer}\n扫码打开本件，签收、填写回执", qr_code(sheet.url))
    return Paper("督办通知单", blocks, subtitle=f"（{sheet.issuer}）", footer=foot)


def _answer(answer: AnswerGiven | None) -> Table:
    columns = Column("", 1.3, Align.CENTER), Column("", 6.5)
    if answer is None:
        return Table(columns, (("办理情况", ""),), font_size=SIZE, row_height_mm=REPLY_MM)
    files = (("附　　件", "\n".join(answer.files)),) if answer.files else ()
    return Table(columns, (("办理情况", answer.text), *files), font_size=SIZE)


def _party(sheet: NoticeSheet) -> Party:
    answer = sheet.answer
    if answer is None:
        return Party("承办单位（盖章）", sheet.addressee, (SignatureLine("负责人（签字）："),), BLANK_DATE)
    who = "，".join(filter(None, (answer.confirmed_by, answer.confirmed_as, "系统报送")))
    line = SignatureLine("负责人（签字）：", note=who)
    return Party("承办单位（盖章）", sheet.addressee, (line,), day(answer.confirmed_on))
