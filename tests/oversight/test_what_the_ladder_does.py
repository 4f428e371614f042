"""What a rung does by itself: it urges, and drafts supervision notices; for many at once, and never twice."""

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.tasks.stories import DUE, act, active, again, cancelled, completed, day, submitted
from tracker.audit.queries import history
from tracker.kernel.calendar import cycle_of
from tracker.kernel.db import db, write_transaction
from tracker.oversight import commands, policy, queries
from tracker.oversight.models import SupervisionNotice, Urge
from tracker.oversight.rules import FellAway, NoticeOrigin, NoticeState, NoticeSubject, UrgeChannel
from tracker.tasks.commands import NewPart, adjust_time, ask_extension, complete_milestone
from tracker.tasks.models import Task

BASIS = "优均办会议纪要〔2026〕1号"
LATER = day("2026-04-28")
"""When what is due on 17 April has been late for a week."""


def urge(cast: Cast, kind: str, *ids: int, rung: int = 1, now: datetime = LATER) -> int:
    """The ladder urges."""
    with write_transaction():
        return commands.urge_by_ladder(cast.group_ids["g1"], kind, ids, rung=rung, now=now)


def draft(cast: Cast, kind: str, *ids: int, rung: int = 7, now: datetime = LATER) -> int:
    """The ladder drafts notices."""
    with write_transaction():
        return commands.draft_notices_by_ladder(cast.group_ids["g1"], kind, ids, rung=rung, now=now)


