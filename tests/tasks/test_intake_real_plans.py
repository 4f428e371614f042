"""The three real plans, beside this repository: from the file to rows that say what the reader found, and back."""

import time
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.factories import make_region
from tests.plans.pages.sheets import open_sheet, press
from tests.tasks.papers import bring_in, confirm, row_counts
from tests.visitors import signed_in
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Person, Seat
from tracker.plans.models import Plan, PlanDocument
from tracker.plans.study import study
from tracker.tasks.intake import undo_plan
from tracker.tasks.models import Target, Task

A_MINUTE_OF_WORK = 30
"""Seconds that the machine may take of the clerk's minute."""


@pytest.fixture(params=["000", "003", "004"])
def document(request: pytest.FixtureRequest, real_plans: Path, cast: Cast, tmp_path: Path) -> PlanDocument:
    """A real plan, brought in for a district that has nothing on file."""
    [file] = real_plans.glob(f"{request.param}_*.txt")
    registrar = cast.actor("registrar")
    with write_transaction():
        region = make_region("990304", "远山区", parent=cast.region())
    return bring_in(region, tmp_path, by=registrar, file=file)


def test_what_stands_in_the_database_is_what_was_found(cast: Cast, document: PlanDocument) -> None:
    plan = confirm(document, by=cast.actor("registrar"))
    found, group = document.findings, document.findings["group"]
    assert (plan.title, plan.group.name) == (found["title"], group["name"])
    assert [
        (p.name, p.starts_on and p.starts_on.isoformat(), p.ends_on and p.ends_on.isoformat()) for p in plan.phases
    ] == [(phase["name"], phase["starts_on"], phase["ends_on"]) for phase in found["phases"]]
    seats = db.session.scalars(sa.select(Seat).where(Seat.group_id == plan.group_id).order_by(Seat.position)).all()
    taken = [seat for seat in document.corrections["groups"][0]["seats"] if seat["take"]]
    assert [seat.role for seat in seats] == [seat["role"] for seat in taken]
    named = {seat["person"] for seat in group["seats"] if seat["person"]}
    made = db.session.scalars(sa.select(Person.name).where(Person.id.in_(plan.made.get("persons", [])))).all()
    assert set(made) == named
    office = plan.group.host_unit
    assert (office is not None) == bool(group["office_unit"])


def test_every_numbered_measure_is_a_draft_with_its_targets(cast: Cast, document: PlanDocument) -> None:
    plan = confirm(document, by=cast.actor("registrar"))
    tasks = db.session.scalars(sa.select(Task).where(Task.plan_id == plan.id).order_by(Task.id)).all()
    numbered = document.findings["tasks"]
    assert [(task.number, task.content) for task in tasks if task.number] == [
        (task["number"], task["text"]) for task in numbered
    ]
    targets = db.session.scalars(sa.select(Target).where(Target.task_id.in_([task.id for task in tasks]))).all()
    wanted = [(t["operator"], float(t["value"])) for task in numbered for t in task["targets"]]
    assert sorted((target.operator, target.value) for target in targets) == sorted(wanted)
    assert {task.measure.line for task in tasks if task.measure} <= set(range(1, len(document.lines) + 1))


def test_nothing_is_asked_where_nothing_is_on_file(cast: Cast, document: PlanDocument) -> None:
    found = study(document, document.corrections, actor=cast.actor("registrar"), day=NOW.date())
    assert found.open_questions() == {}


def test_the_same_paper_brought_twice_adds_no_seat(
    cast: Cast, document: PlanDocument, real_plans: Path, tmp_path: Path
) -> None:
    registrar = cast.actor("registrar")
    first = confirm(document, by=registrar)
    seats = sa.select(sa.func.count()).select_from(Seat)
    before = db.session.scalar(seats)
    [file] = [file for file in real_plans.glob("*.txt") if file.name == document.name]
    second = confirm(bring_in(first.group.region, tmp_path, by=registrar, file=file), by=registrar)
    assert (second.group_id, db.session.scalar(seats)) == (first.group_id, before)
    assert not {"units", "persons", "posts", "seats"} & set(second.made)


def test_undoing_removes_exactly_what_was_made(cast: Cast, document: PlanDocument) -> None:
    before = row_counts()
    plan = confirm(document, by=cast.actor("registrar"))
    with write_transaction():
        undo_plan(plan, by=cast.actor("registrar"), now=NOW)
    assert row_counts() == before


def test_the_first_plan_takes_three_requests_and_a_few_seconds(app: Flask, cast: Cast, real_plans: Path) -> None:
    [file] = real_plans.glob("000_*.txt")
    browser = signed_in(app, cast.person_ids["registrar"])
    began = time.monotonic()
    data = {"file": (BytesIO(file.read_bytes()), file.name), "text": ""}
    address = browser.post("/plans/upload", data=data, content_type="multipart/form-data").location
    answer = press(browser, address, open_sheet(browser, address))
    assert answer.status_code == 303
    assert browser.get(answer.location).status_code == 200
    assert time.monotonic() - began < A_MINUTE_OF_WORK
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Task)) == 12
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 1
