"""Signing off (签发): drafts go out in batches, under a name and a number, once somebody could verify each of them."""

from collections.abc import Sequence
from datetime import date, datetime

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup, Person, Seat
from tracker.organisation.queries import units_by_person
from tracker.organisation.rules import LEADERS
from tracker.tasks import notices, policy
from tracker.tasks.commands.consulting import require_settled
from tracker.tasks.commands.moving import (
    PaperRoad,
    claim,
    move,
    on_paper,
    recorder_id,
    require_at_work,
    require_paper,
    touch,
    who_decides,
    words,
)
from tracker.tasks.commands.readiness import require_ready
from tracker.tasks.commands.series import begin_series, recurs
from tracker.tasks.models import SignOffBatch, Task
from tracker.tasks.rules import ENDED, BatchState, Move, TaskState


def propose_batch(
    group: LeadershipGroup,
    tasks: Sequence[Task],
    *,
    title: str,
    document_number: str = "",
    by: Actor,
    now: datetime,
) -> SignOffBatch:
    """Put drafts together as a batch and hand it in to be signed off (送审)."""
    require(policy.may_manage(by, group.id))
    batch = _new_batch(group, tasks, title=title, document_number=document_number, by=by, now=now)
    for task in tasks:
        move(task, Move.PROPOSE, by=by, now=now, act="task.propose", batch_id=batch.id)
        task.batch_id = batch.id
    # Only now are the drafts held, so that nobody can be asked about them, or say anything, in between.
    require_settled(tasks, "tasks", day=local_date(now))
    _record_batch("batch.propose", batch, by=by, now=now, tasks=len(tasks))
    notices.tell_batch("batch.proposed", batch, now=now)
    return batch


