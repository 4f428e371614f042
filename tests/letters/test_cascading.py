"""Clauses of a letter in force handed on to sections and schools (层层分解): sub-tasks and sub-letters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.factories import make_person, make_unit
from tests.letters.promises import again, follow, in_force, issued, prepare, promised, send_back, sign
from tests.tasks.stories import act, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.letters import commands, policy, queries
from tracker.letters.commands import Piece
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import BatchState, ClauseKind, LetterKind, LetterState, Side
from tracker.organisation.rules import PostRank, UnitKind
from tracker.tasks import commands as tasks
from tracker.tasks.models import Task
from tracker.tasks.rules import AdjustmentKind, TaskSource, TaskState

ClientAs = Callable[[str], FlaskClient]
SIGN_BY, DUE = date(2026, 3, 31), date(2026, 4, 10)


def letter_of(cast: Cast) -> Letter:
    """The education bureau's letter, in force: a target and its task."""
    return in_force(cast, "education")


def piece(cast: Cast, letter: Letter, *units: str, clause: int = 1, **said: Any) -> Piece:
    """A clause for some units."""
    usual: dict[str, Any] = {"standard": "台账齐全。", "due_on": DUE}
    ids = [cast.unit_ids[unit] for unit in units or ("school_one",)]
    return Piece(letter.clauses[clause].id, ids, **{**usual, **said})


def drafted(cast: Cast, letter: Letter, *pieces: Piece, by: str = "education_head") -> LetterBatch:
    """The bureau writes letters to its schools."""
    wanted = pieces or (piece(cast, letter, "school_one", "school_two"),)
    with write_transaction():
        row, actor = db.session.get_one(Letter, letter.id), cast.actor(by)
        return commands.hand_on(row, wanted, sign_by=SIGN_BY, by=actor, now=NOW)


def handed_on(cast: Cast, letter: Letter, *pieces: Piece) -> list[Letter]:
    """The same, gone out."""
    batch = drafted(cast, letter, *pieces)
    found: list[Letter] = act(commands.issue_batch, batch, by=cast.actor("education_head"))
    return found


def test_a_bureau_hands_a_clause_on_in_letters_of_its_own_with_a_sub_task_each(cast: Cast) -> None:
    letter = letter_of(cast)
    task = letter.clauses[1].task
    assert task is not None
    batch = drafted(cast, letter)
    assert (batch.unit_id, batch.state, batch.first_party) == (letter.unit_id, BatchState.DRAFT, "澄江区教育局")
    assert [(c.kind, c.task_id, c.due_on) for one in batch.letters for c in one.clauses] == [
        (ClauseKind.TASK, None, DUE)
    ] * 2
    one, two = act(commands.issue_batch, batch, by=cast.actor("education_head"))
    assert (one.number, two.number) == ("优均责〔2026〕1-1号", "优均责〔2026〕1-2号")
    assert [(line.side, line.party, line.title) for line in one.signatories] == [
        (Side.FIRST, "澄江区教育局", "局长"),
        (Side.SECOND, "澄江区第一小学", "校长"),
    ]
    child = one.clauses[0].task
    assert child is not None
    assert (child.parent_id, child.source, child.state, child.lead_unit_id) == (
        task.id,
        TaskSource.SUBTASK,
        TaskState.ISSUED,
        cast.unit_ids["school_one"],
    )
    assert (child.standard, child.due_on) == ("台账齐全。", DUE)
    assert "完成标准：台账齐全。" in one.texts[0].text
    assert "甲方：澄江区教育局\n乙方：澄江区第一小学\n" in one.texts[0].text
    assert (task.state, again(letter).state) == (TaskState.ACTIVE, LetterState.IN_FORCE)
    assert "letter.issued" in inbox(cast, "school_one_head")
    assert history("letter_batch", batch.id)[0].act == "letter.hand_on"
    sign(cast, one, "school_one_head")
    sign(cast, one, "education_head")
    assert again(one).state is LetterState.IN_FORCE


