"""A letter that its unit does not agree with goes back with reasons, before the unit has signed."""

import pytest

from tests.cast import NOW, Cast
from tests.factories import make_post
from tests.letters.promises import again, in_force, issued, send_back, sign
from tests.tasks.stories import act, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, policy
from tracker.letters.rules import LetterState, SigningOrder
from tracker.organisation import commands as organisation


@pytest.mark.parametrize("by", ["finance_head", "finance_deputy"])
def test_the_unit_s_head_or_deputy_sends_its_letter_back_with_reasons(cast: Cast, by: str) -> None:
    letter = issued(cast)
    for name in ("finance_liaison", "construction_head", "office_clerk", "leader", "supervisor", "outsider"):
        with refuses(NotAllowed):
            commands.send_back(letter, remark="过高。", version=letter.version, by=cast.actor(name), now=NOW)
    send_back(cast, letter, by=by)
    assert (again(letter).state, letter.remark) == (LetterState.SENT_BACK, "指标过高。")
    assert inbox(cast, "office_clerk")[-1] == "letter.sent_back"
    assert history("letter", letter.id)[-1].new == {"remark": "指标过高。"}


def test_reasons_are_given_and_a_page_seen_before_is_stale(cast: Cast) -> None:
    letter, head = issued(cast), cast.actor("finance_head")
    for remark in ("", " \n ", "由" * 1001):
        with refuses(Invalid, "remark"):
            commands.send_back(letter, remark=remark, version=letter.version, by=head, now=NOW)
    with refuses(Stale):
        commands.send_back(letter, remark="过高。", version=letter.version - 1, by=head, now=NOW)
    act(commands.send_back, letter, remark="由" * 1000, by=head)
    with refuses(Stale):
        commands.send_back(letter, remark="过高。", version=letter.version, by=head, now=NOW)


def test_who_has_signed_does_not_send_back(cast: Cast) -> None:
    letter, head = sign(cast, issued(cast), "finance_head"), cast.actor("finance_head")
    with refuses(Stale):
        commands.send_back(letter, remark="过高。", version=letter.version, by=head, now=NOW)
    done = in_force(cast, "construction")
    with refuses(Stale):
        by = cast.actor("construction_head")
        commands.send_back(done, remark="过高。", version=done.version, by=by, now=NOW)


def test_the_leader_s_signature_lapses_when_the_unit_sends_back(cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.FIRST_FIRST)
    sign(cast, letter, "leader")
    send_back(cast, letter)
    act(commands.issue_letter, again(letter), by=cast.actor("office_clerk"))
    assert policy.signatures_of(again(letter)) == []
    assert [len(text.signatures) for text in letter.texts] == [1, 0]
    sign(cast, letter, "leader")
    assert sign(cast, letter, "finance_head").state is LetterState.IN_FORCE


def test_one_of_two_heads_may_still_send_back_what_the_other_signed(cast: Cast) -> None:
    with write_transaction():
        secretary = make_post(cast.unit("town"), "党委书记")
        organisation.appoint(secretary, person=cast.person("finance_staff"), by=SYSTEM, now=NOW)
    letter = sign(cast, issued(cast, "town"), "town_head")
    assert letter.state is LetterState.ISSUED
    send_back(cast, letter, by="finance_staff")
    assert again(letter).state is LetterState.SENT_BACK


def test_nothing_is_sent_back_in_a_group_that_has_ended(cast: Cast) -> None:
    letter, head = issued(cast), cast.actor("finance_head")
    with write_transaction():
        cast.group().ended_on = NOW.date()
    with refuses(Stale):
        commands.send_back(letter, remark="过高。", version=letter.version, by=head, now=NOW)
    assert policy.hindrance(head, letter) is not None
