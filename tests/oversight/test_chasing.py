"""Nothing that waits for a decision goes unnoticed: supervisors and leaders are told in the group's working days."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.oversight.flag_stories import decided, flagged, fresh, ready
from tests.tasks.stories import act, day, inbox
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import InstallationDuty, Seat
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS, SeatRole
from tracker.oversight import commands
from tracker.oversight.models import Flag
from tracker.oversight.rules import DecisionKind, FlagState


def chase(cast: Cast, *, now: datetime) -> int:
    """What the sweep asks for."""
    with write_transaction():
        return commands.chase_undecided(cast.group_ids["g1"], now=now)


def test_who_may_act_is_told_after_five_working_days_and_again_after_five(cast: Cast) -> None:
    flag = flagged(cast)
    assert chase(cast, now=day("2026-04-01")) == 0
    assert chase(cast, now=day("2026-04-02")) == 1
    for name in ("supervisor", "leader"):
        assert inbox(cast, name).count("flag.undecided") == 1
    assert "flag.undecided" not in inbox(cast, "finance_head")
    assert chase(cast, now=day("2026-04-02")) == 0
    assert chase(cast, now=day("2026-04-08")) == 0
    assert chase(cast, now=day("2026-04-09")) == 1
    assert inbox(cast, "supervisor").count("flag.undecided") == 2
    act(
        commands.decide_flag,
        fresh(flag),
        kind=DecisionKind.URGE,
        reason="督促。",
        by=cast.actor("supervisor"),
        now=day("2026-04-10"),
    )
    assert chase(cast, now=day("2026-05-20")) == 0


def test_the_clock_runs_from_the_day_on_which_the_unit_had_said_all(cast: Cast) -> None:
    ready(cast)
    assert chase(cast, now=day("2026-03-24")) == 0
    assert chase(cast, now=day("2026-03-25")) == 1


def test_a_flag_of_which_nobody_could_be_told_is_brought_up_too(cast: Cast) -> None:
    flag = flagged(cast)
    with write_transaction():
        row = db.session.get_one(Flag, flag.id)
        row.state, row.notified_at, row.statement_by = FlagState.RAISED, None, None
    assert chase(cast, now=day("2026-03-24")) == 0
    assert chase(cast, now=day("2026-03-25")) == 1


def test_a_review_that_waits_is_brought_up(cast: Cast) -> None:
    flag = decided(cast)
    act(commands.ask_review, flag, grounds="情况有变。", by=cast.actor("finance_head"))
    assert chase(cast, now=day("2026-03-24")) == 0
    assert chase(cast, now=day("2026-03-25")) == 1


def test_nobody_is_chased_on_days_off_or_in_a_group_that_has_ended(cast: Cast) -> None:
    flagged(cast)
    assert chase(cast, now=day("2026-04-04")) == 0
    with write_transaction():
        cast.group().ended_on = TODAY
    assert chase(cast, now=day("2026-04-07")) == 0
    with write_transaction():
        cast.group().ended_on = None
    assert chase(cast, now=day("2026-04-07")) == 1


def test_a_group_says_how_many_days(cast: Cast) -> None:
    flagged(cast)
    with write_transaction():
        days: dict[str, Any] = {"statement_days": 5, "review_days": 30, "decide_within_days": 1, "uses_cards": False}
        commands.set_accountability(cast.group(), **days, version=1, by=cast.actor("leader"), now=NOW)
    assert chase(cast, now=day("2026-03-26")) == 0
    assert chase(cast, now=day("2026-03-27")) == 1


def vacate(cast: Cast, *roles: SeatRole) -> None:
    """Nobody sits in these seats of the group any more."""
    with write_transaction():
        seats = sa.update(Seat).where(Seat.group_id == cast.group_ids["g1"], Seat.role.in_(roles))
        db.session.execute(seats.values(ends_on=date(2026, 3, 19)))
    db.session.expire_all()


OVER_IT = (*LEADERS, SeatRole.SUPERVISOR)


def test_where_nobody_could_act_the_office_director_hears(cast: Cast, client_as: Callable[[str], FlaskClient]) -> None:
    flag = flagged(cast)
    vacate(cast, *OVER_IT)
    assert chase(cast, now=day("2026-04-02")) == 1
    assert inbox(cast, "office_director").count("flag.nobody_decides") == 1
    assert "flag.nobody_decides" not in inbox(cast, "office_clerk")
    assert fresh(flag).chased_on == date(2026, 4, 2)
    assert "席位空缺，预警超过 5 个工作日无人处理" in client_as("office_director").get("/inbox").text
    assert chase(cast, now=day("2026-04-03")) == 0
    assert chase(cast, now=day("2026-04-09")) == 1
    assert inbox(cast, "office_director").count("flag.nobody_decides") == 2


def test_where_the_director_is_missing_too_the_office_hears(cast: Cast) -> None:
    flagged(cast)
    vacate(cast, *OVER_IT, *OFFICE_DIRECTORS)
    assert chase(cast, now=day("2026-04-02")) == 1
    for name in ("office_clerk", "office_secondee"):
        assert inbox(cast, name).count("flag.nobody_decides") == 1
    assert "flag.nobody_there" not in inbox(cast, "administrator")


def test_where_nobody_is_left_the_administrators_hear_of_the_number_alone(
    cast: Cast, client_as: Callable[[str], FlaskClient]
) -> None:
    first, second = flagged(cast, title="甲"), flagged(cast, title="乙")
    vacate(cast, *OVER_IT, *OFFICE)
    assert chase(cast, now=day("2026-04-02")) == 2
    assert [fresh(flag).chased_on for flag in (first, second)] == [date(2026, 4, 2)] * 2
    assert inbox(cast, "administrator").count("flag.nobody_there") == 1
    page = client_as("administrator").get("/inbox").text
    assert "2 条预警超过 5 个工作日无人处理，请联系登记员补齐席位" in page
    assert chase(cast, now=day("2026-04-03")) == 0


def test_a_flag_of_which_nobody_at_all_could_be_told_is_tried_again_the_next_day(cast: Cast) -> None:
    flag = flagged(cast)
    vacate(cast, *OVER_IT, *OFFICE)
    with write_transaction():
        duties = db.session.scalars(sa.select(InstallationDuty)).all()
        for duty in duties:
            duty.ends_on = date(2026, 4, 1)
    assert chase(cast, now=day("2026-04-02")) == 0
    assert fresh(flag).chased_on is None
    with write_transaction():
        for duty in db.session.scalars(sa.select(InstallationDuty)):
            duty.ends_on = None
    assert chase(cast, now=day("2026-04-03")) == 1
    assert inbox(cast, "administrator").count("flag.nobody_there") == 1
