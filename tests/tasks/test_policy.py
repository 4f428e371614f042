"""Every policy × everybody of the cast: who may, and who may not."""

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa

from tests.cast import NOW, PEOPLE, TODAY, Cast
from tests.factories import make_person, make_unit
from tests.tasks.stories import (
    DUE,
    act,
    active,
    active_part,
    again,
    day,
    draft,
    head_of,
    issued,
    part_of,
    submitted,
)
from tracker.accounts.identity import actor_of_person
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.kernel.verdict import Verdict
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment, MemberContact, MemberUnit, Person, Post
from tracker.organisation.rules import OFFICE as OFFICE_SEATS
from tracker.organisation.rules import ContactRole, PostRank, UnitKind
from tracker.tasks import commands, policy
from tracker.tasks.commands import NewReport
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.queries.waiting import waiting_for
from tracker.tasks.rules import TaskState

OFFICE_AND_LEADERS = {"leader", "deputy_leader", "office_director", "office_clerk", "office_secondee"}
OVERSEERS = OFFICE_AND_LEADERS | {"supervisor"}
DIRECTING = {"leader", "deputy_leader", "office_director"}
CONFIRMING = {"finance_head", "finance_deputy"}
WRITING = CONFIRMING | {"finance_liaison"}
OFFICE = {"office_director", "office_clerk", "office_secondee"}
IN_EDUCATION = {"education_head", "office_director", "office_clerk"}

Ask = Callable[[Actor, Task], Verdict]


def allowed(cast: Cast, ask: Callable[[Actor], object]) -> set[str]:
    """Everybody of the cast to whom a policy says yes; whoever is refused is told why."""
    verdicts = {name: ask(cast.actor(name)) for name in PEOPLE}
    for verdict in verdicts.values():
        assert verdict or not isinstance(verdict, Verdict) or str(verdict.reason)
    return {name for name, verdict in verdicts.items() if verdict}


def barred(cast: Cast, task: Task) -> set[str]:
    """Who of the cast may not judge a task, as statements have it."""
    ids = db.session.scalars(
        sa.select(Person.id).join(Task, Task.id == task.id).where(policy.is_barred(Task, Person.id))
    )
    found = set(ids)
    return {name for name, person in cast.person_ids.items() if person in found}


def both_agree(cast: Cast, task: Task) -> bool:
    """Whether statements and the policy for one person bar the same people."""
    return barred(cast, task) == set(PEOPLE) - allowed(cast, lambda actor: policy.uninvolved(actor, task))


ON_A_TASK: dict[Ask, set[str]] = {
    policy.may_verify: OVERSEERS,
    policy.may_decide: OFFICE_AND_LEADERS,
    policy.may_decide_adjustment: DIRECTING,
    policy.may_enter_done: DIRECTING,
    policy.may_accept: WRITING | OFFICE,
    policy.may_ask: CONFIRMING,
    policy.may_report: WRITING,
    policy.may_confirm: CONFIRMING,
    policy.may_assign: CONFIRMING,
    policy.may_appoint_verifier: {"leader", "deputy_leader"},
}


@pytest.mark.parametrize("ask", ON_A_TASK, ids=lambda ask: ask.__name__)
def test_who_may_act_on_a_task_of_the_finance_bureau(cast: Cast, ask: Ask) -> None:
    task = issued(cast)
    assert allowed(cast, lambda actor: ask(actor, task)) == ON_A_TASK[ask]


ON_OWN_HOST: dict[Ask, set[str]] = {
    policy.may_verify: OVERSEERS - IN_EDUCATION,
    policy.may_decide: OFFICE_AND_LEADERS - IN_EDUCATION,
    policy.may_decide_adjustment: DIRECTING - IN_EDUCATION,
    policy.may_enter_done: DIRECTING - IN_EDUCATION,
    policy.may_accept: OFFICE | {"education_head"},
    policy.may_confirm: {"education_head"},
    policy.uninvolved: set(PEOPLE) - IN_EDUCATION,
}


@pytest.mark.parametrize("ask", ON_OWN_HOST, ids=lambda ask: ask.__name__)
def test_an_office_that_sits_in_the_lead_unit_does_nobodys_business_there(cast: Cast, ask: Ask) -> None:
    task = issued(cast, lead="education")
    assert allowed(cast, lambda actor: ask(actor, task)) == ON_OWN_HOST[ask]
    assert barred(cast, task) == IN_EDUCATION


def test_cooperating_units_are_barred_like_the_lead_unit(cast: Cast) -> None:
    task = issued(cast, parts=("education",))
    assert allowed(cast, lambda actor: policy.may_verify(actor, task)) == OVERSEERS - IN_EDUCATION
    assert both_agree(cast, task)


