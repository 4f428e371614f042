"""约谈通知 and 约谈记录: the paper that asks somebody to an interview, and the one on which both sign what was said.

Both are Chinese whatever the reader's language. They are made of plain data; who decides on an interview stands
elsewhere.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.documents.paper import (
    Align,
    Block,
    Column,
    Footer,
    Heading,
    Paper,
    Paragraph,
    Party,
    RedHead,
    SignatureBlock,
    SignatureLine,
    Table,
)
from tracker.documents.qr import qr_code
from tracker.oversight.papers.words import BLANK_DATE, sentence

SIZE = 12
ROW_MM = 7.5
SPOKEN_MM = 24
"""Height in which is written by hand what was said, where nothing is on record yet."""


@dataclass(frozen=True, slots=True)
class InterviewNotice:
    """Who is asked to an interview (约谈), about what, when and where; when and place empty: to be written by hand.

    facts are sentences, such as “任务……应于2026年3月6日完成，逾期15个工作日”.
    """

    issuer: str
    addressee: str
    interviewees: str
    reason: str
    facts: Sequence[str] = ()
    basis: str = ""
    number: str = ""
    when: str = ""
    place: str = ""
    interviewers: str = ""
    bring: str = "情况说明和有关佐证材料"
    contact: str = ""
    phone: str = ""
    date: dt.date | None = None
    url: str = ""


def interview_notice_paper(notice: InterviewNotice) -> Paper:
    """约谈通知, in the form of a letter with a red head."""
    basis = notice.basis or "根据督查督办情况"
    causes = [sentence(cause) for cause in (*notice.facts, notice.reason)]
    blocks: list[Block] = [
        Paragraph(f"{basis}，现决定对你单位{notice.interviewees}进行约谈。有关事项通知如下："),
        Heading("一、约谈事由"),
        *(Paragraph(f"{number}．{cause}" if len(causes) > 1 else cause) for number, cause in enumerate(causes, 1)),
        Heading("二、约谈时间和地点"),
        Paragraph(f"时间：{notice.when or '　　　年　　月　　日　　时'}"),
        Paragraph(f"地点：{notice.place or '　　　　　　　　　　　　'}"),
        Heading("三、参加人员"),
        Paragraph(f"约谈人：{notice.interviewers or '　　　　　　　　　　　'}"),
        Paragraph(f"被约谈人：{notice.interviewees}"),
        Heading("四、有关要求"),
        Paragraph(f"请按时参加，并准备{notice.bring}。对所列事实有不同意见的，可以在约谈时陈述和申辩。"),
    ]
    people = "，".join(filter(None, (notice.contact, notice.phone)))
    return Paper(
        "约谈通知",
        tuple(blocks),
        head=RedHead(notice.issuer, number=notice.number),
        addressees=notice.addressee,
        issued_by=(notice.issuer,),
        date=notice.date,
        note=f"联系人：{people}" if people else "",
        footer=Footer("", qr_code(notice.url)) if notice.url else Footer(),
    )


@dataclass(frozen=True, slots=True)
class InterviewRecord:
    """What was said at an interview; empty texts leave room to write by hand. Two sign: who asks and who is asked."""

    issuer: str
    unit: str
    interviewers: str
    interviewees: str
    reason: str
    number: str = ""
    when: str = ""
    place: str = ""
    recorder: str = ""
    told: str = ""
    """What the interviewers put forward and demanded."""
    answered: str = ""
    """What the unit stated in its own case."""
    promised: str = ""
    """What is to be made good, and by when."""
    url: str = ""


def interview_record_paper(record: InterviewRecord) -> Paper:
    """约谈记录, with the two lines to sign."""
    label, value = Column("", 1.4, Align.CENTER), Column("", 2.5)
    spoken = (
        ("约谈意见\n和 要 求", record.told),
        ("被约谈人\n陈　　述", record.answered),
        ("整改措施\n和 时 限", record.promised),
    )
    blocks: tuple[Block, ...] = (
        Table(
            (label, value, label, value),
            (
                ("约谈时间", record.when, "约谈地点", record.place),
                ("约 谈 人", record.interviewers, "记 录 人", record.recorder),
                ("被约谈人", record.interviewees, "单　　位", record.unit),
            ),
            font_size=SIZE,
            row_height_mm=ROW_MM,
        ),
        Table((label, Column("", 6.4)), (("约谈事由", record.reason),), font_size=SIZE, row_height_mm=ROW_MM),
        *(
            Table(
                (label, Column("", 6.4)), ((name, text),), font_size=SIZE, row_height_mm=ROW_MM if text else SPOKEN_MM
            )
            for name, text in spoken
        ),
        Paragraph("以上记录经双方核对无误。", indent=False),
        SignatureBlock(
            (
                Party("约谈人", "", (SignatureLine("（签字）："),), BLANK_DATE),
                Party("被约谈人", "", (SignatureLine("（签字）："),), BLANK_DATE),
            )
        ),
    )
    foot = Footer(f"{record.issuer}\n扫码打开本件", qr_code(record.url)) if record.url else Footer(record.issuer)
    return Paper("约谈记录", blocks, subtitle=f"（{record.number}）" if record.number else "", footer=foot)