def send_back_batch(batch: SignOffBatch, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """Send a proposed batch back to be changed; its tasks are drafts again."""
    require(policy.may_sign_off(by, batch.group_id))
    remark = words(remark, "remark", limit=1000)
    _take_batch(batch, version=version)
    batch.state, batch.remark = BatchState.SENT_BACK, remark
    for task in list(batch.tasks):
        if task.state is TaskState.PROPOSED:
            move(task, Move.SEND_BACK, by=by, now=now, act="task.send_back", remark=remark)
            task.batch_id = None
    _record_batch("batch.send_back", batch, by=by, now=now, remark=remark)
    notices.tell_batch("batch.sent_back", batch, now=now)


def sign_off_batch(
    batch: SignOffBatch,
    *,
    document_number: str | None = None,
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Sign off a batch (签发): every task in it goes out, or none does."""
    signer = who_decides(by, paper)
    require(policy.may_sign_off(signer, batch.group_id))
    require_paper(paper, policy.may_manage(by, batch.group_id))
    number = None if document_number is None else _number(document_number)
    tasks = [task for task in batch.tasks if task.state is TaskState.PROPOSED]
    if not tasks:
        raise Stale(_l("这一批里已经没有待签发的任务。"))
    require_ready(batch.group_id, tasks, day=local_date(now))
    _take_batch(batch, version=version)
    batch.document_number = batch.document_number if number is None else number
    batch.state, batch.signed_by_id, batch.signed_at = BatchState.SIGNED, signer.person_id, now
    batch.signed_as = signer.capacity(batch.group_id)
    batch.recorded_by_id = recorder_id(by, paper)
    batch.paper_sha256 = paper.sha256 if paper else None
    accept_by = working_days().shift(local_date(now), batch.group.sign_for_days)
    for task in tasks:
        _issue(task, batch, paper, accept_by=accept_by, by=by, now=now)
    _record_batch(
        "batch.sign_off",
        batch,
        by=by,
        now=now,
        tasks=len(tasks),
        **{"signed_by": signer.name, **on_paper(paper, batch.group_id)},
        document_number=batch.document_number,
    )


def _issue(
    task: Task, batch: SignOffBatch, paper: PaperRoad | None, *, accept_by: date, by: Actor, now: datetime
) -> None:
    move(
        task,
        Move.SIGN_OFF,
        by=by,
        now=now,
        act="task.sign_off",
        batch_id=batch.id,
        document_number=batch.document_number,
        signed_as=batch.signed_as,
        signed_by=paper.signatory.name if paper else "",
    )
    task.accept_by = accept_by
    if recurs(task):
        begin_series(task)
    notices.tell_lead("task.issued", task, now=now)
    for part in task.parts:
        notices.tell_part("task.part_issued", part, now=now)


def appoint_verifier(task: Task, person: Person, *, version: int, by: Actor, now: datetime) -> None:
    """A leader names somebody of an uninvolved unit to verify a task."""
    require(policy.may_appoint_verifier(by, task))
    day = local_date(now)
    units = units_by_person([person.id], day=day)[person.id]
    if not units or person.region_id != task.group.region_id:
        raise Invalid({"verifier_id": _l("请指定本行政区在职的人员。")})
    if person.id not in policy.able_to_verify(task, {person.id: units}, day=day):
        raise Invalid({"verifier_id": _l("核验人不能是牵头单位、配合单位或者经办办结的人员。")})
    claim(task, version=version, states=frozenset(TaskState) - ENDED)
    old = task.verifier_id
    task.verifier_id = person.id
    touch(task, by=by, now=now, act="task.appoint_verifier", old={"verifier_id": old}, new={"verifier": person.name})
    if task.state is TaskState.SUBMITTED:
        notices.tell_verifiers("task.verifier", task, now=now)


def set_leader_in_charge(task: Task, seat: Seat | None, *, version: int, by: Actor, now: datetime) -> None:
    """Say which leader of the group watches over a task (牵头领导)."""
    require(policy.may_manage(by, task.group_id))
    if seat is not None and not (
        seat.group_id == task.group_id and seat.role in LEADERS and _in_force(seat, local_date(now))
    ):
        raise Invalid({"leader_seat_id": _l("请选择本领导小组的组长或者副组长。")})
    claim(task, version=version, states=frozenset(TaskState) - ENDED)
    old, task.leader_seat_id = task.leader_seat_id, seat.id if seat else None
    new = {"leader_seat_id": task.leader_seat_id, "leader": seat.title if seat else ""}
    touch(task, by=by, now=now, act="task.set_leader", old={"leader_seat_id": old}, new=new)


def _in_force(seat: Seat, day: date) -> bool:
    return seat.starts_on <= day and (seat.ends_on is None or seat.ends_on >= day)


def _take_batch(batch: SignOffBatch, *, version: int) -> None:
    require_at_work(batch.group)
    take(batch, version=version, states=[BatchState.PROPOSED])


def _number(document_number: str) -> str:
    return one_line(document_number, "document_number", limit=60)


def _new_batch(
    group: LeadershipGroup, tasks: Sequence[Task], *, title: str, document_number: str, by: Actor, now: datetime
) -> SignOffBatch:
    require_at_work(group)
    if not tasks:
        raise Invalid({"tasks": _l("请先勾选要送审的任务。")})
    if any(task.group_id != group.id for task in tasks):
        raise Invalid({"tasks": _l("一批任务须属于同一个领导小组。")})
    require_ready(group.id, tasks, day=local_date(now))
    batch = SignOffBatch(
        group_id=group.id,
        title=one_line(title, "title", limit=120, required=True),
        document_number=_number(document_number),
        state=BatchState.PROPOSED,
        proposed_by_id=by.person_id,
        proposed_at=now,
    )
    batch.group = group
    db.session.add(batch)
    db.session.flush()
    return batch


def _record_batch(act: str, batch: SignOffBatch, *, by: Actor, now: datetime, **new: object) -> None:
    record(act, "batch", batch.id, by=by, now=now, group_id=batch.group_id, new={"title": batch.title, **new})