def test_who_may_manage_and_sign_off_in_a_group(cast: Cast) -> None:
    group = cast.group_ids["g1"]
    assert allowed(cast, lambda actor: policy.may_manage(actor, group)) == OFFICE
    assert allowed(cast, lambda actor: policy.is_office(actor, group)) == OFFICE
    assert allowed(cast, lambda actor: policy.may_sign_off(actor, group)) == DIRECTING
    assert allowed(cast, lambda actor: policy.may_leave_out(actor, group)) == OFFICE | DIRECTING


def test_acts_on_many_tasks_are_open_to_who_holds_one_of_the_seats_anywhere(cast: Cast) -> None:
    in_g2 = {"g2_office_director", "g2_office_clerk"}
    in_g3 = {"d2_office_director"}
    assert allowed(cast, lambda actor: policy.may_act_in_bulk(actor, OFFICE_SEATS)) == OFFICE | in_g2 | in_g3


def test_who_may_act_on_a_part(cast: Cast) -> None:
    task = issued(cast, lead="town", parts=("finance",))
    part = part_of(task)
    on_a_part: dict[Callable[[Actor, TaskPart], Verdict], set[str]] = {
        policy.may_accept_part: WRITING | OFFICE,
        policy.may_report_part: WRITING,
        policy.may_complete_part: CONFIRMING,
    }
    for ask, names in on_a_part.items():
        assert allowed(cast, lambda actor, ask=ask: ask(actor, part)) == names  # type: ignore[misc]


def test_reports_are_confirmed_by_the_heads_of_the_unit_that_reports(cast: Cast) -> None:
    part = active_part(cast, unit="finance", lead="town")
    said = NewReport(text="已提供。")
    on_part = act(commands.report_part, part, report=said, by=cast.actor("finance_liaison"))
    own = act(commands.report_progress, part.task, report=said, by=cast.actor("town_head"))
    assert allowed(cast, lambda actor: policy.may_confirm_report(actor, on_part)) == CONFIRMING
    assert allowed(cast, lambda actor: policy.may_confirm_report(actor, own)) == {"town_head"}


def test_the_second_extension_is_for_leaders_alone(cast: Cast) -> None:
    task = active(cast)
    head = cast.actor("finance_head")
    first = act(commands.ask_extension, task, reason="资金未到。", new_due_on=day("2026-05-08").date(), by=head)
    assert allowed(cast, lambda actor: policy.may_decide_extension(actor, first)) == OFFICE_AND_LEADERS
    act(commands.decide_extension, first, approve=True, by=cast.actor("office_clerk"))
    second = act(commands.ask_extension, task, reason="仍未到。", new_due_on=day("2026-06-08").date(), by=head)
    assert allowed(cast, lambda actor: policy.may_decide_extension(actor, second)) == {"leader", "deputy_leader"}


def test_the_owner_may_report_but_not_confirm(cast: Cast) -> None:
    task = active(cast)
    act(commands.assign_owner, task, person=cast.person("finance_staff"), by=cast.actor("finance_head"))
    assert allowed(cast, lambda actor: policy.may_report(actor, task)) == WRITING | {"finance_staff"}
    assert allowed(cast, lambda actor: policy.may_confirm(actor, task)) == CONFIRMING


def test_nobody_confirms_or_writes_for_no_unit(cast: Cast) -> None:
    head = cast.actor("finance_head")
    assert not policy.may_confirm_for(head, cast.group_ids["g1"], None)
    assert not policy.may_draft_for(head, cast.group_ids["g1"], None)
    assert policy.may_draft_for(head, cast.group_ids["g1"], cast.unit_ids["finance"])


def test_the_product_itself_judges_nothing(cast: Cast) -> None:
    task = submitted(cast)
    assert not policy.may_verify(SYSTEM, task)
    assert not policy.uninvolved(SYSTEM, task)
    assert policy.may_verify(cast.actor("supervisor"), task)


def test_a_contact_of_an_involved_unit_is_one_of_the_doers(cast: Cast) -> None:
    task = submitted(cast)
    assert policy.may_verify(cast.actor("office_secondee"), task)
    with write_transaction() as session:
        member = session.query(MemberUnit).filter_by(group_id=cast.group_ids["g1"], unit_id=cast.unit_ids["finance"])
        contact = {"role": ContactRole.LIAISON, "starts_on": TODAY}
        session.add(
            MemberContact(member_unit_id=member.one().id, person_id=cast.person_ids["office_secondee"], **contact)
        )
    assert not policy.may_verify(cast.actor("office_secondee"), task)
    assert both_agree(cast, task)