def notices() -> list[SupervisionNotice]:
    """Every notice there is, as it stands."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(SupervisionNotice).order_by(SupervisionNotice.id)))


def test_the_ladder_urges_the_lead_unit_and_shows_as_the_system(cast: Cast) -> None:
    task = active(cast)
    assert urge(cast, "task", task.id) == 1
    [made] = queries.records_of([task.id])[task.id].urges
    assert (made.by_id, made.rung, made.unit_id) == (None, 1, cast.unit_ids["finance"])
    assert made.cycle == cycle_of(DUE)
    assert made.sentence == "任务已逾期，请抓紧办理，说明原因和预计完成时间。"
    assert made.channel is UrgeChannel.MESSAGE


def test_the_ladder_urges_the_unit_of_a_part(cast: Cast) -> None:
    task = active(cast, parts=("construction",))
    [part] = again(task).parts
    assert urge(cast, "part", part.id) == 1
    [made] = queries.records_of([task.id])[task.id].urges
    assert (made.part_id, made.unit_id) == (part.id, cast.unit_ids["construction"])
    assert made.sentence.startswith("配合事项已逾期")


def test_the_same_rung_urges_once_and_the_next_again(cast: Cast) -> None:
    task = active(cast)
    assert [urge(cast, "task", task.id), urge(cast, "task", task.id), urge(cast, "task", task.id, rung=3)] == [1, 0, 1]


def test_what_is_done_resting_or_elsewhere_is_not_urged(cast: Cast) -> None:
    done, waiting, gone, running = completed(cast), submitted(cast), cancelled(cast), active(cast)
    with write_transaction():
        elsewhere = commands.urge_by_ladder(cast.group_ids["g2"], "task", [running.id], rung=1, now=LATER)
    assert elsewhere == 0
    assert urge(cast, "task", done.id, waiting.id, gone.id, running.id) == 1


def test_an_urge_by_the_ladder_does_not_cool_down_those_by_hand(cast: Cast) -> None:
    task = active(cast)
    urge(cast, "task", task.id, now=NOW)
    by = cast.actor("supervisor")
    [offered] = queries.urgeable(by, [again(task)], now=NOW)[task.id]
    assert offered.free_on is None
    act(commands.urge_unit, again(task), unit_id=cast.unit_ids["finance"], sentence="请抓紧。", by=by)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Urge)) == 2


def test_the_ladder_drafts_a_notice_with_all_that_the_paper_needs(cast: Cast) -> None:
    task = active(cast, basis=BASIS)
    assert draft(cast, "task", task.id) == 1
    [made] = notices()
    assert (made.kind, made.origin, made.state, made.rung) == (
        NoticeSubject.TASK,
        NoticeOrigin.LADDER,
        NoticeState.DRAFT,
        7,
    )
    assert (made.unit_id, made.matter, made.basis) == (
        cast.unit_ids["finance"],
        task.title,
        "优均办会议纪要〔2026〕1号",
    )
    assert made.demand.startswith("该事项完成时限为2026年4月17日，至今未办结。")
    assert made.contact
    assert made.phone
    [entry] = history("notice", made.id)
    assert (entry.act, entry.person_id, entry.new) == ("notice.draft", None, {"rung": 7, "state": "draft"})


def test_the_ladder_drafts_a_notice_to_the_unit_of_a_part(cast: Cast) -> None:
    task = active(cast, parts=(NewPart(cast.unit_ids["construction"], "提供资料", date(2026, 4, 10)),))
    [part] = again(task).parts
    assert draft(cast, "part", part.id) == 1
    [made] = notices()
    assert (made.part_id, made.task_id, made.unit_id) == (part.id, task.id, cast.unit_ids["construction"])
    assert made.demand.startswith("该事项中由你单位承担的配合事项时限为2026年4月10日，至今未完成。")


def test_one_matter_has_one_paper_however_often_the_rung_comes_by(cast: Cast) -> None:
    task = active(cast)
    assert [draft(cast, "task", task.id, task.id), draft(cast, "task", task.id)] == [1, 0]
    assert draft(cast, "task", task.id, rung=15) == 0
    assert len(notices()) == 1


def test_what_the_office_discarded_is_not_drafted_at_the_same_rung_again(cast: Cast) -> None:
    task = active(cast)
    draft(cast, "task", task.id)
    with write_transaction():
        db.session.execute(sa.update(SupervisionNotice).values(state=NoticeState.DISCARDED, remark="已当面督办"))
    assert draft(cast, "task", task.id) == 0
    assert draft(cast, "task", task.id, rung=15) == 1


def test_a_new_due_date_may_be_drafted_about_again(cast: Cast) -> None:
    task = active(cast)
    draft(cast, "task", task.id)
    act(
        adjust_time,
        again(task),
        new_due_on=date(2026, 5, 29),
        basis="办公室会议",
        version=again(task).version,
        by=cast.actor("leader"),
    )
    assert draft(cast, "task", task.id, now=day("2026-06-09")) == 1
    assert [one.cycle for one in notices()] == [cycle_of(DUE), cycle_of(date(2026, 5, 29))]


EARLIER = day("2026-02-02")
STEPS = (("摸底", date(2026, 3, 2)), ("核定", date(2026, 3, 6)))


def test_each_milestone_is_urged_about_and_drafted_by_its_own_date(cast: Cast) -> None:
    task = active(cast, now=EARLIER, milestones=STEPS)
    ids = [step.id for step in task.milestones]
    assert [urge(cast, "milestone", *ids), urge(cast, "milestone", *ids)] == [2, 0]
    made = queries.records_of([task.id])[task.id].urges
    assert {one.cycle for one in made} == {cycle_of(due_on) for _name, due_on in STEPS}
    assert made[0].sentence.startswith("年度节点已逾期")
    assert [draft(cast, "milestone", *ids), draft(cast, "milestone", *ids), draft(cast, "task", task.id)] == [2, 0, 1]
    assert [(one.kind, one.cycle) for one in notices()] == [
        (NoticeSubject.TASK, cycle_of(due_on)) for due_on in (*(due_on for _name, due_on in STEPS), DUE)
    ]
    assert notices()[1].demand.startswith("该事项的年度节点“核定”时限为2026年3月6日，至今未完成。")


def test_a_milestone_that_was_done_or_that_the_due_date_comes_before_is_left_alone(cast: Cast) -> None:
    task = active(cast, now=EARLIER, milestones=(*STEPS, ("验收", date(2026, 4, 10)), ("总结", DUE)))
    done, ids = task.milestones[0], [step.id for step in task.milestones]
    act(complete_milestone, done, version=task.version, by=cast.actor("finance_head"))
    new: dict[str, Any] = {"new_due_on": date(2026, 4, 10), "basis": "办公室会议", "version": again(task).version}
    act(adjust_time, again(task), by=cast.actor("leader"), **new)
    assert urge(cast, "milestone", *ids) == 1
    assert draft(cast, "milestone", *ids) == 1
    assert notices()[0].cycle == cycle_of(date(2026, 3, 6))


def test_a_notice_about_a_milestone_falls_away_with_it_and_stands_while_the_due_date_moves(cast: Cast) -> None:
    task = active(cast, now=EARLIER, milestones=STEPS)
    first, second = task.milestones
    assert draft(cast, "milestone", first.id, second.id) == 2
    new: dict[str, Any] = {"new_due_on": date(2026, 5, 29), "basis": "办公室会议", "version": again(task).version}
    act(adjust_time, again(task), by=cast.actor("leader"), **new)
    assert [policy.fell_away(one) for one in notices()] == [None, None]
    act(complete_milestone, first, version=again(task).version, by=cast.actor("finance_head"))
    assert [(one.state, one.fell_away) for one in notices()] == [
        (NoticeState.DISCARDED, FellAway.COMPLETED),
        (NoticeState.DRAFT, None),
    ]
    with write_transaction():
        again(task).milestones[1].due_on = date(2026, 3, 9)
    assert policy.fell_away(notices()[1]) is FellAway.RESCHEDULED


def test_a_new_date_of_a_part_begins_anew_and_overtakes_the_first_notice(cast: Cast) -> None:
    task = active(cast, parts=("construction",))
    [part] = again(task).parts
    assert draft(cast, "part", part.id) == 1
    assert policy.fell_away(notices()[0]) is None
    with write_transaction():
        [part] = again(task).parts
        part.due_on = date(2026, 4, 30)
    assert draft(cast, "part", part.id, now=day("2026-05-20")) == 1
    assert [policy.fell_away(one) for one in notices()] == [FellAway.RESCHEDULED, None]


def test_nothing_is_drafted_about_what_is_done_or_awaits_a_decision(cast: Cast) -> None:
    done, waiting, running = completed(cast), active(cast), active(cast)
    said: dict[str, Any] = {"reason": "资料未到", "new_due_on": date(2026, 5, 8), "by": cast.actor("finance_head")}
    act(ask_extension, waiting, **said)
    assert draft(cast, "task", done.id, waiting.id, running.id) == 1
    assert [one.task_id for one in notices()] == [running.id]
    assert draft(cast, "task") == 0


@pytest.mark.parametrize("count", [1201])
def test_thousands_are_drafted_in_few_statements(cast: Cast, count: int) -> None:
    task = active(cast)
    with write_transaction() as session:
        columns = [column for column in Task.__table__.c if column.name != "id"]
        copies = sa.select(*columns).where(Task.id == task.id).subquery()
        numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
        numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < count - 1))
        rows = sa.select(*copies.c).select_from(copies.join(numbers, sa.true()))
        session.execute(sa.insert(Task).from_select([column.name for column in columns], rows))
    ids = list(db.session.scalars(sa.select(Task.id)))
    assert len(ids) == count
    statements: list[str] = []
    listener = lambda *said: statements.append(said[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", listener)
    try:
        assert draft(cast, "task", *ids) == count
        assert urge(cast, "task", *ids) == count
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", listener)
    assert len(statements) < 60
