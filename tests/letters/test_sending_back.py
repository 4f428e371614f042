"""A letter that its unit does not agree with goes back with reasons, before the unit has signed."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.factories import make_post
from tests.letters.promises import again, in_force, issued, send_back, sign
from tests.tasks.stories import act, day, inbox, refuses
from tests.visitors import signed_in
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, policy, queries
from tracker.letters.rules import LetterState, SigningOrder
from tracker.organisation import commands as organisation

ClientAs = Callable[[str], FlaskClient]


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


def test_what_was_sent_back_waits_for_the_office_and_counts_against_no_unit(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    letter = issued(cast, "finance", "construction")
    late, group_id = day("2026-04-03"), cast.group().id
    send_back(cast, letter, now=day("2026-03-31"))
    found = queries.unsigned(group_id, day=late.date())
    assert (found.letters, found.late, found.sent_back) == (1, 1, 1)
    tally = queries.tallies([group_id], day=late.date())[letter.batch_id]
    assert (tally.letters, tally.waiting, tally.late, tally.sent_back) == (2, 1, 1, 1)
    assert queries.waiting_since([again(letter)]) == {letter.id: day("2026-03-31")}
    clock.set(late)
    office = signed_in(app, cast.person_ids["office_clerk"], now=late)
    page = office.get(f"/letter-batches/{letter.batch_id}").text
    row = page[page.index(letter.number or "") :].split("</tr>")[0]
    assert ("等办公室 3 个工作日" in row, "z-late" in row, "tel:" in row) == (True, False, False)
    assert "退回待办公室修改" in page
    assert "退回 1 份" in office.get("/letters").text
    assert "超过期限 1 份；退回待修改 1 份" in office.get("/").text


def test_a_group_with_nothing_but_letters_sent_back_leads_to_them(cast: Cast, client_as: ClientAs) -> None:
    letter, nothing = issued(cast), queries.unsigned(cast.group_ids["g2"], day=NOW.date())
    assert (nothing.letters, nothing.late, nothing.sent_back) == (0, 0, 0)
    send_back(cast, letter)
    found = queries.unsigned(cast.group().id, day=NOW.date())
    assert (found.letters, found.sent_back) == (0, 1)
    office, address = client_as("office_clerk"), f"/groups/{cast.group().id}/letters/unsigned"
    assert f'href="{address}"' in office.get("/").text
    page = office.get(address).text
    assert "没有等待签署的责任书。" in page and f'href="/letters/{letter.id}"' in page


@pytest.mark.parametrize(
    ("order", "first", "from_then"),
    [
        (SigningOrder.SECOND_FIRST, "finance_head", True),
        (SigningOrder.FIRST_FIRST, "leader", True),
        (SigningOrder.ANY, "leader", False),
    ],
)
def test_a_party_s_days_count_from_when_its_turn_came(
    cast: Cast, order: SigningOrder, first: str, from_then: bool
) -> None:
    letter = issued(cast, signing_order=order)
    assert queries.waiting_since([letter]) == {letter.id: NOW}
    signed_at = day("2026-03-24")
    sign(cast, letter, first, now=signed_at)
    assert queries.waiting_since([again(letter)]) == {letter.id: signed_at if from_then else NOW}
    other = "leader" if first == "finance_head" else "finance_head"
    sign(cast, letter, other, now=day("2026-03-25"))
    assert queries.waiting_since([again(letter)]) == {}


def test_a_letter_that_goes_out_again_waits_from_that_day(cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.FIRST_FIRST)
    sign(cast, letter, "leader")
    send_back(cast, letter, now=day("2026-03-24"))
    act(commands.issue_letter, again(letter), by=cast.actor("office_clerk"), now=day("2026-03-25"))
    assert queries.waiting_since([again(letter)]) == {letter.id: day("2026-03-25")}
