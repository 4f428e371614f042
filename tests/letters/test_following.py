"""A letter in force is never changed: another adds to it, or takes its place."""

from datetime import date

import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.letters.promises import (
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
from tests.tasks.stories import act, day, inbox, refuses
from tests.tasks.stories import issued as task_issued
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, policy, queries
from tracker.letters.models import Letter
from tracker.letters.rules import ClauseKind, LetterKind, LetterState, SigningOrder
from tracker.tasks import commands as tasks
from tracker.tasks.models import Target
from tracker.tasks.rules import AdjustmentKind

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


def deviating(letter: Letter) -> list[tuple[ClauseKind, date | None, date | None, str]]:
    """What of a letter's clauses is not as signed, as it stands in the database."""
    return [(one.clause.kind, one.was, one.now, one.words) for one in queries.deviations(again(letter))]


def test_a_task_whose_date_moved_shows_as_a_deviation_until_the_letter_is_signed_anew(cast: Cast) -> None:
    letter = in_force(cast)
    assert deviating(letter) == []
    task = next(clause.task for clause in letter.clauses if clause.task is not None)
    leader, was, now = cast.actor("leader"), date(2026, 4, 17), date(2026, 5, 8)
    act(tasks.adjust_time, task, new_due_on=now, basis="市通知。", by=leader)
    assert deviating(letter) == [(ClauseKind.TARGET, was, now, ""), (ClauseKind.TASK, was, now, "")]
    new = follow(cast, letter, REPLACEMENT, task_ids=[task.id])
    act(commands.issue_letter, new, by=cast.actor("office_clerk"))
    sign(cast, new, "finance_head")
    assert deviating(new) == []
    act(tasks.cancel_task, task, reason="政策调整。", by=leader)
    assert [one.cancelled for one in queries.deviations(again(letter))] == [True, True]
    sign(cast, new, "leader")
    assert [one.cancelled for one in queries.deviations(again(new))] == [True, True]
    assert (again(letter).state, deviating(letter)) == (LetterState.SUPERSEDED, [])


def test_what_the_unit_was_granted_before_it_signed_for_the_task_shows_against_what_it_had_promised(cast: Cast) -> None:
    task = task_issued(cast, content="建立台账。", standard="一校一册。")
    letter = issue(cast, prepare(cast))[0]
    sign(cast, letter, "finance_head")
    sign(cast, letter, "leader")
    kind, head, office = AdjustmentKind.STANDARD, cast.actor("finance_head"), cast.actor("office_director")
    asked = act(tasks.ask_adjustment, task, kind=kind, reason="学校合并。", by=head)
    assert deviating(letter) == []
    act(tasks.decide_adjustment, asked, approve=True, remark="同意。", new_standard="一校一册，按学期更新。", by=office)
    assert deviating(letter) == [(ClauseKind.TASK, date(2026, 4, 17), date(2026, 4, 17), "一校一册，按学期更新。")]


def test_a_number_that_is_not_the_signed_one_shows_against_it(cast: Cast) -> None:
    letter = in_force(cast)
    with write_transaction() as session:
        target = session.scalars(sa.select(Target)).one()
        target.value, target.due_on = 8, date(2026, 3, 31)
    [found] = queries.deviations(again(letter))
    assert (found.clause.text, found.words) == (
        "小学教师培训经费占比不低于5%（2026年4月17日前）",
        "小学教师培训经费占比不低于8%（2026年3月31日前）",
    )
    assert (found.was, found.now) == (date(2026, 4, 17), date(2026, 3, 31))


def test_nothing_deviates_before_anybody_has_signed_nor_once_what_was_signed_has_lapsed(cast: Cast) -> None:
    letter, clerk = issued(cast, signing_order=SigningOrder.FIRST_FIRST), cast.actor("office_clerk")
    task = next(clause.task for clause in letter.clauses if clause.task is not None)
    act(tasks.adjust_time, task, new_due_on=date(2026, 5, 8), basis="市通知。", by=cast.actor("leader"))
    assert deviating(letter) == []
    sign(cast, again(letter), "leader")
    assert len(deviating(letter)) == 2
    send_back(cast, letter)
    assert deviating(letter) == []
    office_edits(cast, letter, task_ids=[task.id])
    act(commands.issue_letter, again(letter), by=clerk)
    sign(cast, letter, "leader")
    act(tasks.adjust_time, task, new_due_on=date(2026, 5, 15), basis="再次通知。", by=cast.actor("leader"))
    assert len(deviating(letter)) == 2
    act(commands.withdraw_letter, again(letter), remark="有误。", by=clerk)
    assert deviating(letter) == []


def test_a_letter_that_expired_deviates_only_if_it_ever_was_in_force(cast: Cast) -> None:
    stood, never = in_force(cast), issued(cast, "construction")
    sign(cast, never, "construction_head")
    for letter in (stood, never):
        task = next(clause.task for clause in letter.clauses if clause.task is not None)
        act(tasks.adjust_time, task, new_due_on=date(2026, 5, 8), basis="市通知。", by=cast.actor("leader"))
    with write_transaction():
        commands.expire_letters(by=SYSTEM, now=day("2027-01-01"))
    assert (len(deviating(stood)), len(deviating(never))) == (2, 0)


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
