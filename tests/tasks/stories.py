"""Tasks brought to every state by the acts of the people of the cast."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from inspect import signature
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.retelling import retold_story
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, Refusal
from tracker.kernel.files import NewFile, StoredFile
from tracker.outbox.models import InboxItem
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, TaskDraft
from tracker.tasks.models import Crossing, SignOffBatch, Submission, Task, TaskPart
from tracker.tasks.rules import TaskState

Returned = TypeVar("Returned")

DUE = date(2026, 4, 17)
"""A Friday a month ahead of NOW."""

DRAFT = TaskDraft(title="核定义务教育阶段学位缺口", due_on=DUE)


@retold_story
def draft(cast: Cast, *, lead: str | None = "finance", parts: Sequence[str | NewPart] = (), **said: Any) -> Task:
    """A draft as the office writes it: led by the finance bureau unless said otherwise."""
    rows = [NewPart(cast.unit_ids[part], "提供资料") if isinstance(part, str) else part for part in parts]
    lead_id = None if lead is None else cast.unit_ids[lead]
    words = replace(DRAFT, lead_unit_id=lead_id, parts=rows, **said)
    with write_transaction():
        return commands.draft_task(cast.group(), words, by=cast.actor("office_clerk"), now=NOW)


def propose(cast: Cast, *tasks: Task, by: str = "office_clerk", now: datetime = NOW) -> SignOffBatch:
    """Hand drafts in to be signed off."""
    with write_transaction():
        group = tasks[0].group
        return commands.propose_batch(group, tasks, title="第一批任务", by=cast.actor(by), now=now)


def issue(cast: Cast, *tasks: Task, now: datetime = NOW) -> SignOffBatch:
    """Sign drafts off by the deputy leader."""
    batch = propose(cast, *tasks, now=now)
    with write_transaction():
        commands.sign_off_batch(
            batch, document_number="优均办〔2026〕3号", version=batch.version, by=cast.actor("deputy_leader"), now=now
        )
    return batch


@retold_story
def issued(cast: Cast, *, now: datetime = NOW, **said: Any) -> Task:
    """A task that waits to be signed for."""
    task = draft(cast, **said)
    issue(cast, task, now=now)
    return task


def head_of(cast: Cast, task: Task) -> str:
    """The head of the unit that leads a task, by name of the cast."""
    [unit] = [name for name, unit_id in cast.unit_ids.items() if unit_id == task.lead_unit_id]
    return f"{unit}_head"


@retold_story
def active(cast: Cast, *, now: datetime = NOW, **said: Any) -> Task:
    """A task that its lead unit has signed for."""
    task = issued(cast, now=now, **said)
    with write_transaction():
        commands.accept_task(task, version=task.version, by=cast.actor(head_of(cast, task)), now=now)
    return task


@retold_story
def submitted(cast: Cast, *, now: datetime = NOW, submitted_at: datetime | None = None, **said: Any) -> Task:
    """A task drafted as done by a liaison where there is one, and handed in by the head."""
    task = active(cast, now=now, **said)
    submit(cast, task, now=submitted_at or now)
    return task


def submit(cast: Cast, task: Task, *, now: datetime = NOW) -> Submission:
    """The lead unit's head hands a task in."""
    with write_transaction():
        by = cast.actor(head_of(cast, task))
        return commands.submit_completion(task, statement="已全部完成。", version=task.version, by=by, now=now)


@retold_story
def returned(cast: Cast, *, now: datetime = NOW, **said: Any) -> Task:
    """A task sent back for rework."""
    task = submitted(cast, now=now, **said)
    with write_transaction():
        by = cast.actor("supervisor")
        commands.return_for_rework(task, remark="缺少台账。", version=task.version, by=by, now=now)
    return task


@retold_story
def suspended(cast: Cast, *, now: datetime = NOW, suspended_at: datetime | None = None, **said: Any) -> Task:
    """A task at rest."""
    task = active(cast, now=now, **said)
    with write_transaction():
        by = cast.actor("leader")
        commands.suspend_task(task, reason="等待上级文件。", version=task.version, by=by, now=suspended_at or now)
    return task


@retold_story
def completed(cast: Cast, *, now: datetime = NOW, **said: Any) -> Task:
    """A task found done."""
    task = submitted(cast, now=now, **said)
    with write_transaction():
        commands.verify_completion(task, version=task.version, by=cast.actor("supervisor"), now=now)
    return task


