"""Confirming a plan document: what was found and ticked stands in the database, all of it or nothing."""

from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, Cast
from tests.tasks.papers import bring_in, confirm, row_counts
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation import queries
from tracker.organisation.models import LeadershipGroup, Person, Post, Seat, Unit
from tracker.organisation.rules import OFFICE, PostRank, SeatRole, UnitKind
from tracker.plans.models import Plan, PlanDocument
from tracker.plans.rules import DocumentState
from tracker.tasks.intake import confirm_document
from tracker.tasks.models import Task
from tracker.tasks.rules import Every, TaskSource, TaskState


@pytest.fixture
def document(cast: Cast, tmp_path: Path) -> PlanDocument:
    """The invented plan, brought in by the registrar."""
    return bring_in(cast.region(), tmp_path, by=cast.actor("registrar"))


@pytest.fixture
def plan(cast: Cast, document: PlanDocument) -> Plan:
    """The plan made from it as proposed."""
    return confirm(document, by=cast.actor("registrar"))


def unit_named(name: str) -> Unit:
    return db.session.scalars(sa.select(Unit).where(Unit.name == name)).one()


def tasks_of(plan: Plan) -> dict[str, Task]:
    rows = db.session.scalars(sa.select(Task).where(Task.plan_id == plan.id).order_by(Task.id.desc()))
    return {task.number or "sentence": task for task in rows}


def test_the_plan_has_the_heading_phases_and_clauses_of_the_paper(document: PlanDocument, plan: Plan) -> None:
    assert plan.title == document.findings["title"] == "澄江区校园食品安全专项整治工作方案"
    assert plan.issued_on == date(2025, 10, 20)
    assert [(phase.starts_on, phase.ends_on) for phase in plan.phases] == [
        (date(2025, 11, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 8, 31)),
    ]
    assert document.state is DocumentState.CONFIRMED


def test_the_group_is_founded_with_its_office_and_goal(plan: Plan) -> None:
    group = plan.group
    assert group.name == "澄江区校园食品安全专项整治工作领导小组"
    assert group.host_unit is not None and group.host_unit.name == "澄江区市场监管局"
    assert (group.goal_on, group.uses_from) == (date(2026, 8, 31), TODAY)


def test_seats_go_to_posts_and_the_office_to_the_person_named(cast: Cast, plan: Plan) -> None:
    seats = db.session.scalars(sa.select(Seat).where(Seat.group_id == plan.group_id).order_by(Seat.position)).all()
    assert [(seat.role, seat.post.title if seat.post else None) for seat in seats[:6]] == [
        (SeatRole.LEADER, "区长"),
        (SeatRole.DEPUTY_LEADER, "副区长"),
        (SeatRole.MEMBER, "局长"),
        (SeatRole.MEMBER, "局长"),
        (SeatRole.MEMBER, "局长"),
        (SeatRole.MEMBER, "镇长"),
    ]
    director = seats[6]
    assert director.role is SeatRole.OFFICE_DIRECTOR
    assert director.person is not None and director.person.name == "宋知远"
    leaders = queries.seat_holders(plan.group_id, day=TODAY, roles=[SeatRole.LEADER])
    assert leaders == [cast.person_ids["leader"]]


def test_units_and_people_on_file_are_found_and_not_entered_twice(cast: Cast, plan: Plan) -> None:
    assert plan.made["persons"] == [db.session.scalars(sa.select(Person.id).where(Person.name == "宋知远")).one()]
    assert plan.made["units"] == [unit_named("澄江区市场监管局").id]
    education = cast.unit("education")
    assert "区教体局" in {short.name for short in education.short_names}


def test_a_new_unit_gets_its_full_name_kind_and_head(plan: Plan) -> None:
    unit = unit_named("澄江区市场监管局")
    assert unit.kind is UnitKind.DEPARTMENT
    assert {short.name for short in unit.short_names} == {"区市场监管局"}
    post = db.session.scalars(sa.select(Post).where(Post.unit_id == unit.id)).one()
    assert (post.title, post.rank) == ("局长", PostRank.HEAD)
    assert queries.unit_people(unit.id, day=TODAY, ranks=[PostRank.HEAD]) == plan.made["persons"]


def test_every_unit_that_sits_or_works_is_a_member_but_the_government(cast: Cast, plan: Plan) -> None:
    members = set(queries.member_unit_ids(plan.group_id, day=TODAY))
    wanted = {cast.unit_ids["education"], cast.unit_ids["finance"], cast.unit_ids["town"]}
    assert members == wanted | {unit_named("澄江区市场监管局").id}


