"""签批单 of one decision: what is asked for, on one sheet, to be decided by hand; the office enters what was decided.

It is Chinese whatever the reader's language: it goes onto a leader's desk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale

from tracker.documents.paper import (
    BLANK_DATE,
    Align,
    Column,
    Footer,
    Paper,
    Party,
    SignatureBlock,
    SignatureLine,
    Table,
    day,
)
from tracker.documents.qr import qr_code
from tracker.kernel.clock import local_date
from tracker.tasks.models import Adjustment, DelayExplanation, Extension, Submission, Task
from tracker.tasks.papers.words import deadline_words, target_words
from tracker.tasks.rules import LABELS

SIZE = 12
ROOM_MM = 34
"""Height in which a leader writes."""

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be decided: its name, what is asked for, the answers to tick, and whether a new date is written in."""

    title: str
    asked: Facts
    answers: Sequence[str] = ("同意", "不同意")
    dated: bool = False


def decision_sheet(task: Task, decision: Decision, *, url: str, today: date) -> Paper:
    """签批单: the task, what is asked for, and where to decide and sign; url is where the office enters it."""
    with force_locale("zh"):
        facts = [row for row in (*_of_task(task), *decision.asked) if row[1]]
        columns = Column("", 2.2, Align.CENTER), Column("", 9)
        ticks = "　　".join(f"□ {answer}" for answer in decision.answers)
        date_to_fill = "\n新的时限：　　　　年　　月　　日" if decision.dated else ""
        blocks = (
            Table(columns, tuple(facts), font_size=SIZE),
            Table(columns, (("签批意见", ticks + date_to_fill),), font_size=SIZE, row_height_mm=ROOM_MM),
            SignatureBlock((Party("签批人", "", (SignatureLine("（签字）："),), BLANK_DATE),)),
        )
        foot = Footer(f"{task.group.name}　{day(today)}打印\n扫码打开办理页面，录入纸质签批", qr_code(url))
    return Paper("签批单", blocks, subtitle=f"（{decision.title}）", footer=foot)


def _of_task(task: Task) -> Facts:
    return [
        ("任务", f"{task.title}（{task.number}）" if task.number else task.title),
        ("牵头单位", task.lead_unit.name if task.lead_unit is not None else ""),
        ("完成标准", "\n".join(filter(None, (task.standard, *map(target_words, task.targets))))),
        ("完成时限", deadline_words(task.due_on, task.deadline_text)),
    ]


def extension_asked(extension: Extension) -> Decision:
    """审批延期: which date is asked for, and why."""
    asked = [
        ("申请延至", day(extension.new_due_on)),
        ("申请理由", extension.reason),
        ("申请次数", f"第{extension.ordinal}次"),
        ("提出", _by(extension.asked_by.name, local_date(extension.asked_at))),
    ]
    return Decision("审批延期", asked, dated=True)


def adjustment_asked(adjustment: Adjustment) -> Decision:
    """决定调整申请: what a unit wants otherwise before it signs for a task."""
    asked = [
        ("申请调整", str(LABELS[adjustment.kind])),
        ("申请理由", adjustment.reason),
        ("申请时限", day(adjustment.new_due_on) if adjustment.new_due_on is not None else ""),
        ("提出", _by(adjustment.asked_by.name, local_date(adjustment.asked_at))),
    ]
    return Decision("决定调整申请", asked, dated=adjustment.new_due_on is not None)


def explanation_given(explanation: DelayExplanation) -> Decision:
    """答复逾期说明: why a task is late."""
    asked = [
        ("逾期说明", explanation.text),
        ("提出", _by(f"{explanation.unit.name}{explanation.given_by.name}", local_date(explanation.given_at))),
    ]
    return Decision("答复逾期说明", asked, ("已阅", "限期整改"), dated=True)


def completion_claimed(submission: Submission | None) -> Decision:
    """核验: what was handed in."""
    if submission is None:
        return Decision("核验", [], ("通过", "退回重办"), dated=True)
    by = submission.confirmed_by or submission.drafted_by
    at = submission.confirmed_at or submission.drafted_at
    asked = [
        ("完成情况", submission.statement),
        ("佐证材料", "\n".join(one.name for one in submission.evidence)),
        ("报请", _by(by.name, local_date(at))),
    ]
    return Decision("核验", asked, ("通过", "退回重办"), dated=True)


def _by(name: str, on: date) -> str:
    return f"{name}，{day(on)}"
