"""What has gone away meanwhile, or is nobody's to do: nothing is written, and the sentence says why."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.oversight.flag_stories import flags_of, fresh, late, look, raise_on
from tests.oversight.supervised import anew, drafted, overdue
from tests.tasks.stories import act, active, again, cancelled, completed, day, refuses
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Stale
from tracker.oversight import commands, notices, policy
from tracker.oversight.commands import notice_drafting
from tracker.oversight.commands.notice_following import discard_overtaken
from tracker.oversight.commands.notice_steps import hold_subject
from tracker.oversight.models import Flag, FlagEvent, SupervisionNotice
from tracker.oversight.rules import DirectionKind, FellAway, FlagMove, FlagState, NoticeState
from tracker.tasks.commands import record_crossings
from tracker.tasks.models import Task


def test_many_flags_are_decided_by_supervisors_and_leaders_alone(cast: Cast) -> None:
    assert policy.may_act_on_flags(cast.actor("supervisor"))
    assert policy.may_act_on_flags(cast.actor("leader"))
    assert not policy.may_act_on_flags(cast.actor("office_clerk"))


def test_rules_are_read_by_who_watches_over_the_group_alone(cast: Cast) -> None:
    group_id = cast.group_ids["g1"]
    assert policy.may_see_rules(cast.actor("office_clerk"), group_id)
    assert not policy.may_see_rules(cast.actor("finance_head"), group_id)
    assert not policy.may_see_rules(cast.actor("g2_supervisor"), group_id)


def test_the_ladder_drafts_nothing_about_what_is_done(cast: Cast) -> None:
    task = completed(cast)
    with write_transaction():
        assert commands.draft_notices_by_ladder(cast.group_ids["g1"], "task", [task.id], rung=7, now=NOW) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SupervisionNotice)) == 0


def test_a_draft_that_the_ladder_put_in_between_is_not_written_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = overdue(cast)
    drafted(cast, about=task)
    monkeypatch.setattr(notice_drafting, "_require_first", lambda _place: None)
    with refuses(Stale):
        drafted(cast, about=again(task))


def test_nothing_is_drafted_about_what_is_no_longer_at_work(cast: Cast) -> None:
    done = completed(cast)
    with refuses(Stale):
        drafted(cast, about=done)


@pytest.mark.parametrize(("ended", "why"), [(completed, FellAway.COMPLETED), (cancelled, FellAway.CANCELLED)])
def test_a_draft_whose_matter_is_at_an_end_says_so(cast: Cast, ended: Callable[[Cast], Task], why: FellAway) -> None:
    notice = drafted(cast, about=overdue(cast))
    assert policy.fell_away(notice) is None
    task = ended(cast)
    with write_transaction():
        db.session.get_one(SupervisionNotice, notice.id).task_id = task.id
    assert policy.fell_away(db.session.get_one(SupervisionNotice, notice.id)) is why
    with refuses(Stale):
        act(commands.sign_off_notice, notice, version=notice.version, by=cast.actor("office_director"))


def test_a_flag_of_which_nobody_could_be_told_is_withdrawn_in_silence(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = late(cast)
    monkeypatch.setattr(notices, "unit_listeners", lambda *_about, **_when: set())
    assert raise_on(cast, task.id) == 1
    [flag] = flags_of(task)
    assert (flag.state, flag.notified_at) == (FlagState.RAISED, None)
    moves = db.session.scalars(sa.select(FlagEvent.move).where(FlagEvent.flag_id == flag.id)).all()
    assert list(moves) == [FlagMove.RAISE]
    act(commands.withdraw_flag, flag, reason="日期有误。", version=flag.version, by=cast.actor("supervisor"))
    assert fresh(flag).state is FlagState.WITHDRAWN


def test_raising_about_nothing_that_is_late_writes_nothing(cast: Cast) -> None:
    assert raise_on(cast, active(cast).id) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Flag)) == 0


def test_a_rectification_date_that_was_moved_since_raises_nothing(cast: Cast) -> None:
    task = late(cast)
    said: dict[str, Any] = {"kind": DirectionKind.RECTIFY, "text": "限期整改。", "new_due_on": date(2026, 3, 25)}
    act(commands.direct, again(task), version=again(task).version, by=cast.actor("supervisor"), **said)
    with write_transaction():
        record_crossings(cast.group(), now=day("2026-04-01"))
    with write_transaction():
        row = again(task)
        row.due_on = row.sort_on = date(2026, 3, 30)
    assert look(cast, now=day("2026-04-10")) == 0


def test_a_draft_whose_matter_still_stands_is_left_alone(cast: Cast) -> None:
    task = overdue(cast)
    draft = drafted(cast, about=task)
    with write_transaction():
        assert discard_overtaken(again(task), now=NOW) == 0
    assert anew(draft).state is NoticeState.DRAFT


def test_what_is_done_is_not_held_for_a_notice(cast: Cast) -> None:
    done = completed(cast)
    with pytest.raises(Stale), write_transaction():
        hold_subject(done)
