"""A run that is too much to be true is held, looked at, and let go or not; a wrong clock writes nothing at all."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, TODAY, Clock
from tests.letters.promises import issued as letter_issued
from tests.reminders.worlds import running_task, tick_once
from tests.tasks.pages.acting import ClientAs
from tests.tasks.stories import act, again, refuses, submitted
from tracker.kernel import leases
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.kernel.jobs import JobRun
from tracker.outbox.models import InboxItem
from tracker.oversight.models import Flag, SupervisionNotice, Urge
from tracker.reminders import commands, policy, sweep
from tracker.reminders.models import HeldRun, Reminder
from tracker.reminders.queries.held import held_lines
from tracker.reminders.rules import (
    BRAKE,
    DEADLINE_LADDER,
    Brake,
    HoldCause,
    HoldState,
    ReminderState,
    clock_doubt,
    too_much,
)
from tracker.reminders.sweep import carry_out
from tracker.tasks import commands as tasks
from tracker.tasks.models import Crossing, Task

TIGHT = Brake(floor=3, first=3)


def _quiet(_seconds: float) -> None:
    return None


def _run(now: datetime = NOW, brake: Brake = TIGHT) -> dict[str, int]:
    return sweep.sweep(now=now, pause=_quiet, brake=brake)


DATABASE = Clock()


@pytest.fixture(autouse=True)
def _database_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock stands where the last run found it."""
    DATABASE.set(NOW)
    monkeypatch.setattr(leases, "database_now", lambda: DATABASE.now)


HELD = {"held": 1}


def _on_time(now: datetime, *, database: datetime | None = None) -> Mapping[str, int]:
    """What the sweep of a tick counted; HELD where it waits for the clock."""
    DATABASE.set(database or now)
    ran = tick_once(now)
    slots = sa.select(JobRun).where(JobRun.job == "sweep").order_by(JobRun.slot.desc())
    found = db.session.scalars(slots).first()
    return found.counts if "sweep" in ran and found is not None else HELD


def _held(session: Session) -> HeldRun:
    return session.scalars(sa.select(HeldRun)).one()


def _states(session: Session) -> set[ReminderState]:
    found = set(session.scalars(sa.select(Reminder.state).where(Reminder.state != ReminderState.SUPERSEDED)))
    session.rollback()
    return found


def _inbox(session: Session, kind: str) -> list[int]:
    found = list(session.scalars(sa.select(InboxItem.recipient_id).where(InboxItem.kind.like(kind))))
    session.rollback()
    return sorted(found)


def _storm(cast: Cast, *, due_on: date = date(2026, 3, 17), count: int = 3) -> None:
    with write_transaction():
        for n in range(count):
            running_task(cast, due_on=due_on, title=f"第{n}项")


def test_far_more_than_usual_is_held_and_nobody_hears_but_who_decides(cast: Cast, session: Session) -> None:
    _storm(cast)
    assert _run()["reminders"] == 0
    run = _held(session)
    assert (run.cause, run.planned, run.state) == (HoldCause.STORM, 6, HoldState.HELD)
    assert _states(session) == {ReminderState.HELD}
    assert _inbox(session, "reminder.%") == []
    told = sorted(cast.person_ids[name] for name in ("administrator", "office_director"))
    assert _inbox(session, "sweep.held") == told
    assert session.scalar(sa.select(sa.func.count()).select_from(Urge)) == 0
    session.rollback()
    assert _run()["reminders"] == 0
    assert _inbox(session, "sweep.held") == told


def test_what_a_held_run_says_that_it_would_tell_is_what_it_holds(cast: Cast, session: Session) -> None:
    """Signatories of letters, and who judges what the office's own house did, count as those who would hear."""
    letter_issued(cast, sign_by=date(2026, 3, 23))
    submitted(cast, lead="education", due_on=date(2026, 6, 30), submitted_at=NOW - timedelta(days=15))
    waits = submitted(cast, due_on=date(2026, 6, 30), submitted_at=NOW - timedelta(days=7))
    act(tasks.appoint_verifier, again(waits), person=cast.person("construction_head"), by=cast.actor("leader"))
    _run(brake=Brake(floor=0, first=0))
    run = _held(session)
    assert run.planned == sum(line.messages for line in held_lines(run)) == 6


