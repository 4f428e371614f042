"""The page of a job: seen by whoever asked alone, tells how far it is, offers what was made to whoever may have it."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.clock import Clock
from tests.jobs.kinds import again, asked, known, turn, writes
from tracker.jobs.worker import enrol
from tracker.kernel import jobs
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotAllowed
from tracker.kernel.jobs import BackgroundJob, JobState, Work, folder_of
from tracker.kernel.text import _l

ClientAs = Callable[[str], FlaskClient]


def test_only_whoever_asked_sees_a_job(cast: Cast, client_as: ClientAs) -> None:
    job = asked(cast)
    with known(writes):
        turn()
        for path in ("", "/progress", "/result"):
            assert client_as("office_clerk").get(f"/jobs/{job.id}{path}").status_code == 200
            assert client_as("office_director").get(f"/jobs/{job.id}{path}").status_code == 404
        assert client_as("office_director").post(f"/jobs/{job.id}/cancel").status_code == 404


def test_the_page_says_that_nobody_is_there_to_do_it(cast: Cast, client_as: ClientAs) -> None:
    job = asked(cast)
    with known(writes):
        page = client_as("office_clerk").get(f"/jobs/{job.id}").text
        assert "后台处理程序没有运行" in page
        assert '<noscript><meta http-equiv="refresh"' in page
        enrol("here:1")
        assert "后台处理程序没有运行" not in client_as("office_clerk").get(f"/jobs/{job.id}").text


def test_the_page_tells_how_far_a_job_is_and_renews_itself_until_it_is_over(cast: Cast, client_as: ClientAs) -> None:
    job = asked(cast)
    with write_transaction():
        held = jobs.claim(holder="here:1")
        assert held is not None
        jobs.prolong(held, done=3, total=12)
    with known(writes):
        answer = client_as("office_clerk").get(f"/jobs/{job.id}/progress")
        assert "3 / 12" in answer.text
        assert 'value="25"' in answer.text
        assert "HX-Refresh" not in answer.headers
        with write_transaction():
            jobs.end(held, JobState.CANCELLED, now=job.asked_at)
        assert client_as("office_clerk").get(f"/jobs/{job.id}/progress").headers["HX-Refresh"] == "true"
        assert "已取消。" in client_as("office_clerk").get(f"/jobs/{job.id}").text


def test_cancelling_from_the_page(cast: Cast, client_as: ClientAs) -> None:
    job, clerk = asked(cast), client_as("office_clerk")
    with known(writes):
        assert clerk.post(f"/jobs/{job.id}/cancel").status_code == 302
        assert again(job).state is JobState.CANCELLED
        assert clerk.post(f"/jobs/{job.id}/cancel").status_code == 409


def test_a_result_is_downloaded_under_its_name(cast: Cast, client_as: ClientAs) -> None:
    job = asked(cast)
    with known(writes):
        assert client_as("office_clerk").get(f"/jobs/{job.id}/result").status_code == 409
        turn()
        answer = client_as("office_clerk").get(f"/jobs/{job.id}/result")
    assert answer.data == b"PK made"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "%E7%BB%93%E6%9E%9C.zip" in answer.headers["Content-Disposition"]


def test_who_lost_the_right_meanwhile_does_not_get_the_result(cast: Cast, client_as: ClientAs) -> None:
    lost: list[bool] = []

    def check(actor: object, arguments: object) -> None:
        if lost:
            raise NotAllowed(_l("已不在办公室。"))

    job = asked(cast)
    with known(writes, check=check):
        turn()
        assert client_as("office_clerk").get(f"/jobs/{job.id}/result").status_code == 200
        lost.append(True)
        answer = client_as("office_clerk").get(f"/jobs/{job.id}/result")
    assert answer.status_code == 403
    assert "已不在办公室。" in answer.text


def test_an_expired_result_says_so(cast: Cast, client_as: ClientAs, clock: Clock) -> None:
    job = asked(cast)
    with known(writes):
        turn()
        assert client_as("office_clerk").get(f"/jobs/{job.id}/result").status_code == 200
        clerk = client_as("office_clerk")
        job = again(job)
        job_id, ends = job.id, job.asked_at + timedelta(days=7)
        with write_transaction():
            again(job).expires_at = ends - timedelta(days=7)
        answer = clerk.get(f"/jobs/{job_id}/result")
        assert answer.status_code == 409
        assert "已过期" in clerk.get(f"/jobs/{job_id}").text


def test_a_tampered_result_is_not_sent(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    job = asked(cast)
    with known(writes):
        turn()
        job = again(job)
        (folder_of(job.folder) / (job.result_sha256 or "")).write_bytes(b"PK other")
        assert client_as("office_clerk").get(f"/jobs/{job.id}/result").status_code == 500


def test_the_message_leads_to_the_page(cast: Cast, client_as: ClientAs) -> None:
    def fails(_work: Work) -> None:
        raise NotAllowed(_l("已有 %(count)s 份。", count=3))

    job = asked(cast)
    with known(fails):
        turn()
        clerk = client_as("office_clerk")
        assert "没成：甲" in clerk.get("/inbox").text
        assert "已有 3 份。" in clerk.get(f"/jobs/{job.id}").text


def test_the_health_check_knows_whether_the_worker_lives(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    assert (client.get("/healthz").json or {})["worker"] == "bad"
    enrol("here:1")
    assert (client.get("/healthz").json or {})["worker"] == "ok"


def test_the_page_leads_back_to_where_the_job_was_asked_for(cast: Cast, client_as: ClientAs) -> None:
    job = asked(cast)
    with known(writes, back=("letters.batch", "letter_batch_id")):
        assert "/letter-batches/" not in client_as("office_clerk").get(f"/jobs/{job.id}").text
    with write_transaction() as session:
        row = session.get_one(BackgroundJob, job.id)
        row.arguments = {**row.arguments, "letter_batch_id": 7}
    with known(writes, back=("letters.batch", "letter_batch_id")):
        page = client_as("office_clerk").get(f"/jobs/{job.id}").text
    assert page.count('href="/letter-batches/7"') == 2, "above the title and below the result"
