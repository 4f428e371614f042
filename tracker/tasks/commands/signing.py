"""Signing off (签发): drafts go out in batches, under a name and a number, once somebody could verify each of them."""

from collections.abc import Sequence
from datetime import date, datetime

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup, Person, Seat
from tracker.organisation.queries import seat_holders, unit_people, units_by_person
from tracker.organisation.rules import LEADERS, PostRank
from tracker.tasks import notices, policy
from tracker.tasks.commands.moving import PaperRoad, move, recorder_id, touch, who_decides, words
from tracker.tasks.commands.series import begin_series
from tracker.tasks.models import SignOffBatch, Task
from tracker.tasks.rules import BatchState, Move, TaskState


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
    _record_batch("batch.propose", batch, by=by, now=now, tasks=len(tasks))
    notices.tell_batch("batch.proposed", batch, now=now)
    return batch


def send_back_batch(batch: SignOffBatch, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """Send a proposed batch back to be changed; its tasks are drafts again."""
    require(policy.may_sign_off(by, batch.group_id))
    remark = words(remark, "remark", limit=1000)
    take(batch, version=version, states=[BatchState.PROPOSED])
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
    if paper is not None:
        require(policy.may_manage(by, batch.group_id))
    if document_number is not None:
        batch.document_number = words(document_number, "document_number", required=False, limit=60)
    tasks = [task for task in batch.tasks if task.state is TaskState.PROPOSED]
    _require_ready(batch.group_id, tasks, day=local_date(now))
    take(batch, version=version, states=[BatchState.PROPOSED])
    batch.state, batch.signed_by_id, batch.signed_at = BatchState.SIGNED, signer.person_id, now
    batch.signed_as = signer.capacity(batch.group_id)
    batch.recorded_by_id = recorder_id(by, paper)
    batch.paper_sha256 = paper.sha256 if paper else None
    accept_by = working_days().shift(local_date(now), batch.group.sign_for_days)
    for task in tasks:
        _issue(task, batch, accept_by=accept_by, by=by, now=now)
    _record_batch(
        "batch.sign_off",
        batch,
        by=by,
        now=now,
        tasks=len(tasks),
        document_number=batch.document_number,
        signed_by=signer.name,
    )


def _issue(task: Task, batch: SignOffBatch, *, accept_by: date, by: Actor, now: datetime) -> None:
    task.issued_at, task.accept_by = now, accept_by
    move(
        task,
        Move.SIGN_OFF,
        by=by,
        now=now,
        act="task.sign_off",
        batch_id=batch.id,
        document_number=batch.document_number,
        signed_as=batch.signed_as,
    )
    if task.cadence_every is not None and not task.continuous:
        begin_series(task)
    notices.tell_lead("task.issued", task, now=now)
    for part in task.parts:
        notices.tell_part("task.part_issued", part, now=now)


def appoint_verifier(task: Task, person: Person, *, version: int, by: Actor, now: datetime) -> None:
    """A leader names somebody of an uninvolved unit to verify a task."""
    require(policy.may_appoint_verifier(by, task))
    day = local_date(now)
    units = units_by_person([person.id], day=day).get(person.id, frozenset())
    if not units:
        raise Invalid({"verifier_id": _l("此人目前没有任职，不能核验。")})
    if units & policy.involved_units(task) or person.id in policy.doers(task):
        raise Invalid({"verifier_id": _l("核验人不能是牵头单位、配合单位或者经办办结的人员。")})
    take(task, version=version, states=[state for state in TaskState if state not in {"completed", "cancelled"}])
    old = task.verifier_id
    task.verifier_id = person.id
    touch(task, by=by, now=now, act="task.appoint_verifier", old={"verifier_id": old}, new={"verifier": person.name})
    if task.state is TaskState.SUBMITTED:
        notices.tell_verifiers("task.verifier", task, now=now)


def set_leader_in_charge(task: Task, seat: Seat | None, *, version: int, by: Actor, now: datetime) -> None:
    """Say which leader of the group watches over a task (牵头领导)."""
    require(policy.may_manage(by, task.group_id))
    if seat is not None and (seat.group_id != task.group_id or seat.role not in LEADERS):
        raise Invalid({"leader_seat_id": _l("请选择本领导小组的组长或者副组长。")})
    take(task, version=version)
    task.leader_seat_id = seat.id if seat else None
    touch(task, by=by, now=now, act="task.set_leader", new={"leader": seat.title if seat else ""})


def _new_batch(
    group: LeadershipGroup, tasks: Sequence[Task], *, title: str, document_number: str, by: Actor, now: datetime
) -> SignOffBatch:
    if not tasks:
        raise Invalid({"tasks": _l("请先勾选要送审的任务。")})
    if any(task.group_id != group.id for task in tasks):
        raise Invalid({"tasks": _l("一批任务须属于同一个领导小组。")})
    _require_ready(group.id, tasks, day=local_date(now))
    batch = SignOffBatch(
        group_id=group.id,
        title=words(title, "title", limit=120),
        document_number=words(document_number, "document_number", required=False, limit=60),
        state=BatchState.PROPOSED,
        proposed_by_id=by.person_id,
        proposed_at=now,
    )
    batch.group = group
    db.session.add(batch)
    db.session.flush()
    return batch


def _require_ready(group_id: int, tasks: Sequence[Task], *, day: date) -> None:
    """Each task needs a lead unit, a deadline that has not passed, and somebody who could verify it."""
    holders = seat_holders(group_id, day=day, roles=policy.OVERSEERS)
    units = units_by_person(holders, day=day)
    for task in tasks:
        if task.lead_unit_id is None:
            raise Invalid({"tasks": _l("“%(title)s”还没有牵头单位。", title=task.title)})
        if task.due_on is None and not task.continuous:
            raise Invalid({"tasks": _l("“%(title)s”还没有完成时限，也不是长期坚持的任务。", title=task.title)})
        if task.due_on is not None and task.due_on < day:
            raise Invalid(
                {"tasks": _l("“%(title)s”的时限已过，请先接续办理、记为存量已完成或者撤销。", title=task.title)}
            )
        if not _could_be_verified(task, units, day=day):
            raise Invalid(
                {
                    "tasks": _l(
                        "“%(title)s”无人可以核验：领导小组的人员都在牵头单位或配合单位。请由领导从无关单位指定核验人。",
                        title=task.title,
                    )
                }
            )


def _could_be_verified(task: Task, units: dict[int, frozenset[int]], *, day: date) -> bool:
    involved = policy.involved_units(task)
    if task.verifier_id is not None or any(not own & involved for own in units.values()):
        return True
    above = task.parent.lead_unit_id if task.parent else None
    return above is not None and bool(unit_people(above, day=day, ranks=(PostRank.HEAD,)))


def _record_batch(act: str, batch: SignOffBatch, *, by: Actor, now: datetime, **new: object) -> None:
    record(act, "batch", batch.id, by=by, now=now, group_id=batch.group_id, new={"title": batch.title, **new})
