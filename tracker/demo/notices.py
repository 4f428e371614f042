"""A few supervision notices in the story: answered and found fit, being answered, to be signed off, and a draft."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from tracker.demo.stage import Stage
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import LEADERS, OFFICE_DIRECTORS
from tracker.oversight import commands
from tracker.oversight.commands import NoticeWords
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.queries import usual_words
from tracker.oversight.rules import NoticeState, Urgency
from tracker.tasks.commands.moving import is_late
from tracker.tasks.models import Task
from tracker.tasks.rules import OPEN

Scene = Callable[[Stage], None]

AT_ONCE = 4
"""So many matters of a group get a notice by hand; one more is the ladder's."""


def scenes() -> list[tuple[int, Scene]]:
    """What happens on which day, counted from today."""
    return [(-6, draft), (-6, sign_off), (-5, sign_for), (-3, reply), (-2, check), (-1, draft_by_ladder)]


def _late(stage: Stage, group_id: int) -> list[Task]:
    """The overdue tasks of a group, the latest first; those of the group itself, not what units handed down."""
    running = sa.select(Task).where(Task.group_id == group_id, Task.state.in_(sorted(OPEN)), Task.parent_id.is_(None))
    today = local_date(stage.now)
    return [task for task in db.session.scalars(running.order_by(Task.due_on, Task.id)) if is_late(task, today)]


def _groups(stage: Stage) -> Sequence[int]:
    query = sa.select(Task.group_id).distinct().order_by(Task.group_id)
    return [group_id for group_id in db.session.scalars(query) if _late(stage, group_id)]


def _notices(group_id: int, *states: NoticeState) -> Sequence[SupervisionNotice]:
    query = sa.select(SupervisionNotice).where(SupervisionNotice.group_id == group_id)
    return db.session.scalars(query.where(SupervisionNotice.state.in_(states)).order_by(SupervisionNotice.id)).all()


def draft(stage: Stage) -> None:
    """The office drafts notices on what has been late the longest, unless the ladder did, and puts them up."""
    with write_transaction():
        for group_id in _groups(stage):
            known = {notice.task_id: notice for notice in _notices(group_id, NoticeState.DRAFT)}
            for number, task in enumerate(_late(stage, group_id)[:AT_ONCE]):
                by = stage.urger(task)
                urgency = Urgency.URGENT if number == 1 else Urgency.ORDINARY
                usual: dict[str, Any] = usual_words(task, by=by, today=local_date(stage.now))
                words = NoticeWords(**usual, urgency=urgency)
                notice = known.get(task.id) or commands.draft_notice(task, words, by=by, now=stage.now)
                commands.propose_notice(notice, version=notice.version, by=by, now=stage.now)


def sign_off(stage: Stage) -> None:
    """The office's director, or a leader, signs all but the last."""
    with write_transaction():
        for group_id in _groups(stage):
            day = local_date(stage.now)
            signers = seat_holders(group_id, day=day, roles=OFFICE_DIRECTORS)
            by = stage.actor((signers or seat_holders(group_id, day=day, roles=LEADERS))[0])
            for notice in _notices(group_id, NoticeState.PROPOSED)[: AT_ONCE - 1]:
                commands.sign_off_notice(notice, version=notice.version, by=by, now=stage.now)


def sign_for(stage: Stage) -> None:
    """Two units sign for theirs; the third is silent."""
    with write_transaction():
        for group_id in _groups(stage):
            for notice in _notices(group_id, NoticeState.ISSUED)[:2]:
                by = stage.head(_task(notice))
                commands.sign_for_notice(notice, version=notice.version, by=by, now=stage.now)


def reply(stage: Stage) -> None:
    """The first answers; in the second the liaison has written an answer that waits for the head."""
    with write_transaction():
        for group_id in _groups(stage):
            for number, notice in enumerate(_notices(group_id, NoticeState.RECEIVED)):
                version, now = notice.version, stage.now
                if number == 0:
                    text = "已查明原因：前期资料收集不齐。现已落实专人，预计十个工作日内办结，并按周报送进展。"
                    commands.send_reply(notice, text=text, version=version, by=stage.head(_task(notice)), now=now)
                else:
                    text = "正在与有关单位核对数据，拟于本月底前办结。"
                    by = stage.liaison(_task(notice))
                    commands.draft_reply(notice, text=text, version=version, by=by, now=now)


def check(stage: Stage) -> None:
    """In the first group the answer is found fit; elsewhere it still waits."""
    with write_transaction():
        for notice in _notices(_groups(stage)[0], NoticeState.REPLIED):
            by = stage.verifier(_task(notice))
            commands.accept_reply(notice, remark="同意，请按时办结。", version=notice.version, by=by, now=stage.now)


def draft_by_ladder(stage: Stage) -> None:
    """One more is drafted by the ladder and waits for the office."""
    with write_transaction():
        for group_id in _groups(stage):
            ids = [task.id for task in _late(stage, group_id)[AT_ONCE : AT_ONCE + 1]]
            commands.draft_notices_by_ladder(group_id, "task", ids, rung=7, now=stage.now)


def _task(notice: SupervisionNotice) -> Task:
    """What a notice of the story is about."""
    if notice.task is None:
        raise LookupError(notice.matter)
    return notice.task
