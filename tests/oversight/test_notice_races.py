"""Two at once on supervision notices: numbers are given once and without gaps, one matter keeps one paper."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.oversight.supervised import SAID, anew, by_ladder, drafted, issued, overdue, proposed, received, replied
from tests.tasks.stories import again, submit
from tests.tasks.test_races import race
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.oversight import commands
from tracker.oversight.models import NoticeReply, SupervisionNotice
from tracker.oversight.rules import NoticeState
from tracker.tasks.commands import verify_completion
from tracker.tasks.models import Task

pytestmark = pytest.mark.postgres


def _sign(notice: SupervisionNotice, by: Actor) -> None:
    commands.sign_off_notice(notice, version=notice.version, by=by, now=NOW)


def _discard(notice: SupervisionNotice, by: Actor) -> None:
    commands.discard_notice(notice, remark="重复。", version=notice.version, by=by, now=NOW)


def _reply(notice: SupervisionNotice, by: Actor) -> None:
    commands.send_reply(notice, text="已办。", version=notice.version, by=by, now=NOW)


def _draft(task: Task, by: Actor) -> None:
    commands.draft_notice(task, SAID, by=by, now=NOW)


def _ladder(task: Task, _by: Actor) -> None:
    commands.draft_notices_by_ladder(task.group_id, "task", [task.id], rung=7, now=NOW)


def test_two_issued_at_once_get_different_numbers_without_a_gap(app: Flask, cast: Cast) -> None:
    one, other = proposed(cast), proposed(cast)
    other_id = other.id

    def sign_other(_seen: SupervisionNotice, by: Actor) -> None:
        _sign(db.session.get_one(SupervisionNotice, other_id), by)

    assert race(app, cast, one, ("leader", _sign), ("deputy_leader", sign_other)) == ["done", "done"]
    numbers = db.session.scalars(sa.select(SupervisionNotice.number).order_by(SupervisionNotice.number)).all()
    assert numbers == [1, 2]


def test_signed_off_twice_it_is_issued_once_and_no_number_is_lost(app: Flask, cast: Cast) -> None:
    notice = proposed(cast)
    assert sorted(race(app, cast, notice, ("leader", _sign), ("office_director", _sign))) == ["done", "stale"]
    assert (anew(notice).state, notice.number) == (NoticeState.ISSUED, 1)
    assert anew(issued(cast)).number == 2


def test_it_is_signed_off_or_discarded_but_not_both(app: Flask, cast: Cast) -> None:
    notice = proposed(cast)
    assert sorted(race(app, cast, notice, ("leader", _sign), ("office_clerk", _discard))) == ["done", "stale"]
    assert (anew(notice).number is None) == (notice.state is NoticeState.DISCARDED)


def test_one_matter_drafted_by_two_at_once_has_one_paper(app: Flask, cast: Cast) -> None:
    task = overdue(cast)
    assert sorted(race(app, cast, task, ("office_clerk", _draft), ("supervisor", _draft))) == ["done", "stale"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SupervisionNotice)) == 1


def test_the_ladder_and_a_hand_at_once_make_one_paper(app: Flask, cast: Cast) -> None:
    task = overdue(cast)
    ends = race(app, cast, task, ("office_clerk", _draft), ("leader", _ladder))
    assert ends in (["done", "done"], ["stale", "done"])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SupervisionNotice)) == 1


def test_two_sweeps_at_once_draft_once(app: Flask, cast: Cast) -> None:
    task = overdue(cast)
    assert race(app, cast, task, ("leader", _ladder), ("leader", _ladder)) == ["done", "done"]
    assert len(by_ladder(cast, task)) == 1


def test_two_answers_at_once_are_one(app: Flask, cast: Cast) -> None:
    notice = received(cast)
    assert sorted(race(app, cast, notice, ("finance_head", _reply), ("finance_deputy", _reply))) == ["done", "stale"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NoticeReply)) == 1


def test_it_is_accepted_or_sent_back_but_not_both(app: Flask, cast: Cast) -> None:
    notice = replied(cast)

    def accept(seen: SupervisionNotice, by: Actor) -> None:
        commands.accept_reply(seen, version=seen.version, by=by, now=NOW)

    def send_back(seen: SupervisionNotice, by: Actor) -> None:
        commands.return_reply(seen, remark="不全。", version=seen.version, by=by, now=NOW)

    assert sorted(race(app, cast, notice, ("office_clerk", accept), ("supervisor", send_back))) == ["done", "stale"]
    assert anew(notice).state in {NoticeState.CLOSED, NoticeState.RETURNED}


def test_a_task_found_done_while_its_notice_is_edited_leaves_no_draft(app: Flask, cast: Cast) -> None:
    task = overdue(cast)
    notice = drafted(cast, about=task)
    notice_id = notice.id
    submit(cast, again(task))

    def edit(_seen: Task, by: Actor) -> None:
        seen = db.session.get_one(SupervisionNotice, notice_id)
        commands.edit_notice(seen, SAID, version=seen.version, by=by, now=NOW)

    def verify(seen: Task, by: Actor) -> None:
        verify_completion(seen, version=seen.version, by=by, now=NOW)

    ends = race(app, cast, task, ("office_clerk", edit), ("supervisor", verify))
    assert "done" in ends
    assert set(ends) <= {"done", "stale"}, ends
    if ends[1] == "done":
        assert anew(notice).state is NoticeState.DISCARDED