def test_what_is_released_goes_out_with_its_effects_and_the_rest_is_taken_back(cast: Cast, session: Session) -> None:
    _storm(cast)
    _run()
    with write_transaction():
        first = session.scalars(sa.select(Task).order_by(Task.id)).first()
        assert first is not None
        first.extension_pending = True
    with write_transaction():
        run = _held(session)
        director = cast.actor("office_director")
        commands.release_held(run, reason="年度任务集中到期", version=run.version, by=director, now=NOW)
    assert _inbox(session, "reminder.%") == []
    assert carry_out(now=NOW, pause=_quiet) == {"released": 4}
    assert _states(session) == {ReminderState.ACTIVE}
    assert len(_inbox(session, "reminder.late")) == 4
    assert _held(session).state is HoldState.DONE
    assert session.scalar(sa.select(sa.func.count()).select_from(Urge)) == 2
    session.rollback()
    assert carry_out(now=NOW, pause=_quiet) == {"released": 0}


def test_what_is_released_warns_of_what_was_passed_over(cast: Cast, session: Session) -> None:
    _storm(cast, due_on=date(2026, 3, 9))
    _run()
    assert session.scalar(sa.select(sa.func.count()).select_from(Flag)) == 0
    with write_transaction():
        run = _held(session)
        commands.release_held(run, reason="核对无误", version=run.version, by=SYSTEM, now=NOW)
    assert carry_out(now=NOW + timedelta(hours=1), pause=_quiet)["released"] > 0
    assert session.scalars(sa.select(Flag.colour)).all() == ["yellow"] * 3
    assert session.scalar(sa.select(sa.func.count()).select_from(SupervisionNotice)) == 3


def test_what_is_released_on_a_day_off_goes_out_on_the_next_working_day(cast: Cast, session: Session) -> None:
    _storm(cast)
    _run()
    saturday, monday = NOW + timedelta(days=3), NOW + timedelta(days=5)
    assert _release(session, now=saturday) == 0
    assert _inbox(session, "reminder.%") == []
    assert _held(session).state is HoldState.RELEASED
    session.rollback()
    assert carry_out(now=monday, pause=_quiet)["released"] == 6


def _release(session: Session, *, now: datetime) -> int:
    with write_transaction():
        for run in session.scalars(sa.select(HeldRun).where(HeldRun.state == HoldState.HELD)):
            commands.release_held(run, reason="核对无误", version=run.version, by=SYSTEM, now=now)
    return carry_out(now=now, pause=_quiet)["released"]


def _facts(session: Session) -> tuple[list[str], int]:
    """Warnings by colour, and drafts of notices."""
    colours = sorted(colour.value for colour in session.scalars(sa.select(Flag.colour)))
    drafts = session.scalar(sa.select(sa.func.count()).select_from(SupervisionNotice)) or 0
    session.rollback()
    return colours, drafts


def test_a_warning_that_was_held_and_overtaken_is_made_up_for_at_its_release(cast: Cast, session: Session) -> None:
    _storm(cast, due_on=date(2026, 3, 13))
    _run()
    assert _facts(session) == ([], 0)
    later = NOW + timedelta(days=6)
    assert _run(later, brake=BRAKE)["reminders"] > 0
    assert _facts(session) == ([], 3)
    assert _release(session, now=later) == 0
    assert _facts(session) == (["yellow"] * 3, 3)
    assert session.scalars(sa.select(Flag.rung).distinct()).all() == [3]
    third = session.scalars(sa.select(Reminder.state).where(Reminder.rung == 3).distinct()).all()
    assert third == [ReminderState.SUPERSEDED]


def test_what_a_red_warning_overtook_is_drafted_and_the_red_one_stands_alone(cast: Cast, session: Session) -> None:
    _storm(cast, due_on=date(2026, 3, 9))
    _run()
    later = NOW + timedelta(days=12)
    _run(later, brake=BRAKE)
    assert _facts(session) == (["red"] * 3, 0)
    assert _release(session, now=later) == 0
    assert _facts(session) == (["red"] * 3, 3)


