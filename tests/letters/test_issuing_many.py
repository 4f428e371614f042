"""A large batch goes out by a job: all of it or nothing, once, by who asked, with the rights of that day."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.jobs.kinds import again as job_again
from tests.jobs.kinds import turn
from tests.letters.promises import again, inbox_keys, prepare, promised
from tests.tasks.stories import act, refuses
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.kernel.jobs import BackgroundJob, JobState
from tracker.kernel.text import told
from tracker.letters import commands
from tracker.letters.issuing import JOBS
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import BatchState, LetterState
from tracker.letters.views import batches
from tracker.organisation.models import Seat

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two letters are many here."""
    monkeypatch.setattr(batches, "AT_ONCE", 1)


def _two(cast: Cast) -> LetterBatch:
    for unit in ("finance", "construction"):
        promised(cast, lead=unit)
    return prepare(cast, "finance", "construction")


def _ask(client: FlaskClient, batch: LetterBatch) -> int:
    answer = client.post(f"/letter-batches/{batch.id}/issue", data={"version": "1"})
    assert answer.status_code == 302
    assert "/jobs/" in answer.headers["Location"]
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def _states(batch: LetterBatch) -> set[LetterState]:
    db.session.rollback()
    return set(db.session.scalars(sa.select(Letter.state).where(Letter.batch_id == batch.id)))


def _job(job_id: int) -> BackgroundJob:
    return job_again(db.session.get_one(BackgroundJob, job_id))


def test_a_large_batch_goes_out_in_the_background_and_says_so(cast: Cast, client_as: ClientAs) -> None:
    batch, clerk = _two(cast), client_as("office_clerk")
    job_id = _ask(clerk, batch)
    assert _states(batch) == {LetterState.DRAFT}
    assert _ask(clerk, batch) == job_id, "asked twice it goes out once"
    assert turn() and not turn()
    assert (_job(job_id).state, _states(batch)) == (JobState.FINISHED, {LetterState.ISSUED})
    page = clerk.get(f"/jobs/{job_id}").text
    assert f'href="/letter-batches/{batch.id}"' in page
    assert "责任书已下发" in clerk.get("/inbox").text
    assert any(key.startswith("letter") for key in inbox_keys(cast, "finance_head"))
    found = again(db.session.scalars(sa.select(Letter)).first()).batch  # type: ignore[arg-type]
    assert (found.state, found.issued_by_id) == (BatchState.ISSUED, cast.person_ids["office_clerk"])
    assert history("letter_batch", batch.id)[-1].act == "letter.issue_batch"


def test_a_small_batch_goes_out_at_once(cast: Cast, client_as: ClientAs) -> None:
    promised(cast)
    batch = prepare(cast, "finance")
    answer = client_as("office_clerk").post(f"/letter-batches/{batch.id}/issue", data={"version": "1"})
    assert answer.headers["Location"].endswith(f"/letter-batches/{batch.id}")
    assert _states(batch) == {LetterState.ISSUED}


def test_a_worker_that_died_after_issuing_leaves_nothing_to_do_again(cast: Cast, client_as: ClientAs) -> None:
    batch = _two(cast)
    job_id = _ask(client_as("office_clerk"), batch)
    with write_transaction():
        row = db.session.get_one(LetterBatch, batch.id)
        commands.issue_batch(row, version=1, by=cast.actor("office_clerk"), now=NOW)
    turn()
    assert _job(job_id).state is JobState.FINISHED
    texts = db.session.scalars(sa.select(Letter.edition).where(Letter.batch_id == batch.id)).all()
    assert set(texts) == {1}


def test_what_somebody_else_issued_meanwhile_is_told(cast: Cast, client_as: ClientAs) -> None:
    batch = _two(cast)
    job_id = _ask(client_as("office_clerk"), batch)
    act(commands.issue_batch, db.session.get_one(LetterBatch, batch.id), by=cast.actor("office_director"))
    turn()
    assert _job(job_id).state is JobState.FAILED


def test_who_has_left_the_office_issues_nothing(cast: Cast, client_as: ClientAs) -> None:
    batch = _two(cast)
    job_id = _ask(client_as("office_clerk"), batch)
    with write_transaction() as session:
        session.query(Seat).filter(Seat.person_id == cast.person_ids["office_clerk"]).delete()
    turn()
    assert (_job(job_id).state, _states(batch)) == (JobState.FAILED, {LetterState.DRAFT})
    assert "没有找到" in told(_job(job_id).reason)


def test_what_would_be_refused_is_refused_before_anything_waits(cast: Cast, client_as: ClientAs) -> None:
    batch, clerk = _two(cast), cast.actor("office_clerk")
    with refuses(NotAllowed):
        commands.ask_to_issue(batch, version=1, by=cast.actor("leader"), now=NOW)
    with refuses(Stale):
        commands.ask_to_issue(batch, version=9, by=clerk, now=NOW)
    empty = prepare(cast, "town", "education")
    lacking = client_as("office_clerk").post(f"/letter-batches/{empty.id}/issue", data={"version": "1"})
    assert (lacking.status_code, "责任书还不完整" in lacking.text) == (422, True)
    act(commands.issue_batch, batch, by=clerk)
    with refuses(Stale):
        commands.ask_to_issue(batch, version=batch.version, by=clerk, now=NOW)
    with refuses(Invalid, "letters"):
        commands.ask_to_issue(empty, version=1, by=clerk, now=NOW)
    assert db.session.query(BackgroundJob).count() == 0


def test_the_result_is_for_who_may_issue(cast: Cast) -> None:
    batch = _two(cast)
    [kind] = JOBS
    kind.check(cast.actor("office_clerk"), {"letter_batch_id": batch.id})
    with refuses(NotAllowed):
        kind.check(cast.actor("leader"), {"letter_batch_id": batch.id})
