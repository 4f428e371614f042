"""Units see their own letters and those of units below; drafts are the office's alone; other groups see nothing."""

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.letters.promises import again, issue, issued, prepare, promised, send_back
from tests.tasks.stories import act
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.letters import commands, policy, queries
from tracker.letters.models import Letter
from tracker.letters.rules import BatchState

WATCHERS = ("leader", "deputy_leader", "office_director", "office_clerk", "office_secondee", "supervisor")
NOBODY = (
    "g2_office_director",
    "g2_office_clerk",
    "g2_supervisor",
    "water_head",
    "d2_office_director",
    "d2_head",
    "outsider",
    "administrator",
    "auditor",
    "registrar",
)


def seen_by(cast: Cast, name: str) -> set[int]:
    """The units whose letters somebody sees."""
    return set(db.session.scalars(sa.select(Letter.unit_id).where(policy.letters_visible_to(cast.actor(name)))))


def of(cast: Cast, *units: str) -> set[int]:
    return {cast.unit_ids[unit] for unit in units}


def test_units_see_their_own_letters_and_those_of_units_below(cast: Cast) -> None:
    units = ("finance", "construction", "education", "school_one", "school_two")
    issued(cast, *units)
    for name in WATCHERS:
        assert seen_by(cast, name) == of(cast, *units), name
    for name in ("finance_head", "finance_deputy", "finance_liaison"):
        assert seen_by(cast, name) == of(cast, "finance"), name
    assert seen_by(cast, "construction_head") == of(cast, "construction")
    assert seen_by(cast, "education_head") == of(cast, "education", "school_one", "school_two")
    assert seen_by(cast, "school_one_head") == of(cast, "school_one")
    for name in ("town_head", *NOBODY):
        assert seen_by(cast, name) == set(), name
    assert [letter.unit_id for letter in queries.own_letters(cast.actor("school_two_head"))] == [
        cast.unit_ids["school_two"]
    ]
    assert len(queries.own_letters(cast.actor("education_head"))) == 3


def test_drafts_are_for_those_who_watch_over_the_group(cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)
    [letter] = queries.letters_of(batch)
    head = cast.actor("finance_head")
    with pytest.raises(NotVisible):
        queries.visible_letter(head, letter.id)
    assert queries.visible_letter(cast.actor("office_clerk"), letter.id) == letter
    assert list(queries.own_letters(head)) == []
    issue(cast, batch)
    assert queries.visible_letter(head, letter.id) == letter
    send_back(cast, letter)
    assert queries.visible_letter(head, letter.id) == letter


def test_a_batch_is_for_those_who_watch_over_the_group(cast: Cast) -> None:
    letter = issued(cast)
    for name in WATCHERS:
        assert queries.visible_batch(cast.actor(name), letter.batch_id) == letter.batch
    for name in ("finance_head", "finance_liaison", "education_head", *NOBODY):
        with pytest.raises(NotVisible):
            queries.visible_batch(cast.actor(name), letter.batch_id)
        assert list(queries.batches_of(cast.actor(name), cast.group().id)) == []


def test_a_batch_given_up_is_no_longer_listed(cast: Cast) -> None:
    clerk, batch = cast.actor("office_clerk"), prepare(cast)
    kept = prepare(cast, "town")
    assert [one.id for one in queries.batches_of(clerk, cast.group().id)] == [kept.id, batch.id]
    act(commands.discard_batch, batch, by=clerk)
    assert batch.state is BatchState.DISCARDED
    assert list(queries.batches_of(clerk, cast.group().id)) == [kept]


def test_a_code_leads_to_a_letter_that_went_out_and_to_no_draft(cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)
    [letter] = queries.letters_of(batch)
    assert queries.letter_of_code(letter.check_code) is None
    issue(cast, batch)
    assert queries.letter_of_code(letter.check_code) == letter
    assert queries.letter_of_code(letter.check_code.lower()) == letter
    for code in ("", "%", "_" * 20, letter.check_code[:-1], letter.check_code + " ", "Ａ" * 20, "A" * 5000):
        assert queries.letter_of_code(code) is None


def test_what_waits_for_somebody_is_what_they_can_sign_now(cast: Cast) -> None:
    letter = issued(cast, "finance", "construction")
    assert queries.waiting_for(cast.actor("finance_head")) == [letter]
    assert len(queries.waiting_for(cast.actor("leader"))) == 2
    for name in ("finance_deputy", "finance_liaison", "deputy_leader", "supervisor", "office_clerk", *NOBODY):
        assert queries.waiting_for(cast.actor(name)) == [], name
    send_back(cast, again(letter))
    assert queries.waiting_for(cast.actor("finance_head")) == []
    assert len(queries.waiting_for(cast.actor("leader"))) == 1


def test_tallies_count_what_went_out(cast: Cast) -> None:
    letter = issued(cast, "finance", "construction")
    tally = queries.tallies([cast.group().id], day=NOW.date())[letter.batch_id]
    assert (tally.letters, tally.in_force, tally.waiting, tally.late) == (2, 0, 2, 0)
    after = letter.sign_by.replace(day=2)
    assert queries.tallies([cast.group().id], day=after)[letter.batch_id].late == 2
    act(commands.withdraw_letter, letter, remark="有误。", by=cast.actor("office_clerk"))
    assert queries.tallies([cast.group().id], day=NOW.date())[letter.batch_id].letters == 1
