"""What every view uses: errors on the fields of a form, and answers in the right status."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import send_file
from flask_wtf import FlaskForm
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from tracker.kernel.errors import Invalid
from tracker.kernel.files import OFFICE

MAX_ROW = 2**31 - 1


class RowNumber(IntegerConverter):
    """A row's number in an address: what no database could hold as one is no such page."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - werkzeug's own name
        super().__init__(map, *args, **{"max": MAX_ROW, **kwargs})


def row_number(text: str) -> int:
    """A row's number in the query of an address; raises ValueError for what no database could hold as one."""
    number = int(text)
    if not 0 <= number <= MAX_ROW:
        raise ValueError(text)
    return number


@contextmanager
def form_errors(form: FlaskForm) -> Iterator[None]:
    """Put the sentences of a refused input onto the fields of its form; the view then shows the form again.

    Use it outside write_transaction, so that everything is undone before the page is drawn:
    `with form_errors(form), write_transaction(): … return redirect(…)`.
    """
    try:
        yield
    except Invalid as refusal:
        form.refused_with = refusal.status
        for name, sentence in refusal.errors.items():
            if name in form:
                form[name].errors = [*form[name].errors, sentence]
            else:
                form.form_errors.append(sentence)


def status_of(form: FlaskForm) -> int:
    """200 for a form just opened, the status of the refusal for one that came back: 422 where its fields refused."""
    return getattr(form, "refused_with", Invalid.status) if form.is_submitted() else 200


MADE = {
    **{ending: media_type for ending, (_part, media_type) in OFFICE.items()},
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
"""The types of files that are made for a reader, by their ending."""


def send_made(data: bytes, name: str) -> Response:
    """Send a file that was made for this reader, as an attachment under its name."""
    return send_file(BytesIO(data), mimetype=MADE[Path(name).suffix], as_attachment=True, download_name=name)
