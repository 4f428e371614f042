"""Urge a unit by message or by phone, one task or many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, Refusal, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import Unit
from tracker.oversight import notices, policy
from tracker.oversight.commands.recording import record_about
from tracker.oversight.models import Urge
from tracker.oversight.rules import UrgeChannel
from tracker.tasks.commands.moving import hold, words
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
    record_about(act, task, by=by, now=now, unit=unit.name, sentence=sentence, answer=answer)
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


def _require_cooled_down(task: Task, unit_id: int, *, now: datetime) -> None:
    last = db.session.scalar(
        sa.select(sa.func.max(Urge.at)).where(
            Urge.task_id == task.id,
            Urge.unit_id == unit_id,
            Urge.channel == UrgeChannel.MESSAGE,
            Urge.rung.is_(None),
        )
    )
    if last is None:
        return
    free_on = working_days().shift(local_date(last), task.group.urge_cooldown_days)
    if local_date(now) < free_on:
        raise Stale(
            _l("%(last)s 刚催办过，%(free)s 起可以再次发消息催办；急事请打电话。", last=local_date(last), free=free_on)
        )