def test_a_target_is_handed_on_with_its_number(cast: Cast) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter, clause=0))
    assert one.clauses[0].task is not None
    assert "教师培训经费占比不低于5%" in one.clauses[0].task.content
    text = one.texts[0].text
    assert "小学教师培训经费占比不低于5%。完成标准：台账齐全。完成时限：2026年4月10日。" in text
    assert "2026年4月17日" not in text, "the bureau's own date is not the school's"


def test_several_clauses_to_one_unit_make_one_letter(cast: Cast) -> None:
    letter = letter_of(cast)
    both = (piece(cast, letter, clause=0), piece(cast, letter, "school_one", "school_two"))
    one, two = handed_on(cast, letter, *both)
    assert (len(one.clauses), len(two.clauses)) == (2, 1)


def test_who_writes_for_the_unit_drafts_and_its_head_issues(cast: Cast) -> None:
    letter = in_force(cast, "finance")
    with write_transaction():
        section = make_unit(cast.region(), "澄江区财政局教科文科", UnitKind.SECTION, parent=cast.unit("finance"))
        make_person(section, "科长甲", "科长", PostRank.HEAD)
        cast.unit_ids["section"] = section.id
    wanted = [piece(cast, letter, "section")]
    for name in ("office_clerk", "leader", "supervisor", "finance_staff", "education_head", "g2_office_clerk"):
        with refuses(NotAllowed):
            commands.hand_on(letter, wanted, sign_by=SIGN_BY, by=cast.actor(name), now=NOW)
    batch = drafted(cast, letter, *wanted, by="finance_liaison")
    assert inbox(cast, "finance_head")[-1] == "letter.hand_on_drafted"
    for name in ("finance_liaison", "office_clerk", "leader"):
        with refuses(NotAllowed):
            commands.issue_batch(batch, version=batch.version, by=cast.actor(name), now=NOW)
    [one] = act(commands.issue_batch, batch, by=cast.actor("finance_deputy"))
    assert one.clauses[0].task is not None
    for name in ("office_clerk", "leader", "finance_liaison"):
        with refuses(NotAllowed):
            commands.withdraw_letter(one, remark="不行。", version=one.version, by=cast.actor(name), now=NOW)
        assert not policy.may_record_revocation(cast.actor(name), one)
    assert policy.may_record_revocation(cast.actor("finance_deputy"), one)
    with refuses(NotAllowed):
        commands.urge_letter(one, by=cast.actor("supervisor"), now=NOW)
    act(commands.urge_letter, one, by=cast.actor("finance_liaison"))
    act(commands.withdraw_letter, one, remark="不行。", by=cast.actor("finance_deputy"))


def test_only_what_is_the_unit_s_own_is_handed_on_and_no_later_than_its_own_date(cast: Cast) -> None:
    letter, head = letter_of(cast), cast.actor("education_head")
    number = letter.clauses[1].id
    for said, field in (
        ({"due_on": None}, f"due_on_{number}"),
        ({"due_on": date(2026, 3, 17)}, f"due_on_{number}"),
        ({"due_on": date(2026, 4, 18)}, f"due_on_{number}"),
        ({"standard": "长" * 3001}, f"standard_{number}"),
        ({"unit_ids": [cast.unit_ids["finance"]]}, f"units_{number}"),
        ({"unit_ids": [10**6]}, f"units_{number}"),
    ):
        one = piece(cast, letter)
        wrong = replace(one, **said)
        with refuses(Invalid, field):
            commands.hand_on(letter, [wrong], sign_by=SIGN_BY, by=head, now=NOW)
    with refuses(Invalid, "pieces"):
        commands.hand_on(letter, [Piece(number, [], "", DUE)], sign_by=SIGN_BY, by=head, now=NOW)
    with refuses(Stale):
        elsewhere = Piece(10**6, [cast.unit_ids["school_one"]], "", DUE)
        commands.hand_on(letter, [elsewhere], sign_by=SIGN_BY, by=head, now=NOW)
    with refuses(Invalid, "sign_by"):
        commands.hand_on(letter, [piece(cast, letter)], sign_by=date(2026, 3, 1), by=head, now=NOW)
    drafted(cast, letter, piece(cast, letter, due_on=date(2026, 4, 17)))
    with refuses(Invalid, f"units_{number}"):
        commands.hand_on(again(letter), [piece(cast, letter)], sign_by=SIGN_BY, by=head, now=NOW)
    drafted(cast, letter, piece(cast, letter, "school_two"))


