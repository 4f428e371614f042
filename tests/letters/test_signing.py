"""Signing a letter: exactly the text that was seen, by the person whom it names, once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import NOW, Cast
from tests.letters.promises import again, held_post, in_force, issued, seen, sign
from tests.tasks.stories import a_file, act, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.kernel.files import NewFile
from tracker.letters import commands, policy, queries
from tracker.letters.commands.tickets import TICKET_VALID
from tracker.letters.rules import LetterState, Side, SigningMethod, SigningOrder
from tracker.organisation import commands as organisation
from tracker.organisation.rules import SeatRole


def test_a_letter_is_in_force_once_both_parties_have_signed(cast: Cast) -> None:
    letter = issued(cast)
    assert sign(cast, letter, "finance_head").state is LetterState.HALF_SIGNED
    assert "letter.to_sign" in inbox(cast, "leader")
    assert sign(cast, letter, "leader").state is LetterState.IN_FORCE
    assert letter.in_force_at == NOW
    assert policy.complete_sides(letter) == set(Side)
    assert [entry.act for entry in history("letter", letter.id)] == [
        "letter.issue",
        "letter.sign",
        "letter.sign",
        "letter.enter_force",
    ]
    assert inbox(cast, "finance_head")[-1] == "letter.in_force"


def test_a_signature_keeps_who_signed_as_what_and_under_which_text(cast: Cast) -> None:
    letter = sign(cast, issued(cast), "finance_head")
    [signature] = policy.signatures_of(letter)
    assert (signature.person_name, signature.signed_as) == ("钱广源", "澄江区财政局局长")
    assert (signature.method, signature.signed_at) == (SigningMethod.ELECTRONIC, NOW)
    assert signature.text.sha256 in signature.statement


def test_only_those_whom_the_letter_names_sign_it(cast: Cast) -> None:
    letter = issued(cast)
    for name in (
        "finance_deputy",
        "finance_liaison",
        "construction_head",
        "deputy_leader",
        "office_director",
        "supervisor",
        "outsider",
    ):
        one = seen(cast, letter, name)
        with refuses(NotAllowed):
            commands.sign_letter(one, by=cast.actor(name), now=NOW)
    assert sign(cast, letter, "finance_head").state is LetterState.HALF_SIGNED


def test_nobody_signs_twice_and_a_ticket_signs_once(cast: Cast) -> None:
    letter = issued(cast)
    one = seen(cast, letter, "finance_head")
    act(commands.sign_letter, one, by=cast.actor("finance_head"))
    with refuses(Stale):
        commands.sign_letter(one, by=cast.actor("finance_head"), now=NOW)
    fresh = seen(cast, letter, "finance_head")
    with refuses(Stale):
        commands.sign_letter(fresh, by=cast.actor("finance_head"), now=NOW)


def test_another_text_than_the_one_seen_is_not_signed(cast: Cast) -> None:
    letter = issued(cast)
    one, by = seen(cast, letter, "finance_head"), cast.actor("finance_head")
    for altered in (
        replace(one, sha256="0" * 64),
        replace(one, text_id=one.text_id + 1),
        replace(one, ticket=seen(cast, letter, "leader").ticket),
        replace(one, ticket="x"),
        replace(one, ticket=one.ticket[:-1] + ("0" if one.ticket[-1] != "0" else "1")),
    ):
        with refuses(Stale):
            commands.sign_letter(altered, by=by, now=NOW)
    with refuses(Stale):
        commands.sign_letter(one, by=by, now=NOW + TICKET_VALID)
    act(commands.sign_letter, one, by=by)
    assert again(letter).state is LetterState.HALF_SIGNED


def test_a_ticket_for_one_letter_signs_no_other(cast: Cast) -> None:
    finance = issued(cast, "finance", "construction")
    [_first, construction] = queries.letters_of(finance.batch)
    one = seen(cast, construction, "construction_head")
    with refuses(Stale):
        stolen = replace(one, ticket=seen(cast, finance, "construction_head").ticket)
        commands.sign_letter(stolen, by=cast.actor("construction_head"), now=NOW)
    act(commands.sign_letter, one, by=cast.actor("construction_head"))
    assert again(construction).state is LetterState.HALF_SIGNED


@pytest.mark.parametrize(
    ("order", "first", "second"),
    [
        (SigningOrder.SECOND_FIRST, "finance_head", "leader"),
        (SigningOrder.FIRST_FIRST, "leader", "finance_head"),
    ],
)
def test_where_an_order_was_set_nobody_signs_out_of_turn(
    cast: Cast, order: SigningOrder, first: str, second: str
) -> None:
    letter = issued(cast, signing_order=order)
    early = seen(cast, letter, second)
    with refuses(Stale):
        commands.sign_letter(early, by=cast.actor(second), now=NOW)
    assert queries.waiting_for(cast.actor(second)) == []
    assert queries.waiting_for(cast.actor(first)) == [letter]
    sign(cast, letter, first)
    assert sign(cast, letter, second).state is LetterState.IN_FORCE


def test_without_an_order_either_party_may_begin(cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.ANY)
    assert "letter.to_sign" in inbox(cast, "leader")
    assert sign(cast, letter, "leader").state is LetterState.HALF_SIGNED
    assert sign(cast, letter, "finance_head").state is LetterState.IN_FORCE


def test_a_letter_past_its_validity_is_signed_by_nobody(cast: Cast) -> None:
    letter = issued(cast)
    late = NOW + timedelta(days=400)
    one = seen(cast, letter, "finance_head", now=late)
    with refuses(Stale):
        commands.sign_letter(one, by=cast.actor("finance_head"), now=late)
    past_the_date = NOW + timedelta(days=60)
    assert sign(cast, letter, "finance_head", now=past_the_date).state is LetterState.HALF_SIGNED


def test_a_drawn_signature_is_a_picture(cast: Cast) -> None:
    letter = issued(cast)
    one, by = seen(cast, letter, "finance_head"), cast.actor("finance_head")
    paper = a_file("签名.pdf")
    with refuses(Invalid, "drawing"):
        commands.sign_letter(one, drawing=paper, by=by, now=NOW)
    drawing = NewFile("签名.png", paper.sha256, 1000, "image/png")
    act(commands.sign_letter, one, drawing=drawing, by=by)
    assert policy.signatures_of(letter)[0].drawing_sha256 == paper.sha256


def test_the_office_enters_what_was_signed_on_paper(cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.SECOND_FIRST)
    lines = {one.side: one.id for one in letter.signatories}
    people = {
        lines[Side.FIRST]: cast.person_ids["leader"],
        lines[Side.SECOND]: cast.person_ids["finance_head"],
    }
    scan = a_file("签署页.pdf")
    for name in ("finance_head", "leader", "supervisor"):
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.record_paper(letter, people=people, scan=scan, version=letter.version, by=by, now=NOW)
    act(commands.record_paper, letter, people=people, scan=scan, by=cast.actor("office_clerk"))
    assert again(letter).state is LetterState.IN_FORCE
    signatures = policy.signatures_of(letter)
    assert {one.recorded_by_id for one in signatures} == {cast.person_ids["office_clerk"]}
    assert {one.scan_sha256 for one in signatures} == {scan.sha256}
    assert [entry.act for entry in history("letter", letter.id)].count("letter.record_paper") == 2


def test_a_paper_is_entered_only_for_those_who_may_have_signed_it(cast: Cast) -> None:
    letter = issued(cast)
    lines = {one.side: one.id for one in letter.signatories}
    scan, clerk = a_file("签署页.pdf"), cast.actor("office_clerk")
    for people in (
        {},
        {10**6: cast.person_ids["leader"]},
        {lines[Side.SECOND]: cast.person_ids["finance_deputy"]},
    ):
        with refuses(Invalid, "signatories"):
            commands.record_paper(letter, people=people, scan=scan, version=letter.version, by=clerk, now=NOW)
    right = {lines[Side.SECOND]: cast.person_ids["finance_head"]}
    with refuses(Stale):
        commands.record_paper(letter, people=right, scan=scan, version=letter.version + 1, by=clerk, now=NOW)
    with refuses(NotAllowed):
        own = {lines[Side.SECOND]: cast.person_ids["office_clerk"]}
        commands.record_paper(letter, people=own, scan=scan, version=letter.version, by=clerk, now=NOW)
    act(commands.record_paper, letter, people=right, scan=scan, by=clerk)
    assert again(letter).state is LetterState.HALF_SIGNED


def test_a_letter_in_force_is_signed_no_more(cast: Cast) -> None:
    letter = in_force(cast)
    one = seen(cast, letter, "finance_head")
    with refuses(Stale):
        commands.sign_letter(one, by=cast.actor("finance_head"), now=NOW)
    line = next(one for one in letter.signatories if one.side is Side.SECOND)
    with refuses(Invalid, "signatories"):
        people = {line.id: cast.person_ids["finance_head"]}
        scan, clerk = NewFile("x.pdf", "0" * 64, 1, "application/pdf"), cast.actor("office_clerk")
        commands.record_paper(letter, people=people, scan=scan, version=letter.version, by=clerk, now=NOW)


def test_who_presides_over_a_unit_without_a_head_signs_for_it(cast: Cast) -> None:
    letter = issued(cast)
    head, deputy = (held_post(cast.person_ids[name]) for name in ("finance_head", "finance_deputy"))
    act(organisation.end_appointment, head, by=SYSTEM)
    act(organisation.set_presiding, deputy, presiding=True, by=SYSTEM)
    with refuses(NotAllowed):
        commands.sign_letter(seen(cast, letter, "finance_head"), by=cast.actor("finance_head"), now=NOW)
    sign(cast, letter, "finance_deputy")
    assert policy.signatures_of(letter)[0].person_name == "谢云岚"


def test_nobody_of_the_office_enters_a_paper_that_waits_for_their_own_signature(cast: Cast) -> None:
    letter, scan = issued(cast, signing_order=SigningOrder.SECOND_FIRST), a_file("签署页.pdf")
    group, person = cast.group(), cast.person("finance_head")
    act(organisation.seat, group, role=SeatRole.OFFICE_STAFF, person=person, by=SYSTEM)
    lines = {one.side: one.id for one in letter.signatories}
    people = {lines[Side.FIRST]: cast.person_ids["leader"]}
    with refuses(NotAllowed):
        by = cast.actor("finance_head")
        commands.record_paper(letter, people=people, scan=scan, version=letter.version, by=by, now=NOW)
    act(commands.record_paper, letter, people=people, scan=scan, by=cast.actor("office_clerk"))
    assert again(letter).state is LetterState.HALF_SIGNED
    sign(cast, letter, "finance_head")
    assert policy.may_record_paper(cast.actor("finance_head"), again(letter))