def test_drafts_carry_units_dates_targets_cadence_and_source(cast: Cast, plan: Plan) -> None:
    tasks = tasks_of(plan)
    assert {task.state for task in tasks.values()} == {TaskState.DRAFT}
    assert {task.source for task in tasks.values()} == {TaskSource.PLAN}
    first, second, third, fourth = (tasks[number] for number in "1234")
    assert (first.lead_unit_id, first.due_on) == (cast.unit_ids["education"], date(2026, 6, 30))
    helpers = {part.unit_id for part in first.parts}
    assert helpers == {unit_named("澄江区市场监管局").id, cast.unit_ids["town"]}
    [target] = first.targets
    assert (target.operator, target.value, target.unit) == ("=", 100, "%")
    assert second.due_on == date(2025, 12, 31)
    assert (third.cadence_every, third.cadence_day) == (Every.MONTH, 28)
    assert (fourth.continuous, fourth.due_on) == (True, None)
    assert first.measure is not None and first.measure.line == 23
    sentence = tasks["sentence"]
    assert sentence.phase is not None and sentence.due_on == sentence.phase.ends_on == date(2025, 12, 31)


def test_confirming_is_on_record_with_its_clerk(cast: Cast, plan: Plan) -> None:
    entries = history("plan", plan.id)
    assert {"plan.confirm", "plan.made"} <= {entry.act for entry in entries}
    assert {entry.actor_name for entry in entries} == {cast.actor("registrar").name}
    task = next(iter(tasks_of(plan).values()))
    assert [entry.actor_name for entry in history("task", task.id)] == [cast.actor("registrar").name]


