"""Tasks for tests of pages, brought to a state by the product's own commands."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from tests.cast import Cast
from tests.clock import NOW, TODAY
from tests.retelling import retold_story
from tracker.kernel.db import write_transaction
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, NewReport, TaskDraft
from tracker.tasks.models import Task

DUE = TODAY + timedelta(days=60)


def drafted(
    cast: Cast, *titles: str, lead: str = "finance", due_on: date | None = DUE, group: str = "g1", **more: Any
) -> list[int]:
    """Drafts in the group's office, by id."""
    clerk = "office_secondee" if group == "g1" else f"{group}_office_clerk"
    with write_transaction():
        tasks = [
            commands.draft_task(
                cast.group(group),
                TaskDraft(title=title, lead_unit_id=cast.unit_ids[lead], due_on=due_on, **more),
                by=cast.actor(clerk),
                now=NOW,
            )
            for title in titles
        ]
        return [task.id for task in tasks]


@retold_story
def issued(
    cast: Cast,
    *titles: str,
    lead: str = "finance",
    due_on: date | None = DUE,
    parts: Sequence[str] = (),
    group: str = "g1",
    now: datetime = NOW,
    **more: Any,
) -> list[int]:
    """Tasks that were signed off, by id."""
    rows = [NewPart(cast.unit_ids[unit], "提供数据") for unit in parts]
    ids = drafted(cast, *titles, lead=lead, due_on=due_on, group=group, parts=rows, **more)
    director = "office_director" if group == "g1" else f"{group}_office_director"
    with write_transaction() as session:
        tasks = [session.get_one(Task, task_id) for task_id in ids]
        by = cast.actor(director)
        batch = commands.propose_batch(
            cast.group(group), tasks, title="一批任务", document_number="澄均衡办〔2026〕1号", by=by, now=now
        )
        commands.sign_off_batch(batch, version=batch.version, by=by, now=now)
    return ids


@retold_story
def accepted(cast: Cast, *titles: str, who: str = "finance_head", **more: Any) -> list[int]:
    """Tasks that were signed for, by id."""
    ids = issued(cast, *titles, **more)
    with write_transaction() as session:
        for task_id in ids:
            task = session.get_one(Task, task_id)
            commands.accept_task(task, version=task.version, by=cast.actor(who), now=NOW)
    return ids


@retold_story
def submitted(cast: Cast, *titles: str, who: str = "finance_head", **more: Any) -> list[int]:
    """Tasks that were handed in, by id."""
    ids = accepted(cast, *titles, who=who, **more)
    with write_transaction() as session:
        for task_id in ids:
            task = session.get_one(Task, task_id)
            by = cast.actor(who)
            commands.submit_completion(task, statement="已全部完成", version=task.version, by=by, now=NOW)
    return ids


def reported(cast: Cast, task_id: int, text: str, *, who: str = "finance_liaison") -> int:
    """A report on a task, by id; a liaison's waits to be confirmed."""
    with write_transaction() as session:
        task = session.get_one(Task, task_id)
        row = commands.report_progress(task, NewReport(text=text), version=task.version, by=cast.actor(who), now=NOW)
        return row.id


@retold_story
def overdue(cast: Cast, *titles: str, days: int = 10) -> list[int]:
    """Tasks that were signed for and whose date has passed, by id."""
    ids = accepted(cast, *titles, due_on=TODAY)
    with write_transaction() as session:
        for task_id in ids:
            task = session.get_one(Task, task_id)
            task.due_on = task.first_due_on = task.sort_on = TODAY - timedelta(days=days)
    return ids
