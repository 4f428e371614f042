"""签批单: a batch of drafts on one sheet, to be read and signed off by hand; the office enters what was signed.

It is Chinese whatever the reader's language: it goes onto a leader's desk.
"""

from collections.abc import Mapping, Sequence

from flask_babel import force_locale

from tracker.documents.paper import (
    BLANK_DATE,
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
from tracker.kernel.clock import local_date
from tracker.tasks.models import ConsultedTask, SignOffBatch, Task
from tracker.tasks.papers.words import deadline_words, target_words
from tracker.tasks.rules import LABELS, BatchState

SIZE = 10.5
ROOM_MM = 28
"""Height in which a leader writes."""


def sign_off_sheet(
    batch: SignOffBatch, tasks: Sequence[Task], opinions: Mapping[int, Sequence[ConsultedTask]], *, url: str
) -> Paper:
    """签批单: what goes out to whom by when, what units said of it, and where to sign; url is the batch's page."""
    with force_locale("zh"):
        blocks: list[Block] = [
            *(Paragraph(line, indent=False) for line in _head(batch, tasks)),
            _tasks(tasks),
            *_said(tasks, opinions),
            *([] if batch.state is BatchState.SIGNED else [_room()]),
            SignatureBlock((_signer(batch),)),
        ]
    foot = Footer(f"{batch.group.name}\n扫码打开本批任务，录入纸质签批", qr_code(url))
    return Paper("任务签发签批单", tuple(blocks), subtitle=f"（{batch.title}）", footer=foot)


def _head(batch: SignOffBatch, tasks: Sequence[Task]) -> list[str]:
    by = f"{batch.proposed_by.name}，" if batch.proposed_by is not None else ""
    return [
        f"领导小组：{batch.group.name}",
        f"文号：{batch.document_number or '　　　　　　'}",
        f"送审：{by}{day(local_date(batch.proposed_at))}，共{len(tasks)}项任务",
    ]


def _tasks(tasks: Sequence[Task]) -> Table:
    columns = (
        Column("序号", 0.9, Align.CENTER),
        Column("工作任务", 4),
        Column("目标要求", 4),
        Column("牵头单位", 2.4),
        Column("配合单位", 2.4),
        Column("完成时限", 2.8, Align.CENTER),
    )
    rows = tuple(
        (
            str(number),
            task.title,
            "\n".join(filter(None, (task.standard, *map(target_words, task.targets)))),
            task.lead_unit.name if task.lead_unit is not None else "",
            "、".join(part.unit.name for part in task.parts),
            deadline_words(task.due_on, task.deadline_text),
        )
        for number, task in enumerate(tasks, 1)
    )
    return Table(columns, rows, font_size=SIZE)


def _said(tasks: Sequence[Task], opinions: Mapping[int, Sequence[ConsultedTask]]) -> list[Block]:
    """What units said when they were asked, and what became of it; nothing where nobody said anything."""
    rows = tuple(
        (str(number), one.asked.unit.name, f"{LABELS[one.opinion]}：{one.said}", _handled(one))
        for number, task in enumerate(tasks, 1)
        for one in opinions.get(task.id, ())
        if one.opinion is not None
    )
    columns = (Column("任务序号", 1.4, Align.CENTER), Column("单位", 3), Column("意见", 5), Column("采纳情况", 4))
    return [Table(columns, rows, caption="征求意见情况", font_size=SIZE)] if rows else []


def _handled(one: ConsultedTask) -> str:
    if one.handling is None:
        return ""
    return "：".join(filter(None, (str(LABELS[one.handling]), one.reason)))


def _room() -> Table:
    columns = Column("", 2.2, Align.CENTER), Column("", 9)
    return Table(columns, (("签批意见", "□ 同意签发　　□ 退回修改"),), font_size=14, row_height_mm=ROOM_MM)


def _signer(batch: SignOffBatch) -> Party:
    if batch.signed_at is None:
        return Party("签批人", "", (SignatureLine("（签字）："),), BLANK_DATE)
    signed_on = day(local_date(batch.signed_at))
    name = batch.signed_by.name if batch.signed_by is not None else ""
    note = f"{name}，{'纸质签批' if batch.recorded_by_id else '系统签发'}，{signed_on}"
    if batch.recorded_by is not None:
        note += f"，{batch.recorded_by.name}代录"
    return Party("签批人", batch.signed_as, (SignatureLine("（签字）：", note=note),), signed_on)
