"""A clerk at the pages of plans: brings documents in and fills the sheet as a browser would."""

from io import BytesIO
from pathlib import Path
from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from tests.cast import Cast, enter_cast
from tests.visitors import signed_in
from tracker.kernel.db import write_transaction

INVENTED = Path(__file__).parent / "invented_plan.txt"


def upload(browser: FlaskClient, data: bytes, name: str = "方案.txt") -> TestResponse:
    """Send a file as the upload page does."""
    return browser.post(
        "/plans/upload", data={"file": (BytesIO(data), name), "text": ""}, content_type="multipart/form-data"
    )


def brought_in(browser: FlaskClient, data: bytes | None = None) -> str:
    """Bring in a document (the invented plan unless said otherwise); gives back the address of its sheet."""
    answer = upload(browser, INVENTED.read_bytes() if data is None else data)
    assert answer.status_code == 303, told(answer)
    return answer.location


def sheet_of(answer: TestResponse) -> dict[str, str]:
    """Every field of the sheet as the page holds it, ticks and choices included (the token travels in a header)."""
    page = html.fromstring(answer.text)
    (form,) = page.xpath("//form[contains(@class, 'z-preview')]")
    return {name: value for name, value in form.form_values() if name != "csrf_token"}


def open_sheet(browser: FlaskClient, address: str) -> dict[str, str]:
    """The fields of a document's page."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return sheet_of(answer)


def press(browser: FlaskClient, address: str, fields: dict[str, str], button: str = "confirm") -> TestResponse:
    """Send the sheet with one of its buttons."""
    return browser.post(address, data={**fields, "do": button})


def confirmed(browser: FlaskClient, address: str, **changed: str) -> str:
    """Confirm a document as it stands, but for some fields; gives back the address of the plan."""
    answer = press(browser, address, {**open_sheet(browser, address), **changed})
    assert answer.status_code == 303, told(answer)
    return answer.location


def plan_of_the_office() -> tuple[Cast, str]:
    """The people of all tests, and the address of a plan that the office of the first group has added."""
    with write_transaction():
        cast = enter_cast()
    clerk = signed_in(current_app, cast.person_ids["office_clerk"])
    return cast, confirmed(clerk, brought_in(clerk))


def told(answer: TestResponse) -> str:
    """What a page says is wrong."""
    page = html.fromstring(answer.text)
    found: list[Any] = page.xpath("//*[contains(@class, 'z-alert-error') or contains(@class, 'z-error')]")
    return " ".join(part.text_content() for part in found) or page.text_content()[:500]
