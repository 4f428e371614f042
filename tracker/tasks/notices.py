"""Which message goes to whom when something happens to a task; enqueued with the act, never sent here."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from tracker.kernel.clock import local_date
from tracker.kernel.db import looked_up_once
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.organisation.queries import contacts, seat_holders, units_by_person
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS, ContactRole, SeatRole
from tracker.outbox.commands import enqueue, settle
from tracker.tasks import policy
from tracker.tasks.models import ConsultedTask, ConsultedUnit, SignOffBatch, Task, TaskPart

MESSAGES = {
    "task.issued": Message(_l("新任务待签收：%(title)s"), "tasks.show", "task_id", "clipboard-list"),
    "task.part_issued": Message(_l("新的配合事项待签收：%(title)s"), "tasks.show", "task_id", "clipboard-list"),
    "task.part_pulled_in": Message(_l("配合事项的时限随任务提前：%(title)s"), "tasks.show", "task_id", "calendar"),
    "task.given": Message(_l("任务已落实由您负责：%(title)s"), "tasks.show", "task_id", "user-check"),
    "task.draft_report": Message(_l("有进展报告待您确认：%(title)s"), "tasks.show", "task_id", "pencil"),
    "task.draft_submission": Message(_l("有办结报请待您确认：%(title)s"), "tasks.show", "task_id", "pencil"),
    "task.submitted": Message(_l("待核验：%(title)s（%(unit)s）"), "tasks.show", "task_id", "checks"),
    "task.returned": Message(_l("已退回重办：%(title)s"), "tasks.show", "task_id", "arrow-back-up"),
    "task.completed": Message(_l("已核验办结：%(title)s"), "tasks.show", "task_id", "circle-check"),
    "task.adjustment_asked": Message(
        _l("签收前申请调整：%(title)s（%(unit)s）"), "tasks.show", "task_id", "adjustments"
    ),
    "task.adjustment_decided": Message(_l("调整申请已有决定：%(title)s"), "tasks.show", "task_id", "adjustments"),
    "task.extension_asked": Message(_l("申请延期：%(title)s（%(unit)s）"), "tasks.show", "task_id", "calendar-plus"),
    "task.extension_decided": Message(_l("延期申请已有决定：%(title)s"), "tasks.show", "task_id", "calendar-plus"),
    "task.time_adjusted": Message(_l("完成时限已调整：%(title)s"), "tasks.show", "task_id", "calendar"),
    "task.explained": Message(_l("逾期说明：%(title)s（%(unit)s）"), "tasks.show", "task_id", "message"),
    "task.explanation_answered": Message(_l("逾期说明已答复：%(title)s"), "tasks.show", "task_id", "message"),
    "task.suspended": Message(_l("任务已暂停：%(title)s"), "tasks.show", "task_id", "player-pause"),
    "task.resumed": Message(_l("任务恢复办理：%(title)s"), "tasks.show", "task_id", "player-play"),
    "task.cancelled": Message(_l("任务已撤销：%(title)s"), "tasks.show", "task_id", "ban"),
    "task.coordination": Message(_l("有需协调事项：%(title)s（%(unit)s）"), "tasks.show", "task_id", "subtask"),
    "task.coordination_answered": Message(_l("需协调事项已答复：%(title)s"), "tasks.show", "task_id", "subtask"),
    "task.verifier": Message(_l("请您核验：%(title)s"), "tasks.show", "task_id", "checks"),
    "consultation.asked": Message(
        _l("征求意见：%(title)s（请于%(day)s前答复）"), "tasks.consulted_unit", "consulted_unit_id", "message"
    ),
    "consultation.drafted": Message(
        _l("有征求意见答复待您确认：%(title)s"), "tasks.consulted_unit", "consulted_unit_id", "pencil"
    ),
    "consultation.handled": Message(
        _l("您单位的意见已处理：%(task)s"), "tasks.consulted_unit", "consulted_unit_id", "checks"
    ),
    "consultation.withdrawn": Message(
        _l("征求意见已撤回：%(title)s"), "tasks.consulted_unit", "consulted_unit_id", "arrow-back-up"
    ),
    "batch.proposed": Message(_l("有一批任务待签发：%(title)s"), "tasks.batch", "batch_id", "signature"),
    "batch.sent_back": Message(_l("送审的任务被退回修改：%(title)s"), "tasks.batch", "batch_id", "arrow-back-up"),
}


def unit_desk(task: Task, unit_id: int | None, now: datetime) -> set[int]:
    """Who in a unit hears of its work: head, deputy in charge, liaison, and (for the lead) the owner while there."""
    if unit_id is None:
        return set()
    day = local_date(now)
    people = _answerable(task.group_id, unit_id, day)
    if unit_id == task.lead_unit_id and task.owner_id is not None:
        at_work = unit_id in units_by_person([task.owner_id], day=day)[task.owner_id]
        people |= {task.owner_id} if at_work else set()
    return people


def _answerable(group_id: int, unit_id: int, day: date) -> set[int]:
    """Head, deputy in charge and liaison of a unit."""
    found = looked_up_once(
        ("contacts", group_id, unit_id, day),
        lambda: set(contacts(group_id, unit_id, day=day, roles=tuple(ContactRole))),
    )
    return policy.confirmers(group_id, unit_id, day=day) | found


def confirmers(task: Task, unit_id: int, now: datetime) -> set[int]:
    """Head and deputy in charge of a unit."""
    return policy.confirmers(task.group_id, unit_id, day=local_date(now))


def tell(kind: str, task: Task, people: Iterable[int], *, now: datetime, key: str = "") -> None:
    """Put a message about a task into inboxes; key tells apart messages of one kind about one task."""
    unit = task.lead_unit.name if task.lead_unit else ""
    enqueue(
        kind,
        people,
        subject=("task", task.id),
        params={"title": task.title, "unit": unit},
        key=f"{kind}:{task.id}:{key or task.version}",
        now=now,
        group_id=task.group_id,
    )


def settle_reminders(task: Task, kind: str, subject_id: int, *, now: datetime) -> None:
    """What the clock said of something that is done, decided or dated anew no longer asks for attention."""
    settle(("task", task.id), key=f"reminder:{kind}:{subject_id}:", now=now)


def settle_deadlines(task: Task, *, now: datetime) -> None:
    """What the clock said of the dates of a task and of all inside it no longer asks for attention."""
    for kind in ("task", "milestone", "part"):
        settle(("task", task.id), key=f"reminder:{kind}:", now=now)


def tell_lead(kind: str, task: Task, *, now: datetime) -> None:
    """Tell the lead unit."""
    tell(kind, task, unit_desk(task, task.lead_unit_id, now), now=now)


def tell_part(kind: str, part: TaskPart, *, now: datetime) -> None:
    """Tell a cooperating unit."""
    tell(kind, part.task, unit_desk(part.task, part.unit_id, now), now=now, key=f"part{part.id}")


def tell_office(kind: str, task: Task, *, now: datetime, key: str = "") -> None:
    """Tell the group's office; of a piece that was handed down, the unit above it, which is its office."""
    if above := _above(task, now):
        tell(kind, task, above, now=now, key=key)
        return
    tell(kind, task, seat_holders(task.group_id, day=local_date(now), roles=OFFICE), now=now, key=key)


