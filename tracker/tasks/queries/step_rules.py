"""When each step of a task is offered, to whom, and by which policy; the order is the order of urgency."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.kernel.verdict import Verdict
from tracker.tasks import policy
from tracker.tasks.models import Extension, Task
from tracker.tasks.rules import ENDED, OPEN, TaskState, was_late

WORKING = frozenset({TaskState.ACTIVE, TaskState.RETURNED})
RESTABLE = frozenset({TaskState.ISSUED, TaskState.ACTIVE, TaskState.RETURNED})
NOT_ENDED = frozenset(TaskState) - ENDED


@dataclass(frozen=True, slots=True)
class Matters:
    """What is open on a task, by id: requests that wait for a decision, drafts that wait for a head."""

    adjustment_id: int | None = None
    asked_before: bool = False
    extension_id: int | None = None
    explanation_id: int | None = None
    report_id: int | None = None
    submission_id: int | None = None


class Side(StrEnum):
    """Whose step it is; others are not shown it at all."""

    LEAD = "lead"
    GROUP = "group"


@dataclass(slots=True)
class Stand:
    """A task as one person stands to it today."""

    actor: Actor
    task: Task
    matters: Matters
    today: date
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def late(self) -> bool:
        """Whether the due date has passed and nothing asked for in time is waiting."""
        due = self.task.due_on
        roll = self.task.group.roll_due_dates
        return (
            due is not None and not self.task.extension_pending and was_late(due, self.today, working_days(), roll=roll)
        )

    def side(self, side: Side) -> bool:
        """Whether somebody stands on a side: in the lead unit, or among those who watch over the group."""
        if side is Side.LEAD:
            return self.task.lead_unit_id in self.actor.unit_ids
        above = self.task.parent.lead_unit_id if self.task.parent is not None else None
        return (
            bool(self.actor.roles_in(self.task.group_id) & policy.OVERSEERS)
            or self.task.verifier_id == self.actor.person_id
            or above in self.actor.unit_ids
        )

    def may(self, name: str, ask: Callable[[Actor, Task], Verdict]) -> Verdict:
        """A policy's answer, asked once."""
        if name not in self.verdicts:
            self.verdicts[name] = ask(self.actor, self.task)
        return self.verdicts[name]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a step is offered. thing: what its address names (None: the step is not offered now)."""

    name: str
    label: object
    side: Side
    states: frozenset[TaskState]
    verdict: Callable[[Stand], Verdict]
    thing: Callable[[Stand], int | None] = lambda stand: stand.task.id
    argument: str = "task_id"
    kind: str = "plain"
    main: bool = False


def _decide(stand: Stand) -> Verdict:
    return stand.may("decide", policy.may_decide)


def _verify(stand: Stand) -> Verdict:
    return stand.may("verify", policy.may_verify)


def _ask(stand: Stand) -> Verdict:
    return stand.may("ask", policy.may_ask)


def _confirm(stand: Stand) -> Verdict:
    return stand.may("confirm", policy.may_confirm)


def _report(stand: Stand) -> Verdict:
    return stand.may("report", policy.may_report)


def _manage(stand: Stand) -> Verdict:
    return policy.may_manage(stand.actor, stand.task.group_id)


def _decide_extension(stand: Stand) -> Verdict:
    extension = db.session.get_one(Extension, stand.matters.extension_id)
    return policy.may_decide_extension(stand.actor, extension)


def _only(condition: Callable[[Stand], bool]) -> Callable[[Stand], int | None]:
    return lambda stand: stand.task.id if condition(stand) else None


def _own_acceptance(stand: Stand) -> bool:
    return stand.matters.adjustment_id is None


def _may_still_ask(stand: Stand) -> bool:
    limit = stand.task.accept_by
    return not stand.matters.asked_before and (limit is None or stand.today <= limit)


def _may_split(stand: Stand) -> bool:
    due = stand.task.due_on
    return due is None or stand.today <= due


def _may_extend(stand: Stand) -> bool:
    due = stand.task.due_on
    return due is not None and stand.today < due and not stand.task.extension_pending


RULES: tuple[Rule, ...] = (
    Rule("edit", _l("修改草稿"), Side.GROUP, frozenset({TaskState.DRAFT}), _manage, main=True),
    Rule(
        "batch",
        _l("审阅并签发"),
        Side.GROUP,
        frozenset({TaskState.PROPOSED}),
        lambda stand: policy.may_sign_off(stand.actor, stand.task.group_id),
        thing=lambda stand: stand.task.batch_id,
        argument="batch_id",
        main=True,
    ),
    Rule(
        "decide_adjustment",
        _l("决定调整申请"),
        Side.GROUP,
        frozenset({TaskState.ISSUED}),
        lambda stand: stand.may("adjustment", policy.may_decide_adjustment),
        thing=lambda stand: stand.matters.adjustment_id,
        argument="adjustment_id",
        main=True,
    ),
    Rule(
        "decide_extension",
        _l("审批延期"),
        Side.GROUP,
        OPEN,
        _decide_extension,
        thing=lambda stand: stand.matters.extension_id,
        argument="extension_id",
        main=True,
    ),
    Rule(
        "answer_explanation",
        _l("答复逾期说明"),
        Side.GROUP,
        OPEN,
        _verify,
        thing=lambda stand: stand.matters.explanation_id,
        argument="explanation_id",
        main=True,
    ),
    Rule("verify", _l("核验"), Side.GROUP, frozenset({TaskState.SUBMITTED}), _verify, main=True),
    Rule("resume", _l("恢复办理"), Side.GROUP, frozenset({TaskState.SUSPENDED}), _decide, main=True),
    Rule(
        "accept",
        _l("签收"),
        Side.LEAD,
        frozenset({TaskState.ISSUED}),
        lambda stand: stand.may("accept", policy.may_accept),
        thing=_only(_own_acceptance),
        main=True,
    ),
    Rule(
        "submit",
        _l("确认并报请办结"),
        Side.LEAD,
        WORKING,
        _confirm,
        thing=_only(lambda stand: stand.matters.submission_id is not None),
        main=True,
    ),
    Rule(
        "confirm_report",
        _l("确认进展报告"),
        Side.LEAD,
        OPEN | {TaskState.SUBMITTED},
        _confirm,
        thing=lambda stand: stand.matters.report_id,
        argument="report_id",
        main=True,
    ),
    Rule(
        "submit",
        _l("报请办结"),
        Side.LEAD,
        frozenset({TaskState.RETURNED}),
        _report,
        thing=_only(lambda stand: stand.matters.submission_id is None),
        main=True,
    ),
    Rule("report", _l("填报进展"), Side.LEAD, WORKING, _report, main=True),
    Rule(
        "submit",
        _l("报请办结"),
        Side.LEAD,
        frozenset({TaskState.ACTIVE}),
        _report,
        thing=_only(lambda stand: stand.matters.submission_id is None),
    ),
    Rule(
        "explain_delay",
        _l("逾期说明"),
        Side.LEAD,
        OPEN,
        _ask,
        thing=_only(lambda stand: stand.late and stand.matters.explanation_id is None),
    ),
    Rule("ask_extension", _l("申请延期"), Side.LEAD, WORKING, _ask, thing=_only(_may_extend)),
    Rule(
        "ask_adjustment",
        _l("申请调整"),
        Side.LEAD,
        frozenset({TaskState.ISSUED}),
        _ask,
        thing=_only(_may_still_ask),
    ),
    Rule("assign", _l("落实责任人"), Side.LEAD, OPEN, lambda stand: stand.may("assign", policy.may_assign)),
    Rule(
        "split",
        _l("层层分解"),
        Side.LEAD,
        WORKING,
        lambda stand: stand.may("assign", policy.may_assign),
        thing=_only(_may_split),
    ),
    Rule(
        "accept_by_phone",
        _l("代签收"),
        Side.GROUP,
        frozenset({TaskState.ISSUED}),
        lambda stand: stand.may("accept", policy.may_accept),
        thing=_only(lambda stand: _own_acceptance(stand) and not stand.side(Side.LEAD)),
    ),
    Rule(
        "adjust_time",
        _l("调整时限"),
        Side.GROUP,
        OPEN,
        _decide,
        thing=_only(lambda stand: stand.task.due_on is not None and not stand.late),
    ),
    Rule("set_leader", _l("确定牵头领导"), Side.GROUP, NOT_ENDED, _manage),
    Rule(
        "appoint_verifier",
        _l("指定核验人"),
        Side.GROUP,
        NOT_ENDED,
        lambda stand: stand.may("appoint", policy.may_appoint_verifier),
    ),
    Rule("suspend", _l("暂停"), Side.GROUP, RESTABLE, _decide),
    Rule("copy", _l("复制为草稿"), Side.GROUP, frozenset(TaskState), _manage),
    Rule(
        "cancel",
        _l("撤销任务"),
        Side.GROUP,
        NOT_ENDED,
        lambda stand: _manage(stand) if stand.task.issued_at is None else _decide(stand),
        kind="danger",
    ),
)
