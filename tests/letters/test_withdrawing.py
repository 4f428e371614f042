"""The office takes letters back before they are in force; and letters whose time has passed expire."""

from datetime import timedelta

import pytest

from tests.cast import NOW, Cast
from tests.letters.promises import again, in_force, issued, prepare, seen, send_back, sign
from tests.tasks.stories import act, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, policy, queries
from tracker.letters.rules import LetterState

LATE = NOW + timedelta(days=400)


def test_the_office_withdraws_with_reasons_and_what_was_signed_stays(cast: Cast) -> None:
    letter = sign(cast, issued(cast), "finance_head")
    for name in ("leader", "supervisor", "finance_head", "g2_office_clerk"):
        with refuses(NotAllowed):
            commands.withdraw_letter(letter, remark="有误。", version=letter.version, by=cast.actor(name), now=NOW)
    clerk = cast.actor("office_clerk")
    for remark in ("", "由" * 1001):
        with refuses(Invalid, "remark"):
            commands.withdraw_letter(letter, remark=remark, version=letter.version, by=clerk, now=NOW)
    with refuses(Stale):
        commands.withdraw_letter(letter, remark="有误。", version=letter.version - 1, by=clerk, now=NOW)
    act(commands.withdraw_letter, letter, remark="有误。", by=clerk)
    assert (again(letter).state, letter.remark) == (LetterState.WITHDRAWN, "有误。")
    assert len(policy.signatures_of(letter)) == 1
    assert "letter.withdrawn" in inbox(cast, "finance_head")
    assert [entry.act for entry in history("letter", letter.id)][-1] == "letter.withdraw"
    one = seen(cast, letter, "leader")
    with refuses(Stale):
        commands.sign_letter(one, by=cast.actor("leader"), now=NOW)


def test_a_draft_that_is_dropped_tells_nobody(cast: Cast) -> None:
    [letter] = queries.letters_of(prepare(cast))
    act(commands.withdraw_letter, letter, remark="不签。", by=cast.actor("office_clerk"))
    assert again(letter).state is LetterState.WITHDRAWN
    assert inbox(cast, "finance_head") == []


def test_a_letter_that_was_sent_back_may_be_withdrawn_and_one_in_force_not(cast: Cast) -> None:
    letter, clerk = issued(cast), cast.actor("office_clerk")
    send_back(cast, letter)
    act(commands.withdraw_letter, again(letter), remark="另行起草。", by=clerk)
    done = in_force(cast, "construction")
    with refuses(Stale):
        commands.withdraw_letter(done, remark="有误。", version=done.version, by=clerk, now=NOW)


def test_a_unit_whose_letter_was_withdrawn_may_get_another_in_a_new_batch(cast: Cast) -> None:
    letter = issued(cast)
    act(commands.withdraw_letter, letter, remark="有误。", by=cast.actor("office_clerk"))
    assert issued(cast).number == "优均责〔2026〕2号"


def test_letters_expire_when_their_validity_has_passed(cast: Cast) -> None:
    waiting, back = issued(cast), issued(cast, "town")
    send_back(cast, back, by="town_head")
    done, open_end = in_force(cast, "construction"), issued(cast, "education", ends_on=None)
    withdrawn = issued(cast)
    act(commands.withdraw_letter, withdrawn, remark="有误。", by=cast.actor("office_clerk"))
    with write_transaction():
        assert commands.expire_letters(by=SYSTEM, now=NOW + timedelta(days=200)) == 0
    with write_transaction():
        assert commands.expire_letters(by=SYSTEM, now=LATE) == 3
    states = [again(letter).state for letter in (waiting, back, done, open_end, withdrawn)]
    expired = LetterState.EXPIRED
    assert states == [expired, expired, expired, LetterState.ISSUED, LetterState.WITHDRAWN]
    assert history("letter", done.id)[-1].act == "letter.expire"
    with write_transaction():
        assert commands.expire_letters(by=SYSTEM, now=LATE) == 0


@pytest.mark.parametrize("days", [0, 1])
def test_a_letter_is_valid_through_its_last_day(cast: Cast, days: int) -> None:
    letter = issued(cast)
    ends_on = letter.batch.ends_on
    assert ends_on is not None
    after = (ends_on - NOW.date()).days + days
    with write_transaction():
        assert commands.expire_letters(by=SYSTEM, now=NOW + timedelta(days=after)) == days