def test_what_was_not_true_at_the_release_is_found_anew_when_it_is_again(cast: Cast, session: Session) -> None:
    _storm(cast, due_on=date(2026, 3, 9))
    _run()
    with write_transaction():
        session.execute(sa.update(Task).values(extension_pending=True))
    assert _release(session, now=NOW) == 0
    assert session.scalars(sa.select(Reminder.id)).all() == []
    assert _facts(session) == ([], 0)
    with write_transaction():
        session.execute(sa.update(Task).values(extension_pending=False))
    assert _run(brake=BRAKE)["reminders"] > 0
    assert _facts(session) == (["yellow"] * 3, 3)


def test_what_was_dropped_by_a_person_says_so_with_the_reason(
    cast: Cast, session: Session, client_as: ClientAs
) -> None:
    _storm(cast, due_on=date(2026, 3, 9), count=1)
    _run(brake=Brake(floor=1, first=1))
    with write_transaction():
        run, director = _held(session), cast.actor("office_director")
        commands.discard_held(run, reason="时限导入有误", version=run.version, by=director, now=NOW)
    states = session.scalars(sa.select(Reminder.state).distinct()).all()
    task_id = session.scalars(sa.select(Task.id)).one()
    session.rollback()
    assert states == [ReminderState.CANCELLED]
    page = client_as("supervisor").get(f"/tasks/{task_id}").text
    assert page.count("（已取消，没有发出） 理由：时限导入有误") == len(DEADLINE_LADDER) - 1
    assert "由更高一级取代" not in page
    _run(NOW + timedelta(days=12), brake=BRAKE)
    assert _facts(session) == (["red"], 0)


def test_what_is_discarded_never_goes_out_and_the_next_rung_does(cast: Cast, session: Session) -> None:
    _storm(cast)
    _run()
    with write_transaction():
        run = _held(session)
        director = cast.actor("office_director")
        commands.discard_held(run, reason="时限导入有误", version=run.version, by=director, now=NOW)
    assert _states(session) == {ReminderState.CANCELLED}
    assert carry_out(now=NOW, pause=_quiet) == {"released": 0}
    assert _run(brake=BRAKE)["reminders"] == 0
    assert _run(NOW + timedelta(days=2), brake=BRAKE)["reminders"] == 3 * 4


def test_a_released_rung_is_replaced_by_a_higher_one_that_was_told_meanwhile(cast: Cast, session: Session) -> None:
    _storm(cast, count=2)
    _run(brake=Brake(floor=1, first=1))
    _run(NOW + timedelta(days=2), brake=BRAKE)
    with write_transaction():
        run = _held(session)
        commands.release_held(run, reason="核对无误", version=run.version, by=SYSTEM, now=NOW + timedelta(days=2))
    assert carry_out(now=NOW + timedelta(days=2), pause=_quiet) == {"released": 0}
    first = session.scalars(sa.select(Reminder.state).where(Reminder.rung == 1).distinct()).all()
    assert first == [ReminderState.SUPERSEDED]


@pytest.mark.parametrize("name", ["office_clerk", "supervisor", "leader", "finance_head", "administrator"])
def test_only_the_director_of_the_office_decides_and_says_why(cast: Cast, session: Session, name: str) -> None:
    _storm(cast)
    _run()
    with write_transaction():
        run = _held(session)
        with pytest.raises(NotAllowed):
            commands.release_held(run, reason="好", version=run.version, by=cast.actor(name), now=NOW)
        director = cast.actor("office_director")
        with refuses(Invalid, "reason"):
            commands.discard_held(run, reason=" ", version=run.version, by=director, now=NOW)
        commands.discard_held(run, reason="有误", version=run.version, by=director, now=NOW)
        with pytest.raises(Stale):
            commands.release_held(run, reason="好", version=run.version, by=director, now=NOW)


