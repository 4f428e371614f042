"""Jobs are done once, by whoever claims them, and end with a result or a sentence of which whoever asked is told."""

import errno
from datetime import timedelta
from typing import NoReturn

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.jobs.kinds import again, asked, known, nothing, turn, writes
from tracker.jobs import commands, ending, queries
from tracker.jobs.running import Shift, throw_away_expired
from tracker.kernel import jobs, leases
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import NotAllowed, NotVisible, Stale
from tracker.kernel.jobs import LEASE, MOST_ATTEMPTS, BackgroundJob, Claim, JobState, Work, folder_of
from tracker.kernel.text import _l, told
from tracker.outbox.models import InboxItem


def _messages(cast: Cast, name: str = "office_clerk") -> list[str]:
    rows = sa.select(InboxItem.kind).where(InboxItem.recipient_id == cast.person_ids[name]).order_by(InboxItem.id)
    return list(db.session.scalars(rows))


def _claim(holder: str = "there:2") -> Claim:
    with write_transaction():
        found = jobs.claim(holder=holder)
    assert found is not None
    return found


def test_a_job_is_done_and_whoever_asked_is_told_once(cast: Cast) -> None:
    job = asked(cast)
    with known(writes):
        assert turn() is True
        assert turn() is False
    job = again(job)
    assert (job.state, job.done, job.total, job.result_name) == (JobState.FINISHED, 2, 3, "结果.zip")
    assert (folder_of(job.folder) / (job.result_sha256 or "")).read_bytes() == b"PK made"
    assert job.expires_at == NOW + timedelta(days=7)
    assert _messages(cast) == ["test.finished"]


def test_asking_twice_for_the_same_gets_the_job_under_way(cast: Cast) -> None:
    first = asked(cast)
    assert asked(cast).id == first.id
    assert asked(cast, title="乙").id != first.id
    assert asked(cast, by="office_director").id != first.id
    with write_transaction():
        commands.cancel_job(again(first), by=cast.actor("office_clerk"), now=NOW)
    assert asked(cast).id != first.id


def test_jobs_are_taken_in_the_order_in_which_they_were_asked_for(cast: Cast) -> None:
    first, second = asked(cast), asked(cast, title="乙")
    assert queries.jobs_before(second) == 1
    assert _claim().job_id == first.id
    assert _claim().job_id == second.id
    with write_transaction():
        assert jobs.claim(holder="x:1") is None


def test_a_refusal_fails_the_job_with_its_sentence(cast: Cast) -> None:
    def refuse(_work: Work) -> NoReturn:
        raise Stale(_l("已有 %(count)s 份。", count=3))

    job = asked(cast)
    with known(refuse):
        turn()
    job = again(job)
    assert (job.state, job.folder != "") == (JobState.FAILED, True)
    assert told(job.reason) == "已有 3 份。"
    assert _messages(cast) == ["test.failed"]


def test_a_fault_fails_the_job_and_the_next_one_runs(cast: Cast) -> None:
    def break_down(_work: Work) -> NoReturn:
        raise ZeroDivisionError

    first, second = asked(cast), asked(cast, title="乙")
    with known(break_down):
        turn()
    with known(nothing):
        turn()
    assert again(first).state is JobState.FAILED
    assert "已记入日志" in told(again(first).reason)
    assert again(second).state is JobState.FINISHED


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "服务器的磁盘满了"),
        (errno.EDQUOT, "服务器的磁盘满了"),
        (errno.EROFS, "服务器的文件夹暂时不能读写"),
        (errno.EIO, "已记入日志"),
    ],
    ids=["no space", "quota", "read-only", "a fault"],
)
def test_a_job_for_which_the_disk_has_no_room_says_so(cast: Cast, code: int, said: str) -> None:
    def find_no_room(_work: Work) -> NoReturn:
        raise OSError(code, "the disk's own words")

    job = asked(cast)
    with known(find_no_room):
        turn()
    assert again(job).state is JobState.FAILED
    assert said in told(again(job).reason)
    assert _messages(cast) == ["test.failed"]


def test_a_kind_that_is_no_longer_known_fails_with_a_sentence(cast: Cast) -> None:
    job = asked(cast)
    turn()
    assert told(again(job).reason) == "本版本不认识这类后台任务。"


def test_rights_are_asked_for_again_when_the_job_runs(cast: Cast) -> None:
    def check(actor: object, arguments: object) -> None:
        raise NotAllowed(_l("已不在办公室。"))

    job = asked(cast)
    with known(writes, check=check):
        turn()
    assert told(again(job).reason) == "已不在办公室。"


def test_while_the_database_is_away_the_job_waits_for_its_lease_to_end(cast: Cast, clock: Clock) -> None:
    def away(_work: Work) -> NoReturn:
        raise OperationalError("", {}, Exception())

    job = asked(cast)
    with known(away), pytest.raises(OperationalError):
        turn()
    assert again(job).state is JobState.RUNNING
    clock.advance(LEASE)
    with known(nothing):
        assert turn("there:2")
    assert again(job).state is JobState.FINISHED


