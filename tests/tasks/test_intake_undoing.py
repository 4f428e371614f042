"""Undoing a plan: exactly what confirming made goes again, and nothing once a task is out."""

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.factories import make_member
from tests.tasks.papers import bring_in, confirm, row_counts
from tests.visitors import give_account
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import NotAllowed, Stale
from tracker.organisation.models import Appointment, LeadershipGroup, Person, Seat
from tracker.plans.models import Plan
from tracker.plans.rules import DocumentState
from tracker.tasks.commands import TaskDraft, draft_task, enter_done, open_consultation, propose_batch
from tracker.tasks.intake import undo_plan
from tracker.tasks.models import Task


def undo(plan: Plan, cast: Cast, name: str = "registrar") -> dict[str, list[int]]:
    with write_transaction():
        return undo_plan(plan, by=cast.actor(name), now=NOW)


def test_undoing_leaves_everything_as_it_was_before_confirming(cast: Cast, tmp_path: Path) -> None:
    document = bring_in(cast.region(), tmp_path, by=cast.actor("registrar"))
    before = row_counts()
    plan = confirm(document, by=cast.actor("registrar"))
    assert row_counts() != before
    plan_id = plan.id
    undo(plan, cast)
    assert row_counts() == before
    assert document.state is DocumentState.READ
    assert history("plan", plan_id)[-1].act == "plan.undo"


def test_an_undone_document_can_be_confirmed_anew(cast: Cast, tmp_path: Path) -> None:
    document = bring_in(cast.region(), tmp_path, by=cast.actor("registrar"))
    first = confirm(document, by=cast.actor("registrar"))
    after = row_counts()
    undo(first, cast)
    confirm(document, by=cast.actor("registrar"))
    assert row_counts() == after


def test_a_plan_added_to_a_group_at_work_goes_and_the_group_stays(cast: Cast, tmp_path: Path) -> None:
    document = bring_in(cast.region(), tmp_path, by=cast.actor("office_clerk"))
    before = row_counts()
    plan = confirm(document, by=cast.actor("office_clerk"))
    undo(plan, cast, "office_director")
    assert row_counts() == before
    assert db.session.get(LeadershipGroup, cast.group_ids["g1"]) is not None


def test_nothing_goes_once_a_draft_was_entered_as_done(cast: Cast, tmp_path: Path) -> None:
    plan = confirm(bring_in(cast.region(), tmp_path, by=cast.actor("office_clerk")), by=cast.actor("office_clerk"))
    passed = db.session.scalars(sa.select(Task).where(Task.plan_id == plan.id, Task.number == "2")).one()
    with write_transaction():
        enter_done(passed, done_on=date(2025, 12, 31), remark="", by=cast.actor("leader"), now=NOW)
    before = row_counts()
    with pytest.raises(Stale):
        undo(plan, cast)
    assert row_counts() == before


def test_nothing_goes_while_drafts_lie_with_the_director(cast: Cast, tmp_path: Path) -> None:
    clerk = cast.actor("office_clerk")
    plan = confirm(bring_in(cast.region(), tmp_path, by=clerk), by=clerk)
    task = db.session.scalars(sa.select(Task).where(Task.plan_id == plan.id, Task.number == "1")).one()
    with write_transaction():
        propose_batch(plan.group, tasks=[task], title="第一批", by=clerk, now=NOW)
    with pytest.raises(Stale):
        undo(plan, cast)
    assert db.session.get(Plan, plan.id) is not None


def test_a_draft_about_which_units_were_asked_keeps_the_plan(cast: Cast, tmp_path: Path) -> None:
    clerk = cast.actor("office_clerk")
    plan = confirm(bring_in(cast.region(), tmp_path, by=clerk), by=clerk)
    task = db.session.scalars(sa.select(Task).where(Task.plan_id == plan.id, Task.lead_unit_id.is_not(None))).first()
    assert task is not None
    with write_transaction():
        open_consultation(plan.group, [task], title="征求意见", reply_by=date(2026, 3, 23), by=clerk, now=NOW)
    with pytest.raises(Stale):
        undo(plan, cast)
    assert db.session.get(Plan, plan.id) is not None


def test_a_draft_that_somebody_added_later_keeps_the_plan(cast: Cast, tmp_path: Path) -> None:
    clerk = cast.actor("office_clerk")
    plan = confirm(bring_in(cast.region(), tmp_path, by=clerk), by=clerk)
    with write_transaction():
        draft_task(plan.group, TaskDraft(title="补充一项", plan_id=plan.id), by=clerk, now=NOW)
    with pytest.raises(Stale):
        undo(plan, cast)
    assert db.session.get(Plan, plan.id) is not None


def test_a_group_that_others_have_added_to_stays_with_all_its_seats(cast: Cast, tmp_path: Path) -> None:
    plan = confirm(bring_in(cast.region(), tmp_path, by=cast.actor("registrar")), by=cast.actor("registrar"))
    group_id = plan.group_id
    with write_transaction():
        make_member(plan.group, cast.unit("water"))
    seats = sa.select(sa.func.count()).select_from(Seat).where(Seat.group_id == group_id)
    before = db.session.scalar(seats)
    removed = undo(plan, cast)
    assert (removed["groups"], removed["seats"]) == ([], [])
    assert db.session.scalar(seats) == before
    assert db.session.get(LeadershipGroup, group_id) is not None


def test_a_person_with_an_account_stays_with_the_post(app: Flask, cast: Cast, tmp_path: Path) -> None:
    plan = confirm(bring_in(cast.region(), tmp_path, by=cast.actor("registrar")), by=cast.actor("registrar"))
    [person_id] = plan.made["persons"]
    give_account(app, person_id)
    removed = undo(plan, cast)
    assert removed["persons"] == []
    assert db.session.get(Person, person_id) is not None
    assert db.session.scalar(sa.select(Appointment.id).where(Appointment.person_id == person_id)) is not None


def test_a_stale_page_undoes_nothing(cast: Cast, tmp_path: Path) -> None:
    plan = confirm(bring_in(cast.region(), tmp_path, by=cast.actor("registrar")), by=cast.actor("registrar"))
    before = row_counts()
    with pytest.raises(Stale), write_transaction():
        undo_plan(plan, version=plan.version + 1, by=cast.actor("registrar"), now=NOW)
    assert row_counts() == before


@pytest.mark.parametrize("name", ["finance_head", "supervisor", "leader", "g2_office_director", "administrator"])
def test_only_registrar_and_office_may_undo(cast: Cast, tmp_path: Path, name: str) -> None:
    plan = confirm(bring_in(cast.region(), tmp_path, by=cast.actor("office_clerk")), by=cast.actor("office_clerk"))
    before = row_counts()
    with pytest.raises(NotAllowed):
        undo(plan, cast, name)
    assert row_counts() == before
    undo(plan, cast, "office_clerk")
    assert row_counts() != before


def test_the_office_may_not_remove_a_group_that_a_registrar_founded(cast: Cast, tmp_path: Path) -> None:
    plan = confirm(bring_in(cast.region(), tmp_path, by=cast.actor("registrar")), by=cast.actor("registrar"))
    before = row_counts()
    with pytest.raises(NotAllowed):
        undo(plan, cast, "office_director")
    assert row_counts() == before