def test_a_clause_past_its_date_is_handed_on_only_after_its_date_was_moved(cast: Cast) -> None:
    letter = letter_of(cast)
    late = date(2026, 4, 18)
    assert queries.clauses_to_hand_on(letter, day=date(2026, 4, 17))
    assert queries.clauses_to_hand_on(letter, day=late) == []
    with refuses(Stale):
        wanted, by = [piece(cast, letter, due_on=late)], cast.actor("education_head")
        commands.hand_on(letter, wanted, sign_by=date(2026, 4, 30), by=by, now=NOW + timedelta(days=31))


def test_a_letter_withdrawn_takes_its_sub_task_along_and_is_handed_on_again(cast: Cast) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter))
    head, task = cast.actor("education_head"), one.clauses[0].task
    assert task is not None
    with refuses(Invalid, f"units_{letter.clauses[1].id}"):
        commands.hand_on(again(letter), [piece(cast, letter)], sign_by=SIGN_BY, by=head, now=NOW)
    act(commands.withdraw_letter, one, remark="另行安排。", by=head)
    assert db.session.get_one(Task, task.id).state is TaskState.CANCELLED
    [last] = [row for row in history("task", task.id) if row.act == "task.cancel"]
    assert (last.new or {})["reason"] == "责任书优均责〔2026〕1-1号撤回：另行安排。"
    assert "task.cancelled" in inbox(cast, "school_one_head")
    assert history("letter", one.id)[-1].new == {"remark": "另行安排。", "tasks": [task.id]}
    assert len(handed_on(cast, again(letter), piece(cast, letter))) == 1


def test_a_letter_in_force_that_its_first_party_takes_back_takes_its_sub_task_along(cast: Cast) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter))
    sign(cast, one, "school_one_head")
    sign(cast, one, "education_head")
    task = again(one).clauses[0].task
    assert task is not None
    with refuses(NotAllowed):
        by = cast.actor("leader")
        commands.revoke_letter(again(one), remark="另行安排。", version=one.version, by=by, now=NOW)
    act(commands.revoke_letter, again(one), remark="另行安排。", by=cast.actor("education_head"))
    assert db.session.get_one(Task, task.id).state is TaskState.CANCELLED
    assert (history("letter", one.id)[-1].new or {})["tasks"] == [task.id]
    assert again(letter).state is LetterState.IN_FORCE


def test_a_draft_that_hands_on_is_withdrawn_before_it_has_sub_tasks(cast: Cast) -> None:
    letter = letter_of(cast)
    [one] = drafted(cast, letter, piece(cast, letter)).letters
    act(commands.withdraw_letter, one, remark="不分了。", by=cast.actor("education_head"))
    assert (again(one).state, history("letter", one.id)[-1].new) == (LetterState.WITHDRAWN, {"remark": "不分了。"})


def test_a_supplement_withdrawn_leaves_the_sub_task_that_the_letter_still_promises(cast: Cast) -> None:
    letter, head = letter_of(cast), cast.actor("education_head")
    [one] = handed_on(cast, letter, piece(cast, letter))
    child_id = one.clauses[0].task_id
    assert child_id is not None
    sign(cast, one, "school_one_head")
    sign(cast, one, "education_head")
    with write_transaction():
        row = db.session.get_one(Letter, one.id)
        more = commands.follow_letter(row, kind=LetterKind.SUPPLEMENT, task_ids=[child_id], by=head, now=NOW)
    act(commands.issue_letter, more, by=head)
    act(commands.withdraw_letter, more, remark="多余。", by=head)
    assert db.session.get_one(Task, child_id).state is TaskState.ISSUED


