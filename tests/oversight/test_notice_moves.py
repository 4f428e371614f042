"""Every state of a supervision notice × every step: taken from the right states, refused from all others."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.oversight.supervised import IN_STATE, SAID, anew
from tests.tasks.stories import act, refuses
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Stale
from tracker.oversight import commands
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import NOTICE_MOVES, NoticeMove, NoticeState

DOING: dict[NoticeMove, tuple[Callable[..., object], str, dict[str, object]]] = {
    NoticeMove.PROPOSE: (commands.propose_notice, "office_clerk", {}),
    NoticeMove.SEND_BACK: (commands.send_back_notice, "deputy_leader", {"remark": "依据不明。"}),
    NoticeMove.SIGN_OFF: (commands.sign_off_notice, "deputy_leader", {}),
    NoticeMove.SIGN_FOR: (commands.sign_for_notice, "finance_head", {}),
    NoticeMove.REPLY: (commands.send_reply, "finance_head", {"text": "已办结。"}),
    NoticeMove.RETURN: (commands.return_reply, "supervisor", {"remark": "不完整。"}),
    NoticeMove.ACCEPT: (commands.accept_reply, "supervisor", {}),
    NoticeMove.DISCARD: (commands.discard_notice, "office_clerk", {"remark": "重复。"}),
    NoticeMove.WITHDRAW: (commands.withdraw_notice, "deputy_leader", {"remark": "有误。"}),
}


def test_every_step_is_tried() -> None:
    assert set(DOING) == set(NoticeMove) == set(NOTICE_MOVES)
    assert set(IN_STATE) == set(NoticeState)


@pytest.mark.parametrize("state", list(NoticeState))
def test_steps_are_taken_from_their_states_alone(cast: Cast, state: NoticeState) -> None:
    notice = IN_STATE[state](cast)
    assert notice.state is state
    for move, (command, name, said) in DOING.items():
        sources, target = NOTICE_MOVES[move]
        by = cast.actor(name)
        if state not in sources:
            with refuses(Stale):
                command(anew(notice), version=anew(notice).version, by=by, now=NOW, **said)
            continue
        with write_transaction() as session:
            savepoint = session.begin_nested()
            row = session.get_one(SupervisionNotice, notice.id)
            command(row, version=row.version, by=by, now=NOW, **said)
            session.flush()
            found = session.scalar(sa.select(SupervisionNotice.state).where(SupervisionNotice.id == notice.id))
            assert found is target
            savepoint.rollback()
    assert anew(notice).state is state


@pytest.mark.parametrize(
    ("state", "broken"),
    [
        (NoticeState.DRAFT, {"state": "issued"}),
        (NoticeState.DRAFT, {"number": 1, "year": 2026}),
        (NoticeState.ISSUED, {"number": None}),
        (NoticeState.ISSUED, {"reply_by": None}),
        (NoticeState.ISSUED, {"state": "received"}),
        (NoticeState.RECEIVED, {"state": "replied"}),
        (NoticeState.REPLIED, {"state": "closed"}),
        (NoticeState.DRAFT, {"state": "discarded"}),
        (NoticeState.ISSUED, {"state": "withdrawn"}),
        (NoticeState.ISSUED, {"fell_away": "completed"}),
        (NoticeState.DRAFT, {"rung": 7}),
        (NoticeState.DRAFT, {"drafted_by_id": None}),
        (NoticeState.DRAFT, {"kind": "part"}),
        (NoticeState.DRAFT, {"kind": "letter"}),
    ],
)
def test_the_database_holds_no_impossible_notice(cast: Cast, state: NoticeState, broken: dict[str, object]) -> None:
    notice = IN_STATE[state](cast)
    statement = sa.update(SupervisionNotice).where(SupervisionNotice.id == notice.id).values(**broken)
    with pytest.raises(sa.exc.IntegrityError), write_transaction():
        db.session.execute(statement)


def test_the_history_names_every_step(cast: Cast) -> None:
    notice = IN_STATE[NoticeState.RETURNED](cast)
    act(commands.send_reply, notice, text="已补充完成时间：3月31日。", by=cast.actor("finance_deputy"))
    act(commands.accept_reply, notice, remark="同意。", by=cast.actor("office_secondee"))
    assert [entry.act for entry in history("notice", notice.id)] == [
        "notice.draft",
        "notice.sign_off",
        "notice.sign_for",
        "notice.reply",
        "notice.return",
        "notice.reply",
        "notice.accept",
    ]


def test_a_step_on_what_somebody_else_has_changed_is_refused(cast: Cast) -> None:
    notice = IN_STATE[NoticeState.DRAFT](cast)
    seen = notice.version
    act(commands.edit_notice, notice, words_of=SAID, by=cast.actor("office_clerk"))
    with refuses(Stale):
        commands.sign_off_notice(anew(notice), version=seen, by=cast.actor("leader"), now=NOW)
    act(commands.sign_off_notice, anew(notice), by=cast.actor("leader"))
    assert anew(notice).state is NoticeState.ISSUED
