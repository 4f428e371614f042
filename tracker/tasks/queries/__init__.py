"""Everything that pages read about tasks; nothing here writes."""

from tracker.tasks.queries.counts import (
    UnitLights,
    counts_by_light,
    counts_by_state,
    counts_by_unit,
    unaccepted_by_unit,
    unreported_by_unit,
)
from tracker.tasks.queries.filters import Sort, Stage, TaskFilter, Window
from tracker.tasks.queries.lights import light_condition, light_expression, overdue_condition
from tracker.tasks.queries.lists import EXPORT_ROWS, TaskRow, all_rows, list_tasks, my_tasks, tasks_by_id
from tracker.tasks.queries.reckoning import Reckoning, reckoning
from tracker.tasks.queries.waiting import Wait, Waiting, waiting_for

__all__ = [
    "EXPORT_ROWS",
    "Reckoning",
    "Sort",
    "Stage",
    "TaskFilter",
    "TaskRow",
    "UnitLights",
    "Wait",
    "Waiting",
    "Window",
    "all_rows",
    "counts_by_light",
    "counts_by_state",
    "counts_by_unit",
    "light_condition",
    "light_expression",
    "list_tasks",
    "my_tasks",
    "overdue_condition",
    "reckoning",
    "tasks_by_id",
    "unaccepted_by_unit",
    "unreported_by_unit",
    "waiting_for",
]
