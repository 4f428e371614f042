"""Two at once on a pile: a letter is recorded once, and never with pages that have just moved."""

from hashlib import sha256

import pytest
from flask import Flask

from tests.cast import NOW, Cast
from tests.letters.promises import again, issued
from tests.tasks.stories import a_file
from tests.tasks.test_races import race
from tracker.kernel import jobs
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.files import NewFile
from tracker.letters import commands, policy, queries
from tracker.letters.models import Letter, LetterPile, PilePage
from tracker.letters.rules import LetterState, PileState

pytestmark = pytest.mark.postgres

SCAN = NewFile("扫描件.pdf", sha256("扫描件.pdf".encode()).hexdigest(), 1000, "application/pdf")


def _pile(cast: Cast) -> tuple[LetterPile, Letter]:
    """A pile that was taken apart: one page of one letter."""
    letter = issued(cast)
    by = cast.actor("office_clerk")
    with write_transaction() as session:
        job = jobs.ask("letters.pile", {}, by=by, now=NOW)
        pile = LetterPile(
            batch_id=letter.batch_id,
            job=job,
            state=PileState.READY,
            files=[],
            uploaded_by_id=cast.person_ids["office_clerk"],
            uploaded_at=NOW,
        )
        pile.pages = [PilePage(position=1, letter_id=letter.id, picture_sha256="0" * 64)]
        session.add(pile)
    return pile, letter


def _record(pile: LetterPile, by: Actor) -> None:
    [one] = queries.filed_letters(pile)
    line = policy.unsigned(one.letter)[0]
    [holder, *_others] = queries.holders([line], day=NOW.date())[line.id]
    commands.record_from_pile(
        pile,
        one.letter,
        people={line.id: holder.id},
        scan=SCAN,
        version=one.letter.version,
        pile_version=1,
        by=by,
        now=NOW,
    )


def _take_out(pile: LetterPile, by: Actor) -> None:
    commands.assign_pages(pile, letter_ids={1: None}, version=1, by=by, now=NOW)


def test_two_who_confirm_one_letter_record_it_once(app: Flask, cast: Cast) -> None:
    pile, letter = _pile(cast)
    a_file(SCAN.name)
    assert sorted(race(app, cast, pile, ("office_clerk", _record), ("office_director", _record))) == ["done", "stale"]
    assert len(policy.signatures_of(again(letter))) == 1


def test_a_page_is_not_moved_while_its_letter_is_recorded(app: Flask, cast: Cast) -> None:
    pile, letter = _pile(cast)
    a_file(SCAN.name)
    ends = race(app, cast, pile, ("office_clerk", _record), ("office_director", _take_out))
    assert "done" in ends
    assert set(ends) <= {"done", "stale"}
    recorded = again(letter).state is LetterState.HALF_SIGNED
    moved = db.session.get_one(LetterPile, pile.id).pages[0].fault is not None
    assert recorded == (ends[0] == "done")
    assert moved == (ends[1] == "done")
