"""A letter in force is never changed: another adds to it, or takes its place."""

from datetime import date

from tests.cast import NOW, Cast
from tests.letters.promises import again, follow, in_force, issued, promised, sign
from tests.tasks.stories import act, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, policy, queries
from tracker.letters.models import Letter
from tracker.letters.rules import LetterKind, LetterState, SigningOrder
from tracker.tasks import commands as tasks

SUPPLEMENT, REPLACEMENT = LetterKind.SUPPLEMENT, LetterKind.REPLACEMENT


def followed(cast: Cast, letter: Letter, kind: LetterKind) -> Letter:
    """A letter that follows another, signed by both parties."""
    new = follow(cast, letter, kind, free="增加一条。")
    act(commands.issue_letter, new, by=cast.actor("office_clerk"))
    sign(cast, new, "finance_head")
    return sign(cast, new, "leader")


def test_a_supplement_stands_beside_the_letter_it_adds_to(cast: Cast) -> None:
    letter = in_force(cast)
    text = policy.text_of(letter)
    assert text is not None
    before = text.text
    new = followed(cast, letter, SUPPLEMENT)
    assert (new.state, new.follows_id, new.unit_id) == (LetterState.IN_FORCE, letter.id, letter.unit_id)
    assert again(letter).state is LetterState.IN_FORCE
    kept = policy.text_of(letter)
    assert kept is not None
    assert kept.text == before
    assert [line.title for line in new.signatories] == [line.title for line in letter.signatories]


def test_a_replacement_takes_the_place_of_the_letter_and_of_what_was_added_to_it(cast: Cast) -> None:
    letter = in_force(cast)
    added = followed(cast, letter, SUPPLEMENT)
    new = followed(cast, letter, REPLACEMENT)
    assert [again(one).state for one in (letter, added, new)] == [
        LetterState.SUPERSEDED,
        LetterState.SUPERSEDED,
        LetterState.IN_FORCE,
    ]
    [entry] = [entry for entry in history("letter", letter.id) if entry.act == "letter.supersede"]
    assert entry.new == {"by_number": new.number}
    assert followed(cast, new, REPLACEMENT).follows_id == new.id
    assert again(new).state is LetterState.SUPERSEDED
    tally = queries.tallies([cast.group().id], day=NOW.date())[letter.batch_id]
    assert (tally.letters, tally.in_force, tally.waiting) == (1, 1, 0)


def test_until_a_replacement_is_signed_the_letter_stands(cast: Cast) -> None:
    letter = in_force(cast)
    new = follow(cast, letter, REPLACEMENT, free="增加一条。")
    act(commands.issue_letter, new, by=cast.actor("office_clerk"))
    sign(cast, new, "finance_head")
    assert again(letter).state is LetterState.IN_FORCE
    act(commands.withdraw_letter, again(new), remark="不再重签。", by=cast.actor("office_clerk"))
    assert again(letter).state is LetterState.IN_FORCE
    assert follow(cast, letter, SUPPLEMENT, free="一条。").state is LetterState.DRAFT


def test_only_the_office_writes_one_that_follows_and_only_one_at_a_time(cast: Cast) -> None:
    letter, clerk = in_force(cast), cast.actor("office_clerk")
    for name in ("leader", "finance_head", "supervisor", "g2_office_clerk"):
        with refuses(NotAllowed):
            commands.follow_letter(letter, kind=SUPPLEMENT, task_ids=[], free="一条。", by=cast.actor(name), now=NOW)
    with refuses(Invalid, "kind"):
        commands.follow_letter(letter, kind=LetterKind.LETTER, task_ids=[], free="一条。", by=clerk, now=NOW)
    with refuses(Invalid, "tasks"):
        commands.follow_letter(letter, kind=SUPPLEMENT, task_ids=[10**6], by=clerk, now=NOW)
    with refuses(Invalid, "free"):
        commands.follow_letter(letter, kind=SUPPLEMENT, task_ids=[], free="款" * 3001, by=clerk, now=NOW)
    new = follow(cast, letter, SUPPLEMENT, free="一条。")
    assert history("letter", new.id)[-1].act == "letter.follow"
    with refuses(Stale):
        commands.follow_letter(letter, kind=REPLACEMENT, task_ids=[], free="一条。", by=clerk, now=NOW)


def test_what_is_not_in_force_is_not_followed_nor_is_a_supplement(cast: Cast) -> None:
    letter, clerk = issued(cast), cast.actor("office_clerk")
    with refuses(Stale):
        commands.follow_letter(letter, kind=SUPPLEMENT, task_ids=[], free="一条。", by=clerk, now=NOW)
    sign(cast, letter, "finance_head")
    sign(cast, letter, "leader")
    added = followed(cast, letter, SUPPLEMENT)
    for kind in (SUPPLEMENT, REPLACEMENT):
        with refuses(Stale):
            commands.follow_letter(added, kind=kind, task_ids=[], free="一条。", by=clerk, now=NOW)
    with write_transaction():
        cast.group().ended_on = NOW.date()
    with refuses(Stale):
        commands.follow_letter(again(letter), kind=SUPPLEMENT, task_ids=[], free="一条。", by=clerk, now=NOW)


def test_a_task_whose_date_moved_after_issue_shows_as_a_deviation_until_the_letter_is_signed_anew(cast: Cast) -> None:
    letter = in_force(cast)
    assert queries.deviations(letter) == []
    [task_id] = {clause.task_id for clause in letter.clauses}
    task = next(clause.task for clause in letter.clauses if clause.task is not None)
    leader = cast.actor("leader")
    act(tasks.adjust_time, task, new_due_on=date(2026, 5, 8), basis="市通知。", by=leader)
    [found] = queries.deviations(again(letter))
    assert (found.was, found.now, found.cancelled, found.elsewhere) == (
        date(2026, 4, 17),
        date(2026, 5, 8),
        False,
        False,
    )
    assert task_id is not None
    new = follow(cast, letter, REPLACEMENT, task_ids=[task_id])
    act(commands.issue_letter, new, by=cast.actor("office_clerk"))
    assert queries.deviations(again(new)) == []
    act(tasks.cancel_task, task, reason="政策调整。", by=leader)
    assert [one.cancelled for one in queries.deviations(again(letter))] == [True]


def test_a_draft_deviates_from_nothing(cast: Cast) -> None:
    letter = in_force(cast)
    assert queries.deviations(follow(cast, letter, SUPPLEMENT, free="一条。")) == []


def test_the_leader_hears_of_a_supplement_when_the_unit_has_signed_it(cast: Cast) -> None:
    letter = in_force(cast)
    told = inbox(cast, "leader").count("letter.to_sign")
    new = follow(cast, letter, SUPPLEMENT, free="一条。")
    act(commands.issue_letter, new, by=cast.actor("office_clerk"))
    assert letter.batch.signing_order is SigningOrder.SECOND_FIRST
    assert inbox(cast, "leader").count("letter.to_sign") == told
    sign(cast, new, "finance_head")
    assert inbox(cast, "leader").count("letter.to_sign") == told + 1


def test_a_promised_task_can_be_promised_again_in_what_follows(cast: Cast) -> None:
    letter = in_force(cast)
    other = promised(cast, title="新增任务", target=False)
    new = follow(cast, letter, SUPPLEMENT, task_ids=[other.id])
    assert [clause.task_id for clause in new.clauses] == [other.id]
