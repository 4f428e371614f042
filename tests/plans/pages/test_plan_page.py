"""A plan's page: the group reads it, others do not know of it; its lines can be linked to; it can be taken back."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.plans.pages.sheets import INVENTED, plan_of_the_office
from tests.retelling import retold
from tests.visitors import signed_in
from tracker.audit.queries import history
from tracker.kernel.db import db
from tracker.plans.models import Plan


@pytest.fixture
def story(session: Session) -> tuple[Cast, str]:
    """A plan that the office of the first group has added, and its people."""
    return retold(plan_of_the_office)


@pytest.fixture
def cast(story: tuple[Cast, str]) -> Cast:
    return story[0]


@pytest.fixture
def address(story: tuple[Cast, str]) -> str:
    """The address of a plan that the office of the first group has added."""
    return story[1]


def browser_of(app: Flask, cast: Cast, name: str) -> FlaskClient:
    return signed_in(app, cast.person_ids[name])


@pytest.mark.parametrize(
    "name", ["office_director", "leader", "supervisor", "finance_head", "finance_liaison", "registrar"]
)
def test_everybody_of_the_group_reads_its_plan(app: Flask, cast: Cast, address: str, name: str) -> None:
    browser = browser_of(app, cast, name)
    page = browser.get(address)
    assert page.status_code == 200
    assert "校园食品安全" in page.text and 'id="L23"' in page.text and 'href="#L23"' in page.text
    assert address in browser.get("/plans").text


@pytest.mark.parametrize("name", ["water_head", "g2_office_clerk", "d2_head", "outsider", "auditor", "administrator"])
def test_others_do_not_know_of_it(app: Flask, cast: Cast, address: str, name: str) -> None:
    browser = browser_of(app, cast, name)
    for place in (address, f"{address}/file", f"{address}/passed"):
        assert browser.get(place).status_code == 404
    assert browser.post(f"{address}/undo", data={"version": 1}).status_code == 404
    assert "校园食品安全" not in browser.get("/plans").text


def test_units_do_not_see_drafts_under_the_clauses(app: Flask, cast: Cast, address: str) -> None:
    office, head = (browser_of(app, cast, name).get(address).text for name in ("office_director", "finance_head"))
    assert office.count("z-lamp-grey") == 6
    assert head.count("z-lamp-grey") == 0
    assert "撤回方案" in office and "撤回方案" not in head


def test_the_file_comes_back_as_it_was_brought(app: Flask, cast: Cast, address: str) -> None:
    answer = browser_of(app, cast, "finance_head").get(f"{address}/file")
    assert answer.data == INVENTED.read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_was_tampered_with_is_not_handed_out(app: Flask, cast: Cast, address: str) -> None:
    plan = db.session.scalars(sa.select(Plan)).one()
    plan_id, digest = plan.id, plan.document.sha256  # type: ignore[union-attr]
    place = app.extensions["settings"].files_dir / digest[:2] / digest
    place.write_bytes(b"changed")
    try:
        answer = browser_of(app, cast, "finance_head").get(f"{address}/file")
    finally:
        place.write_bytes(INVENTED.read_bytes())
    assert answer.status_code >= 400
    assert b"changed" not in answer.data
    assert [entry.act for entry in history("plan", plan_id)][-1] == "file.damaged"


def test_taking_a_plan_back_leads_to_its_document_again(app: Flask, cast: Cast, address: str) -> None:
    clerk = browser_of(app, cast, "office_clerk")
    assert browser_of(app, cast, "finance_head").post(f"{address}/undo", data={"version": 1}).status_code == 403
    assert clerk.post(f"{address}/undo", data={"version": 9}).status_code == 409
    answer = clerk.post(f"{address}/undo", data={"version": 1})
    assert answer.status_code == 303
    assert "确认建立" in clerk.get(answer.location).text
    assert clerk.get(address).status_code == 404
