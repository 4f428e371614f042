"""What is typed about letters on paper: which are printed, and what comes back scanned."""

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import MultipleFileField, RadioField

from tracker.kernel.forms import CHOSEN, OPTIONAL, words
from tracker.kernel.text import _l
from tracker.letters.rules import LABELS, PaperKind


class PapersForm(FlaskForm):
    """Which files are made of all letters."""

    kind = RadioField(_l("文件"), [CHOSEN], choices=words((kind.value, LABELS[kind]) for kind in PaperKind))


class PileForm(FlaskForm):
    """A pile of scans: one PDF, several, or pictures."""

    scans = MultipleFileField(_l("扫描件"), [OPTIONAL], render_kw={"accept": ".pdf,.jpg,.jpeg,.png"})


def pages_named(fields: Mapping[str, str]) -> dict[int, str]:
    """What was written beside each page, by its number: the letter that it belongs to, or nothing."""
    found = {}
    for name, value in fields.items():
        number = name.removeprefix("page-")
        if number != name and _is_number(number):
            found[int(number)] = value.strip()
    return found


def chosen_numbers(fields: Mapping[str, str], prefix: str) -> dict[int, int]:
    """What was chosen in fields named prefix-NUMBER; whatever is no number was not offered and is left out."""
    found = {}
    for name, value in fields.items():
        number = name.removeprefix(f"{prefix}-")
        if number != name and _is_number(number) and _is_number(value):
            found[int(number)] = int(value)
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