def test_a_target_and_its_task_handed_on_together_are_one_sub_task(cast: Cast) -> None:
    letter, head = letter_of(cast), cast.actor("education_head")
    both = (piece(cast, letter, clause=0, standard="达到5%。"), piece(cast, letter))
    late = (both[0], replace(both[1], due_on=date(2026, 4, 9)))
    with refuses(Invalid, f"due_on_{letter.clauses[1].id}"):
        commands.hand_on(letter, late, sign_by=SIGN_BY, by=head, now=NOW)
    [one] = handed_on(cast, letter, *both)
    [child] = {clause.task for clause in one.clauses}
    assert child is not None and len(one.clauses) == 2
    above = letter.clauses[1].task
    assert above is not None
    number = letter.clauses[0].text.removesuffix("（2026年4月17日前）")
    assert child.content == "\n".join(filter(None, (above.content, number)))
    assert child.standard == "达到5%。\n台账齐全。"
    assert db.session.query(Task).filter(Task.parent_id == above.id).count() == 1
    found = queries.handed_on(head, again(letter))
    assert (found.clauses, found.handed) == (2, 2)
    assert [(part.tasks, part.done) for part in found.letters] == [(1, 0)]
    send_back(cast, one, by="school_one_head")
    act(commands.edit_letter, again(one), task_ids=[child.id], by=head)
    assert [clause.parent_clause_id for clause in again(one).clauses] == [clause.id for clause in letter.clauses]
    assert {clause.task_id for clause in again(one).clauses} == {child.id}
    assert "教师培训经费占比不低于5%" in again(one).clauses[0].text
    act(commands.issue_letter, again(one), by=head)
    assert db.session.query(Task).filter(Task.parent_id == above.id).count() == 1


def test_what_is_handed_on_goes_no_further_and_sections_hand_nothing_on(cast: Cast) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter))
    sign(cast, one, "school_one_head")
    sign(cast, one, "education_head")
    with refuses(Stale):
        commands.hand_on(again(one), [], sign_by=SIGN_BY, by=cast.actor("school_one_head"), now=NOW)
    with write_transaction():
        cast.unit("education").kind = UnitKind.SECTION
    with refuses(Stale):
        commands.hand_on(
            again(letter), [piece(cast, letter)], sign_by=SIGN_BY, by=cast.actor("education_head"), now=NOW
        )


def test_only_a_letter_in_force_is_handed_on_and_only_while_it_stands(cast: Cast) -> None:
    waiting = issued(cast, "education")
    with refuses(Stale):
        commands.hand_on(waiting, [piece(cast, waiting)], sign_by=SIGN_BY, by=cast.actor("education_head"), now=NOW)
    letter = letter_of(cast)
    batch = drafted(cast, letter)
    new = follow(cast, letter, LetterKind.REPLACEMENT, free="另一条。")
    act(commands.issue_letter, new, by=cast.actor("office_clerk"))
    sign(cast, new, "education_head")
    sign(cast, new, "leader")
    with refuses(Stale):
        commands.issue_batch(batch, version=batch.version, by=cast.actor("education_head"), now=NOW)
    act(commands.discard_batch, batch, by=cast.actor("education_head"))


def signed_anew(cast: Cast, letter: Letter) -> Letter:
    """A letter of the same tasks takes the other's place."""
    ids = [clause.task_id for clause in letter.clauses if clause.task_id is not None]
    new = follow(cast, letter, LetterKind.REPLACEMENT, task_ids=sorted(set(ids)))
    act(commands.issue_letter, new, by=cast.actor("office_clerk"))
    sign(cast, new, "education_head")
    sign(cast, new, "leader")
    return again(new)