def tell_deciders(kind: str, task: Task, *, roles: Collection[SeatRole], now: datetime) -> None:
    """Tell those in these seats who may decide on the task; where all of them do the work, the leaders who do not."""
    able = _able(task, now)
    above = able & _above(task, now)
    if above and roles != LEADERS:
        tell(kind, task, above, now=now)
        return
    people = able & set(seat_holders(task.group_id, day=local_date(now), roles=roles))
    leaders = seat_holders(task.group_id, day=local_date(now), roles=LEADERS)
    tell(kind, task, people or able & set(leaders), now=now)


def tell_verifiers(kind: str, task: Task, *, now: datetime) -> None:
    """Tell the appointed verifier, else those who may verify: the unit above a sub-task; office and supervisors."""
    if task.verifier_id is not None:
        tell(kind, task, [task.verifier_id], now=now)
        return
    day = local_date(now)
    able = _able(task, now)
    if above := able & _above(task, now):
        tell(kind, task, above, now=now)
        return
    working = set(seat_holders(task.group_id, day=day, roles=OFFICE | {SeatRole.SUPERVISOR}))
    leading = set(seat_holders(task.group_id, day=day, roles=LEADERS)) - working
    tell(kind, task, able - leading or able, now=now)


def _above(task: Task, now: datetime) -> set[int]:
    """For a piece that was handed down: head and deputy in charge of the unit above."""
    if task.parent is None or task.parent.lead_unit_id is None:
        return set()
    return policy.confirmers(task.group_id, task.parent.lead_unit_id, day=local_date(now))


def _able(task: Task, now: datetime) -> set[int]:
    day = local_date(now)
    return set(policy.able_to_verify(task, policy.overseers(task.group_id, day=day), day=day))


def tell_batch(kind: str, batch: SignOffBatch, *, now: datetime) -> None:
    """Tell who signs off that a batch waits, or who proposed it that it came back."""
    if kind == "batch.proposed":
        people = seat_holders(batch.group_id, day=local_date(now), roles=OFFICE_DIRECTORS)
    else:
        people = [batch.proposed_by_id] if batch.proposed_by_id is not None else []
    enqueue(
        kind,
        people,
        subject=("batch", batch.id),
        params={"title": batch.title},
        key=f"{kind}:{batch.id}:{batch.version}",
        now=now,
        group_id=batch.group_id,
    )


def tell_consulted(kind: str, units: Iterable[ConsultedUnit], *, now: datetime) -> None:
    """Tell units that they are asked for their views, or no longer."""
    for asked in units:
        _tell_asked(kind, asked, _answerable(asked.consultation.group_id, asked.unit_id, local_date(now)), now=now)


def tell_drafted(asked: ConsultedUnit, *, now: datetime) -> None:
    """Tell head and deputy in charge that their liaison has drafted an answer."""
    people = policy.confirmers(asked.consultation.group_id, asked.unit_id, day=local_date(now))
    _tell_asked("consultation.drafted", asked, people, now=now)


def tell_handled(row: ConsultedTask, *, now: datetime) -> None:
    """Tell a unit that its opinion was adopted or not."""
    people = _answerable(row.asked.consultation.group_id, row.asked.unit_id, local_date(now))
    _tell_asked("consultation.handled", row.asked, people, now=now, key=f"row{row.id}.{row.version}", task=row.title)


def _tell_asked(
    kind: str, asked: ConsultedUnit, people: Iterable[int], *, now: datetime, key: str = "", **more: str
) -> None:
    consultation = asked.consultation
    enqueue(
        kind,
        people,
        subject=("consulted_unit", asked.id),
        params={"title": consultation.title, "day": consultation.reply_by.isoformat(), **more},
        key=f"{kind}:{asked.id}:{key}",
        now=now,
        group_id=consultation.group_id,
    )
