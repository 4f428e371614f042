"""Supervision notices brought to every state by the acts of the people of the cast."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.retelling import retold_story
from tests.tasks.stories import act, active, day
from tracker.kernel.db import db, write_transaction
from tracker.oversight import commands
from tracker.oversight.commands import NoticeWords
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import NoticeState
from tracker.tasks.models import Task

LATE = day("2026-03-02")
WAS_DUE = date(2026, 3, 6)
USUAL_LIMIT = date(2026, 3, 25)
"""Five working days after NOW."""

SAID = NoticeWords(
    matter="核定义务教育阶段学位缺口",
    demand="请查明原因，抓紧办理，书面反馈办理情况。",
    basis="领导小组第二次会议议定事项",
    contact="秦小满",
    phone="0571-5550100",
)


@retold_story
def overdue(cast: Cast, **said: Any) -> Task:
    """A task that has been overdue for eight working days."""
    return active(cast, **{"now": LATE, "due_on": WAS_DUE, **said})


@retold_story
def drafted(cast: Cast, *, by: str = "office_clerk", about: Any = None, now: datetime = NOW) -> SupervisionNotice:
    """A notice on an overdue task, as the office drafts it."""
    return act(commands.draft_notice, about or overdue(cast), words_of=SAID, by=cast.actor(by), now=now)


def by_ladder(cast: Cast, *tasks: Task) -> list[SupervisionNotice]:
    """Notices that the ladder drafted."""
    ids = [task.id for task in tasks or (overdue(cast),)]
    with write_transaction():
        commands.draft_notices_by_ladder(cast.group_ids["g1"], "task", ids, rung=7, now=NOW)
    return list(db.session.scalars(sa.select(SupervisionNotice).order_by(SupervisionNotice.id)))


@retold_story
def proposed(cast: Cast, **said: Any) -> SupervisionNotice:
    """A notice that waits to be signed off."""
    notice = drafted(cast, **said)
    act(commands.propose_notice, notice, by=cast.actor("office_clerk"))
    return notice


@retold_story
def issued(cast: Cast, *, now: datetime = NOW, **said: Any) -> SupervisionNotice:
    """A notice that is out."""
    notice = drafted(cast, now=now, **said)
    act(commands.sign_off_notice, notice, by=cast.actor("deputy_leader"), now=now)
    return notice


@retold_story
def received(cast: Cast, *, now: datetime = NOW, **said: Any) -> SupervisionNotice:
    """A notice that the unit has signed for."""
    notice = issued(cast, now=now, **said)
    act(commands.sign_for_notice, notice, by=cast.actor("finance_head"), now=now)
    return notice


@retold_story
def replied(cast: Cast, *, replied_at: datetime = NOW, **said: Any) -> SupervisionNotice:
    """A notice that was answered."""
    notice = received(cast, **said)
    act(commands.send_reply, notice, text="已完成数据核对，三日内报送。", by=cast.actor("finance_head"), now=replied_at)
    return notice


@retold_story
def returned(cast: Cast, **said: Any) -> SupervisionNotice:
    """A notice whose answer was sent back."""
    notice = replied(cast, **said)
    act(commands.return_reply, notice, remark="请写明完成时间。", by=cast.actor("supervisor"))
    return notice


@retold_story
def closed(cast: Cast, **said: Any) -> SupervisionNotice:
    """A notice whose answer was found fit."""
    notice = replied(cast, **said)
    act(commands.accept_reply, notice, by=cast.actor("supervisor"))
    return notice


@retold_story
def discarded(cast: Cast, **said: Any) -> SupervisionNotice:
    """A draft that was discarded."""
    notice = drafted(cast, **said)
    act(commands.discard_notice, notice, remark="已当面督办。", by=cast.actor("office_clerk"))
    return notice


@retold_story
def withdrawn(cast: Cast, **said: Any) -> SupervisionNotice:
    """A notice that was taken back."""
    notice = issued(cast, **said)
    act(commands.withdraw_notice, notice, remark="主送单位有误。", by=cast.actor("leader"))
    return notice


IN_STATE = {
    NoticeState.DRAFT: drafted,
    NoticeState.PROPOSED: proposed,
    NoticeState.ISSUED: issued,
    NoticeState.RECEIVED: received,
    NoticeState.REPLIED: replied,
    NoticeState.RETURNED: returned,
    NoticeState.CLOSED: closed,
    NoticeState.DISCARDED: discarded,
    NoticeState.WITHDRAWN: withdrawn,
}


def anew(notice: SupervisionNotice) -> SupervisionNotice:
    """A notice as it stands in the database now."""
    db.session.expire_all()
    return db.session.get_one(SupervisionNotice, notice.id)