def test_what_was_handed_on_stays_so_when_the_letter_is_signed_anew(cast: Cast) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter))
    new, head = signed_anew(cast, letter), cast.actor("education_head")
    found = queries.handed_on(head, new)
    assert (found.handed, [row.letter.id for row in found.letters]) == (1, [one.id])
    with refuses(Invalid, f"units_{new.clauses[1].id}"):
        commands.hand_on(new, [piece(cast, new)], sign_by=SIGN_BY, by=head, now=NOW)
    assert len(handed_on(cast, new, piece(cast, new, "school_two"))) == 1


def test_a_sub_letter_whose_letter_was_signed_anew_is_still_sent_back_issued_again_and_supplemented(
    cast: Cast,
) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter))
    signed_anew(cast, letter)
    head = cast.actor("education_head")
    send_back(cast, one, by="school_one_head")
    act(commands.issue_letter, again(one), by=head)
    sign(cast, one, "school_one_head")
    sign(cast, one, "education_head")
    assert again(one).state is LetterState.IN_FORCE
    with write_transaction():
        more = commands.follow_letter(
            again(one), kind=LetterKind.SUPPLEMENT, task_ids=[], free="另一条。", by=head, now=NOW
        )
    act(commands.issue_letter, more, by=head)
    assert again(more).state is LetterState.ISSUED


def test_the_unit_the_receiving_unit_and_the_group_see_it_and_nobody_else(cast: Cast) -> None:
    letter = letter_of(cast)
    batch = drafted(cast, letter)
    draft = batch.letters[0]
    for name in ("education_head", "office_clerk", "leader", "supervisor"):
        assert queries.visible_letter(cast.actor(name), draft.id).id == draft.id
        assert queries.visible_batch(cast.actor(name), batch.id).id == batch.id
    for name in ("school_one_head", "finance_head", "outsider", "g2_office_clerk"):
        with refuses(NotVisible):
            queries.visible_letter(cast.actor(name), draft.id)
        with refuses(NotVisible):
            queries.visible_batch(cast.actor(name), batch.id)
    one, two = act(commands.issue_batch, batch, by=cast.actor("education_head"))
    assert queries.visible_letter(cast.actor("school_one_head"), one.id).id == one.id
    for name in ("school_one_head", "finance_head", "outsider"):
        with refuses(NotVisible):
            queries.visible_letter(cast.actor(name), two.id)


def test_the_letters_and_numbers_of_the_group_do_not_count_what_its_units_hand_on(cast: Cast) -> None:
    letter = letter_of(cast)
    group_id, today = cast.group().id, local_date(NOW)
    before = queries.unsigned(group_id, day=today)
    handed_on(cast, letter)
    assert queries.unsigned(group_id, day=today) == before
    clerk, head = cast.actor("office_clerk"), cast.actor("education_head")
    assert [batch.id for batch in queries.batches_of(clerk, group_id)] == [letter.batch_id]
    assert [batch.unit_id for batch in queries.own_batches(head)] == [letter.unit_id]
    assert [own.id for own in queries.own_letters(head)] == [letter.id]
    assert [own.parent_id for own in queries.own_letters(cast.actor("school_one_head"))] == [letter.id]
    promised_now = queries.promised_tasks(group_id, [cast.unit_ids["school_one"]], plan_id=None, year=None)
    assert promised_now == {cast.unit_ids["school_one"]: []}


