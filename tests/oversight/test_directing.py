"""Directions at the review desk: explain, make good by a date, or a note; by whoever may judge the task."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.cast import NOW, Cast
from tests.tasks.stories import act, active, acts_of, again, completed, crossings, day, inbox, refuses
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.oversight import commands, policy, queries
from tracker.oversight.models import Direction
from tracker.oversight.rules import DirectionKind
from tracker.tasks.models import Task

LATE = day("2026-02-02")
"""When the late tasks of these tests went out."""
WAS_DUE = date(2026, 3, 6)
NEW_DATE = date(2026, 4, 3)


def late(cast: Cast, **said: Any) -> Task:
    """A task that is overdue now."""
    return active(cast, now=LATE, due_on=WAS_DUE, **said)


def direct(cast: Cast, task: Task, kind: DirectionKind, *, by: str = "supervisor", **said: Any) -> Direction:
    """Say at the review desk what is asked."""
    words: dict[str, Any] = {"text": "请说明原因。", **said}
    return act(commands.direct, task, kind=kind, by=cast.actor(by), **words)


@pytest.mark.parametrize("name", ["supervisor", "leader", "deputy_leader"])
def test_supervisors_and_leaders_ask_for_an_explanation(cast: Cast, name: str) -> None:
    task = late(cast)
    made = direct(cast, task, DirectionKind.EXPLAIN, by=name)
    assert (made.kind, made.by_id, made.new_due_on) == (DirectionKind.EXPLAIN, cast.person_ids[name], None)
    assert acts_of(task)[-1] == "task.ask_explanation"
    assert "task.direct_explain" in inbox(cast, "finance_head")


@pytest.mark.parametrize("name", ["office_clerk", "office_director", "finance_head", "outsider", "g2_supervisor"])
def test_nobody_else_directs(cast: Cast, name: str) -> None:
    task = late(cast)
    with refuses(NotAllowed):
        commands.direct(task, kind=DirectionKind.NOTE, text="备注", version=task.version, by=cast.actor(name), now=NOW)
    assert direct(cast, task, DirectionKind.NOTE).id


def test_who_is_involved_in_a_task_does_not_direct_it(cast: Cast) -> None:
    """The deputy leader's own government leads no task here; the supervisor's hosted institution is not barred."""
    task = active(cast, lead="education", now=LATE, due_on=WAS_DUE)
    assert direct(cast, task, DirectionKind.NOTE, by="supervisor").id
    own = active(cast, lead="finance", now=LATE, due_on=WAS_DUE, parts=("government",))
    with refuses(NotAllowed):
        commands.direct(
            own, kind=DirectionKind.NOTE, text="备注", version=own.version, by=cast.actor("leader"), now=NOW
        )


def test_making_good_by_a_date_moves_the_date_and_keeps_what_passed(cast: Cast) -> None:
    task = late(cast)
    made = direct(cast, task, DirectionKind.RECTIFY, new_due_on=NEW_DATE)
    task = again(task)
    assert (made.new_due_on, task.due_on, task.first_due_on) == (NEW_DATE, NEW_DATE, WAS_DUE)
    assert crossings(task) == [("task", WAS_DUE)]
    assert acts_of(task)[-1] == "task.rectify"
    assert "task.direct_rectify" in inbox(cast, "finance_liaison")


@pytest.mark.parametrize("new_due_on", [None, date(2026, 3, 17), date(2101, 1, 1)])
def test_making_good_needs_a_date_ahead(cast: Cast, new_due_on: date | None) -> None:
    task = late(cast)
    with refuses(Invalid, "new_due_on"):
        commands.direct(
            task,
            kind=DirectionKind.RECTIFY,
            text="请整改。",
            new_due_on=new_due_on,
            version=task.version,
            by=cast.actor("supervisor"),
            now=NOW,
        )
    assert direct(cast, task, DirectionKind.RECTIFY, new_due_on=NEW_DATE).new_due_on == NEW_DATE


def test_a_note_is_kept_and_told_to_nobody(cast: Cast) -> None:
    task = late(cast)
    before = inbox(cast, "finance_head")
    made = direct(cast, task, DirectionKind.NOTE, text="已面谈。", new_due_on=NEW_DATE)
    assert (made.text, made.new_due_on) == ("已面谈。", None)
    assert again(task).due_on == WAS_DUE
    assert inbox(cast, "finance_head") == before
    assert acts_of(task)[-1] == "task.note"


def test_a_direction_says_something(cast: Cast) -> None:
    task = late(cast)
    with refuses(Invalid, "text"):
        commands.direct(
            task, kind=DirectionKind.EXPLAIN, text=" ", version=task.version, by=cast.actor("leader"), now=NOW
        )
    assert direct(cast, task, DirectionKind.EXPLAIN, by="leader").id


@pytest.mark.parametrize("at", [NOW, day("2026-03-19")])
def test_a_stale_form_directs_nothing(cast: Cast, at: datetime) -> None:
    task = late(cast)
    seen = task.version
    direct(cast, task, DirectionKind.NOTE)
    with refuses(Stale):
        commands.direct(task, kind=DirectionKind.NOTE, text="备注", version=seen, by=cast.actor("supervisor"), now=at)
    assert direct(cast, again(task), DirectionKind.NOTE, now=at).id


def test_only_work_under_way_is_directed(cast: Cast) -> None:
    done, running = completed(cast), late(cast)
    with refuses(Stale):
        commands.direct(
            done, kind=DirectionKind.NOTE, text="备注", version=done.version, by=cast.actor("leader"), now=NOW
        )
    supervisor = cast.actor("supervisor")
    assert not policy.may_direct_now(supervisor, done)
    assert policy.may_direct_now(supervisor, running)
    assert not policy.may_direct_now(cast.actor("office_clerk"), running)


def test_the_record_of_a_task_is_newest_first(cast: Cast) -> None:
    task = late(cast)
    for text, at in (("一", NOW), ("二", day("2026-03-19"))):
        direct(cast, again(task), DirectionKind.NOTE, text=text, now=at)
    act(commands.urge_unit, task, unit_id=cast.unit_ids["finance"], sentence="请办。", by=cast.actor("leader"))
    record = queries.records_of([task.id])[task.id]
    assert [direction.text for direction in record.directions] == ["二", "一"]
    assert [urge.sentence for urge in record.urges] == ["请办。"]


def test_the_review_desk_is_for_whoever_watches_over_the_group(cast: Cast) -> None:
    g1 = cast.group_ids["g1"]
    allowed = {name for name in cast.person_ids if policy.may_review(cast.actor(name), g1)}
    assert allowed == {
        "leader",
        "deputy_leader",
        "office_director",
        "office_clerk",
        "office_secondee",
        "supervisor",
    }
