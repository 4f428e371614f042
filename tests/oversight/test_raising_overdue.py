"""A rung of the ladder raises a flag: once, with its evidence, and the unit and the person are told at once."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, Cast
from tests.oversight.flag_stories import LATE, WAS_DUE, flags_of, late, raise_on
from tests.tasks.stories import DUE, act, active, again, day, inbox, submit, submitted, suspended
from tracker.kernel.db import db, write_transaction
from tracker.outbox.models import InboxItem
from tracker.oversight.models import FlagEvent
from tracker.oversight.rules import FlagColour, FlagMove, FlagRule, FlagState, FlagSubject
from tracker.tasks import commands as tasks
from tracker.tasks.models import Extension, Task


def test_a_rung_raises_a_flag_that_keeps_what_it_saw(cast: Cast) -> None:
    task = late(cast)
    assert raise_on(cast, task.id) == 1
    [flag] = flags_of(task)
    assert (flag.rule, flag.colour, flag.rung, flag.due_on) == (
        FlagRule.OVERDUE_YELLOW,
        FlagColour.YELLOW,
        3,
        WAS_DUE,
    )
    assert (flag.state, flag.statement_by) == (FlagState.AWAITING, date(2026, 3, 25))
    seen = {key: flag.evidence[key] for key in ("light", "late_days", "threshold", "rule_version", "title", "due_on")}
    assert seen == {
        "light": "red",
        "late_days": 8,
        "threshold": 3,
        "rule_version": 1,
        "title": task.title,
        "due_on": "2026-03-06",
    }
    moves = db.session.scalars(sa.select(FlagEvent.move).where(FlagEvent.flag_id == flag.id).order_by(FlagEvent.id))
    assert list(moves) == [FlagMove.RAISE, FlagMove.NOTIFY]


def test_unit_and_person_are_told_at_once_each_once(cast: Cast) -> None:
    task = late(cast)
    with write_transaction():
        task = db.session.get_one(Task, task.id)
        task.owner_id = cast.person_ids["finance_staff"]
    raise_on(cast, task.id, colour=FlagColour.RED, rung=8)
    for name in ("finance_head", "finance_deputy", "finance_liaison", "finance_staff"):
        assert inbox(cast, name).count("flag.red") == 1
    for name in ("construction_head", "supervisor", "outsider"):
        assert "flag.red" not in inbox(cast, name)
    item = db.session.scalars(sa.select(InboxItem).where(InboxItem.kind == "flag.red")).first()
    assert item is not None
    assert (item.urgency, item.channels, item.params["day"]) == (3, "mail,chat", "2026-03-25")


def test_the_same_rung_again_raises_nothing(cast: Cast) -> None:
    task = late(cast)
    assert raise_on(cast, task.id) == 1
    assert raise_on(cast, task.id, rung=1) == 0
    assert raise_on(cast, task.id, now=day("2026-03-20")) == 0
    assert raise_on(cast, task.id, colour=FlagColour.RED, rung=8) == 1
    assert [flag.colour for flag in flags_of(task)] == [FlagColour.YELLOW, FlagColour.RED]
    assert inbox(cast, "finance_head").count("flag.yellow") == 1


def test_a_rung_that_the_calendar_has_not_reached_raises_nothing(cast: Cast) -> None:
    task = late(cast)
    assert raise_on(cast, task.id, rung=9) == 0
    assert raise_on(cast, task.id, rung=8) == 1


@pytest.mark.parametrize("rung", [0, -1])
def test_no_rung_before_lateness_raises_a_flag(cast: Cast, rung: int) -> None:
    early = active(cast, now=LATE, due_on=DUE)
    assert raise_on(cast, early.id, rung=rung) == 0
    assert raise_on(cast, late(cast).id, rung=1) == 1


def test_what_is_not_late_or_no_longer_open_is_not_flagged(cast: Cast) -> None:
    early = active(cast, now=LATE, due_on=DUE)
    handed_in = submitted(cast, now=LATE, submitted_at=LATE, due_on=WAS_DUE)
    resting = suspended(cast, now=LATE, suspended_at=LATE, due_on=WAS_DUE)
    other = late(cast)
    assert raise_on(cast, early.id, handed_in.id, resting.id, other.id) == 1
    assert [len(flags_of(task)) for task in (early, handed_in, resting, other)] == [0, 0, 0, 1]


def test_an_extension_that_waits_keeps_flags_away(cast: Cast) -> None:
    task = active(cast, now=LATE, due_on=WAS_DUE, parts=("construction",))
    head = cast.actor("finance_head")
    act(tasks.ask_extension, task, reason="材料未齐。", new_due_on=DUE, by=head, now=day("2026-03-03"))
    task = again(task)
    assert raise_on(cast, task.id) == 0
    [extension] = db.session.scalars(sa.select(Extension).where(Extension.task_id == task.id))
    refuse: dict[str, Any] = {
        "approve": False,
        "remark": "请按期完成。",
        "by": cast.actor("office_secondee"),
        "now": day("2026-03-04"),
    }
    act(tasks.decide_extension, extension, **refuse)
    assert raise_on(cast, task.id) == 1


def test_nothing_due_before_the_group_used_the_product_is_flagged(cast: Cast) -> None:
    task, before = late(cast), late(cast)
    with write_transaction():
        again(before)
        cast.group().uses_from = date(2026, 3, 7)
    assert raise_on(cast, task.id, before.id) == 0
    with write_transaction():
        cast.group().uses_from = WAS_DUE
    assert raise_on(cast, task.id, before.id) == 2


def test_a_piece_handed_down_flags_neither_itself_nor_its_task(cast: Cast) -> None:
    task = active(cast, lead="education", now=LATE, due_on=DUE)
    piece = late(cast, lead="school_one")
    with write_transaction():
        db.session.get_one(Task, piece.id).parent_id = task.id
    assert raise_on(cast, task.id, piece.id) == 0
    with write_transaction():
        db.session.get_one(Task, piece.id).parent_id = None
    assert raise_on(cast, task.id, piece.id) == 1


def test_another_groups_task_is_not_flagged_by_this_one(cast: Cast) -> None:
    task = late(cast)
    assert raise_on(cast, task.id, group="g2") == 0
    assert raise_on(cast, task.id) == 1


def test_a_group_that_has_ended_raises_nothing(cast: Cast) -> None:
    task = late(cast)
    with write_transaction():
        cast.group().ended_on = TODAY
    assert raise_on(cast, task.id) == 0
    with write_transaction():
        cast.group().ended_on = None
    assert raise_on(cast, task.id) == 1


def test_a_cooperating_unit_is_flagged_for_its_own_part(cast: Cast) -> None:
    task = active(cast, now=LATE, due_on=DUE, parts=("construction",))
    [part] = task.parts
    with write_transaction():
        db.session.merge(part).due_on = WAS_DUE
    assert raise_on(cast, part.id, kind="part") == 1
    [flag] = flags_of(task)
    assert (flag.subject_kind, flag.part_id, flag.unit_id) == (
        FlagSubject.PART,
        part.id,
        cast.unit_ids["construction"],
    )
    assert flag.evidence["light"] == "red"
    assert "flag.yellow" in inbox(cast, "construction_head")
    assert "flag.yellow" not in inbox(cast, "finance_head")


def test_a_milestone_passed_undone_is_flagged_by_its_own_date_and_the_due_date_by_its(cast: Cast) -> None:
    task = active(cast, now=LATE, due_on=DUE, milestones=(("摸底", date(2026, 3, 3)), ("核定", WAS_DUE)))
    ids = [step.id for step in task.milestones]
    assert raise_on(cast, task.id) == 0
    assert [raise_on(cast, *ids, kind="milestone"), raise_on(cast, *ids, kind="milestone")] == [2, 0]
    assert raise_on(cast, *ids, kind="milestone", group="g2") == 0
    first, second = flags_of(task)
    assert (first.due_on, second.due_on) == (date(2026, 3, 3), WAS_DUE)
    assert (second.subject_kind, second.subject_id, second.part_id) == (FlagSubject.TASK, task.id, None)
    seen = {key: second.evidence[key] for key in ("milestone", "milestone_name", "light", "late_days", "first_due_on")}
    said = {"milestone": True, "milestone_name": "核定", "light": "yellow", "late_days": 8, "first_due_on": None}
    assert seen == said
    assert raise_on(cast, task.id, now=day("2026-04-28")) == 1
    assert (flags_of(task)[2].due_on, flags_of(task)[2].evidence["milestone"]) == (DUE, False)


def test_a_milestone_on_or_behind_a_due_date_that_was_moved_is_not_flagged_beside_it(cast: Cast) -> None:
    task = active(cast, now=LATE, due_on=DUE, milestones=(("核定", WAS_DUE), ("验收", date(2026, 3, 9))))
    with write_transaction():
        row = again(task)
        row.due_on = row.sort_on = WAS_DUE
    ids = [step.id for step in task.milestones]
    assert [raise_on(cast, *ids, kind="milestone"), raise_on(cast, task.id)] == [0, 1]


def test_handing_in_late_stops_the_next_rung(cast: Cast) -> None:
    task = late(cast)
    assert raise_on(cast, task.id) == 1
    submit(cast, again(task), now=NOW)
    assert raise_on(cast, task.id, colour=FlagColour.RED, rung=8) == 0
