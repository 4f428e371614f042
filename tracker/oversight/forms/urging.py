"""What is typed, or tapped, when a unit is urged; rules stand in commands."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.kernel.text import _l
from tracker.oversight.forms.tapping import tapped
from tracker.oversight.rules import ANSWERS, LABELS, SENTENCES, UrgeChannel


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
            return {"channel": channel, "answer": tapped(self.answer.data, self.ready.data, ANSWERS)}
        return {"channel": channel, "sentence": tapped(self.sentence.data, self.ready.data, SENTENCES)}


class UrgeManyForm(FlaskForm):
    """One sentence for many units at once."""

    sentence = TextAreaField(_l("催办内容"))
    ready = HiddenField()
    next = HiddenField()

    @property
    def said(self) -> str:
        """What everybody is told."""
        return tapped(self.sentence.data, self.ready.data, SENTENCES)
