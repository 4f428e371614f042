"""Where the numbers and buttons of the desks lead: lists of tasks, and the next act on each thing that waits."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from tracker.desk.queries import MyTask, OwnPart
from tracker.kernel.text import _, _l
from tracker.tasks.queries import TaskRow, Wait, Waiting
from tracker.tasks.rules import Light, PartState, TaskState

WAYS: Mapping[Wait, tuple[str, str, object]] = {
    Wait.SIGN_OFF: ("tasks.batch", "batch_id", _l("审阅并签发")),
    Wait.ANSWER_CONSULTATION: ("tasks.consulted_unit", "consulted_unit_id", _l("答复")),
    Wait.HANDLE_CONSULTATION: ("tasks.consultation", "consultation_id", _l("查看并处理")),
    Wait.ACCEPT: ("tasks.accept", "task_id", _l("签收")),
    Wait.ACCEPT_PART: ("tasks.accept_part", "part_id", _l("签收")),
    Wait.CONFIRM_SUBMISSION: ("tasks.submit", "task_id", _l("确认办结")),
    Wait.CONFIRM_REPORT: ("tasks.confirm_report", "report_id", _l("确认")),
    Wait.RETURNED: ("tasks.show", "task_id", _l("查看并重办")),
    Wait.REPORT: ("tasks.report", "task_id", _l("填报进展")),
    Wait.REPORT_PART: ("tasks.report_part", "part_id", _l("填报进展")),
    Wait.NAME_OWNER: ("tasks.assign", "task_id", _l("落实责任人")),
    Wait.HANDED_DOWN: ("tasks.show", "task_id", _l("查看并办理")),
    Wait.DECIDE_ADJUSTMENT: ("tasks.decide_adjustment", "adjustment_id", _l("决定调整")),
    Wait.DECIDE_EXTENSION: ("tasks.decide_extension", "extension_id", _l("审批延期")),
    Wait.VERIFY: ("tasks.verify", "task_id", _l("核验")),
    Wait.ANSWER_EXPLANATION: ("tasks.answer_explanation", "explanation_id", _l("答复")),
    Wait.ANSWER_COORDINATION: ("tasks.answer_coordination", "report_id", _l("答复")),
}
"""Where each thing that waits is done, what the address names, and the word on the button."""

Action = dict[str, Any]

COUNTED = (Light.RED, Light.YELLOW, Light.GREEN)
"""The lights that a table of units counts."""


def act_on(wait: Waiting, *, kind: str = "plain") -> Action:
    """The next act on something that waits, as a button."""
    endpoint, argument, label = WAYS[wait.kind]
    named: dict[str, Any] = {argument: wait.task_id if argument == "task_id" else wait.thing_id}
    return {"label": label, "url": url_for(endpoint, **named), "kind": kind}


def subject_of(wait: Waiting) -> str:
    """The page of what waits."""
    if wait.task_id is None:
        endpoint, argument, _label = WAYS[wait.kind]
        named: dict[str, Any] = {argument: wait.thing_id}
        return url_for(endpoint, **named)
    return url_for("tasks.show", task_id=wait.task_id)


def task_list(group_id: int | None = None, unit_id: int | None = None, **wanted: Any) -> str:
    """The list of tasks behind a number: light, state, due, quiet and what else it can be narrowed by."""
    return url_for("tasks.index", group=group_id, unit=unit_id, **wanted)


def next_steps(mine: MyTask, own_units: frozenset[int], *, today_has_passed: bool) -> list[Action]:
    """What a unit does with a task on its desk: one next step, and the one that goes with it."""
    row, part = mine.row, mine.part
    if part is not None:
        return _part_steps(part)
    if row.lead_unit_id not in own_units:
        return []
    if row.state is TaskState.ISSUED:
        return [
            {
                "label": _("签收"),
                "url": url_for("tasks.accept", task_id=row.id),
                "kind": "primary",
                "post": True,
                "fields": {"version": row.version},
                "icon": "check",
            },
            {"label": _("申请调整"), "url": url_for("tasks.ask_adjustment", task_id=row.id)},
        ]
    if row.state is TaskState.RETURNED:
        return [_link("tasks.report", row, _("填报进展"), "primary"), _link("tasks.submit", row, _("重新报请"))]
    if row.state is TaskState.ACTIVE:
        return [_link("tasks.report", row, _("填报进展"), "primary"), _beside(row, late=today_has_passed)]
    return []


def _beside(row: TaskRow, *, late: bool) -> Action:
    """Late: explain; near: ask for more time or hand in; else hand in."""
    if late:
        return _link("tasks.explain_delay", row, _("逾期说明"))
    return _link("tasks.submit", row, _("报请办结"))


def _link(endpoint: str, row: TaskRow, label: str, kind: str = "plain") -> Action:
    icon = "pencil" if kind == "primary" else None
    return {"label": label, "url": url_for(endpoint, task_id=row.id), "kind": kind, "icon": icon}


def _part_steps(part: OwnPart) -> list[Action]:
    if part.state is PartState.ISSUED:
        url = url_for("tasks.accept_part", part_id=part.id)
        fields = {"version": part.version}
        return [
            {"label": _("签收配合事项"), "url": url, "kind": "primary", "post": True, "fields": fields, "icon": "check"}
        ]
    if part.state is PartState.ACTIVE:
        url = url_for("tasks.report_part", part_id=part.id)
        return [{"label": _("填报配合进展"), "url": url, "kind": "primary", "icon": "pencil"}]
    return []


def portrait(group_id: int, unit_id: int) -> str:
    """The portrait of a unit."""
    return url_for("desk.portrait", group_id=group_id, unit_id=unit_id)


def light_links(group_id: int, unit_id: int | None = None) -> dict[str, str]:
    """The lists behind a row of counts by light."""
    every = task_list(group_id, unit_id)
    return {"open": every, **{light.value: f"{every}&light={light.value}" for light in COUNTED}}
