"""Many tasks at once: drafted together and signed off as one batch, with the fewest acts of people."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.cast import NOW, Cast
from tests.tasks.stories import DRAFT, head_of, issue
from tracker.kernel.db import write_transaction
from tracker.tasks import commands
from tracker.tasks.commands import NewPart
from tracker.tasks.models import Task


def many_issued(cast: Cast, drafts: Iterable[dict[str, Any]], *, now: datetime = NOW) -> list[Task]:
    """Tasks that wait to be signed for, each with what is said of it as for one."""
    with write_transaction():
        group, by = cast.group(), cast.actor("office_clerk")
        tasks = [commands.draft_task(group, _words(cast, **said), by=by, now=NOW) for said in drafts]
    issue(cast, *tasks, now=now)
    return tasks


def many_active(cast: Cast, drafts: Iterable[dict[str, Any]], *, now: datetime = NOW) -> list[Task]:
    """Tasks that their lead units have signed for."""
    tasks = many_issued(cast, drafts, now=now)
    with write_transaction():
        heads = {head_of(cast, task) for task in tasks}
        actors = {head: cast.actor(head) for head in heads}
        for task in tasks:
            commands.accept_task(task, version=task.version, by=actors[head_of(cast, task)], now=now)
    return tasks


def _words(cast: Cast, *, lead: str = "finance", parts: Iterable[str | NewPart] = (), **said: Any) -> Any:
    rows = [NewPart(cast.unit_ids[part], "提供资料") if isinstance(part, str) else part for part in parts]
    return replace(DRAFT, lead_unit_id=cast.unit_ids[lead], parts=rows, **said)