def test_a_lapsed_lease_is_claimed_anew_and_the_sleeper_writes_nothing(cast: Cast, clock: Clock) -> None:
    job = asked(cast)
    sleeper = _claim()
    with write_transaction():
        assert jobs.prolong(sleeper, done=1, total=2) is False
    clock.advance(LEASE + timedelta(seconds=1))
    with known(writes):
        assert turn("other:3")
    with write_transaction():
        assert jobs.prolong(sleeper) is None
        assert not ending.finish(sleeper, {}, kept_days=1, now=clock.now)
        assert not ending.fail(sleeper, reason="迟了", now=clock.now)
        jobs.give_back(sleeper)
    assert (again(job).state, again(job).attempts) == (JobState.FINISHED, 2)
    assert _messages(cast) == ["test.finished"]


def test_a_worker_that_lost_its_job_stops_at_the_next_step(cast: Cast, clock: Clock) -> None:
    steps: list[int] = []

    def fall_asleep(work: Work) -> None:
        work.reached(0, 2)
        clock.advance(LEASE + timedelta(seconds=1))
        _claim("other:3")
        steps.append(1)
        work.reached(1, 2)
        steps.append(2)

    job = asked(cast)
    with known(fall_asleep):
        turn()
    assert steps == [1]
    assert (again(job).state, again(job).holder) == (JobState.RUNNING, "other:3")


def test_signs_of_life_keep_a_lease_from_ending(cast: Cast, clock: Clock) -> None:
    asked(cast)
    held = _claim()
    for _ in range(3):
        clock.advance(LEASE / 2)
        with write_transaction():
            jobs.prolong(held)
    with write_transaction():
        assert jobs.claim(holder="other:3") is None


def test_a_lease_lasts_as_long_whatever_a_worker_s_own_clock_says(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, database = asked(cast), Clock()
    monkeypatch.setattr(leases, "database_now", lambda: database.now)
    held = _claim("there:2")
    with known(nothing):
        # One that is minutes ahead leaves alone what another is at.
        clock.set(NOW + 3 * LEASE)
        assert not turn()
        with write_transaction():
            assert jobs.prolong(held) is False
        # One that is minutes behind takes up what nobody is at any more.
        clock.set(NOW - 3 * LEASE)
        database.advance(LEASE)
        assert turn()
    assert again(job).state is JobState.FINISHED


def test_a_job_whose_workers_keep_dying_is_given_up(cast: Cast, clock: Clock) -> None:
    job = asked(cast)
    for _ in range(MOST_ATTEMPTS):
        _claim()
        clock.advance(LEASE)
    with known(writes):
        assert turn() is False
    assert again(job).state is JobState.FAILED
    assert told(again(job).reason).startswith("处理程序连续 3 次中断")
    assert _messages(cast) == ["test.failed"]


def test_a_waiting_job_is_cancelled_at_once(cast: Cast) -> None:
    job = asked(cast)
    with write_transaction():
        commands.cancel_job(again(job), by=cast.actor("office_clerk"), now=NOW)
    assert again(job).state is JobState.CANCELLED
    with known(writes):
        assert turn() is False
    with pytest.raises(Stale), write_transaction():
        commands.cancel_job(again(job), by=cast.actor("office_clerk"), now=NOW)


def test_nobody_cancels_the_job_of_somebody_else(cast: Cast) -> None:
    job = asked(cast)
    with pytest.raises(NotVisible), write_transaction():
        commands.cancel_job(again(job), by=cast.actor("office_director"), now=NOW)
    assert again(job).state is JobState.WAITING


def test_a_running_job_stops_at_its_next_step(cast: Cast) -> None:
    def cancelled_meanwhile(work: Work) -> None:
        with work.step(done=0, total=2):
            pass
        with write_transaction():
            commands.cancel_job(db.session.get_one(BackgroundJob, job.id), by=cast.actor("office_clerk"), now=NOW)
        assert again(job).state is JobState.RUNNING
        with work.step(done=1, total=2) as session:
            session.delete(job)

    job = asked(cast)
    with known(cancelled_meanwhile):
        turn()
    assert (again(job).state, again(job).done) == (JobState.CANCELLED, 0)
    assert _messages(cast) == []


def test_a_job_whose_worker_is_gone_is_cancelled_at_once(cast: Cast, clock: Clock) -> None:
    job = asked(cast)
    _claim()
    clock.advance(LEASE)
    with write_transaction():
        commands.cancel_job(again(job), by=cast.actor("office_clerk"), now=clock.now)
    assert again(job).state is JobState.CANCELLED


def test_a_worker_that_is_told_to_stop_gives_its_job_back(cast: Cast) -> None:
    told_to_stop: list[bool] = []

    def meanwhile(work: Work) -> None:
        work.reached(0, 2)
        told_to_stop.append(True)
        work.reached(1, 2)

    job = asked(cast)
    with known(meanwhile):
        turn(stopping=lambda: bool(told_to_stop))
    assert (again(job).state, again(job).attempts) == (JobState.WAITING, 0)
    with known(writes):
        turn("other:3")
    assert again(job).state is JobState.FINISHED


def test_results_are_thrown_away_when_their_time_is_over(app: Flask, cast: Cast, clock: Clock) -> None:
    job = asked(cast)
    with known(writes):
        turn()
    folder = folder_of(again(job).folder)
    clock.advance(timedelta(days=7) - timedelta(seconds=1))
    throw_away_expired(Shift("x:1"))
    assert folder.is_dir()
    clock.advance(timedelta(seconds=1))
    throw_away_expired(Shift("x:1"))
    assert not folder.exists()
    assert (again(job).folder, again(job).state) == ("", JobState.FINISHED)
