"""A day in any form: who typed something else is told about the date."""

import re
from datetime import date

import pytest
from flask import Flask

from config import ROOT
from tracker.kernel.entry import day_of
from tracker.kernel.forms import ActForm, DayField

pytestmark = pytest.mark.sqlite


NO_DAY = "请填写正确的日期，例如 2026-03-31。"
NO_YEAR = "日期应在1949年至2199年之间。"


class Days(ActForm):
    """A day that is needed, and one that is not."""

    needed = DayField("签署期限", required=True)
    other = DayField("有效期至")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"needed": "31.3.2026"}, {"needed": [NO_DAY]}),
        (
            {"needed": "2026-02-30", "other": "昨天"},
            {name: [NO_DAY] for name in ("needed", "other")},
        ),
        (
            {"needed": "0001-01-01", "other": "9999-12-31"},
            {name: [NO_YEAR] for name in ("needed", "other")},
        ),
        ({"needed": "1948-12-31", "other": "2199-12-31"}, {"needed": [NO_YEAR]}),
        ({"needed": ""}, {"needed": ["请填写此项。"]}),
        ({}, {"needed": ["请填写此项。"]}),
        ({"needed": "2026-03-31", "other": ""}, {}),
    ],
)
def test_what_is_no_day_is_told_apart_from_nothing(
    app: Flask, typed: dict[str, str], said: dict[str, list[str]]
) -> None:
    with app.test_request_context("/", method="POST", data=typed):
        form = Days(meta={"csrf": False})
        assert form.validate() is (not said)
        assert {name: [str(one) for one in errors] for name, errors in form.errors.items()} == said
        assert form.needed.data == (None if said else date(2026, 3, 31))


@pytest.mark.parametrize(
    "text", ["", "20260331", "2026-W14-2", "2026-02-30", "0001-01-01", "2200-01-01", "２０２６-03-31"]
)
def test_a_day_outside_forms_is_read_as_strictly(text: str) -> None:
    assert day_of("2026-03-31") == date(2026, 3, 31)
    with pytest.raises(ValueError, match=r"\w"):
        day_of(text)


def test_every_form_takes_its_days_by_this_field() -> None:
    own = ROOT / "tracker" / "kernel" / "forms.py"
    sources = {file: file.read_text(encoding="utf-8") for file in (ROOT / "tracker").rglob("*.py") if file != own}
    assert sum("DayField(" in text for text in sources.values()) > 4
    assert [file.name for file, text in sources.items() if re.search(r"\bDateField\b", text)] == []
