"""Completing what a cooperating unit owes (配合事项), milestones inside a task, and sub-tasks."""

from datetime import date
from typing import Any

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_person, make_unit
from tests.tasks.stories import (
    DUE,
    act,
    active,
    active_part,
    acts_of,
    again,
    crossings,
    day,
    inbox,
    issued,
    refuses,
    returned,
    submit,
)
from tracker.accounts.identity import actor_of_person
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment
from tracker.organisation.rules import PostRank, UnitKind
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, NewReport
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.rules import AdjustmentKind, CrossingKind, PartState, TaskSource, TaskState

PART_DUE = date(2026, 4, 1)


def _reported(cast: Cast, *, due_on: date | None = PART_DUE) -> TaskPart:
    part = active_part(cast, parts=[NewPart(cast.unit_ids["construction"], "提供资料", due_on)])
    act(commands.report_part, part, report=NewReport(text="已提供。"), by=cast.actor("construction_head"))
    return part


def test_a_part_is_done_when_its_own_head_says_so_after_a_report(cast: Cast) -> None:
    silent, part = active_part(cast), _reported(cast)
    with refuses(Invalid, "part"):
        commands.complete_part(silent, version=silent.version, by=cast.actor("construction_head"), now=NOW)
    for name in ("finance_head", "office_director", "town_head"):
        with refuses(NotAllowed):
            commands.complete_part(part, version=part.version, by=cast.actor(name), now=NOW)
    act(commands.complete_part, part, by=cast.actor("construction_head"))
    assert (part.state, part.done_at, part.late) == (PartState.DONE, NOW, False)
    assert acts_of(part.task)[-1] == "part.done"
    with refuses(Stale):
        commands.complete_part(part, version=part.version, by=cast.actor("construction_head"), now=NOW)


def test_a_part_done_late_leaves_its_crossing(cast: Cast) -> None:
    part = _reported(cast)
    act(commands.complete_part, part, by=cast.actor("construction_head"), now=day("2026-04-02"))
    assert (part.late, crossings(part.task)) == (True, [("part", PART_DUE)])


def test_a_part_without_a_date_is_never_late(cast: Cast) -> None:
    part = _reported(cast, due_on=None)
    act(commands.complete_part, part, by=cast.actor("construction_head"), now=day("2026-06-01"))
    assert (part.late, crossings(part.task)) == (False, [])


def test_a_part_that_crossed_stays_late_though_done_while_the_task_lies_with_the_verifier(cast: Cast) -> None:
    crossed, in_time = _reported(cast), _reported(cast, due_on=date(2026, 4, 10))
    for part in (crossed, in_time):
        submit(cast, part.task, now=day("2026-04-02"))
        act(commands.complete_part, part, by=cast.actor("construction_head"), now=day("2026-04-15"))
    assert (crossed.late, in_time.late) == (True, False)
    assert crossings(in_time.task) == []


# --- milestones ------------------------------------------------------------------------------------------------------

STEPS = [("摸底", date(2026, 4, 1)), ("核定", date(2026, 4, 10))]


def test_light_and_ladder_follow_the_next_milestone(cast: Cast) -> None:
    task = active(cast, milestones=STEPS)
    first, second = task.milestones
    for name in ("finance_liaison", "office_director", "town_head"):
        with refuses(NotAllowed):
            commands.complete_milestone(first, version=task.version, by=cast.actor(name), now=NOW)
    head = cast.actor("finance_head")
    act(commands.complete_milestone, first, version=task.version, by=head)
    assert (first.done_on, task.next_milestone_on, task.cycle) == (TODAY, second.due_on, 2)
    with refuses(Stale):
        commands.complete_milestone(first, version=task.version, by=head, now=NOW)
    act(commands.complete_milestone, second, version=task.version, by=head)
    assert task.next_milestone_on is None
    assert crossings(task) == []


def test_a_milestone_passed_undone_leaves_its_crossing_once(cast: Cast) -> None:
    task = active(cast, milestones=STEPS)
    late = day("2026-04-02")
    assert act(commands.record_crossings, cast.group(), now=late) == 1
    act(commands.complete_milestone, task.milestones[0], version=task.version, by=cast.actor("finance_head"), now=late)
    assert crossings(task) == [(CrossingKind.MILESTONE, date(2026, 4, 1))]
    other = active(cast, milestones=STEPS)
    act(
        commands.complete_milestone, other.milestones[0], version=other.version, by=cast.actor("finance_head"), now=late
    )
    assert crossings(other) == [("milestone", date(2026, 4, 1))]


def test_a_milestone_is_done_only_on_work_under_way(cast: Cast) -> None:
    task, back = issued(cast, milestones=STEPS), returned(cast, milestones=STEPS)
    head = cast.actor("finance_head")
    with refuses(Stale):
        commands.complete_milestone(task.milestones[0], version=task.version, by=head, now=NOW)
    act(commands.complete_milestone, back.milestones[0], version=back.version, by=head)