def test_what_is_usual_is_the_median_of_the_days_on_which_anything_was_told() -> None:
    assert too_much(500, 0, [], []) is None
    assert too_much(5001, 0, [], []) is HoldCause.STORM
    assert too_much(501, 0, [1, 1], []) is HoldCause.STORM
    assert too_much(1000, 0, [100, 200, 300], []) is None
    assert too_much(1001, 0, [100, 200, 300], []) is HoldCause.STORM
    assert too_much(200, 101, [100], []) is HoldCause.URGENT
    assert too_much(200, 101, [100], [40]) is None
    assert too_much(200, 100, [100], []) is None


def test_an_ordinary_month_in_a_small_group_is_never_held(cast: Cast, session: Session) -> None:
    _storm(cast, due_on=TODAY + timedelta(days=3), count=20)
    for n in range(30):
        _run(NOW + timedelta(days=n), brake=BRAKE)
    assert session.scalar(sa.select(sa.func.count()).select_from(HeldRun)) == 0
    assert {rung for (rung,) in session.execute(sa.select(Reminder.rung).distinct())} == {-7, -1, 0, 1, 3, 7, 15}


YEAR, DAY = timedelta(days=365), timedelta(days=1)


@pytest.mark.parametrize(("jump", "cause"), [(YEAR, HoldCause.CLOCK_AHEAD), (-DAY, HoldCause.CLOCK_BEHIND)])
def test_a_clock_that_jumps_writes_nothing_and_administrators_hear_of_it_once(
    cast: Cast, session: Session, jump: timedelta, cause: HoldCause
) -> None:
    _storm(cast, due_on=TODAY + timedelta(days=60))
    assert _on_time(NOW) is not HELD
    for minutes in (0, 20):
        assert _on_time(NOW + jump + timedelta(minutes=minutes)) is HELD
    assert (_held(session).cause, _held(session).state) == (cause, HoldState.HELD)
    assert _inbox(session, "reminder.%") == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Crossing)) == 0
    assert _inbox(session, "sweep.clock") == [cast.person_ids["administrator"]]
    assert _on_time(NOW + timedelta(hours=5)) is not HELD
    assert _held(session).state is HoldState.DISCARDED


def test_after_an_outage_the_administrator_says_that_the_clock_is_right(cast: Cast, session: Session) -> None:
    _storm(cast, due_on=TODAY, count=1)
    _on_time(NOW)
    later = NOW + timedelta(days=30)
    assert _on_time(later) is HELD
    with write_transaction():
        with pytest.raises(NotAllowed):
            commands.confirm_clock(reason="停电", by=cast.actor("office_director"), now=later)
        with refuses(Invalid, "reason"):
            commands.confirm_clock(reason="", by=cast.actor("administrator"), now=later)
        commands.confirm_clock(reason="机房停电检修", by=cast.actor("administrator"), now=later)
        with pytest.raises(Stale):
            commands.confirm_clock(reason="机房停电检修", by=cast.actor("administrator"), now=later)
    assert _on_time(later + timedelta(minutes=10))["reminders"] == 2
    assert _held(session).state is HoldState.DONE


def test_the_clock_of_another_machine_may_differ_a_little() -> None:
    assert clock_doubt(NOW, database=NOW, last=None) is None
    for apart in (timedelta(minutes=10), timedelta(minutes=-10)):
        assert clock_doubt(NOW + apart, database=NOW, last=NOW) is None
    assert clock_doubt(NOW, database=NOW, last=NOW + timedelta(minutes=10)) is None
    assert clock_doubt(NOW + timedelta(hours=36), database=NOW + timedelta(hours=36), last=NOW) is None


