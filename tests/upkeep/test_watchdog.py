"""Rows are deleted or parked by hand, and the watchdog's next look finds each; the administrators are told once."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, Clock
from tests.jobs.kinds import asked
from tests.reminders.worlds import running_task
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.jobs.worker import enrol
from tracker.kernel import jobs, leases
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotAllowed
from tracker.kernel.installation import hold_deliveries, release_deliveries
from tracker.kernel.jobs import JobRun, RunState
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel
from tracker.reminders import sweep as sweeping
from tracker.reminders import ticks
from tracker.reminders.jobs import all_jobs, latest_slot, slot_name
from tracker.reminders.rules import Brake
from tracker.reminders.sweep import sweep
from tracker.upkeep import checks, commands
from tracker.upkeep.models import Finding
from tracker.upkeep.rules import GRAVE, Code, Found
from tracker.upkeep.watch import watch

pytestmark = pytest.mark.usefixtures("one_clock")


def _put_all_done(session: Session, now: datetime, *, but: str = "") -> None:
    """Every job has run all the slots that are behind it."""
    with write_transaction():
        for job in all_jobs():
            moment = latest_slot(job, now)
            assert moment is not None
            state = RunState.FAILED if job.name == but else RunState.FINISHED
            key = {"job": job.name, "slot": slot_name(moment)}
            session.merge(JobRun(**key, state=state, started_at=now, finished_at=now, counts={}))


def _codes(now: datetime = NOW) -> list[str]:
    """What is on record as open after a look."""
    watch(now=now)
    with write_transaction() as session:
        return sorted(session.scalars(sa.select(Finding.code).where(Finding.cleared_at.is_(None))))


@pytest.fixture
def well(cast: Cast, session: Session) -> Session:
    """An installation on which there is nothing to find."""
    _put_all_done(session, NOW)
    enrol("here:1")
    assert _codes() == []
    return session


def test_a_slot_that_failed_or_was_never_run_is_found(well: Session, clock: Clock) -> None:
    _put_all_done(well, NOW, but="sweep")
    assert _codes() == [Code.SLOT_MISSED]
    later = clock.advance(timedelta(hours=4))
    _put_all_done(well, later)
    with write_transaction() as session:
        session.execute(sa.delete(JobRun).where(JobRun.job == "sweep", JobRun.slot == "2026-03-18T13:00"))
    watch(now=later)
    row = well.scalars(sa.select(Finding).where(Finding.cleared_at.is_(None))).one()
    assert (row.code, row.detail) == (Code.SLOT_MISSED, "sweep")


def test_a_part_of_a_slot_that_failed_is_told_once_and_is_over_with_the_next_whole_run(
    well: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_about: Any) -> list[int]:
        raise ValueError("a rule that cannot be read")

    job = next(job for job in all_jobs() if job.name == "sweep")
    with monkeypatch.context() as broken:
        broken.setattr(sweeping, "to_look_at", fails)
        counts, error = ticks.run_by_hand(job, "2026-03-18T09:30", holder="here:1", now=NOW)
    assert (counts["failed"] > 0, error) == (True, "")
    for _look in range(2):
        watch(now=NOW)
    row = well.scalars(sa.select(Finding)).one()
    assert (row.code, row.detail, row.count) == (Code.SLOT_MISSED, "sweep", counts["failed"])
    heard = well.scalars(sa.select(InboxItem.recipient_id).where(InboxItem.kind == "watch.slot_missed")).all()
    assert heard == [cast.person_ids["administrator"]]
    well.rollback()
    assert ticks.run_by_hand(job, "2026-03-18T09:31", holder="here:1", now=NOW)[0]["failed"] == 0
    assert _codes() == []


def test_a_job_of_every_few_minutes_that_stands_still_is_found_too(well: Session) -> None:
    with write_transaction() as session:
        session.execute(sa.delete(JobRun).where(JobRun.job == "release"))
    assert _codes() == [Code.SLOT_MISSED]
    assert well.scalars(sa.select(Finding.detail)).one() == "release"


def test_a_slot_that_runs_is_no_finding_until_it_has_run_for_an_hour(well: Session) -> None:
    with write_transaction() as session:
        run = session.get_one(JobRun, ("sweep", "2026-03-18T08:00"))
        run.state, run.started_at = RunState.RUNNING, NOW - timedelta(minutes=59)
    assert _codes() == []
    assert _codes(NOW + timedelta(minutes=1)) == [Code.SLOT_MISSED]


def test_a_time_in_which_nobody_looked_is_found_on_return(well: Session, clock: Clock) -> None:
    later = clock.advance(timedelta(minutes=31))
    with write_transaction() as session:
        session.execute(sa.delete(JobRun).where(JobRun.job == "watch", JobRun.slot != "2026-03-18T09:30"))
    _put_all_done_but_watch(well, later)
    assert _codes(later) == [Code.SCHEDULER_SILENT]


def _put_all_done_but_watch(session: Session, now: datetime) -> None:
    with write_transaction():
        for job in all_jobs():
            moment = latest_slot(job, now)
            if moment is not None and job.name != "watch":
                row = JobRun(job=job.name, slot=slot_name(moment), state=RunState.FINISHED, started_at=now, counts={})
                session.merge(row)


def test_a_worker_that_is_silent_while_jobs_wait_is_found(well: Session, cast: Cast, clock: Clock) -> None:
    asked(cast)
    clock.advance(timedelta(seconds=61))
    assert _codes(clock.now) == [Code.WORKER_SILENT]
    enrol("here:1")
    assert _codes(clock.now) == []


def test_a_claim_that_ran_out_and_that_nobody_took_up_is_found(well: Session, cast: Cast, clock: Clock) -> None:
    asked(cast)
    clock.set(NOW - jobs.LEASE - timedelta(minutes=6))
    with write_transaction():
        assert jobs.claim(holder="here:1") is not None
    clock.set(NOW)
    assert _codes() == [Code.CLAIM_EXPIRED]


def test_a_reminder_that_is_in_no_inbox_is_found(well: Session, cast: Cast) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 16), owner="finance_staff", parts=(("town", date(2026, 3, 16)),))
    assert sweep(now=NOW, pause=lambda _seconds: None)["reminders"] > 2
    assert _codes() == []
    with write_transaction() as session:
        first = sa.select(sa.func.min(InboxItem.id)).where(InboxItem.kind.like("reminder.%")).scalar_subquery()
        session.execute(sa.delete(InboxItem).where(InboxItem.id == first))
    watch(now=NOW)
    row = well.scalars(sa.select(Finding).where(Finding.cleared_at.is_(None))).one()
    assert (row.code, row.count) == (Code.REMINDER_UNHEARD, 1)


def _delivery(cast: Cast, state: DeliveryState, **more: Any) -> None:
    """A delivery by mail that stands so."""
    with write_transaction() as session:
        endpoint = session.scalar(sa.select(ChannelEndpoint))
        if endpoint is None:
            endpoint = ChannelEndpoint(
                kind=EndpointKind.MAIL, channel=Channel.MAIL, name="政务邮箱", host="127.0.0.1", port=25, created_at=NOW
            )
            session.add(endpoint)
            session.flush()
        session.execute(sa.delete(Delivery))
        facts = {"state": state, "next_attempt_at": NOW, "created_at": NOW, "digest_key": "2026-03-18", **more}
        who = {"recipient_id": cast.person_ids["finance_head"], "channel": Channel.MAIL, "endpoint_id": endpoint.id}
        session.add(Delivery(**who, **facts))


def test_what_is_stuck_failed_or_uncertain_on_its_way_out_is_found(well: Session, cast: Cast) -> None:
    old, ended = NOW - timedelta(minutes=31), {"ended_at": NOW}
    _delivery(cast, DeliveryState.PENDING, next_attempt_at=NOW - timedelta(minutes=30))
    assert _codes() == []
    _delivery(cast, DeliveryState.PENDING, next_attempt_at=old)
    assert _codes() == [Code.DELIVERY_STUCK]
    _delivery(cast, DeliveryState.CLAIMED, token="t", lease_until=NOW - timedelta(minutes=6))
    assert _codes() == [Code.DELIVERY_STUCK]
    _delivery(cast, DeliveryState.UNCERTAIN, **ended)
    assert _codes() == [Code.DELIVERY_UNCERTAIN]
    _delivery(cast, DeliveryState.FAILED, **ended)
    watch(now=NOW)
    row = well.scalars(sa.select(Finding).where(Finding.cleared_at.is_(None))).one()
    assert (row.code, row.detail, row.count) == (Code.DELIVERY_FAILED, "mail", 1)
    well.rollback()
    _delivery(cast, DeliveryState.SENT, provider_code="250", **ended)
    assert _codes() == []


def test_reminders_that_wait_for_a_decision_are_found(well: Session, cast: Cast) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 18), owner="finance_staff")
    sweep(now=NOW, pause=lambda _seconds: None, brake=Brake(floor=0, first=0))
    assert _codes() == [Code.REMINDER_HELD]


def test_deliveries_on_hold_are_found_until_they_are_released(well: Session) -> None:
    with write_transaction():
        hold_deliveries(reason="restored", now=NOW)
        hold_deliveries(reason="restored", now=NOW)
    assert _codes() == [Code.DELIVERIES_HELD]
    with write_transaction():
        assert release_deliveries(now=NOW)
        assert not release_deliveries(now=NOW)
    assert _codes() == []


def test_clocks_that_went_apart_are_found(well: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "database_now", lambda: NOW - timedelta(seconds=61))
    assert _codes() == [Code.CLOCK_APART]
    monkeypatch.setattr(leases, "database_now", lambda: NOW - timedelta(seconds=60))
    assert _codes() == []


def test_the_administrators_are_told_once_and_again_only_after_it_was_mended(well: Session, cast: Cast) -> None:
    one = [Found(Code.DELIVERY_STUCK, "mail", 3)]

    def look(*found: Found) -> int:
        with write_transaction():
            return commands.put_on_record(found, by=SYSTEM, now=NOW)

    assert [look(*one), look(Found(Code.DELIVERY_STUCK, "mail", 5)), look(), look(*one)] == [1, 0, 0, 1]
    told = well.execute(sa.select(InboxItem.recipient_id, InboxItem.kind)).all()
    assert [tuple(row) for row in told] == [(cast.person_ids["administrator"], "watch.delivery_stuck")] * 2
    rows = well.scalars(sa.select(Finding).order_by(Finding.id)).all()
    assert [(row.count, row.cleared_at is None) for row in rows] == [(5, False), (3, True)]


def test_nobody_puts_findings_on_record_by_hand(well: Session, cast: Cast) -> None:
    with pytest.raises(NotAllowed), write_transaction():
        commands.put_on_record([Found(Code.CLOCK_APART)], by=cast.actor("administrator"), now=NOW)


def test_the_health_check_answers_503_for_what_does_not_work_alone(app: Flask, well: Session, clock: Clock) -> None:
    def health() -> dict[str, Any]:
        report: dict[str, Any] = app.test_client().get("/healthz").json or {}
        return report

    with write_transaction():
        jobs.beat("scheduler", holder="here:1", now=NOW)
    assert (app.test_client().get("/healthz").status_code, health()["watchdog"]) == (200, "ok")
    for code in Code:
        with write_transaction():
            commands.put_on_record([Found(code)], by=SYSTEM, now=NOW)
        answer = app.test_client().get("/healthz")
        grave = code in GRAVE
        assert answer.status_code == (503 if grave else 200), code
        assert (health()["watchdog"], health()["findings"]) == (("bad", [code]) if grave else ("ok", []))


def test_a_watchdog_that_stopped_looking_is_noticed_from_outside(app: Flask, well: Session, clock: Clock) -> None:
    clock.advance(timedelta(minutes=26))
    report = app.test_client().get("/healthz").json or {}
    assert (report["watchdog"], report["findings"]) == ("bad", [])


def test_the_page_lists_what_was_found_for_the_administrator(
    well: Session, client_as: Callable[[str], FlaskClient]
) -> None:
    page = client_as("administrator").get("/findings").text
    assert "没有发现问题" in page
    _put_all_done(well, NOW, but="sweep")
    _codes()
    page = client_as("administrator").get("/findings").text
    assert "定时任务没有按时完成" in page
    assert "需要处理" in page
    assert "sweep" in page
    assert client_as("office_clerk").get("/findings").status_code == 403
    inbox = client_as("administrator").get("/inbox").text
    assert "定时任务没有按时完成，或者有一部分失败，请查看日志：sweep" in inbox


def test_what_a_person_can_do_about_is_one_step_away(well: Session, client_as: Callable[[str], FlaskClient]) -> None:
    with write_transaction():
        commands.put_on_record([Found(Code.DELIVERY_FAILED, "mail"), Found(Code.CLOCK_APART)], by=SYSTEM, now=NOW)
    page = client_as("administrator").get("/findings").text
    assert 'href="/deliveries?state=failed"' in page
    assert "邮件</td>" in page
    assert "等待人工处理" in page
    assert page.count("去处理") == 1
    assert client_as("administrator").get("/deliveries?state=failed").status_code == 200


def test_of_two_watchdogs_at_once_one_tells(app: Flask, well: Session) -> None:
    start, told = threading.Barrier(2), list[int]()
    well.rollback()

    def look() -> None:
        with app.app_context():
            start.wait(timeout=20)
            try:
                with write_transaction():
                    told.append(commands.put_on_record([Found(Code.CLOCK_APART)], by=SYSTEM, now=NOW))
            except sa.exc.IntegrityError:
                told.append(0)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(told) == [0, 1]
    assert well.scalar(sa.select(sa.func.count()).select_from(InboxItem)) == 1


def test_every_check_is_among_those_that_are_made() -> None:
    named = {check.__name__ for check in checks.CHECKS}
    assert {"slots", "silences", "claims", "reminders", "holds", "clocks"} <= named