@retold_story
def cancelled(cast: Cast, *, now: datetime = NOW, **said: Any) -> Task:
    """A task withdrawn by the leader."""
    task = active(cast, now=now, **said)
    with write_transaction():
        by = cast.actor("leader")
        commands.cancel_task(task, reason="政策调整。", version=task.version, by=by, now=now)
    return task


@retold_story
def proposed(cast: Cast, *, now: datetime = NOW, **said: Any) -> Task:
    """A draft that waits to be signed off."""
    task = draft(cast, **said)
    propose(cast, task, now=now)
    return task


IN_STATE = {
    TaskState.DRAFT: draft,
    TaskState.PROPOSED: proposed,
    TaskState.ISSUED: issued,
    TaskState.ACTIVE: active,
    TaskState.SUBMITTED: submitted,
    TaskState.RETURNED: returned,
    TaskState.SUSPENDED: suspended,
    TaskState.COMPLETED: completed,
    TaskState.CANCELLED: cancelled,
}


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to see that nothing has changed; asked of the driver, for this is asked very often."""
    db.session.rollback()
    cursor = db.session.connection().connection.cursor()
    selects = _selects()
    found: dict[str, Any] = {}
    if db.session.get_bind().dialect.name == "postgresql":
        cursor.execute("; ".join(selects.values()))
        for name in selects:
            found[name] = cursor.fetchall()
            cursor.nextset()
    else:
        for name, select in selects.items():
            found[name] = cursor.execute(select).fetchall()
    cursor.close()
    return found


@cache
def _selects() -> dict[str, str]:
    keys = {table.name: ", ".join(key.name for key in table.primary_key) for table in db.metadata.sorted_tables}
    return {name: f'SELECT * FROM "{name}" ORDER BY {key}' for name, key in keys.items()}


@contextmanager
def refuses(kind: type[Refusal], *fields: str) -> Iterator[None]:
    """What is done inside is refused, at these fields, and changes nothing at all."""
    before = everything()
    with pytest.raises(kind) as caught, write_transaction():
        yield
    if isinstance(caught.value, Invalid):
        assert sorted(caught.value.errors) == sorted(fields)
    assert everything() == before


def act(command: Callable[..., Returned], thing: Any, *, now: datetime = NOW, **said: Any) -> Returned:
    """Do something in a transaction of its own, with the version as it stands where none is given."""
    with write_transaction():
        if "version" in signature(command).parameters and "version" not in said:
            said["version"] = thing.version
        return command(thing, now=now, **said)


def acts_of(task: Task) -> list[str]:
    """The history of a task, as codes."""
    return [entry.act for entry in history("task", task.id)]


def crossings(task: Task) -> list[tuple[str, date]]:
    """The crossings of a task, its parts and milestones."""
    rows = db.session.execute(sa.select(Crossing.kind, Crossing.due_on).where(Crossing.task_id == task.id))
    return sorted((str(kind), due_on) for kind, due_on in rows)


def inbox(cast: Cast, name: str) -> list[str]:
    """The kinds of message that somebody has and has not read."""
    rows = sa.select(InboxItem.kind).where(InboxItem.recipient_id == cast.person_ids[name], InboxItem.read_at.is_(None))
    return list(db.session.scalars(rows.order_by(InboxItem.id)))


def part_of(task: Task) -> TaskPart:
    """The one part of a task."""
    [part] = task.parts
    return part


@retold_story
def active_part(cast: Cast, *, unit: str = "construction", **said: Any) -> TaskPart:
    """A part that its unit has signed for, of a task under way."""
    task = active(cast, **{"parts": (unit,), **said})
    part = part_of(task)
    with write_transaction():
        commands.accept_part(part, version=part.version, by=cast.actor(f"{unit}_head"), now=NOW)
    return part


def a_file(name: str = "台账.pdf", *, size: int = 1000) -> NewFile:
    """A file that is in the store."""
    digest = sha256(name.encode()).hexdigest()
    with write_transaction() as session:
        if session.get(StoredFile, digest) is None:
            session.add(StoredFile(sha256=digest, size=size, media_type="application/pdf", created_at=NOW))
    return NewFile(name, digest, size, "application/pdf")


def day(text: str, hour: int = 9) -> datetime:
    """An hour of a day in Shanghai, as an instant."""
    return datetime.fromisoformat(f"{text}T{hour:02d}:30:00+08:00")


def again(task: Task) -> Task:
    """A task as it stands in the database now."""
    db.session.expire_all()
    return db.session.get_one(Task, task.id)
