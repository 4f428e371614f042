"""The year's end: outcomes by clause, proposed from the tasks, drafted by the office."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.cast import NOW, Cast
from tests.letters.promises import again, in_force, issue, issued, prepare, promised, sign
from tests.letters.years_end import MET, PARTLY, UNMET, judged, reconcile
from tests.tasks.stories import act, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, policy, queries
from tracker.letters.models import Letter
from tracker.letters.rules import ClauseOutcome, LetterState, SigningOrder, Standing, proposed_outcome
from tracker.tasks.commands import cancel_task, submit_completion, verify_completion
from tracker.tasks.models import Task
from tracker.tasks.rules import TaskState

DUE = date(2026, 4, 17)
OPEN = Standing(TaskState.ACTIVE, DUE, late=False, completed_on=None, elsewhere=False, overdue=False)


@pytest.mark.parametrize(
    ("task", "outcome", "sentence"),
    [
        (OPEN, PARTLY, "正在办理，完成时限为2026年4月17日。"),
        (replace(OPEN, overdue=True), UNMET, "完成时限2026年4月17日已过，尚未办结。"),
        (replace(OPEN, state=TaskState.SUBMITTED), PARTLY, "已报请办结，待核验。"),
        (replace(OPEN, state=TaskState.COMPLETED, completed_on=DUE), MET, "已于2026年4月17日办结。"),
        (
            replace(OPEN, state=TaskState.COMPLETED, completed_on=DUE, late=True),
            MET,
            "已于2026年4月17日办结，晚于完成时限。",
        ),
        (replace(OPEN, due_on=None), None, "长期坚持，正在推进。"),
        (replace(OPEN, state=TaskState.CANCELLED), None, "任务已撤销。"),
        (replace(OPEN, elsewhere=True), None, "任务已改由其他单位牵头。"),
    ],
)
def test_a_proposal_says_how_the_task_stands(task: Standing, outcome: ClauseOutcome | None, sentence: str) -> None:
    assert proposed_outcome(task) == (outcome, sentence)


def test_the_office_begins_with_how_the_tasks_stand(cast: Cast) -> None:
    done, gone, late = (promised(cast, target=False) for _one in range(3))
    batch = prepare(cast)
    with write_transaction():
        [letter] = queries.letters_of(batch)
        tasks = [done.id, gone.id, late.id]
        clerk = cast.actor("office_clerk")
        free = "每季度报告一次。"
        commands.edit_letter(letter, task_ids=tasks, free=free, version=letter.version, by=clerk, now=NOW)
    [letter] = issue(cast, batch)
    act(submit_completion, again_task(done), statement="已完成。", by=cast.actor("finance_head"))
    act(verify_completion, again_task(done), by=cast.actor("supervisor"))
    act(cancel_task, again_task(gone), reason="政策调整。", by=cast.actor("leader"))
    found = queries.proposals(again(letter), day=DUE + timedelta(days=30))
    assert [outcome for outcome, _sentence in found.values()] == [MET, None, UNMET, None]
    assert list(found.values())[-1] == (None, "")


def again_task(task: Task) -> Task:
    """A task as it stands in the database now."""
    db.session.expire_all()
    return db.session.get_one(Task, task.id)


def test_the_office_says_what_became_of_every_clause(cast: Cast) -> None:
    letter = in_force(cast)
    found = reconcile(cast, letter)
    assert [one.outcome for one in found.outcomes] == [PARTLY, *[MET] * (len(letter.clauses) - 1)]
    assert (found.drafted_by_id, found.confirmed_at, found.mark) == (cast.person_ids["office_clerk"], None, None)
    assert again(letter).state is LetterState.IN_FORCE
    assert history("letter", letter.id)[-1].act == "letter.reconcile"
    assert inbox(cast, "leader")[-1] == "letter.reconciled"
    assert queries.reconciliations_waiting_for(cast.actor("leader")) == [again(letter)]
    assert queries.reconciliations_waiting_for(cast.actor("finance_head")) == []


def test_only_the_office_drafts_and_nobody_of_the_unit(cast: Cast) -> None:
    letter = in_force(cast, "education")
    for name in ("leader", "supervisor", "education_head", "office_clerk", "office_director", "outsider"):
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.draft_reconciliation(letter, judged(letter), version=0, by=by, now=NOW)
    assert len(reconcile(cast, letter, by="office_secondee").outcomes) == 2


def test_every_clause_has_an_outcome_and_a_sentence(cast: Cast) -> None:
    letter = in_force(cast)
    whole, clerk = judged(letter), cast.actor("office_clerk")
    first = letter.clauses[0].id
    for rows, field in (
        ([replace(whole[0], outcome=None), *whole[1:]], f"outcome_{first}"),
        ([replace(whole[0], remark=" "), *whole[1:]], f"remark_{first}"),
        ([replace(whole[0], remark="长" * 501), *whole[1:]], f"remark_{first}"),
    ):
        with refuses(Invalid, field):
            commands.draft_reconciliation(letter, rows, version=0, by=clerk, now=NOW)
    for wrong in (whole[1:], [*whole, whole[0]], [replace(whole[0], clause_id=10**6), *whole[1:]]):
        with refuses(Stale):
            commands.draft_reconciliation(letter, wrong, version=0, by=clerk, now=NOW)
    act(commands.draft_reconciliation, letter, judged=whole, version=0, by=clerk)
    assert queries.reconciliation_of(letter) is not None


def test_a_draft_is_said_anew_until_it_is_confirmed_and_never_over_another(cast: Cast) -> None:
    letter = in_force(cast)
    reconcile(cast, letter)
    clerk, whole = cast.actor("office_clerk"), judged(letter, {1: UNMET})
    with refuses(Stale):
        commands.draft_reconciliation(letter, whole, version=0, by=clerk, now=NOW)
    act(commands.draft_reconciliation, letter, judged=whole, version=1, by=clerk)
    with refuses(Stale):
        commands.draft_reconciliation(letter, whole, version=1, by=clerk, now=NOW)
    found = queries.reconciliation_of(letter)
    assert found is not None
    assert (found.version, found.outcomes[0].outcome, len(found.outcomes)) == (2, UNMET, len(letter.clauses))


def test_only_a_letter_that_was_signed_by_all_is_reconciled(cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.SECOND_FIRST)
    clerk = cast.actor("office_clerk")
    with refuses(Stale):
        commands.draft_reconciliation(letter, judged(letter), version=0, by=clerk, now=NOW)
    sign(cast, letter, "finance_head")
    sign(cast, letter, "leader")
    act(commands.draft_reconciliation, letter, judged=judged(letter), version=0, by=clerk)


def test_an_expired_letter_is_reconciled_if_it_ever_was_in_force(cast: Cast) -> None:
    signed = in_force(cast, "finance", "construction")
    [_signed, unsigned] = queries.letters_of(signed.batch)
    after = NOW + timedelta(days=400)
    with write_transaction():
        assert commands.expire_letters(by=SYSTEM, now=after) == 2
    clerk = cast.actor("office_clerk", day=NOW.date())
    with refuses(Stale):
        row = db.session.get_one(Letter, unsigned.id)
        commands.draft_reconciliation(row, judged(row), version=0, by=clerk, now=after)
    row = db.session.get_one(Letter, signed.id)
    assert policy.was_in_force(row)
    reconcile(cast, row, now=after)
