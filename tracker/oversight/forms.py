"""What is typed, or tapped, when a unit is urged or a reviewer asks something of it; rules stand in commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional

from tracker.kernel.text import _l
from tracker.oversight.rules import ANSWERS, EXPLAIN_SENTENCE, LABELS, SENTENCES, DirectionKind, UrgeChannel


def in_chinese(sentence: object) -> str:
    """A ready sentence as the record keeps it and the unit reads it, whatever the language of who tapped it."""
    with force_locale("zh"):
        return str(sentence)


def _tapped(own: str | None, code: str | None, ready: Mapping[str, object]) -> str:
    """What somebody wrote, else the sentence that they tapped."""
    if own and own.strip():
        return own
    return in_chinese(ready[code]) if code and code in ready else ""


class UrgeForm(FlaskForm):
    """An urge by message, or the answer to a call."""

    unit_id = SelectField(_l("催办单位"), coerce=int)
    channel = RadioField(
        _l("方式"),
        choices=[SelectChoice(channel.value, LABELS[channel]) for channel in UrgeChannel],
        default=UrgeChannel.MESSAGE.value,
    )
    sentence = TextAreaField(_l("催办内容"))
    answer = StringField(_l("对方答复"))
    ready = HiddenField()
    next = HiddenField()

    def offer(self, units: Sequence[tuple[int, str]]) -> None:
        """Say which units can be urged."""
        self.unit_id.choices = [SelectChoice(unit_id, name) for unit_id, name in units]

    @property
    def said(self) -> dict[str, Any]:
        """What goes into the urge: the channel, and its sentence or answer."""
        channel = UrgeChannel(self.channel.data)
        if channel is UrgeChannel.PHONE:
            return {"channel": channel, "answer": _tapped(self.answer.data, self.ready.data, ANSWERS)}
        return {"channel": channel, "sentence": _tapped(self.sentence.data, self.ready.data, SENTENCES)}


class UrgeManyForm(FlaskForm):
    """One sentence for many units at once."""

    sentence = TextAreaField(_l("催办内容"))
    ready = HiddenField()
    next = HiddenField()

    @property
    def said(self) -> str:
        """What everybody is told."""
        return _tapped(self.sentence.data, self.ready.data, SENTENCES)


class DirectForm(FlaskForm):
    """What a review asks of the lead unit."""

    kind = RadioField(_l("处理方式"), choices=[SelectChoice(kind.value, LABELS[kind]) for kind in DirectionKind])
    text = TextAreaField(_l("要求或备注"))
    new_due_on = DateField(_l("整改时限"), [Optional()])
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
