"""任务单: everything about one task on paper, as its page shows it to the reader.

It is Chinese whatever the reader's language: it goes into files and onto desks.
"""

from collections.abc import Iterator
from datetime import date, datetime

from flask_babel import force_locale

from tracker.documents.paper import Align, Block, Column, Footer, Heading, Paper, Table, day
from tracker.documents.qr import qr_code
from tracker.kernel.clock import local_date
from tracker.tasks.models import Submission, Task
from tracker.tasks.papers.words import deadline_words, target_words
from tracker.tasks.queries import Dossier
from tracker.tasks.queries.history import Entry
from tracker.tasks.rules import LABELS, ReportState

SIZE = 10.5
NUMERALS = "一二三四五六七八九十"

Section = tuple[str, tuple[Column, ...], list[tuple[str, ...]]]


def task_sheet(d: Dossier, *, url: str, today: date) -> Paper:
    """任务单: what, to which standard, by whom, by when, and all that happened since; url is the task's page."""
    with force_locale("zh"):
        blocks: list[Block] = [*_facts(d)]
        filled = [section for section in _sections(d) if section[2]]
        for numeral, (title, columns, rows) in zip(NUMERALS, filled, strict=False):
            blocks += [Heading(f"{numeral}、{title}"), Table(columns, tuple(rows), font_size=SIZE)]
    number = f"（{d.task.number}）" if d.task.number else ""
    foot = Footer(f"{d.task.group.name}\n截至{day(today)}", qr_code(url))
    return Paper("任务单", tuple(blocks), subtitle=number, footer=foot)


def _facts(d: Dossier) -> Iterator[Table]:
    task = d.task
    words = [
        ("任务", task.title),
        ("内容", task.content),
        ("完成标准", "\n".join(filter(None, (task.standard, *map(target_words, d.targets))))),
        ("来源", _source(task)),
    ]
    rows = tuple((label, text) for label, text in words if text)
    yield Table((Column("", 1.2, Align.CENTER), Column("", 6)), rows, font_size=SIZE)
    seat = task.leader_seat
    leader = "" if seat is None else seat.title or (seat.person.name if seat.person is not None else "")
    first = task.first_due_on
    signed = task.batch if task.batch is not None and task.batch.signed_at is not None else None
    pairs = [
        ("牵头单位", task.lead_unit.name if task.lead_unit is not None else ""),
        ("责任人", task.owner.name if task.owner is not None else ""),
        ("牵头领导", leader),
        ("状态", f"{LABELS[task.state]}（{LABELS[d.light]}）"),
        ("完成时限", deadline_words(task.due_on, task.deadline_text)),
        ("原定时限", day(first) if first is not None and first != task.due_on else ""),
        ("签发", "" if signed is None else "\n".join(filter(None, (signed.signed_as, signed.document_number)))),
        ("签收", _on(task.accepted_at)),
    ]
    cells = [cell for pair in pairs for cell in pair]
    grid = tuple(tuple(cells[at : at + 4]) for at in range(0, len(cells), 4))
    label, value = Column("", 1.2, Align.CENTER), Column("", 2.4)
    yield Table((label, value, label, value), grid, font_size=SIZE)


def _source(task: Task) -> str:
    if task.measure is None:
        return "，".join(filter(None, (str(LABELS[task.source]), task.basis)))
    path = " › ".join((task.measure.plan.title, *(task.measure.path or ())))
    return f"{path}\n{task.measure.text}"


def _sections(d: Dossier) -> Iterator[Section]:
    yield (
        "配合事项",
        (
            Column("配合单位", 3),
            Column("内容", 4),
            Column("时限", 2.4, Align.CENTER),
            Column("状态", 1.8, Align.CENTER),
        ),
        [
            (
                row.part.unit.name,
                row.part.content,
                deadline_words(row.part.due_on or d.task.due_on, d.task.deadline_text),
                str(LABELS[row.part.state]),
            )
            for row in d.parts
        ],
    )
    yield (
        "年度节点",
        (Column("节点", 6), Column("时限", 2.4, Align.CENTER), Column("完成", 2.4, Align.CENTER)),
        [(one.name, day(one.due_on), day(one.done_on) if one.done_on else "") for one in d.milestones],
    )
    yield (
        "时限变动",
        (Column("原时限", 2.4), Column("现时限", 2.4), Column("缘由", 2, Align.CENTER), Column("依据", 5)),
        [(_day(one.old_due_on), _day(one.new_due_on), str(LABELS[one.cause]), one.basis) for one in d.changes],
    )
    yield from _work(d)
    yield (
        "办理过程",
        (Column("日期", 2.4), Column("事项", 2.4), Column("办理人", 3), Column("记载", 4.6)),
        [(_on(one.at), str(one.act), f"{one.by}\n{one.seat}".strip(), _noted(one)) for one in d.history],
    )


def _work(d: Dossier) -> Iterator[Section]:
    yield (
        "进展报告",
        (Column("日期", 2.4), Column("单位", 2.4), Column("进展", 5), Column("困难和需协调事项", 3)),
        [
            (
                _on(one.confirmed_at),
                one.unit.name,
                "无变化" if one.no_change else one.text,
                "\n".join(filter(None, (one.difficulty, one.coordination))),
            )
            for one in reversed(d.reports)
            if one.state is ReportState.CONFIRMED
        ],
    )
    yield (
        "办结与核验",
        (Column("报请办结", 2.4), Column("办结情况", 5), Column("核验", 5)),
        [
            (
                _on(one.confirmed_at) + (f"\n逾期{one.late_days}天" if one.late_days else ""),
                one.statement,
                _checked(one),
            )
            for one in reversed(d.submissions)
            if one.state is ReportState.CONFIRMED
        ],
    )
    yield (
        "佐证材料",
        (Column("材料", 5), Column("单位和上传人", 3), Column("反映日期", 2.5), Column("上传日期", 2.5)),
        [
            (one.name, f"{one.unit} {one.person}", _day(one.fact_on), _on(one.uploaded_at))
            for one in reversed(d.evidence)
        ],
    )


def _checked(submission: Submission) -> str:
    found = submission.verification
    if found is None:
        return "待核验"
    who = f"{found.verifier.name}（{found.verified_as}）" if found.verified_as else found.verifier.name
    lines = f"{LABELS[found.outcome]}，{LABELS[found.mode]}", f"{who}，{_on(found.at)}", found.remark
    return "\n".join(filter(None, lines))


def _noted(entry: Entry) -> str:
    changes = [f"{one.label}：{one.old} → {one.new or '—'}" for one in entry.changes]
    return "\n".join(filter(None, (entry.text, *changes)))


def _on(at: datetime | None) -> str:
    return day(local_date(at)) if at is not None else ""


def _day(on: date | None) -> str:
    return day(on) if on is not None else ""
