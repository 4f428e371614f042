"""Urge a unit, and say at the review desk what is asked of it; the only writer of oversight's tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, Refusal, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import Unit
from tracker.oversight import notices, policy
from tracker.oversight.models import Direction, Urge
from tracker.oversight.rules import DirectionKind, UrgeChannel
from tracker.tasks.commands.deadlines import set_rectification
from tracker.tasks.commands.moving import claim, future_date, hold, words
from tracker.tasks.models import Task
from tracker.tasks.policy import involved_units
from tracker.tasks.rules import OPEN

MAX_SENTENCE = 500


def urge_unit(
    task: Task,
    *,
    unit_id: int,
    sentence: str = "",
    channel: UrgeChannel = UrgeChannel.MESSAGE,
    answer: str = "",
    by: Actor,
    now: datetime,
) -> Urge:
    """Urge a unit about a task (催办), by message or by a phone call whose answer is kept (“已电话，对方答复…”).

    Messages have a cool-down, counted in working days, so that urging keeps its weight; a call can always be noted.
    """
    require(policy.may_urge(by, task, unit_id))
    if unit_id not in involved_units(task):
        raise Invalid({"unit_id": _l("只能催办本任务的牵头单位或配合单位。")})
    if task.state not in OPEN:
        raise Stale(_l("任务不在办理中，不需要催办。"))
    sentence = words(sentence, "sentence", required=channel is UrgeChannel.MESSAGE, limit=MAX_SENTENCE)
    answer = words(answer, "answer", required=channel is UrgeChannel.PHONE, limit=MAX_SENTENCE)
    hold(task, states=OPEN)
    if channel is UrgeChannel.MESSAGE:
        _require_cooled_down(task, unit_id, now=now)
    part = next((part for part in task.parts if part.unit_id == unit_id), None)
    urge = Urge(
        task_id=task.id,
        part_id=part.id if part else None,
        unit_id=unit_id,
        channel=channel,
        sentence=sentence,
        answer=answer,
        by_id=by.person_id,
        by_as=by.capacity(task.group_id, task.lead_unit_id),
        at=now,
    )
    urge.task = task
    db.session.add(urge)
    db.session.flush()
    act = "task.urge" if channel is UrgeChannel.MESSAGE else "task.urge_by_phone"
    unit = db.session.get_one(Unit, unit_id)
    _record(act, task, by=by, now=now, unit=unit.name, sentence=sentence, answer=answer)
    if channel is UrgeChannel.MESSAGE:
        notices.tell_urged(urge, by_name=by.name, now=now)
    return urge


@dataclass(frozen=True, slots=True)
class Urged:
    """What became of one task in urging many: refusal is the sentence why not, or None."""

    task: Task
    refusal: object | None


def urge_many(tasks: Sequence[Task], *, sentence: str, by: Actor, now: datetime) -> list[Urged]:
    """Urge the lead units of many tasks by message; each by itself, so that a refused one does not stop the others."""
    sentence = words(sentence, "sentence", limit=MAX_SENTENCE)
    found = []
    for task in tasks:
        refusal = None
        try:
            with db.session.begin_nested():
                urge_unit(task, unit_id=task.lead_unit_id or 0, sentence=sentence, by=by, now=now)
        except Refusal as error:
            refusal = error.message
        found.append(Urged(task, refusal))
    return found


def direct(
    task: Task,
    *,
    kind: DirectionKind,
    text: str,
    new_due_on: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> Direction:
    """Say at the review desk what is asked of the lead unit: explain, make good by a date (限期整改), or a note."""
    require(policy.may_direct(by, task))
    text = words(text, "text", limit=2000)
    due_on = future_date(new_due_on, "new_due_on", now=now) if kind is DirectionKind.RECTIFY else None
    claim(task, version=version, states=OPEN)
    direction = Direction(
        task_id=task.id,
        kind=kind,
        text=text,
        new_due_on=due_on,
        by_id=by.person_id,
        by_as=by.capacity(task.group_id),
        at=now,
    )
    direction.task = task
    db.session.add(direction)
    db.session.flush()
    if due_on is not None:
        set_rectification(task, due_on, basis=text, by=by, now=now)
    acts = {
        DirectionKind.EXPLAIN: "task.ask_explanation",
        DirectionKind.RECTIFY: "task.rectify",
        DirectionKind.NOTE: "task.note",
    }
    _record(acts[kind], task, by=by, now=now, text=text, due_on=due_on)
    if kind is not DirectionKind.NOTE:
        notices.tell_directed(direction, by_name=by.name, now=now)
    return direction


def _require_cooled_down(task: Task, unit_id: int, *, now: datetime) -> None:
    last = db.session.scalar(
        sa.select(sa.func.max(Urge.at)).where(
            Urge.task_id == task.id, Urge.unit_id == unit_id, Urge.channel == UrgeChannel.MESSAGE
        )
    )
    if last is None:
        return
    free_on = working_days().shift(local_date(last), task.group.urge_cooldown_days)
    if local_date(now) < free_on:
        raise Stale(
            _l("%(last)s 刚催办过，%(free)s 起可以再次发消息催办；急事请打电话。", last=local_date(last), free=free_on)
        )


def _record(act: str, task: Task, *, by: Actor, now: datetime, **new: object) -> None:
    record(act, "task", task.id, by=by, now=now, group_id=task.group_id, unit_id=task.lead_unit_id, new=new)
