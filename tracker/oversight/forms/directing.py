"""What a reviewer types, or ticks, when something is asked of a unit; rules stand in commands."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.kernel.forms import DayField
from tracker.kernel.text import _l
from tracker.oversight.forms.tapping import in_chinese
from tracker.oversight.rules import EXPLAIN_SENTENCE, LABELS, DirectionKind


class DirectForm(FlaskForm):
    """What a review asks of the lead unit."""

    kind = RadioField(_l("处理方式"), choices=[SelectChoice(kind.value, LABELS[kind]) for kind in DirectionKind])
    text = TextAreaField(_l("要求或备注"))
    new_due_on = DayField(_l("整改时限"))
    version = HiddenField()
    next = HiddenField()

    @property
    def said(self) -> dict[str, Any]:
        """What goes into the direction; asking for an explanation needs no words of one's own."""
        kind, text = DirectionKind(self.kind.data), self.text.data or ""
        if kind is DirectionKind.EXPLAIN and not text.strip():
            text = in_chinese(EXPLAIN_SENTENCE)
        return {"kind": kind, "text": text, "new_due_on": self.new_due_on.data}

    @property
    def seen_version(self) -> int:
        """The version that the page showed; one that was tampered with fits no task."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else -1