def test_the_letter_tells_how_far_it_is_handed_on_and_stays_responsible(cast: Cast) -> None:
    letter = letter_of(cast)
    head = cast.actor("education_head")
    assert queries.handed_on(head, letter).letters == []
    one, _two = handed_on(cast, letter)
    sign(cast, one, "school_one_head")
    sign(cast, one, "education_head")
    child = one.clauses[0].task
    assert child is not None
    act(tasks.accept_task, child, by=cast.actor("school_one_head"))
    act(tasks.submit_completion, child, statement="完成。", by=cast.actor("school_one_head"))
    with refuses(NotAllowed):
        by = cast.actor("school_one_head")
        tasks.verify_completion(child, version=child.version, by=by, now=NOW)
    act(tasks.verify_completion, child, by=head)
    found = queries.handed_on(head, again(letter))
    assert (found.clauses, found.handed, found.units, found.signed, found.done) == (2, 1, 2, 1, 1)
    task = again(letter).clauses[1].task
    assert task is not None
    assert task.state is TaskState.ACTIVE
    assert queries.deviations(letter) == []


def test_a_unit_is_told_when_it_opens_the_form_that_its_own_letters_are_not_asked_about(
    cast: Cast, client_as: ClientAs
) -> None:
    letter = letter_of(cast)
    batch = drafted(cast, letter)
    ours = f"/letter-batches/{batch.id}/ask-views"
    refused = client_as("education_head").get(ours)
    assert (refused.status_code, "分解下达的责任书不征求意见" in refused.text) == (409, True)
    assert client_as("office_clerk").get(ours).status_code == 403
    groups = prepare(cast, "finance")
    assert client_as("office_clerk").get(f"/letter-batches/{groups.id}/ask-views").status_code == 200
    out = client_as("office_clerk").get(f"/letter-batches/{letter.batch_id}/ask-views")
    assert (out.status_code, "不再征求意见" in out.text) == (409, True)


def test_a_letter_handed_on_deviates_in_its_own_standard_and_not_once_it_is_withdrawn(cast: Cast) -> None:
    letter = letter_of(cast)
    head, school = cast.actor("education_head"), cast.actor("school_one_head")
    pieces = [
        piece(cast, letter, "school_one", clause=clause, standard=standard)
        for clause, standard in enumerate(("", "台账齐全。"))
    ]
    [one] = handed_on(cast, letter, *pieces)
    child = one.clauses[0].task
    assert child is not None
    sign(cast, one, "school_one_head")
    assert queries.deviations(again(one)) == []
    asked = act(tasks.ask_adjustment, child, kind=AdjustmentKind.STANDARD, reason="人手不足。", by=school)
    act(tasks.decide_adjustment, asked, approve=True, remark="同意。", new_standard="台账每月更新。", by=head)
    assert [found.words for found in queries.deviations(again(one))] == ["台账每月更新。"] * 2
    act(commands.withdraw_letter, again(one), remark="重新分解。", by=head)
    assert queries.deviations(again(one)) == []


def test_a_letter_that_came_back_goes_out_again_about_the_same_sub_tasks(cast: Cast) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter))
    child_id, head = one.clauses[0].task_id, cast.actor("education_head")
    assert child_id is not None
    send_back(cast, one, by="school_one_head")
    assert "letter.sent_back" in inbox(cast, "education_head")
    one = again(one)
    assert [task.id for task in queries.tasks_to_promise(one)] == [child_id]
    act(commands.edit_letter, one, task_ids=[child_id], free="每月报告。", by=head)
    assert (one.clauses[0].task_id, one.clauses[0].parent_clause_id) == (child_id, letter.clauses[1].id)
    act(commands.issue_letter, one, by=head)
    assert [row.id for row in db.session.query(Task).filter(Task.parent_id.is_not(None))] == [child_id]
    sign(cast, one, "school_one_head")
    sign(cast, one, "education_head")
    with write_transaction():
        row = db.session.get_one(Letter, one.id)
        more = commands.follow_letter(row, kind=LetterKind.SUPPLEMENT, task_ids=[child_id], by=head, now=NOW)
    assert (more.parent_id, more.clauses[0].parent_clause_id) == (letter.id, letter.clauses[1].id)


