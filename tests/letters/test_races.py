"""Two at once on letters: one wins, the other is told, numbers are given once, nothing is half done."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.letters.promises import again, in_force, issued, prepare, promised, seen, send_back, sign
from tests.tasks.stories import a_file, everything
from tests.tasks.test_races import race
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import db
from tracker.letters import commands, policy, queries
from tracker.letters.commands import Seen
from tracker.letters.models import Letter, LetterBatch, Signature
from tracker.letters.rules import DEFAULT_TEMPLATE, LetterKind, LetterState, SigningOrder
from tracker.organisation.models import LeadershipGroup

pytestmark = pytest.mark.postgres


def _sign(letter: Letter, by: Actor) -> None:
    text = policy.text_of(letter)
    assert text is not None
    one = Seen(letter, text.id, text.sha256, commands.ticket_for(text, by=by, now=NOW))
    commands.sign_letter(one, by=by, now=NOW)


def _send_back(letter: Letter, by: Actor) -> None:
    commands.send_back(letter, remark="过高。", version=letter.version, by=by, now=NOW)


def _withdraw(letter: Letter, by: Actor) -> None:
    commands.withdraw_letter(letter, remark="有误。", version=letter.version, by=by, now=NOW)


def _issue_batch(batch: LetterBatch, by: Actor) -> None:
    commands.issue_batch(batch, version=batch.version, by=by, now=NOW)


def _urge(letter: Letter, by: Actor) -> None:
    commands.urge_letter(letter, by=by, now=NOW)


def _signatures() -> int:
    return db.session.scalar(sa.select(sa.func.count(Signature.id))) or 0


def test_two_signatories_at_once_sign_one_after_the_other(app: Flask, cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.ANY)
    ends = race(app, cast, letter, ("finance_head", _sign), ("leader", _sign))
    assert sorted(ends) == ["done", "stale"]
    assert (again(letter).state, _signatures()) == (LetterState.HALF_SIGNED, 1)
    [loser] = [name for name, end in zip(("finance_head", "leader"), ends, strict=True) if end == "stale"]
    assert sign(cast, letter, loser).state is LetterState.IN_FORCE


def test_one_who_presses_twice_signs_once(app: Flask, cast: Cast) -> None:
    letter = issued(cast)
    one = seen(cast, letter, "finance_head")

    def press(row: Letter, by: Actor) -> None:
        commands.sign_letter(Seen(row, one.text_id, one.sha256, one.ticket), by=by, now=NOW)

    assert sorted(race(app, cast, letter, ("finance_head", press), ("finance_head", press))) == ["done", "stale"]
    assert _signatures() == 1


@pytest.mark.parametrize("other", ["send back", "withdraw"])
def test_a_letter_is_signed_or_goes_back_but_not_both(app: Flask, cast: Cast, other: str) -> None:
    letter = issued(cast)
    against = ("finance_deputy", _send_back) if other == "send back" else ("office_clerk", _withdraw)
    assert sorted(race(app, cast, letter, ("finance_head", _sign), against)) == ["done", "stale"]
    signed = again(letter).state is LetterState.HALF_SIGNED
    assert _signatures() == int(signed)
    assert signed or letter.state in {LetterState.SENT_BACK, LetterState.WITHDRAWN}


def test_a_double_click_issues_a_batch_once(app: Flask, cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)
    ends = race(app, cast, batch, ("office_clerk", _issue_batch), ("office_secondee", _issue_batch))
    assert sorted(ends) == ["done", "stale"]
    [letter] = queries.letters_of(batch)
    assert (letter.edition, letter.number) == (1, "优均责〔2026〕1号")


def test_two_batches_with_one_prefix_issued_at_once_share_no_number(app: Flask, cast: Cast) -> None:
    for unit in ("finance", "construction", "town", "education"):
        promised(cast, lead=unit)
    batch, other = prepare(cast, "finance", "construction"), prepare(cast, "town", "education")
    other_id = other.id

    def issue_other(_seen: LetterBatch, by: Actor) -> None:
        _issue_batch(db.session.get_one(LetterBatch, other_id), by)

    ends = race(app, cast, batch, ("office_clerk", _issue_batch), ("office_secondee", issue_other))
    assert ends == ["done", "done"]
    numbers = db.session.scalars(sa.select(Letter.number).order_by(Letter.number)).all()
    assert numbers == [f"优均责〔2026〕{number}号" for number in (1, 2, 3, 4)]


def test_a_letter_dropped_while_its_batch_goes_out_is_dropped_or_goes_out(app: Flask, cast: Cast) -> None:
    for unit in ("finance", "construction"):
        promised(cast, lead=unit)
    batch = prepare(cast, "finance", "construction")

    def drop(seen_batch: LetterBatch, by: Actor) -> None:
        _withdraw(queries.letters_of(seen_batch)[0], by)

    ends = race(app, cast, batch, ("office_clerk", _issue_batch), ("office_secondee", drop))
    assert set(ends) <= {"done", "stale"}, ends
    assert "done" in ends
    states = [letter.state for letter in queries.letters_of(db.session.get_one(LetterBatch, batch.id))]
    assert states in (
        [LetterState.ISSUED, LetterState.ISSUED],
        [LetterState.WITHDRAWN, LetterState.ISSUED],
        [LetterState.WITHDRAWN, LetterState.DRAFT],
    )


def test_a_clause_written_while_the_batch_goes_out_is_in_the_text_or_refused(app: Flask, cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)

    def edit(seen_batch: LetterBatch, by: Actor) -> None:
        [letter] = queries.letters_of(seen_batch)
        commands.edit_letter(letter, task_ids=[], free="改写。", version=letter.version, by=by, now=NOW)

    ends = race(app, cast, batch, ("office_clerk", _issue_batch), ("office_secondee", edit))
    assert set(ends) <= {"done", "stale"}, ends
    [letter] = queries.letters_of(db.session.get_one(LetterBatch, batch.id))
    text = policy.text_of(letter)
    written = [clause.text for clause in letter.clauses] == ["改写。"]
    assert text is None or ("改写。" in text.text) == written


def test_two_who_keep_the_first_template_at_once_do_not_overwrite_each_other(app: Flask, cast: Cast) -> None:
    def keep(group: LeadershipGroup, by: Actor) -> None:
        commands.set_template(group, words=DEFAULT_TEMPLATE, version=version, by=by, now=NOW)

    for version in (0, 1):
        ends = race(app, cast, cast.group(), ("office_clerk", keep), ("office_secondee", keep))
        assert sorted(ends) == ["done", "stale"]
        assert queries.template_of(cast.group().id)[0] == version + 1


def test_one_letter_is_followed_once(app: Flask, cast: Cast) -> None:
    letter = in_force(cast)

    def follow(row: Letter, by: Actor) -> None:
        commands.follow_letter(row, kind=LetterKind.SUPPLEMENT, task_ids=[], free="一条。", by=by, now=NOW)

    ends = race(app, cast, letter, ("office_clerk", follow), ("office_secondee", follow))
    assert sorted(ends) == ["done", "stale"]
    assert db.session.scalar(sa.select(sa.func.count(Letter.id))) == 2


def test_two_who_urge_at_once_urge_once(app: Flask, cast: Cast) -> None:
    letter = issued(cast)
    assert sorted(race(app, cast, letter, ("office_clerk", _urge), ("supervisor", _urge))) == ["done", "stale"]
    assert again(letter).urges == 1


def test_a_letter_issued_again_twice_at_once_has_one_new_text(app: Flask, cast: Cast) -> None:
    letter = issued(cast)
    send_back(cast, letter)

    def issue_again(row: Letter, by: Actor) -> None:
        commands.issue_letter(row, version=row.version, by=by, now=NOW)

    ends = race(app, cast, letter, ("office_clerk", issue_again), ("office_secondee", issue_again))
    assert sorted(ends) == ["done", "stale"]
    assert again(letter).edition == 2


def test_the_sweep_leaves_a_letter_that_is_being_withdrawn(app: Flask, cast: Cast) -> None:
    letter, other = issued(cast), issued(cast, "town")
    late = NOW + timedelta(days=400)

    def expire(_row: Letter, _by: Actor) -> None:
        commands.expire_letters(by=SYSTEM, now=late)

    ends = race(app, cast, letter, ("office_clerk", expire), ("office_clerk", _withdraw))
    assert set(ends) <= {"done", "stale"}, ends
    assert ends[0] == "done"
    assert again(other).state is LetterState.EXPIRED
    assert again(letter).state in {LetterState.EXPIRED, LetterState.WITHDRAWN}
    acts = [row for row in everything()["audit_entry"] if "letter.expire" in row or "letter.withdraw" in row]
    assert len(acts) == 2


def test_a_paper_entered_while_the_unit_signs_is_entered_once_or_refused(app: Flask, cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.ANY)
    line = letter.signatories[-1].id
    people = {line: cast.person_ids["finance_head"]}
    with_scan = a_file("签署页.pdf")

    def enter(row: Letter, by: Actor) -> None:
        commands.record_paper(row, people=people, scan=with_scan, version=row.version, by=by, now=NOW)

    assert sorted(race(app, cast, letter, ("finance_head", _sign), ("office_clerk", enter))) == ["done", "stale"]
    assert _signatures() == 1
