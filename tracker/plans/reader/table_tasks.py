"""Tasks that stand in tables."""

import re

from .answerable import Responsible
from .dates import squeeze
from .deadlines import Deadline, in_running_text, read_value
from .defaults import Defaults
from .errors import N_
from .findings import Doubtful, TaskFinding, warning
from .outline import Item
from .responsible import read_units
from .tables import Row, Table
from .target_words import UNIT
from .targets import find_targets

ODD_ROW = N_("表格中的这一行没有对上表头，未列为任务：%(text)s")
LEADER_COLUMN = N_("表中“牵头领导”一栏没有列入任务（任务只记责任单位和责任人）。")


# ≥90%, 22座: a bare value, measured by what the task is called.
_VALUE = re.compile(r"[≥≤><＞＜=]|\d|不低于|不少于|不超过|达到")


def read_table_tasks(
    table: Table, within: Item | None, defaults: Defaults, year: int | None, warnings: list[Doubtful]
) -> list[TaskFinding]:
    """The tasks of one table."""
    path = (
        tuple(above.heading for above in [*within.ancestors(), within] if above.heading) if within is not None else ()
    )
    for line, text in table.odd:
        warnings.append(warning(line, ODD_ROW, text=text[:60]))
    if "leader" in table.columns:
        warnings.append(warning(table.line, LEADER_COLUMN))
    shared_task = _task_is_heading(table)
    tasks = [_one(table, row, path, shared_task, defaults, year, warnings) for row in table.rows]
    return [task for task in tasks if task is not None]


def _task_is_heading(table: Table) -> bool:
    """Where several rows of detail stand beside one merged task, the task is a heading."""
    return "detail" in table.columns and any("task" in row.shared for row in table.rows)


def _text(row: Row, shared_task: bool) -> tuple[str, str | None]:
    task, detail = _flat(row.cells.get("task", "")), _flat(row.cells.get("detail", ""))
    if task and detail and shared_task:
        return detail, task
    text = task or detail or _flat(row.cells.get("standard", ""))
    if task and detail:
        text = f"{task}：{detail}" if task[-1] not in "。；：" else task + detail
    return text, None


def _flat(cell: str) -> str:
    return re.sub(r"\s+", "", cell)


def _one(
    table: Table,
    row: Row,
    path: tuple[str, ...],
    shared_task: bool,
    defaults: Defaults,
    year: int | None,
    warnings: list[Doubtful],
) -> TaskFinding | None:
    text, heading = _text(row, shared_task)
    if not text or text in ("合计", "小计"):
        return None
    above = [_flat(row.cells.get("category", "")), heading or ""]
    given = _responsible(table, row)
    lead, coop, doubt = given.settle(first_rule=given.first_leads or defaults.first_leads(row.line))
    if lead is None and not given.responsible:
        lead = defaults.lead(row.line)
    coop = [*coop, *(unit for unit in defaults.coop(row.line) if unit != lead and unit not in coop)]
    standard = _flat(row.cells.get("standard", ""))
    measure = _measure(row)
    if re.fullmatch(r"[≥≤]?[\d.]+", standard):
        standard += measure
    joint = "" if text[-1] in "。；" or _VALUE.match(standard) else "；"
    whole = text if standard in ("", text) else text + joint + standard
    whole += "，".join(_in_years(row, measure, year))
    deadline = _deadline(row, given, whole, year)
    for msgid, printed in [*deadline.doubts, *([doubt] if doubt else [])]:
        warnings.append(warning(row.line, msgid, text=printed))
    number = re.sub(r"[.、\s]+$", "", row.cells.get("number", "")) or None
    return TaskFinding(
        number,
        (*path, *(word for word in above if word)),
        whole,
        lead,
        tuple(coop),
        _flat(row.cells.get("owner", "")) or None,
        deadline.due_on,
        deadline.text,
        deadline.cadence,
        tuple(find_targets(whole.replace("\n", "。"), year)),
        row.line,
    )


def _measure(row: Row) -> str:
    """The unit of measure of a row, where a column 单位 holds such."""
    unit = _flat(row.cells.get("measure", "") or row.cells.get("member_unit", ""))
    return unit if re.fullmatch(UNIT, unit) else ""


def _in_years(row: Row, measure: str, year: int | None) -> list[str]:
    """What columns headed by years ask for, as a sentence would say it: 2025年达到94%，2027年达到97%."""
    said: list[str] = []
    for column, cell in row.cells.items():
        value = _flat(cell)
        if not column.startswith("year") or int(column[4:8]) < (year or 0) or not _VALUE.match(value):
            continue
        value += measure if re.fullmatch(r"[≥≤]?[\d.]+", value) else ""
        said.append(f"{column[4:8]}年{'达到' if value[0].isdigit() else ''}{value}")
    return said


def _responsible(table: Table, row: Row) -> Responsible:
    given = Responsible()
    for kind in ("lead", "responsible", "coop"):
        value = re.sub(r"\s*\n\s*", "、", row.cells.get(kind, "").strip())
        if value and not re.fullmatch(r"[/\-—－无]+", value):
            read_units(kind if kind != "responsible" or "lead" not in table.columns else "coop", value, given)
    return given


def _deadline(row: Row, given: Responsible, text: str, year: int | None) -> Deadline:
    value = row.cells.get("deadline", "") or given.deadline or ""
    if squeeze(value).strip("-—/"):
        return read_value(value, year)
    return in_running_text(text, year)