@pytest.mark.parametrize("has_run", [True, False])
@pytest.mark.parametrize(
    ("jump", "cause"),
    [
        (timedelta(hours=30), HoldCause.CLOCK_AHEAD),
        (timedelta(minutes=11), HoldCause.CLOCK_AHEAD),
        (timedelta(minutes=-11), HoldCause.CLOCK_BEHIND),
    ],
)
def test_a_clock_other_than_the_databases_writes_nothing_until_it_is_set_right(
    cast: Cast, session: Session, jump: timedelta, cause: HoldCause, has_run: bool
) -> None:
    if has_run:
        _on_time(NOW)
    _storm(cast, due_on=TODAY, count=2)
    wrong, administrator = NOW + jump, cast.actor("administrator")
    for _run in range(2):
        assert _on_time(wrong, database=NOW) is HELD
    assert (_held(session).cause, _held(session).state) == (cause, HoldState.HELD)
    assert session.scalar(sa.select(sa.func.count()).select_from(Crossing)) == 0
    assert _inbox(session, "reminder.%") == []
    assert _inbox(session, "sweep.clock") == [cast.person_ids["administrator"]]
    with write_transaction(), pytest.raises(Stale, match="校准"):
        commands.confirm_clock(reason="时间没有错", by=administrator, now=wrong)
    assert _held(session).state is HoldState.HELD
    session.rollback()
    assert _on_time(NOW + timedelta(hours=5))["reminders"] == 2
    assert _held(session).state is HoldState.DISCARDED


def test_a_run_held_by_the_clock_is_not_released_like_others(cast: Cast, session: Session) -> None:
    _on_time(NOW)
    _on_time(NOW + YEAR)
    with write_transaction():
        run = _held(session)
        with pytest.raises(Stale):
            commands.release_held(run, reason="好", version=run.version, by=SYSTEM, now=NOW)


def test_the_director_looks_at_what_is_held_and_lets_it_go(cast: Cast, session: Session, client_as: ClientAs) -> None:
    _storm(cast)
    _run()
    run_id = _held(session).id
    session.rollback()
    director = client_as("office_director")
    assert "数量远超平日" in director.get("/held").text
    page = director.get(f"/held/{run_id}").text
    assert "纪晓东" in page
    said = {"version": "1", "reason": ""}
    assert director.post(f"/held/{run_id}/release", data=said).status_code == 422
    assert client_as("office_clerk").post(f"/held/{run_id}/release", data=said).status_code == 403
    assert client_as("g2_office_director").get(f"/held/{run_id}").status_code == 404
    answer = director.post(f"/held/{run_id}/release", data={"version": "1", "reason": "集中到期"})
    assert answer.status_code == 302
    assert _held(session).state is HoldState.RELEASED


def test_the_administrator_sees_that_a_run_is_held_but_not_what_it_holds(
    cast: Cast, session: Session, client_as: ClientAs
) -> None:
    _storm(cast)
    _run()
    run_id = _held(session).id
    session.rollback()
    administrator = client_as("administrator")
    assert "优质均衡领导小组" in administrator.get("/held").text
    assert administrator.get(f"/held/{run_id}").status_code == 404


def test_the_administrator_confirms_the_clock_on_the_page(cast: Cast, session: Session, client_as: ClientAs) -> None:
    _on_time(NOW)
    _on_time(NOW + timedelta(days=3))
    administrator = client_as("administrator")
    assert "系统时间比数据库时间或者上次运行晚太多" in administrator.get("/held").text
    assert administrator.post("/held/clock", data={"reason": ""}).status_code == 422
    assert client_as("office_director").post("/held/clock", data={"reason": "好"}).status_code == 403
    DATABASE.set(NOW)
    assert administrator.post("/held/clock", data={"reason": "检修"}).status_code == 302
    assert _held(session).state is HoldState.DONE


def test_a_run_that_is_held_twice_at_one_instant_is_one(cast: Cast, session: Session) -> None:
    said = {"planned": 9, "urgent": 0, "usual": 1}
    with write_transaction():
        held = [commands.hold_group(cast.group_ids["g1"], HoldCause.STORM, **said, now=NOW) for _ in range(2)]
    assert held[0] == held[1]
    assert session.scalar(sa.select(sa.func.count()).select_from(HeldRun)) == 1


def test_held_runs_are_opened_by_who_keeps_the_installation_or_watches_over_a_group(cast: Cast) -> None:
    for name, opens in (("administrator", True), ("supervisor", True), ("finance_head", False), ("outsider", False)):
        assert bool(policy.may_open_held(cast.actor(name))) is opens