def test_who_worked_in_the_lead_unit_since_issue_is_barred_after_moving_away(cast: Cast) -> None:
    before, after = day("2026-03-17"), day("2026-04-01")
    secondee = cast.person_ids["office_secondee"]
    with write_transaction() as session:
        post = organisation.ensure_post(
            cast.unit("finance"), title="挂职干部", rank=PostRank.STAFF, by=SYSTEM, now=before
        )
        session.add(Appointment(person_id=secondee, post_id=post.id, starts_on=before.date(), ends_on=local_date(NOW)))
    during, later = submitted(cast), submitted(cast, now=after)
    by = cast.actor("office_secondee", day=local_date(after))
    assert cast.unit_ids["finance"] not in by.unit_ids
    assert not policy.may_verify(by, during)
    assert policy.may_verify(by, later)
    assert ("office_secondee" in barred(cast, during), "office_secondee" in barred(cast, later)) == (True, False)


def test_a_section_of_the_lead_unit_is_the_lead_unit(cast: Cast) -> None:
    task = submitted(cast)
    with write_transaction() as session:
        section = make_unit(cast.region(), "区财政局教科文股", UnitKind.SECTION, parent=cast.unit("finance"))
        post = organisation.ensure_post(section, title="股长", rank=PostRank.HEAD, by=SYSTEM, now=NOW)
        session.add(Appointment(person_id=cast.person_ids["supervisor"], post_id=post.id, starts_on=TODAY))
    assert not policy.may_verify(cast.actor("supervisor"), task)
    assert policy.may_verify(cast.actor("leader"), task)
    assert both_agree(cast, task)


def test_a_school_of_the_lead_unit_is_a_unit_of_its_own(cast: Cast) -> None:
    task = submitted(cast, lead="education")
    assert policy.uninvolved(cast.actor("school_one_head"), task)
    assert not policy.uninvolved(cast.actor("education_head"), task)


def test_the_drafter_of_a_submission_stays_barred_wherever_they_go(cast: Cast) -> None:
    task = active(cast)
    act(commands.draft_submission, task, statement="完成。", by=cast.actor("finance_liaison"))
    act(commands.submit_completion, task, statement="完成。", by=cast.actor("finance_head"))
    moved = Actor(None, cast.person_ids["finance_liaison"], "纪晓东", None, seats=cast.actor("supervisor").seats)
    with write_transaction() as session:
        for row in (*session.query(Appointment), *session.query(MemberContact)):
            if row.person_id == moved.person_id:
                session.delete(row)
    assert not policy.may_verify(moved, task)
    assert {"finance_liaison", "finance_head"} <= barred(cast, task)
    assert policy.able_to_verify(task, {moved.person_id or 0: frozenset()}, day=TODAY) == []


def test_who_left_a_unit_after_its_task_went_out_is_not_asked_to_verify_it(cast: Cast) -> None:
    task, supervisor = submitted(cast), cast.actor("supervisor")
    by_seat = policy.overseers(cast.group_ids["g1"], day=TODAY)
    assert supervisor.person_id in policy.able_to_verify(task, by_seat, day=TODAY)
    assert [wait.task_id for wait in waiting_for(supervisor, today=TODAY)] == [task.id]
    with write_transaction() as session:
        post_id = session.scalars(sa.select(Post.id).where(Post.unit_id == cast.unit_ids["finance"])).first()
        dates = {"starts_on": date(2025, 1, 1), "ends_on": TODAY}
        session.add(Appointment(person_id=supervisor.person_id, post_id=post_id, **dates))
    assert not policy.may_verify(supervisor, task)
    assert supervisor.person_id not in policy.able_to_verify(task, by_seat, day=TODAY)
    assert waiting_for(supervisor, today=TODAY) == []


def test_a_sub_task_is_judged_by_the_unit_above(cast: Cast) -> None:
    parent = active(cast, lead="education")
    unit = cast.unit_ids["school_one"]
    child = act(
        commands.split_task, parent, unit_id=unit, title="一小", content="", due_on=DUE, by=cast.actor("education_head")
    )
    judging = {"education_head"}
    assert allowed(cast, lambda actor: policy.may_verify(actor, child)) == OVERSEERS | judging
    assert allowed(cast, lambda actor: policy.may_decide(actor, child)) == OFFICE_AND_LEADERS | judging
    assert allowed(cast, lambda actor: policy.may_decide_adjustment(actor, child)) == DIRECTING | judging
    assert allowed(cast, lambda actor: policy.may_confirm(actor, child)) == {"school_one_head"}


def test_an_appointed_verifier_may_verify_and_sees_the_task(cast: Cast) -> None:
    task = submitted(cast)
    assert not policy.may_verify(cast.actor("water_head"), task)
    act(commands.appoint_verifier, task, person=cast.person("water_head"), by=cast.actor("leader"))
    assert policy.may_verify(cast.actor("water_head"), task)
    assert not policy.may_decide(cast.actor("water_head"), task)
    assert sees(cast.actor("water_head"), task)


