"""A dry run says what the rules would have raised since a day; it reads history and writes nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.desk.pages import text_of
from tests.oversight.flag_stories import LATE, WAS_DUE, late, look, raise_on
from tests.oversight.test_raising_by_rules import cross, returned_again
from tests.tasks.stories import DUE, act, active, again, day, everything, submit
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.oversight import commands, queries
from tracker.oversight.models import AccountabilitySetting, Flag
from tracker.oversight.rules import DirectionKind, FlagRule
from tracker.reminders.commands import change_ladder
from tracker.reminders.rules import Audience, Effect, LadderKind, Rung
from tracker.reminders.sweep import sweep
from tracker.tasks.commands import ask_extension, decide_extension, return_for_rework
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.rules import PartState

JANUARY = date(2026, 1, 1)


def trials(
    cast: Cast, *, since: date = JANUARY, today: date = TODAY, **tuned: int
) -> list[tuple[str, date, date, bool]]:
    """What would have been raised: rule, due date, day, and whether it was."""
    settings = {
        rule: replace(setting, threshold=tuned.get(rule.value, setting.threshold))
        for rule, setting in queries.rule_settings(cast.group_ids["g1"]).items()
    }
    found = queries.dry_run(cast.group(), settings, since=since, today=today)
    return [(one.rule.value, one.due_on, one.on, one.raised) for one in found]


def test_a_late_task_would_have_been_flagged_on_the_day_of_its_rung(cast: Cast) -> None:
    task = late(cast)
    cross(cast, now=NOW)
    assert trials(cast) == [("overdue_yellow", WAS_DUE, date(2026, 3, 11), False)]
    assert trials(cast, overdue_red=8)[-1] == ("overdue_red", WAS_DUE, date(2026, 3, 18), False)
    assert trials(cast, overdue_yellow=9) == []
    raise_on(cast, task.id)
    assert trials(cast) == [("overdue_yellow", WAS_DUE, date(2026, 3, 11), True)]


def test_it_ends_when_the_task_was_handed_in(cast: Cast) -> None:
    task = late(cast)
    submit(cast, again(task), now=day("2026-03-10"))
    assert trials(cast) == []
    other = late(cast)
    submit(cast, again(other), now=day("2026-03-11"))
    assert trials(cast) == [("overdue_yellow", WAS_DUE, date(2026, 3, 11), False)]


def test_parts_count_until_they_were_done(cast: Cast) -> None:
    task = active(cast, now=LATE, due_on=DUE, parts=("construction",))
    with write_transaction():
        part = db.session.get_one(TaskPart, task.parts[0].id)
        part.due_on = WAS_DUE
    cross(cast, now=NOW)
    assert [row[:2] for row in trials(cast)] == [("overdue_yellow", WAS_DUE)]
    with write_transaction():
        part = db.session.get_one(TaskPart, task.parts[0].id)
        part.state, part.done_at = PartState.DONE, day("2026-03-10")
    assert trials(cast) == []


def test_what_lies_before_the_day_or_before_the_group_used_the_product_does_not_count(cast: Cast) -> None:
    late(cast)
    cross(cast, now=NOW)
    assert trials(cast, since=date(2026, 3, 11))
    assert trials(cast, since=date(2026, 3, 12)) == []
    with write_transaction():
        cast.group().uses_from = date(2026, 3, 7)
    assert trials(cast) == []


def test_returns_and_two_yellows_are_laid_together(cast: Cast) -> None:
    task = late(cast)
    for new in (date(2026, 3, 25), date(2026, 3, 27)):
        submit(cast, again(task))
        said: dict[str, Any] = {"remark": "缺少台账。", "new_due_on": new, "by": cast.actor("supervisor")}
        act(return_for_rework, again(task), **said)
    rules = [row[0] for row in trials(cast)]
    assert rules == ["overdue_yellow", "returned", "two_yellows"]
    assert [row[0] for row in trials(cast, returned=3)] == ["overdue_yellow"]


def raised(cast: Cast) -> list[tuple[str, date, date, bool]]:
    """What was really raised, as a dry run says it."""
    flags = db.session.scalars(sa.select(Flag).where(Flag.group_id == cast.group_ids["g1"]))
    return sorted((flag.rule.value, flag.due_on, local_date(flag.raised_at), True) for flag in flags)


def test_a_dry_run_finds_what_was_really_raised_over_the_same_days(cast: Cast) -> None:
    """One task missed its due date and every date to make good by; two others were returned and extended often."""
    start, last = day("2026-01-05"), date(2026, 2, 16)
    missed = active(cast, now=start, due_on=date(2026, 1, 9))
    sent_back, moved = (active(cast, now=start, due_on=date(2026, 1, 30)) for _ in range(2))
    acts: dict[date, Callable[[datetime], None]] = {}
    for on, until in (("01-16", "01-23"), ("01-30", "02-04"), ("02-10", "02-13")):
        acts[date.fromisoformat(f"2026-{on}")] = partial(make_good, cast, missed, date.fromisoformat(f"2026-{until}"))
    for on in ("01-14", "01-20", "01-26"):
        acts[date.fromisoformat(f"2026-{on}")] = partial(send_back, cast, sent_back)
    for on, until in (("01-15", "02-10"), ("01-21", "02-20"), ("01-27", "02-26")):
        acts[date.fromisoformat(f"2026-{on}")] = partial(extend, cast, moved, date.fromisoformat(f"2026-{until}"))
    for today in (date(2026, 1, 13) + timedelta(days=n) for n in range((last - date(2026, 1, 13)).days + 1)):
        if today in acts:
            acts[today](day(today.isoformat()))
        sweep(now=day(today.isoformat(), 17), pause=lambda _seconds: None)
    really = raised(cast)
    rules = Counter(row[0] for row in really)
    assert (rules["rectification"], rules["two_yellows"], rules["returned"], rules["extended"]) == (3, 3, 1, 1)
    assert sorted(trials(cast, today=last)) == really


def make_good(cast: Cast, task: Task, until: date, now: datetime) -> None:
    """Set a date to make good by."""
    said: dict[str, Any] = {"kind": DirectionKind.RECTIFY, "text": "限期整改。", "new_due_on": until}
    act(commands.direct, again(task), by=cast.actor("supervisor"), now=now, **said)


def send_back(cast: Cast, task: Task, now: datetime) -> None:
    """Hand a task in, and return it without another date."""
    submit(cast, again(task), now=now)
    act(return_for_rework, again(task), remark="缺台账。", new_due_on=None, by=cast.actor("supervisor"), now=now)


def extend(cast: Cast, task: Task, until: date, now: datetime) -> None:
    """Ask for more time and be granted it."""
    asking = {"reason": "雨季", "new_due_on": until, "by": cast.actor("finance_head")}
    asked = act(ask_extension, again(task), now=now, **asking)
    act(decide_extension, asked, approve=True, by=cast.actor("leader"), now=now)


def test_it_writes_nothing_and_finds_what_the_rules_find(cast: Cast) -> None:
    task = active(cast, now=LATE)
    for _ in range(2):
        returned_again(cast, task)
    before = everything()
    found = trials(cast)
    assert everything() == before
    assert look(cast) == 1
    assert trials(cast) == [(rule, due_on, on, True) for rule, due_on, on, _raised in found]


def test_the_page_shows_it_and_sets_rules_and_days(cast: Cast, client_as: Callable[[str], FlaskClient]) -> None:
    late(cast)
    cross(cast, now=NOW)
    at = f"/groups/{cast.group_ids['g1']}/flag-rules"
    director = client_as("office_director")
    assert "会产生 1 条预警，其中 1 条实际没有产生" in text_of(director, f"{at}?since=2026-01-01")
    assert "这段时间没有会触发预警的情况" in text_of(director, f"{at}?since=2026-03-12")
    assert text_of(director, f"{at}?since=never")
    assert director.post(f"{at}/returned", data={"enabled": "y", "threshold": "3"}).status_code == 302
    assert director.post(f"{at}/returned", data={"enabled": "y", "threshold": "99"}).status_code == 422
    assert director.post(f"{at}/extended", data={}).status_code == 302
    assert director.post(f"{at}/unknown", data={}).status_code == 404
    settings = queries.rule_settings(cast.group_ids["g1"])
    assert (settings[FlagRule.RETURNED].threshold, settings[FlagRule.EXTENDED].enabled) == (3, False)
    days: dict[str, Any] = {
        "statement_days": 7,
        "review_days": 60,
        "decide_within_days": 3,
        "uses_cards": "y",
        "version": 1,
    }
    to = f"/groups/{cast.group_ids['g1']}/flag-days"
    for name, wrong in (("statement_days", 0), ("review_days", 181), ("decide_within_days", 61)):
        assert director.post(to, data={**days, name: wrong}).status_code == 422
    assert director.post(to, data=days).status_code == 302
    assert director.post(to, data={**days, "statement_days": 8}).status_code == 409
    db.session.expire_all()
    row = db.session.get_one(AccountabilitySetting, cast.group_ids["g1"])
    assert (row.statement_days, row.review_days, row.decide_within_days, row.uses_cards) == (7, 60, 3, True)
    assert director.post(to, data={**days, "version": row.version}).status_code == 302
    assert client_as("supervisor").post(to, data=days).status_code == 403


def test_the_page_says_that_one_delay_seen_by_two_rules_counts_once(
    cast: Cast, client_as: Callable[[str], FlaskClient]
) -> None:
    page = text_of(client_as("supervisor"), f"/groups/{cast.group_ids['g1']}/flag-rules")
    assert "不同时限的黄色预警满 2 次 同一时限的几条黄色预警，是几条规则看到的同一次拖延，只算一次" in page


def test_lateness_is_tried_by_the_groups_own_ladder(cast: Cast, client_as: Callable[[str], FlaskClient]) -> None:
    late(cast)
    cross(cast, now=NOW)
    group_id = cast.group_ids["g1"]
    supervisor, at = client_as("supervisor"), f"/groups/{group_id}/flag-rules"
    page = text_of(supervisor, at)
    assert "逾期满 3 个工作日" in page
    assert "逾期满 15 个工作日" in page
    assert "会产生 1 条预警" in page
    rungs = (
        Rung(5, (Audience.LEADER,), Effect.RED),
        Rung(6, (Audience.LEADER,), Effect.RED),
    )
    with write_transaction():
        by = cast.actor("office_director")
        change_ladder(cast.group(), LadderKind.DEADLINE, rungs, reason="从严", version=0, by=by, now=NOW)
    found = queries.dry_run(cast.group(), queries.rules_at_work(group_id), since=JANUARY, today=TODAY)
    assert [(one.rule, one.on) for one in found] == [(FlagRule.OVERDUE_RED, date(2026, 3, 13))]
    page = text_of(supervisor, at)
    assert "逾期满 5 个工作日" in page
    assert "提醒规则中没有这一级" in page
    assert "逾期满 15 个工作日" not in page


def test_a_milestone_counts_beside_the_due_date_unless_a_moved_one_came_before_it(cast: Cast) -> None:
    active(cast, now=LATE, due_on=date(2026, 3, 9), milestones=(("摸底", date(2026, 3, 2)), ("核定", date(2026, 3, 9))))
    cross(cast, now=NOW)
    yellow = [(due_on, on) for rule, due_on, on, _raised in trials(cast) if rule == "overdue_yellow"]
    assert yellow == [(date(2026, 3, 2), date(2026, 3, 5)), (date(2026, 3, 9), date(2026, 3, 12))]
