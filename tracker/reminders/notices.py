"""How reminders read, and who hears that a run is held or that a subject had to step aside."""

from collections.abc import Iterable
from datetime import datetime

from tracker.kernel.clock import LOCAL
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.organisation.models import LeadershipGroup
from tracker.outbox.commands import enqueue
from tracker.reminders.models import HeldRun
from tracker.reminders.rules import SubjectName

_OWED = {
    "verify": (_l("报请办结待核验：%(title)s（%(unit)s），%(due_on)s 报请"), "checks"),
    "extension": (_l("延期申请待决定：%(title)s（%(unit)s），%(due_on)s 提出"), "calendar-plus"),
    "adjustment": (_l("调整申请待决定：%(title)s（%(unit)s），应于 %(due_on)s 前决定"), "adjustments"),
    "coordination": (_l("需协调事项待答复：%(title)s（%(unit)s），%(due_on)s 提出"), "subtask"),
}

MESSAGES = {
    "reminder.near": Message(_l("临期提醒：%(title)s（%(unit)s），时限 %(due_on)s"), "tasks.show", "task_id", "clock"),
    "reminder.late": Message(
        _l("逾期提醒：%(title)s（%(unit)s），时限 %(due_on)s"), "tasks.show", "task_id", "alert-circle", late=True
    ),
    "reminder.milestone_near": Message(
        _l("年度节点临期提醒：%(title)s（%(unit)s），节点时限 %(due_on)s"), "tasks.show", "task_id", "clock"
    ),
    "reminder.milestone_late": Message(
        _l("年度节点逾期提醒：%(title)s（%(unit)s），节点时限 %(due_on)s"),
        "tasks.show",
        "task_id",
        "alert-circle",
        late=True,
    ),
    "reminder.part_near": Message(
        _l("配合事项临期提醒：%(title)s（%(unit)s），时限 %(due_on)s"), "tasks.show", "task_id", "clock"
    ),
    "reminder.part_late": Message(
        _l("配合事项逾期提醒：%(title)s（%(unit)s），时限 %(due_on)s"),
        "tasks.show",
        "task_id",
        "alert-circle",
        late=True,
    ),
    "reminder.letter_near": Message(
        _l("责任书签署提醒：%(title)s（%(unit)s），请于 %(due_on)s 前签署"), "letters.show", "letter_id", "signature"
    ),
    "reminder.letter_late": Message(
        _l("责任书尚未签署：%(title)s（%(unit)s），签署期限 %(due_on)s"),
        "letters.show",
        "letter_id",
        "signature",
        late=True,
    ),
    **{f"reminder.{name}": Message(said, "tasks.show", "task_id", icon) for name, (said, icon) in _OWED.items()},
    "sweep.held": Message(
        _l("提醒已暂扣：%(group)s本次将发出约 %(planned)s 条，远超平日，请核对后放行或者取消"),
        "reminders.held",
        "",
        "alert-triangle",
    ),
    "sweep.clock": Message(
        _l("定时检查已暂停：系统时间 %(at)s，上次运行 %(last)s，请核对服务器和数据库的时间"),
        "reminders.held",
        "",
        "alert-triangle",
    ),
    "sweep.stumbled": Message(
        _l("有一项提醒或预警无法处理，已跳过：%(what)s 第 %(number)s 号，请查看日志"),
        "reminders.held",
        "",
        "alert-triangle",
    ),
}

LOUD = 3


def tell_held(
    run: HeldRun, group: LeadershipGroup, directors: Iterable[int], administrators: Iterable[int], *, now: datetime
) -> None:
    """Tell the director of a group's office, and the administrators, that a run of theirs is held."""
    enqueue(
        "sweep.held",
        {*directors, *administrators},
        subject=("held_run", run.id),
        params={"group": group.short_name or group.name, "planned": run.planned},
        key=f"held_run:{run.id}",
        now=now,
        group_id=group.id,
        urgency=LOUD,
    )


def tell_clock(run: HeldRun, administrators: Iterable[int], *, now: datetime) -> None:
    """Tell the administrators that the clock cannot be believed."""
    enqueue(
        "sweep.clock",
        administrators,
        subject=("held_run", run.id),
        params={"at": _minute(run.at), "last": _minute(run.last_at) if run.last_at else ""},
        key=f"held_run:{run.id}",
        now=now,
        urgency=LOUD,
    )


def tell_stumbled(kind: SubjectName, subject_id: int, administrators: Iterable[int], *, now: datetime) -> None:
    """Tell the administrators, once for each subject, that it cannot be reminded of."""
    enqueue(
        "sweep.stumbled",
        administrators,
        subject=("stumble", subject_id),
        params={"what": kind.value, "number": subject_id},
        key=f"stumble:{kind.value}:{subject_id}",
        now=now,
        urgency=LOUD,
    )


def _minute(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
