"""The working-day calendar: seeded, guessed where unpublished, corrected by hand, replaced by a notice."""

from datetime import date

import pytest
from flask import Flask

from tests.cast import NOW, Cast
from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import load_working_days
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.organisation import commands, queries

NOTICE_2027 = """国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕9号
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。
"""


def test_known_years_have_their_make_up_days(cast: Cast) -> None:
    commands.seed_calendar(by=SYSTEM, now=NOW)
    days = load_working_days()
    assert days.is_working(date(2026, 2, 14))
    assert not days.is_working(date(2026, 2, 17))
    assert not days.is_working(date(2026, 2, 22))
    assert days.is_working(date(2026, 2, 24))
    assert not days.is_provisional(date(2026, 5, 1))


def test_years_to_come_are_guessed_marked_and_never_raise(cast: Cast) -> None:
    written = commands.seed_calendar(by=SYSTEM, now=NOW)
    days = load_working_days()
    assert written[-1] == 2029
    assert days.is_provisional(date(2027, 10, 1))
    assert not days.is_working(date(2027, 10, 1))
    assert days.is_working(date(2035, 10, 1)) is True
    view = queries.year_view(2027)
    assert not view.published
    assert all(cell.note.endswith("（暂定）") for cell in view.special)
    assert queries.year_view(2090).source == ""


def test_seeding_again_changes_nothing_and_keeps_corrections(cast: Cast) -> None:
    commands.seed_calendar(by=SYSTEM, now=NOW)
    commands.correct_day(date(2026, 3, 21), working=True, note="防汛值守", by=SYSTEM, now=NOW)
    assert commands.seed_calendar(by=SYSTEM, now=NOW) == []
    assert load_working_days().is_working(date(2026, 3, 21))


def test_registrar_and_administrator_correct_a_day_and_nobody_else(cast: Cast) -> None:
    commands.seed_calendar(by=SYSTEM, now=NOW)
    day = date(2026, 4, 7)
    for name in ("office_director", "auditor", "leader", "finance_head"):
        with pytest.raises(NotAllowed):
            commands.correct_day(day, working=False, by=cast.actor(name), now=NOW)
    for name in ("registrar", "administrator"):
        commands.correct_day(day, working=False, note="停电", by=cast.actor(name), now=NOW)
        assert not load_working_days().is_working(day)
        commands.correct_day(day, working=True, by=cast.actor(name), now=NOW)
        assert load_working_days().is_working(day)


def test_a_corrected_day_brings_its_year_along_and_lies_in_our_age(cast: Cast) -> None:
    commands.correct_day(date(2031, 6, 3), working=False, by=SYSTEM, now=NOW)
    view = queries.year_view(2031)
    assert (view.published, len(view.special) > 5) == (False, True)
    with pytest.raises(Invalid):
        commands.correct_day(date(1999, 6, 3), working=False, by=SYSTEM, now=NOW)


def test_a_pasted_notice_replaces_the_guess(cast: Cast) -> None:
    commands.seed_calendar(by=SYSTEM, now=NOW)
    with pytest.raises(NotAllowed):
        commands.publish_year(NOTICE_2027, by=cast.actor("office_director"), now=NOW)
    commands.publish_year(NOTICE_2027, by=cast.actor("registrar"), now=NOW)
    days = load_working_days()
    assert days.is_working(date(2027, 2, 14))
    assert not days.is_working(date(2027, 2, 11))
    assert days.is_working(date(2027, 10, 1))  # the guess is gone with all it said
    view = queries.year_view(2027)
    assert (view.published, view.source) == (True, "国务院办公厅放假通知 国办发明电〔2026〕9号")
    assert commands.seed_calendar(by=SYSTEM, now=NOW) == []


def test_a_notice_that_cannot_be_read_changes_nothing(cast: Cast) -> None:
    commands.seed_calendar(by=SYSTEM, now=NOW)
    for wrong in ("国庆节放七天", NOTICE_2027.replace("共7天", "共8天"), ""):
        with pytest.raises(Invalid) as refusal:
            commands.publish_year(wrong, by=SYSTEM, now=NOW)
        assert "text" in refusal.value.errors
    assert not queries.year_view(2027).published


def test_the_shell_seeds_the_calendar_and_says_so(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert "2026" in runner.invoke(args=["calendar", "seed"]).output
    assert "up to date" in runner.invoke(args=["calendar", "seed"]).output
