"""Asking for an adjustment instead of signing: once, within the limit; the director decides, then it stands."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.cast import NOW, Cast
from tests.tasks.stories import DUE, a_file, act, acts_of, crossings, day, inbox, issued, refuses
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.tasks import commands
from tracker.tasks.commands import PaperRoad
from tracker.tasks.models import Adjustment, Crossing, Task
from tracker.tasks.rules import AdjustmentKind, RequestState, TaskState

DUTY, TIME, STANDARD = AdjustmentKind.DUTY, AdjustmentKind.TIME, AdjustmentKind.STANDARD
LATER = date(2026, 5, 29)


def _ask(cast: Cast, task: Task, kind: AdjustmentKind = TIME, **said: Any) -> Adjustment:
    said.setdefault("new_due_on", LATER if kind is TIME else None)
    said.setdefault("by", cast.actor("finance_head"))
    return act(commands.ask_adjustment, task, kind=kind, reason="与职能不符。", **said)


def test_head_and_deputy_ask_and_the_director_hears_of_it(cast: Cast) -> None:
    task = issued(cast)
    for name in ("finance_liaison", "town_head", "office_clerk"):
        with refuses(NotAllowed):
            commands.ask_adjustment(
                task, kind=STANDARD, reason="过高。", version=task.version, by=cast.actor(name), now=NOW
            )
    adjustment = _ask(cast, task, by=cast.actor("finance_deputy"))
    assert (adjustment.state, adjustment.decide_by, adjustment.new_due_on) == ("pending", date(2026, 3, 20), LATER)
    assert inbox(cast, "office_director")[-1] == "task.adjustment_asked"
    assert acts_of(task)[-1] == "task.ask_adjustment"


def test_what_the_office_hosts_itself_is_put_to_the_leaders(cast: Cast) -> None:
    task = issued(cast, lead="education")
    act(commands.ask_adjustment, task, kind=STANDARD, reason="过高。", by=cast.actor("education_head"))
    assert inbox(cast, "leader") == ["task.adjustment_asked"]
    assert "task.adjustment_asked" not in inbox(cast, "office_director")


def test_reason_and_date_are_needed(cast: Cast) -> None:
    task, head = issued(cast), cast.actor("finance_head")
    with refuses(Invalid, "reason"):
        commands.ask_adjustment(task, kind=DUTY, reason="", version=task.version, by=head, now=NOW)
    for new_due_on in (None, date(2026, 3, 17), date(2101, 1, 1)):
        with refuses(Invalid, "new_due_on"):
            commands.ask_adjustment(
                task, kind=TIME, reason="太紧。", new_due_on=new_due_on, version=task.version, by=head, now=NOW
            )
    assert _ask(cast, task, DUTY, new_due_on=LATER).new_due_on is None


def test_a_continuous_task_has_no_date_to_adjust(cast: Cast) -> None:
    task = issued(cast, due_on=None, continuous=True)
    with refuses(Invalid, "kind"):
        commands.ask_adjustment(
            task,
            kind=TIME,
            reason="太紧。",
            new_due_on=LATER,
            version=task.version,
            by=cast.actor("finance_head"),
            now=NOW,
        )
    assert _ask(cast, task, STANDARD).state is RequestState.PENDING


def test_it_is_asked_within_the_limit_for_signing_and_once(cast: Cast) -> None:
    on_time, too_late = issued(cast), issued(cast)
    with refuses(Stale):
        _ask(cast, too_late, DUTY, now=day("2026-03-24"))
    adjustment = _ask(cast, on_time, DUTY, now=day("2026-03-23"))
    act(commands.decide_adjustment, adjustment, approve=False, remark="职责相符。", by=cast.actor("office_director"))
    with refuses(Stale):
        _ask(cast, on_time, STANDARD)
    assert on_time.state is TaskState.ISSUED


def test_what_has_been_signed_for_is_not_adjusted(cast: Cast) -> None:
    task = issued(cast)
    act(commands.accept_task, task, by=cast.actor("finance_head"))
    with refuses(Stale):
        _ask(cast, task, DUTY)


def test_while_it_waits_nobody_signs(cast: Cast) -> None:
    task = issued(cast)
    adjustment = _ask(cast, task)
    with refuses(Stale):
        commands.accept_task(task, version=task.version, by=cast.actor("finance_head"), now=NOW)
    act(commands.decide_adjustment, adjustment, approve=False, remark="维持。", by=cast.actor("leader"))
    act(commands.accept_task, task, by=cast.actor("finance_head"))
    assert task.state is TaskState.ACTIVE


def test_director_and_leaders_decide_and_a_refusal_says_why(cast: Cast) -> None:
    task = issued(cast)
    adjustment = _ask(cast, task)
    said: dict[str, Any] = {"approve": False, "remark": "维持原定时限。", "version": adjustment.version, "now": NOW}
    for name in ("office_clerk", "supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.decide_adjustment(adjustment, **said, by=cast.actor(name))
    with refuses(Invalid, "remark"):
        commands.decide_adjustment(adjustment, **{**said, "remark": ""}, by=cast.actor("office_director"))
    act(commands.decide_adjustment, adjustment, **said | {"by": cast.actor("office_director")})
    assert (adjustment.state, task.due_on, task.extension_pending) == (RequestState.REFUSED, DUE, False)
    assert inbox(cast, "finance_head")[-1] == "task.adjustment_decided"
    with refuses(Stale):
        commands.decide_adjustment(adjustment, **said, by=cast.actor("leader"))


def test_another_date_is_granted_and_the_first_is_kept(cast: Cast) -> None:
    task = issued(cast)
    adjustment = _ask(cast, task)
    act(commands.decide_adjustment, adjustment, approve=True, remark="", by=cast.actor("office_director"))
    assert (task.due_on, task.first_due_on, task.cycle) == (LATER, DUE, 2)
    assert task.accept_by == date(2026, 3, 23)
    other = issued(cast)
    act(
        commands.decide_adjustment,
        _ask(cast, other),
        approve=True,
        remark="",
        new_due_on=date(2026, 5, 8),
        by=cast.actor("office_director"),
    )
    assert other.due_on == date(2026, 5, 8)


def test_another_standard_is_granted(cast: Cast) -> None:
    task = issued(cast, standard="全部完成")
    adjustment = _ask(cast, task, STANDARD)
    with refuses(Invalid, "new_standard"):
        commands.decide_adjustment(
            adjustment, approve=True, remark="", version=1, by=cast.actor("office_director"), now=NOW
        )
    act(
        commands.decide_adjustment,
        adjustment,
        approve=True,
        remark="",
        new_standard="完成九成",
        by=cast.actor("office_director"),
    )
    assert task.standard == "完成九成"
    entry = history("task", task.id)[-1]
    assert (entry.old["standard"], entry.new["standard"]) == ("全部完成", "完成九成")


def test_another_unit_leads_if_it_takes_no_part_yet_and_somebody_could_verify(cast: Cast) -> None:
    task = issued(cast, parts=("construction", "government", "government_office", "supervision"))
    adjustment = _ask(cast, task, DUTY)
    said: dict[str, Any] = {
        "approve": True,
        "remark": "",
        "version": 1,
        "by": cast.actor("office_director"),
        "now": NOW,
    }
    for unit in (None, "finance", "construction", "d2_finance", "education"):
        with refuses(Invalid, "new_lead_unit_id"):
            commands.decide_adjustment(
                adjustment, new_lead_unit_id=None if unit is None else cast.unit_ids[unit], **said
            )
    act(
        commands.decide_adjustment,
        adjustment,
        new_lead_unit_id=cast.unit_ids["town"],
        approve=True,
        remark="",
        by=cast.actor("office_director"),
    )
    assert (task.lead_unit_id, task.owner_id) == (cast.unit_ids["town"], None)
    assert inbox(cast, "town_head") == ["task.issued"]
    assert inbox(cast, "finance_head")[-1] == "task.adjustment_decided"
    act(commands.accept_task, task, by=cast.actor("town_head"))


def test_nobody_decides_for_their_own_unit_and_the_paper_road_is_no_way_around(cast: Cast) -> None:
    task = issued(cast, lead="education")
    adjustment = act(commands.ask_adjustment, task, kind=STANDARD, reason="过高。", by=cast.actor("education_head"))
    said: dict[str, Any] = {"approve": False, "remark": "维持。", "version": 1, "now": NOW}
    paper = PaperRoad(cast.actor("leader"), a_file().sha256)
    with refuses(NotAllowed):
        commands.decide_adjustment(adjustment, **said, by=cast.actor("office_director"))
    with refuses(NotAllowed):
        commands.decide_adjustment(adjustment, **said, by=cast.actor("office_clerk"), paper=paper)
    with refuses(NotAllowed):
        own = PaperRoad(cast.actor("office_director"))
        commands.decide_adjustment(adjustment, **said, by=cast.actor("office_secondee"), paper=own)
    act(
        commands.decide_adjustment,
        adjustment,
        approve=False,
        remark="维持。",
        by=cast.actor("office_secondee"),
        paper=paper,
    )
    assert adjustment.decided_by_id == cast.person_ids["leader"]
    assert adjustment.recorded_by_id == cast.person_ids["office_secondee"]
    entry = history("task", task.id)[-1]
    assert (entry.new["signed_as"], entry.new["paper"]) == ("优质均衡领导小组组长", paper.sha256)


def test_who_asked_for_a_change_does_not_decide_it_whatever_post_they_hold_by_then(cast: Cast) -> None:
    adjustment = _ask(cast, issued(cast), STANDARD)
    with write_transaction():
        adjustment.asked_by_id = cast.person_ids["leader"]
    said: dict[str, Any] = {"approve": False, "remark": "维持。", "version": 1, "now": NOW}
    with refuses(NotAllowed):
        commands.decide_adjustment(adjustment, **said, by=cast.actor("leader"))
    values = {"state": "refused", "decided_by_id": cast.person_ids["leader"]}
    with pytest.raises(IntegrityError):
        db.session.execute(sa.update(Adjustment).values(**values))
    db.session.rollback()
    act(commands.decide_adjustment, adjustment, approve=False, remark="维持。", by=cast.actor("office_director"))
    assert adjustment.decided_by_id == cast.person_ids["office_director"]


def test_a_request_that_waits_makes_nobody_late(cast: Cast) -> None:
    task = issued(cast, due_on=date(2026, 3, 19))
    adjustment = _ask(cast, task, STANDARD)
    assert act(commands.record_crossings, cast.group(), now=day("2026-03-24")) == 0
    act(
        commands.decide_adjustment,
        adjustment,
        approve=False,
        remark="维持。",
        by=cast.actor("office_director"),
        now=day("2026-03-24"),
    )
    assert (task.due_on, task.first_due_on) == (date(2026, 3, 25), date(2026, 3, 19))
    assert act(commands.record_crossings, cast.group(), now=day("2026-03-25")) == 0
    assert act(commands.record_crossings, cast.group(), now=day("2026-03-26")) == 1
    assert crossings(task) == [("task", date(2026, 3, 25))]


def test_who_decides_late_may_set_the_date(cast: Cast) -> None:
    task = issued(cast, due_on=date(2026, 3, 19))
    adjustment = _ask(cast, task, DUTY)
    act(
        commands.decide_adjustment,
        adjustment,
        approve=True,
        remark="",
        new_lead_unit_id=cast.unit_ids["town"],
        new_due_on=date(2026, 4, 3),
        by=cast.actor("office_director"),
        now=day("2026-03-24"),
    )
    assert task.due_on == date(2026, 4, 3)


def test_a_deadline_that_passed_before_anything_was_asked_stays_passed(cast: Cast) -> None:
    task = issued(cast, due_on=date(2026, 3, 19))
    late = day("2026-03-20")
    adjustment = _ask(cast, task, now=late)
    assert not task.extension_pending
    act(commands.decide_adjustment, adjustment, approve=True, remark="", by=cast.actor("office_director"), now=late)
    assert (task.due_on, crossings(task)) == (LATER, [("task", date(2026, 3, 19))])


def test_who_leads_anew_does_not_begin_late_and_the_crossing_stays_with_who_led(cast: Cast) -> None:
    task = issued(cast, due_on=date(2026, 3, 19))
    late = day("2026-03-20")
    adjustment = _ask(cast, task, DUTY, now=late)
    act(
        commands.decide_adjustment,
        adjustment,
        approve=True,
        remark="",
        new_lead_unit_id=cast.unit_ids["town"],
        by=cast.actor("office_director"),
        now=late,
    )
    assert task.due_on == date(2026, 3, 23)
    assert db.session.scalars(sa.select(Crossing.unit_id)).all() == [cast.unit_ids["finance"]]
    assert act(commands.record_crossings, cast.group(), now=day("2026-03-23")) == 0