# --- sub-tasks -------------------------------------------------------------------------------------------------------


def _split(cast: Cast) -> dict[str, Any]:
    return {"unit_id": cast.unit_ids["school_one"], "title": "一小摸底", "content": "", "due_on": date(2026, 4, 3)}


def test_a_bureau_hands_a_piece_to_its_school_and_the_parent_stays_its_own(cast: Cast) -> None:
    parent, said = active(cast, lead="education"), _split(cast)
    for name in ("finance_head", "office_clerk", "school_one_head"):
        with refuses(NotAllowed):
            commands.split_task(parent, **said, version=parent.version, by=cast.actor(name), now=NOW)
    child = act(commands.split_task, parent, **said, by=cast.actor("education_head"))
    assert (child.state, child.source, child.parent_id) == (TaskState.ISSUED, TaskSource.SUBTASK, parent.id)
    assert (child.first_due_on, child.accept_by, child.batch_id) == (
        date(2026, 4, 3),
        date(2026, 3, 23),
        parent.batch_id,
    )
    assert (parent.state, acts_of(parent)[-1], acts_of(child)) == ("active", "task.split", ["task.issue_subtask"])
    assert inbox(cast, "school_one_head") == ["task.issued"]


def test_a_piece_goes_to_ones_own_schools_and_sections_with_an_earlier_date(cast: Cast) -> None:
    parent, said, head = active(cast, lead="education"), _split(cast), cast.actor("education_head")
    with write_transaction():
        ended = make_unit(cast.region(), "澄江区第九小学", UnitKind.SCHOOL, parent=cast.unit("education"))
        ended.ended_on = TODAY
    for unit_id in (cast.unit_ids["finance"], cast.unit_ids["supervision"], ended.id, 10**9):
        with refuses(Invalid, "unit_id"):
            wrong = {**said, "unit_id": unit_id}
            commands.split_task(parent, **wrong, version=parent.version, by=head, now=NOW)
    for due_on in (None, date(2026, 3, 17), date(2026, 4, 18)):
        with refuses(Invalid, "due_on"):
            commands.split_task(parent, **{**said, "due_on": due_on}, version=parent.version, by=head, now=NOW)
    with refuses(Invalid, "title"):
        commands.split_task(parent, **{**said, "title": ""}, version=parent.version, by=head, now=NOW)
    assert act(commands.split_task, parent, **said | {"due_on": DUE}, by=head).due_on == DUE


def test_a_task_that_is_past_its_date_is_split_no_more(cast: Cast) -> None:
    parent, head = active(cast, lead="education"), cast.actor("education_head")
    said = _split(cast) | {"due_on": parent.due_on}
    with refuses(Stale):
        commands.split_task(parent, **said, version=parent.version, by=head, now=day("2026-04-20"))
    assert act(commands.split_task, parent, **said, by=head, now=day("2026-04-17")).parent_id == parent.id


def test_a_continuous_task_is_split_with_any_date(cast: Cast) -> None:
    parent = active(cast, lead="education", due_on=None, continuous=True)
    assert act(commands.split_task, parent, **_split(cast), by=cast.actor("education_head")).parent_id == parent.id


def test_only_work_under_way_is_split(cast: Cast) -> None:
    parent = issued(cast, lead="education")
    with refuses(Stale):
        commands.split_task(parent, **_split(cast), version=parent.version, by=cast.actor("education_head"), now=NOW)


def test_a_piece_that_nobody_could_verify_is_not_handed_down(cast: Cast) -> None:
    with write_transaction() as session:
        section = make_unit(cast.region(), "区教育局基教科", UnitKind.SECTION, parent=cast.unit("education"))
        post = organisation.ensure_post(section, title="兼任", rank=PostRank.DEPUTY, by=SYSTEM, now=NOW)
        everybody = ("education_head", "leader", "deputy_leader", "office_director", "office_clerk", "office_secondee")
        session.add_all(
            Appointment(person_id=cast.person_ids[name], post_id=post.id, starts_on=TODAY)
            for name in (*everybody, "supervisor")
        )
    parent = active(cast, lead="finance")
    with write_transaction():
        section.parent_id = cast.unit_ids["finance"]
    said = {**_split(cast), "unit_id": section.id}
    with write_transaction() as session:
        session.add_all(
            Appointment(person_id=cast.person_ids[name], post_id=post.id, starts_on=TODAY)
            for name in ("finance_head", "finance_deputy")
        )
    with refuses(Invalid, "unit_id"):
        commands.split_task(parent, **said, version=parent.version, by=cast.actor("finance_head"), now=NOW)
    with write_transaction():
        successor = make_person(cast.unit("finance"), "副局长二", "第二副局长", PostRank.HEAD, starts_on=TODAY)
    by = actor_of_person(successor.id, day=TODAY)
    assert act(commands.split_task, parent, **said, by=by).lead_unit_id == section.id


