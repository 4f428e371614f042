"""A letter's own date to sign by, and units taken out of a batch together before it goes out."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.letters.promises import (
    SIGN_BY,
    again,
    follow,
    in_force,
    issue,
    issued,
    office_edits,
    prepare,
    promised,
    send_back,
    sign,
)
from tests.letters.test_pages import PDF, signing
from tests.letters.test_papers import words_of
from tests.tasks.stories import act, day, refuses
from tests.visitors import signed_in
from tracker.audit.queries import history
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, queries
from tracker.letters.models import Letter
from tracker.letters.rules import LetterKind, LetterState, Side, SigningOrder

ClientAs = Callable[[str], FlaskClient]
LATER = day("2026-06-01")


def edited(cast: Cast, letter: Letter, sign_by: date | None) -> None:
    """The office gives a letter another date to sign by."""
    act(commands.edit_letter, letter, task_ids=[], free="按时上报。", sign_by=sign_by, by=cast.actor("office_clerk"))


def test_a_letter_that_follows_has_days_of_its_own_to_be_signed(cast: Cast) -> None:
    letter, clerk = in_force(cast), cast.actor("office_clerk")
    supplement = follow(cast, letter, LetterKind.SUPPLEMENT, free="按季报告。")
    assert (letter.sign_by, supplement.sign_by) == (SIGN_BY, date(2026, 4, 1))
    act(commands.withdraw_letter, supplement, remark="另写。", by=clerk)
    said: dict[str, Any] = {"kind": LetterKind.SUPPLEMENT, "task_ids": [], "free": "按季报告。", "by": clerk}
    with refuses(Invalid, "sign_by"):
        commands.follow_letter(letter, **said, sign_by=date(2026, 5, 31), now=LATER)
    with refuses(Invalid, "sign_by"):
        commands.follow_letter(letter, **said, sign_by=date(2027, 1, 1), now=LATER)
    own = act(commands.follow_letter, letter, **said, now=LATER)
    assert own.sign_by == date(2026, 6, 15)
    act(commands.issue_letter, own, by=clerk, now=LATER)
    assert queries.tallies([cast.group().id], day=LATER.date())[letter.batch_id].late == 0
    assert queries.unsigned(cast.group().id, day=LATER.date()).late == 0
    assert queries.unsigned(cast.group().id, day=date(2026, 6, 16)).late == 1


def test_near_its_end_a_letter_is_signed_by_its_last_day(cast: Cast) -> None:
    letter = in_force(cast)
    assert commands.usual_sign_by(letter.batch, today=date(2026, 12, 28)) == date(2026, 12, 31)
    whole = prepare(cast, "town", ends_on=None)
    assert commands.usual_sign_by(whole, today=NOW.date()) == date(2026, 4, 1)
    edited(cast, queries.letters_of(whole)[0], date(2030, 1, 1))


def test_a_signature_after_the_date_to_sign_by_is_taken_and_called_late_wherever_it_is_shown(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    batch = issued(cast, "finance", "construction", signing_order=SigningOrder.SECOND_FIRST).batch
    letter, other = sorted(queries.letters_of(batch), key=lambda one: one.unit_id != cast.unit_ids["finance"])
    sign(cast, other, "construction_head", now=day(SIGN_BY.isoformat()))
    clock.now = day("2026-04-02")
    head, clerk, leader = (
        signed_in(app, cast.person_ids[name], now=clock.now) for name in ("finance_head", "office_clerk", "leader")
    )
    assert head.post(f"/letters/{letter.id}/sign", data=signing(head, letter.id)).status_code == 302
    line = next(one for one in other.signatories if one.side is Side.FIRST)
    paper: dict[str, Any] = {f"person_{line.id}": str(cast.person_ids["leader"]), "scan": (BytesIO(PDF), "页.pdf")}
    paper |= {"version": str(again(other).version)}
    assert clerk.post(f"/letters/{other.id}/paper", data=paper).status_code == 302
    assert [again(one).state for one in (letter, other)] == [LetterState.HALF_SIGNED, LetterState.IN_FORCE]
    shown = {one.id: leader.get(f"/letters/{one.id}").text for one in (letter, other)}
    printed = {one.id: words_of(clerk.get(f"/letters/{one.id}/letter.docx")) for one in (letter, other)}
    for found in (shown, printed):
        assert [("逾期签署" in found[one.id], "期限后代录" in found[one.id]) for one in (letter, other)] == [
            (True, False),
            (False, True),
        ]
    assert "钱广源，系统签署，2026年4月2日（逾期签署）" in printed[letter.id]
    page = clerk.get(f"/letter-batches/{letter.batch_id}").text
    table = words_of(clerk.get(f"/letter-batches/{letter.batch_id}/standing.docx"))
    for whole in (page, table):
        assert (whole.count("逾期签署"), whole.count("期限后代录")) == (1, 1)


def test_what_goes_out_again_after_its_date_gets_another(cast: Cast) -> None:
    promised(cast)
    letter = issue(cast, prepare(cast))[0]
    send_back(cast, letter)
    letter, clerk = again(letter), cast.actor("office_clerk")
    with refuses(Invalid, "letters"):
        commands.issue_letter(letter, version=letter.version, by=clerk, now=LATER)
    said: dict[str, Any] = {"task_ids": [], "free": "一条。", "by": clerk, "now": LATER}
    with refuses(Invalid, "sign_by"):
        commands.edit_letter(letter, sign_by=date(2026, 5, 29), version=letter.version, **said)
    act(commands.edit_letter, letter, sign_by=date(2026, 6, 12), **said)
    act(commands.issue_letter, letter, by=clerk, now=LATER)
    assert (again(letter).state, letter.sign_by) == (LetterState.ISSUED, date(2026, 6, 12))


def test_a_date_that_is_not_said_stays(cast: Cast) -> None:
    [letter] = queries.letters_of(prepare(cast))
    office_edits(cast, letter, free="一条。")
    assert again(letter).sign_by == SIGN_BY


def test_several_units_are_taken_out_of_a_batch_at_once(cast: Cast) -> None:
    promised(cast)
    batch, clerk = prepare(cast, "finance", "construction", "town"), cast.actor("office_clerk")
    finance, construction, town = queries.letters_of(batch)
    for name in ("leader", "supervisor", "finance_head", "g2_office_clerk"):
        with refuses(NotAllowed):
            commands.drop_letters(batch, letter_ids=[town.id], version=batch.version, by=cast.actor(name), now=NOW)
    for wrong in ([], [10**6], [town.id, 10**6]):
        with refuses(Invalid, "letter"):
            commands.drop_letters(batch, letter_ids=wrong, version=batch.version, by=clerk, now=NOW)
    with refuses(Stale):
        commands.drop_letters(batch, letter_ids=[town.id], version=batch.version + 1, by=clerk, now=NOW)
    dropped = act(commands.drop_letters, batch, letter_ids=[town.id, construction.id, town.id], by=clerk)
    assert {letter.unit_id for letter in dropped} == {cast.unit_ids[name] for name in ("construction", "town")}
    assert {again(letter).state for letter in (construction, town)} == {LetterState.WITHDRAWN}
    assert history("letter_batch", batch.id)[-1].act == "letter.drop"
    with refuses(Invalid, "letter"):
        commands.drop_letters(batch, letter_ids=[town.id], version=batch.version, by=clerk, now=NOW)
    assert [letter.id for letter in issue(cast, batch)] == [finance.id]


@pytest.mark.parametrize("ticked", [[], ["x"], ["999999"]])
def test_the_page_takes_out_what_was_ticked(cast: Cast, client_as: ClientAs, ticked: list[str]) -> None:
    promised(cast)
    batch = prepare(cast, "finance", "construction", "town")
    batch_id, office = batch.id, client_as("office_clerk")
    _finance, construction, town = queries.letters_of(batch)
    ids = [str(construction.id), str(town.id)]
    address = f"/letter-batches/{batch_id}/drop"
    refused = office.post(address, data={"version": "1", "letter": ticked})
    assert (refused.status_code, refused.get_data(as_text=True).count("移出所选")) == (422, 1)
    assert office.post(address, data={"version": "7", "letter": ids}).status_code == 409
    assert office.post(address, data={"version": "1", "letter": ids}).status_code == 302
    page = office.get(f"/letter-batches/{batch_id}").get_data(as_text=True)
    assert ("已移出 2 家单位" in page, "柳溪镇人民政府" in page, "下发 1 份" in page) == (True, False, True)