def test_what_is_not_ticked_is_not_made(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["groups"][0]["seats"][4]["take"] = False
    for task in choices["tasks"]:
        task["take"] = task["number"] == "2"
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    assert list(tasks_of(plan)) == ["2"]
    seats = db.session.scalars(sa.select(Seat).where(Seat.group_id == plan.group_id)).all()
    assert len(seats) == 6


def test_one_unit_can_be_named_for_all_tasks_without_a_lead(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["tasks"][0]["lead"] = ""
    choices["lead"] = "区财政局"
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    tasks = tasks_of(plan)
    assert tasks["1"].lead_unit_id == cast.unit_ids["finance"]
    assert tasks["2"].lead_unit_id == cast.unit_ids["education"]


def test_staff_of_the_office_are_seated_and_found_by_the_accounts_page(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["staff"] = [{"name": "易小禾", "unit": "区市场监管局", "post": "科员", "phone": "13900001111"}]
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    staff = queries.seat_holders(plan.group_id, day=TODAY, roles=[SeatRole.OFFICE_STAFF])
    [person] = [db.session.get_one(Person, person_id) for person_id in staff]
    assert (person.name, person.phone) == ("易小禾", "13900001111")
    assert len(queries.seat_holders(plan.group_id, day=TODAY, roles=OFFICE)) == 2


def test_new_staff_without_a_unit_are_asked_for_one(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["staff"] = [{"name": "易小禾", "unit": "", "post": "", "phone": ""}]
    before = row_counts()
    with pytest.raises(Invalid) as refusal, write_transaction():
        confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    assert "易小禾" in str(refusal.value.errors["staff"])
    assert row_counts() == before


def test_a_second_confirmation_is_told_that_it_is_done(cast: Cast, document: PlanDocument, plan: Plan) -> None:
    before = row_counts()
    with pytest.raises(Stale), write_transaction():
        confirm_document(document, by=cast.actor("registrar"), now=NOW)
    assert row_counts() == before


def test_a_stale_sheet_confirms_nothing(cast: Cast, document: PlanDocument) -> None:
    before, stale = row_counts(), document.version + 1
    with pytest.raises(Stale), write_transaction():
        confirm_document(document, version=stale, by=cast.actor("registrar"), now=NOW)
    assert row_counts() == before


def test_an_unsure_unit_must_be_settled_first(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["tasks"][0]["lead"] = "czj"
    before = row_counts()
    with pytest.raises(Invalid) as refusal, write_transaction():
        confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    assert "czj" in str(refusal.value.errors["units"])
    assert row_counts() == before
    choices["units"]["czj"] = {"choice": str(cast.unit_ids["finance"]), "name": "", "kind": ""}
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    assert tasks_of(plan)["1"].lead_unit_id == cast.unit_ids["finance"]


def test_a_namesake_on_file_elsewhere_must_be_settled_first(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["groups"][0]["seats"][4]["person"] = "江以宁"
    choices["groups"][0]["seats"][6]["person"] = "江以宁"
    with pytest.raises(Invalid) as refusal, write_transaction():
        confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    assert "江以宁" in str(refusal.value.errors["people"])
    choices["people"]["江以宁"] = "new"
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    assert len(plan.made["persons"]) == 1
    assert cast.person_ids["water_head"] not in plan.made["persons"]


def test_a_head_on_file_stays_where_the_paper_names_another(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["groups"][0]["seats"][3]["person"] = "沈旧任"
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    assert queries.unit_people(cast.unit_ids["finance"], day=TODAY, ranks=[PostRank.HEAD]) == [
        cast.person_ids["finance_head"]
    ]
    members = queries.seat_holders(plan.group_id, day=TODAY, roles=[SeatRole.MEMBER])
    assert cast.person_ids["finance_head"] in members
    assert db.session.scalar(sa.select(Person.id).where(Person.name == "沈旧任")) is None


def test_the_office_adds_a_plan_to_its_own_group_without_doubling_seats(cast: Cast, tmp_path: Path) -> None:
    clerk = cast.actor("office_clerk")
    document = bring_in(cast.region(), tmp_path, by=clerk)
    seats = sa.select(sa.func.count()).select_from(Seat).where(Seat.group_id == cast.group_ids["g1"])
    before = db.session.scalar(seats) or 0
    plan = confirm(document, by=clerk)
    assert plan.group_id == cast.group_ids["g1"]
    assert "groups" not in plan.made
    # 组长、副组长、区财政局局长 sit already; the heads of three more units and a second office director are new.
    assert (db.session.scalar(seats) or 0) - before == 4


def test_the_office_cannot_found_a_group(cast: Cast, tmp_path: Path) -> None:
    clerk = cast.actor("office_clerk")
    document = bring_in(cast.region(), tmp_path, by=clerk)
    choices = deepcopy(document.corrections)
    choices["groups"][0]["target"] = "new"
    with write_transaction():
        plan = confirm_document(document, choices, by=clerk, now=NOW)
    assert plan.group_id == cast.group_ids["g1"], "a choice that is not offered counts as none"


def test_the_office_of_another_group_can_not_add_to_this_one(cast: Cast, tmp_path: Path) -> None:
    stranger = cast.actor("g2_office_clerk")
    document = bring_in(cast.region(), tmp_path, by=stranger)
    choices = deepcopy(document.corrections)
    choices["groups"][0]["target"] = str(cast.group_ids["g1"])
    with write_transaction():
        plan = confirm_document(document, choices, by=stranger, now=NOW)
    assert plan.group_id == cast.group_ids["g2"]


def test_people_without_seat_or_duty_may_not_confirm(cast: Cast, document: PlanDocument) -> None:
    before = row_counts()
    for name in ("finance_head", "supervisor", "leader", "d2_office_director", "administrator"):
        with pytest.raises((NotAllowed, Invalid)), write_transaction():
            confirm_document(document, by=cast.actor(name), now=NOW)
    assert row_counts() == before


def test_several_groups_of_one_paper_are_founded_and_the_first_gets_the_plan(
    cast: Cast, document: PlanDocument
) -> None:
    choices = deepcopy(document.corrections)
    second = deepcopy(choices["groups"][0])
    second.update(name="澄江区校园食品安全督查专班", seats=second["seats"][:2])
    choices["groups"].append(second)
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    groups = db.session.scalars(sa.select(LeadershipGroup).where(LeadershipGroup.id.in_(plan.made["groups"]))).all()
    assert {group.name for group in groups} == {plan.group.name, "澄江区校园食品安全督查专班"}
    assert plan.group.name == "澄江区校园食品安全专项整治工作领导小组"


def test_a_unit_named_as_member_sits_itself(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["groups"][0]["seats"][3].update(person="", posts=[{"unit": "区财政局", "post": ""}])
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    query = sa.select(Seat.unit_id).where(Seat.group_id == plan.group_id, Seat.unit_id.is_not(None))
    assert db.session.scalars(query).all() == [cast.unit_ids["finance"]]


def test_a_post_without_holder_becomes_an_empty_seat(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["groups"][0]["seats"][4].update(person="", posts=[{"unit": "区水务局", "post": "分管负责人"}])
    with write_transaction():
        plan = confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    query = sa.select(Post).join(Seat).where(Seat.group_id == plan.group_id, Post.unit_id == cast.unit_ids["water"])
    post = db.session.scalars(query).one()
    assert (post.title, post.rank, post.appointments) == ("分管负责人", PostRank.DEPUTY, [])


def test_a_seat_of_nobody_in_particular_is_asked_for_its_unit(cast: Cast, document: PlanDocument) -> None:
    choices = deepcopy(document.corrections)
    choices["groups"][0]["seats"][3].update(person="", posts=[{"unit": "", "post": "分管副书记"}])
    before = row_counts()
    with pytest.raises(Invalid) as refusal, write_transaction():
        confirm_document(document, choices, by=cast.actor("registrar"), now=NOW)
    assert "没有写明单位" in str(refusal.value.errors["seats"])
    assert row_counts() == before
