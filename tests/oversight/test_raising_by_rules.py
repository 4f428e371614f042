"""The sweep looks at a group by every rule: each finding once, and tuning a rule re-raises nothing."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.cast import NOW, TODAY, Cast
from tests.oversight.flag_stories import LATE, WAS_DUE, decided, flags_of, fresh, late, look, raise_on, tell
from tests.tasks.stories import DUE, act, active, again, day, inbox, refuses, submit
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.oversight import commands
from tracker.oversight.models import Flag
from tracker.oversight.rules import DecisionKind, DirectionKind, FlagColour, FlagRule, FlagState, FlagSubject
from tracker.tasks import commands as tasks
from tracker.tasks.commands import record_crossings
from tracker.tasks.models import Extension, Task


def returned_again(cast: Cast, task: Task, *, now: datetime = NOW) -> None:
    """Handed in, and returned."""
    submit(cast, again(task), now=now)
    act(tasks.return_for_rework, again(task), remark="缺少台账。", by=cast.actor("supervisor"), now=now)


def tune(cast: Cast, rule: FlagRule, *, enabled: bool = True, threshold: int = 2, now: datetime = NOW) -> bool:
    """The office director sets a rule."""
    with write_transaction():
        by = cast.actor("office_director")
        return commands.set_flag_rule(cast.group(), rule, enabled=enabled, threshold=threshold, by=by, now=now)


def cross(cast: Cast, *, now: datetime) -> None:
    """What the sweep does first."""
    with write_transaction():
        record_crossings(cast.group(), now=now)


def test_returned_twice_is_flagged_once(cast: Cast) -> None:
    task = active(cast, now=LATE)
    returned_again(cast, task)
    assert look(cast) == 0
    returned_again(cast, task)
    assert look(cast) == 1
    [flag] = flags_of(task)
    assert (flag.rule, flag.colour, flag.due_on, flag.rung) == (FlagRule.RETURNED, FlagColour.YELLOW, DUE, None)
    assert [fact["on"] for fact in flag.evidence["rests_on"]] == [TODAY.isoformat()] * 2
    assert flag.evidence["returns"] == 2
    assert inbox(cast, "finance_head").count("flag.yellow") == 1
    returned_again(cast, task)
    assert look(cast) == 0


def test_more_than_two_extensions_are_flagged(cast: Cast) -> None:
    task = active(cast, now=LATE)
    for number, new in enumerate((date(2026, 5, 15), date(2026, 6, 15), date(2026, 7, 15)), 1):
        extension: Extension = act(
            tasks.ask_extension, again(task), reason="材料未齐。", new_due_on=new, by=cast.actor("finance_head")
        )
        assert look(cast) == 0
        act(tasks.decide_extension, extension, approve=True, by=cast.actor("leader"))
        assert look(cast) == (1 if number == 3 else 0)
    [flag] = flags_of(task)
    assert (flag.rule, flag.due_on) == (FlagRule.EXTENDED, date(2026, 7, 15))


def test_a_date_to_make_good_by_that_passes_is_flagged(cast: Cast) -> None:
    task = late(cast)
    with write_transaction():
        row = db.session.get_one(Task, task.id)
        supervisor = cast.actor("supervisor")
        commands.direct(
            row,
            kind=DirectionKind.RECTIFY,
            text="限期整改。",
            new_due_on=date(2026, 3, 20),
            version=row.version,
            by=supervisor,
            now=NOW,
        )
    cross(cast, now=day("2026-03-20"))
    assert look(cast, now=day("2026-03-20")) == 0
    cross(cast, now=day("2026-03-23"))
    assert look(cast, now=day("2026-03-23")) == 1
    [flag] = flags_of(task)
    assert (flag.rule, flag.due_on, flag.evidence["late_days"]) == (FlagRule.RECTIFICATION, date(2026, 3, 20), 1)
    assert look(cast, now=day("2026-03-24")) == 0


def test_an_ordinary_late_task_is_left_to_the_ladder(cast: Cast) -> None:
    task = late(cast)
    cross(cast, now=NOW)
    assert look(cast) == 0
    assert raise_on(cast, task.id) == 1


def test_two_yellow_warnings_make_a_red_one(cast: Cast) -> None:
    task = late(cast)
    raise_on(cast, task.id)
    assert look(cast) == 0
    with write_transaction():
        row = db.session.get_one(Task, task.id)
        row.due_on = row.sort_on = date(2026, 3, 20)
    raise_on(cast, task.id, now=day("2026-03-26"))
    assert look(cast, now=day("2026-03-26")) == 1
    yellow, later, red = flags_of(task)
    assert (red.rule, red.colour, red.due_on) == (FlagRule.TWO_YELLOWS, FlagColour.RED, date(2026, 3, 20))
    assert [fact["ref"] for fact in red.evidence["rests_on"]] == [yellow.id, later.id]
    assert look(cast, now=day("2026-03-27")) == 0


@pytest.mark.parametrize("fate", ["withdrawn", "no action"])
def test_a_yellow_warning_that_was_wrong_or_excused_does_not_count(cast: Cast, fate: str) -> None:
    if fate == "withdrawn":
        task = late(cast)
        raise_on(cast, task.id)
        act(commands.withdraw_flag, flags_of(task)[0], reason="有误。", by=cast.actor("supervisor"))
    else:
        task = decided(cast, DecisionKind.NO_ACTION).task
    with write_transaction():
        row = db.session.get_one(Task, task.id)
        row.due_on = row.sort_on = date(2026, 3, 20)
    raise_on(cast, task.id, now=day("2026-03-26"))
    assert look(cast, now=day("2026-03-26")) == 0


def test_tuning_a_rule_re_raises_nothing(cast: Cast) -> None:
    task, other = active(cast, now=LATE), active(cast, now=LATE)
    for _ in range(2):
        returned_again(cast, task)
    returned_again(cast, other)
    assert look(cast) == 1
    kept = fresh(flags_of(task)[0]).evidence
    assert tune(cast, FlagRule.RETURNED, threshold=1, now=day("2026-03-19"))
    assert look(cast, now=day("2026-03-19")) == 0
    assert fresh(flags_of(task)[0]).evidence == kept
    later = active(cast, now=LATE)
    returned_again(cast, later, now=day("2026-03-19"))
    assert look(cast, now=day("2026-03-19")) == 1
    assert flags_of(later)[0].evidence["threshold"] == 1


def test_of_what_is_looked_at_chunk_by_chunk_each_is_looked_at_by_itself(cast: Cast) -> None:
    kind, group_id = FlagSubject.TASK, cast.group_ids["g1"]
    returned = [active(cast, now=LATE) for _ in range(2)]
    for task in returned:
        returned_again(cast, task)
        returned_again(cast, task)
    yellow = late(cast)
    raise_on(cast, yellow.id)
    with write_transaction():
        row = db.session.get_one(Task, yellow.id)
        row.due_on = row.sort_on = date(2026, 3, 20)
    raise_on(cast, yellow.id, now=day("2026-03-26"))
    for rule, ids in ((FlagRule.RETURNED, [task.id for task in returned]), (FlagRule.TWO_YELLOWS, [yellow.id])):
        assert commands.to_look_at(group_id, rule, kind) == ids
        for some, flags in ([], 0), (ids[:1], 1), (ids, len(ids) - 1):
            with write_transaction():
                assert commands.raise_flags_by_rule(group_id, rule, kind, some, now=day("2026-03-26")) == flags


def test_a_rule_that_is_switched_off_raises_nothing(cast: Cast) -> None:
    task, by_ladder, passed = active(cast, now=LATE), late(cast, due_on=date(2026, 3, 13)), late(cast)
    for _ in range(2):
        returned_again(cast, task)
    for rule in (FlagRule.RETURNED, FlagRule.OVERDUE_YELLOW):
        assert tune(cast, rule, enabled=False)
        assert not tune(cast, rule, enabled=False)
    assert (look(cast), raise_on(cast, by_ladder.id, passed.id)) == (0, 0)
    assert tune(cast, FlagRule.OVERDUE_YELLOW)
    assert raise_on(cast, passed.id) == 0, "it passed the rung while the rule was off"
    assert raise_on(cast, by_ladder.id) == 1


def test_a_threshold_has_its_bounds_and_rules_their_keepers(cast: Cast) -> None:
    said: dict[str, Any] = {"enabled": True, "threshold": 3, "now": NOW}
    for threshold in (0, 10):
        with refuses(Invalid, "threshold"):
            commands.set_flag_rule(
                cast.group(),
                FlagRule.RETURNED,
                **{**said, "threshold": threshold},
                by=cast.actor("office_director"),
            )
    for name in ("office_clerk", "supervisor", "finance_head", "g2_office_director"):
        with refuses(NotAllowed):
            commands.set_flag_rule(cast.group(), FlagRule.RETURNED, **said, by=cast.actor(name))
    assert tune(cast, FlagRule.RETURNED, threshold=3)
    assert not tune(cast, FlagRule.RETURNED, threshold=3)


def test_what_has_ended_is_not_flagged(cast: Cast) -> None:
    task = active(cast, now=LATE)
    for _ in range(2):
        returned_again(cast, task)
    submit(cast, again(task))
    assert look(cast) == 0
    act(tasks.return_for_rework, again(task), remark="缺少台账。", by=cast.actor("supervisor"))
    with write_transaction():
        cast.group().ended_on = TODAY
    assert look(cast) == 0
    with write_transaction():
        cast.group().ended_on = None
    assert look(cast) == 1


def test_a_unit_with_nobody_is_told_when_somebody_is_there(cast: Cast) -> None:
    task = late(cast)
    raise_on(cast, task.id)
    with write_transaction():
        row = db.session.get_one(Flag, flags_of(task)[0].id)
        row.state, row.notified_at, row.statement_by = FlagState.RAISED, None, None
        row.unit_id = cast.unit_ids["government_office"]
    assert (tell(cast), flags_of(task)[0].state) == (0, FlagState.RAISED)
    with write_transaction():
        db.session.get_one(Flag, flags_of(task)[0].id).unit_id = cast.unit_ids["finance"]
    assert tell(cast, now=day("2026-03-20")) == 1
    [flag] = flags_of(task)
    assert (flag.state, flag.notified_at, flag.statement_by) == (
        FlagState.AWAITING,
        day("2026-03-20"),
        date(2026, 3, 27),
    )
    assert flag.due_on == WAS_DUE