def test_a_parent_ends_only_after_its_pieces(cast: Cast) -> None:
    parent, head = active(cast, lead="education"), cast.actor("education_head")
    child = act(commands.split_task, parent, **_split(cast), by=head)
    with refuses(Stale):
        commands.submit_completion(parent, statement="完成。", version=parent.version, by=head, now=NOW)
    with refuses(Stale):
        commands.cancel_task(parent, reason="撤销。", version=parent.version, by=cast.actor("leader"), now=NOW)
    act(commands.accept_task, child, by=cast.actor("school_one_head"))
    act(commands.submit_completion, child, statement="完成。", by=cast.actor("school_one_head"))
    assert inbox(cast, "education_head")[-1] == "task.submitted"
    act(commands.verify_completion, child, by=head)
    act(commands.submit_completion, parent, statement="完成。", by=head)
    assert (child.state, parent.state) == (TaskState.COMPLETED, TaskState.SUBMITTED)


# --- when the whole is due earlier ------------------------------------------------------------------------------------


def _with_parts(cast: Cast) -> Task:
    """A task due on 17 April, with a part due on the 10th, one due with it, one without a date, and a late step."""
    dates = {"construction": date(2026, 4, 10), "town": DUE, "water": None}
    parts = [NewPart(cast.unit_ids[unit], "资料", due_on) for unit, due_on in dates.items()]
    return active(cast, parts=parts, milestones=[("摸底", date(2026, 4, 15))])


def _due(task: Task) -> list[date | None]:
    return [part.due_on for part in again(task).parts]


def test_parts_are_pulled_in_where_the_whole_is_due_earlier_and_their_units_hear_of_it(cast: Cast) -> None:
    task, leader, kind = _with_parts(cast), cast.actor("leader"), "task.part_pulled_in"
    act(commands.adjust_time, task, new_due_on=date(2026, 4, 14), basis="市通知。", by=leader)
    assert _due(task) == [date(2026, 4, 10), date(2026, 4, 14), None]
    assert again(task).next_milestone_on == date(2026, 4, 15), "a later date may make it count again"
    heads = ("construction_head", "town_head", "water_head")
    assert [kind in inbox(cast, name) for name in heads] == [False, True, False]
    entry = next(entry for entry in history("task", task.id) if entry.act == "task.pull_parts_in")
    assert entry.new == {"due_on": "2026-04-14", "count": 1}
    act(commands.adjust_time, task, new_due_on=date(2026, 4, 8), basis="市通知。", by=leader)
    assert _due(task) == [date(2026, 4, 8), date(2026, 4, 8), None]
    assert inbox(cast, "town_head").count(kind) == 2
    act(commands.adjust_time, task, new_due_on=DUE, basis="市通知。", by=leader)
    assert _due(task) == [date(2026, 4, 8), date(2026, 4, 8), None], "later is for the lead to agree on"


def test_parts_are_pulled_in_where_an_adjustment_sets_an_earlier_date(cast: Cast) -> None:
    task = issued(cast, parts=[NewPart(cast.unit_ids["town"], "资料", DUE)])
    said: dict[str, Any] = {"kind": AdjustmentKind.TIME, "reason": "提前完成。", "new_due_on": date(2026, 4, 8)}
    adjustment = act(commands.ask_adjustment, task, **said, by=cast.actor("finance_head"))
    act(commands.decide_adjustment, adjustment, approve=True, remark="", by=cast.actor("office_director"))
    assert _due(task) == [date(2026, 4, 8)]
    assert acts_of(task)[-2:] == ["task.decide_adjustment", "task.pull_parts_in"]


def test_parts_that_are_done_keep_their_date(cast: Cast) -> None:
    task = _with_parts(cast)
    part = task.parts[1]
    act(commands.accept_part, part, by=cast.actor("town_head"))
    act(commands.report_part, part, report=NewReport(text="已提供。"), by=cast.actor("town_head"))
    act(commands.complete_part, part, by=cast.actor("town_head"))
    act(commands.adjust_time, task, new_due_on=date(2026, 4, 8), basis="市通知。", by=cast.actor("leader"))
    assert _due(task) == [date(2026, 4, 8), DUE, None]


def test_no_part_is_put_off_beyond_the_whole_by_a_rest(cast: Cast) -> None:
    task, leader = _with_parts(cast), cast.actor("leader")
    act(commands.suspend_task, task, reason="等待文件", by=leader)
    act(commands.resume_task, task, new_due_on=date(2026, 4, 16), by=leader, now=day("2026-03-28"))
    assert _due(task) == [date(2026, 4, 16), date(2026, 4, 16), None]
    assert acts_of(task)[-3:] == ["task.resume", "task.shift_dates", "task.pull_parts_in"]


def test_no_part_is_put_off_beyond_the_whole_by_a_return(cast: Cast) -> None:
    task = _with_parts(cast)
    submit(cast, task)
    act(commands.return_for_rework, task, remark="不全。", by=cast.actor("supervisor"), now=day("2026-03-30"))
    assert _due(task) == [DUE, DUE, None]
