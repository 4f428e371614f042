"""What a list of tasks can be narrowed by, and how it is ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import LOCAL
from tracker.kernel.entry import half_width
from tracker.kernel.text import Labels, _l
from tracker.organisation.models import Person, Unit
from tracker.organisation.queries import spelt
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.queries.lights import (
    STATES_OF_LIGHT,
    Marks,
    light_condition,
    milestone_overdue,
    overdue_condition,
    own_light_condition,
)
from tracker.tasks.rules import LIVE, OPEN, Light, TaskSource, TaskState

Condition = sa.ColumnElement[bool]

SOON_DAYS = 7
"""Working days ahead that “临近到期” looks."""


class Stage(StrEnum):
    """Groups of states that people ask for together."""

    LIVE = "live"
    ALL = "all"


class Window(StrEnum):
    """When a task is due, as people ask for it."""

    OVERDUE = "overdue"
    WEEK = "week"
    SOON = "soon"
    MONTH = "month"


class Sort(StrEnum):
    """What a list is ordered by."""

    DUE = "due"
    DUE_DESCENDING = "-due"
    NUMBER = "number"
    UPDATED = "-updated"


LABELS = Labels(
    {Stage.LIVE: _l("在办"), Stage.ALL: _l("全部状态")},
    {
        Window.OVERDUE: _l("已逾期"),
        Window.WEEK: _l("本周到期"),
        Window.SOON: _l("7 个工作日内到期"),
        Window.MONTH: _l("本月到期"),
    },
    {
        Sort.DUE: _l("时限由近到远"),
        Sort.DUE_DESCENDING: _l("时限由远到近"),
        Sort.NUMBER: _l("按编号"),
        Sort.UPDATED: _l("最近有变动"),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """The state of a list, as its address says it. Empty means: everything under way, nearest date first."""

    group_id: int | None = None
    unit_id: int | None = None
    state: TaskState | Stage = Stage.LIVE
    light: Light | None = None
    window: Window | None = None
    due_from: date | None = None
    due_to: date | None = None
    phase_id: int | None = None
    source: TaskSource | None = None
    owner_id: int | None = None
    part_unit_id: int | None = None
    """Tasks in which this unit cooperates."""
    apportionment_id: int | None = None
    running: bool = False
    """Of what recurs, the latest period alone."""
    plan_id: int | None = None
    batch_id: int | None = None
    unreported_since: date | None = None
    """Without a report on this day or after it."""
    text: str = ""
    only_own: bool = False
    behind: bool = False
    """Overdue, or in time with a step inside (年度节点) that is overdue."""
    sort: Sort = Sort.DUE

    @property
    def handed_down(self) -> bool:
        """Whether pieces of tasks, split among sections and schools, are asked for: by name or as what they are."""
        return bool(self.text) or self.source is TaskSource.SUBTASK

    def states(self) -> tuple[TaskState, ...] | None:
        """The states that can occur; None for all."""
        if isinstance(self.state, TaskState):
            possible = frozenset({self.state})
        else:
            possible = LIVE if self.state is Stage.LIVE else frozenset(TaskState)
        if self.light is not None:
            of_light = STATES_OF_LIGHT[self.light]
            possible = (of_light & possible) or of_light
        if self.window is Window.OVERDUE or self.behind:
            possible &= OPEN
        return None if possible == frozenset(TaskState) else tuple(sorted(possible))


def conditions(
    wanted: TaskFilter, *, today: date, marks: Marks, state: Any = Task.state, units: Sequence[int] = ()
) -> list[Condition]:
    """Everything a filter asks for but state, group and lead unit, which choose the index.

    state: the column, or what stands for it where its index would mislead (scope.looked_up_state). units: those whose
    own part counts where they only cooperate; what they have done is left out.
    """
    plain = (
        (Task.phase_id, wanted.phase_id),
        (Task.source, wanted.source),
        (Task.owner_id, wanted.owner_id),
        (Task.apportionment_id, wanted.apportionment_id),
        (Task.plan_id, wanted.plan_id),
        (Task.batch_id, wanted.batch_id),
    )
    found: list[Condition] = [column == value for column, value in plain if value is not None]
    if units:
        found.append(own_light_condition(wanted.light, marks, units, state))
    elif wanted.light is not None:
        found.append(light_condition(wanted.light, marks, state))
    if wanted.part_unit_id is not None:
        found.append(Task.id.in_(sa.select(TaskPart.task_id).where(TaskPart.unit_id == wanted.part_unit_id)))
    if wanted.running:
        found.append(of_running_period())
    if wanted.unreported_since is not None:
        day = wanted.unreported_since
        since = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
        found.append(sa.or_(Task.reported_at.is_(None), Task.reported_at < since))
    if wanted.text:
        found.append(_text(wanted.text))
    return found + _due(wanted, today=today, marks=marks, state=state)


def of_running_period() -> Condition:
    """What does not recur, and of what does the latest period: earlier ones are not owed again."""
    later = aliased(Task)
    return ~sa.exists().where(later.series_id == Task.series_id, later.id > Task.id)


def _due(wanted: TaskFilter, *, today: date, marks: Marks, state: Any) -> list[Condition]:
    found: list[Condition] = []
    if wanted.behind:
        found.append(sa.or_(overdue_condition(marks, state), milestone_overdue(marks, state)))
    if wanted.window is Window.OVERDUE:
        found.append(overdue_condition(marks, state))
    elif wanted.window is not None:
        first, last = window_days(wanted.window, today)
        found.append(Task.sort_on.between(first, last))
    if wanted.due_from is not None:
        found.append(Task.sort_on >= wanted.due_from)
    if wanted.due_to is not None:
        found.append(Task.sort_on <= wanted.due_to)
    return found


def window_days(window: Window, today: date) -> tuple[date, date]:
    """First and last due date of a window that is counted in days."""
    if window is Window.WEEK:
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(days=6)
    if window is Window.SOON:
        return today, working_days().shift(today, SOON_DAYS)
    first = today.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _text(text: str) -> Condition:
    """Words of the title or the number, first letters or pinyin of it, lead unit and owner likewise."""
    half = half_width(text)
    forms = sorted({text, half})
    clauses: list[Condition] = [
        column.icontains(form, autoescape=True) for column in (Task.title, Task.number) for form in forms
    ]
    units: list[Condition] = [Unit.name.contains(form, autoescape=True) for form in forms]
    people: list[Condition] = [Person.name == text]
    if half.isascii() and half.isalpha():
        letters = half.lower()
        clauses += [Task.initials.contains(letters), Task.pinyin.contains(letters)]
        units += [Unit.initials.contains(letters), spelt(Unit, letters)]
        people += [Person.initials == letters, Person.pinyin == letters]
    return sa.or_(
        *clauses,
        Task.lead_unit_id.in_(sa.select(Unit.id).where(sa.or_(*units))),
        Task.owner_id.in_(sa.select(Person.id).where(sa.or_(*people))),
    )
