"""任务分解表: the table of many tasks."""

from collections.abc import Sequence
from datetime import date

from tracker.documents.paper import Align, Column, Footer, Paper, Table, day
from tracker.kernel.text import _
from tracker.tasks.papers.words import deadline_words, target_words
from tracker.tasks.queries.breakdown import BreakdownRow
from tracker.tasks.rules import LABELS, Light


def breakdown_paper(title: str, rows: Sequence[BreakdownRow], *, today: date, note: str = "") -> Paper:
    """任务分解表: a landscape table, one row a task, its head on every page."""
    columns = (
        Column(_("序号"), 1, Align.CENTER),
        Column(_("工作任务"), 4),
        Column(_("目标要求"), 4.4),
        Column(_("牵头领导"), 1.6, Align.CENTER),
        Column(_("牵头单位"), 2),
        Column(_("责任（配合）单位"), 2.4),
        Column(_("完成时限"), 1.9, Align.CENTER),
        Column(_("进展"), 3),
        Column(_("备注"), 1.6),
    )
    table = Table(columns, tuple(_cells(number, row) for number, row in enumerate(rows, start=1)), font_size=10.5)
    as_of = _("截至%(day)s", day=day(today))
    return Paper(title, (table,), subtitle=f"（{as_of}）", footer=Footer(note), landscape=True)


def _cells(number: int, row: BreakdownRow) -> tuple[str, ...]:
    task = row.task
    return (
        str(number),
        "\n".join(dict.fromkeys(filter(None, (task.title, row.content)))),
        "\n".join(filter(None, (row.standard, *map(target_words, row.targets)))),
        row.leader,
        task.lead_unit,
        "、".join(row.cooperating),
        deadline_words(task.due_on, task.deadline_text),
        task.progress or str(LABELS[task.state]),
        _remark(row),
    )


def _remark(row: BreakdownRow) -> str:
    task = row.task
    said = [str(LABELS[task.light])] if task.light in {Light.RED, Light.DONE_LATE} else []
    if task.first_due_on and task.first_due_on != task.due_on:
        said.append(_("原定%(day)s", day=day(task.first_due_on)))
    return "；".join(said)