def test_the_seal_covers_what_a_letter_hands_on(cast: Cast, tmp_path: Path) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter))
    sign(cast, one, "school_one_head")
    assert list(queries.faults(root=tmp_path)) == []
    with write_transaction():
        db.session.get_one(Letter, one.id).clauses[0].parent_clause_id = letter.clauses[0].id
    assert {fault.letter_id for fault in queries.faults(root=tmp_path)} == {one.id}


def test_the_first_party_of_a_sub_letter_reconciles_and_the_office_does_not(cast: Cast) -> None:
    letter = letter_of(cast)
    [one] = handed_on(cast, letter, piece(cast, letter))
    assert policy.may_reconcile(cast.actor("education_head"), one)
    assert not policy.may_reconcile(cast.actor("office_clerk"), one)
    assert not policy.may_reconcile(cast.actor("school_one_head"), one)
    assert policy.may_reconcile(cast.actor("office_clerk"), letter) != policy.may_reconcile(
        cast.actor("office_secondee"), letter
    )


def test_no_views_are_asked_of_what_is_handed_on(cast: Cast) -> None:
    batch = drafted(cast, letter_of(cast))
    with refuses(Stale):
        by = cast.actor("education_head")
        commands.ask_views(batch, reply_by=SIGN_BY, version=batch.version, by=by, now=NOW)


@pytest.mark.parametrize("name", ["education_head", "office_clerk"])
def test_from_clause_to_issued_letters_by_pages(cast: Cast, client_as: ClientAs, name: str) -> None:
    letter = letter_of(cast)
    letter_id, clause = letter.id, letter.clauses[1].id
    head, address = client_as("education_head"), f"/letters/{letter.id}/hand-on"
    assert "层层分解" in head.get(f"/letters/{letter_id}").get_data(as_text=True)
    assert "澄江区第一小学" in head.get(address).get_data(as_text=True)
    assert client_as("finance_head").get(address).status_code == 404
    assert client_as("supervisor").get(address).status_code == 403
    form = {f"due_on_{one.id}": "2026-04-10" for one in letter.clauses} | {"sign_by": "2026-03-31"}
    nothing = head.post(address, data=form)
    assert (nothing.status_code, "请至少勾选" in nothing.get_data(as_text=True)) == (422, True)
    ticked = {**form, f"units_{clause}": [str(cast.unit_ids["school_one"])], f"standard_{clause}": "<b>台账</b>"}
    late = head.post(address, data={**ticked, f"due_on_{clause}": "2026-12-01"})
    assert (late.status_code, "不能晚于本单位的时限" in late.get_data(as_text=True)) == (422, True)
    assert head.post(address, data={**ticked, "sign_by": ""}).status_code == 422
    made = head.post(address, data=ticked)
    assert made.status_code == 302
    batch_id = int(made.location.rsplit("/", 1)[1])
    viewer = client_as(name)
    page = viewer.get(f"/letter-batches/{batch_id}").get_data(as_text=True)
    assert ("下发 1 份" in page) == (name == "education_head")
    assert ("本单位分解下达的责任书" in viewer.get("/letters").get_data(as_text=True)) == (name == "education_head")
    [draft] = queries.letters_of(db.session.get_one(LetterBatch, batch_id))
    assert head.get(f"/letters/{draft.id}/edit").status_code == 409
    sent = viewer.post(f"/letter-batches/{batch_id}/issue", data={"version": "1"})
    if name == "office_clerk":
        assert sent.status_code == 403
        return
    assert sent.status_code == 302
    page = head.get(f"/letters/{letter_id}").get_data(as_text=True)
    assert "已分解 1/2 条；分到 1 个单位，已签 0，办结 0。" in page
    school = client_as("school_one_head").get(f"/letters/{draft.id}").get_data(as_text=True)
    assert "分解下达" in school
    assert head.get(address).get_data(as_text=True).count("已分解给：") == 1
    promised(cast, lead="school_one")