def test_who_could_verify_leaves_out_everybody_involved(cast: Cast) -> None:
    by_seat = policy.overseers(cast.group_ids["g1"], day=TODAY)
    task = submitted(cast, lead="education")
    able = {cast.person_ids[name] for name in OVERSEERS - IN_EDUCATION}
    assert set(policy.able_to_verify(task, by_seat, day=TODAY)) == able
    assert set(policy.able_to_verify(submitted(cast), by_seat, day=TODAY)) == {
        cast.person_ids[name] for name in OVERSEERS
    }


# --- who sees what ---------------------------------------------------------------------------------------------------


def sees(actor: Actor, task: Task) -> bool:
    """Whether a task is visible to somebody."""
    return bool(db.session.query(Task.id).filter(Task.id == task.id, policy.visible_to(actor)).count())


def test_a_task_is_seen_by_its_group_its_units_and_nobody_else(cast: Cast) -> None:
    task = issued(cast, parts=("construction",))
    finance = {name for name, (_n, unit, _t, _r) in PEOPLE.items() if unit == "finance"}
    assert allowed(cast, lambda actor: sees(actor, task)) == OVERSEERS | finance | {"construction_head"}


@pytest.mark.parametrize("state", [TaskState.DRAFT, TaskState.PROPOSED, TaskState.CANCELLED])
def test_what_never_went_out_is_the_offices_own(cast: Cast, state: TaskState) -> None:
    task = draft(cast)
    if state is TaskState.CANCELLED:
        act(commands.cancel_task, task, reason="重复。", by=cast.actor("office_clerk"))
    elif state is TaskState.PROPOSED:
        act(commands.propose_batch, task.group, tasks=[task], title="一批", by=cast.actor("office_clerk"))
    assert not sees(cast.actor("finance_head"), task)
    assert sees(cast.actor("office_clerk"), task)


def test_a_task_cancelled_after_it_went_out_stays_readable_to_its_unit(cast: Cast) -> None:
    task = issued(cast)
    act(commands.cancel_task, task, reason="政策调整。", by=cast.actor("leader"))
    assert sees(cast.actor("finance_head"), task)


def test_a_parent_unit_sees_its_schools_tasks_and_a_school_not_its_parents(cast: Cast) -> None:
    school, bureau = issued(cast, lead="school_one"), issued(cast, lead="education")
    part = issued(cast, lead="town", parts=("school_one",))
    assert sees(cast.actor("education_head"), school)
    assert sees(cast.actor("education_head"), part)
    assert not sees(cast.actor("school_one_head"), bureau)
    assert not sees(cast.actor("school_two_head"), school)


def test_the_unit_that_sums_up_sees_all_rows_of_the_clause(cast: Cast) -> None:
    units = [cast.unit_ids["town"], cast.unit_ids["construction"]]
    rows = act(
        commands.draft_apportioned,
        cast.group(),
        draft=commands.TaskDraft(title="自查", due_on=DUE),
        unit_ids=units,
        summing_unit_id=cast.unit_ids["finance"],
        by=cast.actor("office_clerk"),
    )
    assert not sees(cast.actor("finance_head"), rows[0])
    batch = act(commands.propose_batch, cast.group(), tasks=rows, title="分办", by=cast.actor("office_clerk"))
    act(commands.sign_off_batch, batch, by=cast.actor("office_director"))
    assert all(sees(cast.actor("finance_head"), row) for row in rows)
    assert [sees(cast.actor("town_head"), row) for row in rows] == [True, False]


def test_another_group_and_another_district_see_nothing(cast: Cast) -> None:
    task = again(active(cast, lead="construction"))
    assert not sees(cast.actor("g2_office_director"), task)
    assert not sees(cast.actor("d2_office_director"), task)
    assert sees(cast.actor(head_of(cast, task)), task)


def test_an_empty_post_confirms_nothing_until_it_is_filled(cast: Cast) -> None:
    task = active(cast, lead="town")
    assert policy.confirmers(task.group_id, cast.unit_ids["town"], day=TODAY) == {cast.person_ids["town_head"]}
    with write_transaction() as session:
        [post] = session.query(Appointment).filter_by(person_id=cast.person_ids["town_head"])
        post.ends_on = day("2026-03-17").date()
    assert policy.confirmers(task.group_id, cast.unit_ids["town"], day=TODAY) == set()
    assert not policy.may_confirm(cast.actor("town_head"), task)
    with write_transaction():
        successor = make_person(cast.unit("town"), "继任镇长", "镇长", PostRank.HEAD, starts_on=TODAY)
    assert policy.may_confirm(actor_of_person(successor.id, day=TODAY), task)
