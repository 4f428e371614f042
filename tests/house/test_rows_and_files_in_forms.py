"""Rows of fields, and files, in any form: what a browser would never send makes no fault."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from wtforms import Form, FormField, StringField

from config import ROOT
from tracker.kernel.entry import number_of
from tracker.kernel.forms import REQUIRED, ActForm, RowsField, UploadField

pytestmark = pytest.mark.sqlite

ENDLESS = "9" * 5000
"""More digits than `int` reads."""


class Row(Form):
    """A row with a name."""

    name = StringField()


class Rows(ActForm):
    """Rows, and a file that is needed."""

    rows = RowsField(FormField(Row))
    plain = RowsField(StringField())
    scan = UploadField("扫描件", [REQUIRED])


def sent(app: Flask, data: dict[str, Any]) -> Rows:
    """The form as it was sent."""
    with app.test_request_context("/", method="POST", data=data):
        form = Rows(meta={"csrf": False})
        form.validate()
        return form


@pytest.mark.parametrize("number", ["²", "١", "１", "①", ENDLESS, "00", "01", "-1", "1.0", "", " 1", "1_0", "x"])
def test_what_is_no_number_of_a_row_belongs_to_no_row(app: Flask, number: str) -> None:
    data = {"rows-0-name": "甲", f"rows-{number}-name": "乙", "plain-3": "丙", f"plain-{number}": "丁"}
    form = sent(app, data)
    assert [row["name"] for row in form.rows.data] == ["甲"]
    assert form.plain.data == ["丙"]


def test_rows_come_in_the_order_of_their_numbers(app: Flask) -> None:
    form = sent(app, {f"plain-{number}": text for number, text in ((10, "丙"), (2, "乙"), (0, "甲"))})
    assert form.plain.data == ["甲", "乙", "丙"]


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("999999999", 999999999), ("²", None), (ENDLESS, None)])
def test_a_number_is_read_only_where_a_database_could_hold_it(text: str, number: int | None) -> None:
    assert number_of(text) == number


def test_words_in_the_place_of_a_file_are_no_file(app: Flask) -> None:
    assert [str(error) for error in sent(app, {"scan": "签名.pdf"}).errors["scan"]] == ["请填写此项。"]
    assert [str(error) for error in sent(app, {}).errors["scan"]] == ["请填写此项。"]
    form = sent(app, {"scan": (BytesIO(b"%PDF"), "签名.pdf")})
    assert (form.errors, form.scan.data.filename) == ({}, "签名.pdf")


def test_every_form_takes_its_rows_and_its_file_by_these_fields() -> None:
    own = ROOT / "tracker" / "kernel" / "forms.py"
    sources = {file: file.read_text(encoding="utf-8") for file in (ROOT / "tracker").rglob("*.py") if file != own}
    assert sum("RowsField(" in text or "UploadField(" in text for text in sources.values()) > 4
    assert [file.name for file, text in sources.items() if re.search(r"\b(FieldList|FileField)\b", text)] == []
