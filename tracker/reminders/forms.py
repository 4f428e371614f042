"""What is typed on the pages of ladders and held runs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from wtforms import (
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.kernel.errors import Invalid
from tracker.kernel.forms import ActForm, ChoiceField, DayField, RowsField, TextField, words
from tracker.kernel.text import _l
from tracker.outbox.rules import LABELS as CHANNEL_LABELS
from tracker.outbox.rules import Channel
from tracker.reminders.rules import AUDIENCES, EFFECTS, LABELS, MOST_RUNGS, Audience, Effect, LadderKind, Rung

SPARE = 2
"""So many empty lines stand below the rungs, for new ones."""


class TicksField(SelectMultipleField):
    """Several of some words, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class WholeNumber(IntegerField):
    """A number; what is none is said so in our own words."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, [Optional()], render_kw={"inputmode": "numeric", **more.pop("render_kw", {})}, **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a number that a calendar can have."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_l("请填写整数。"))) from error
        if self.data is not None and abs(self.data) > 10_000:
            self.data = None
            raise ValueError(str(_l("请填写整数。")))


class RungForm(Form):
    """One line: a rung. Without a working day it is no rung."""

    offset = WholeNumber(_l("工作日"))
    audience = TicksField(_l("接收人"))
    channels = TicksField(_l("方式"), choices=words([(channel.value, CHANNEL_LABELS[channel]) for channel in Channel]))
    effect = SelectField(_l("同时"))
    repeat_every = WholeNumber(_l("每隔几个工作日重复"))
    repeat_times = WholeNumber(_l("最多几次"))


class LadderForm(ActForm):
    """A ladder: its rungs, why it changes, and for what to preview it."""

    rungs = RowsField(FormField(RungForm), max_entries=MOST_RUNGS + SPARE)
    reason = StringField(_l("修改原因"), [Length(max=200, message=_l("最多 %(max)d 个字。"))])
    due_on = DayField(_l("预览：时限"))
    unit_id = ChoiceField(_l("预览：单位"))

    def offer(self, kind: LadderKind, units: Sequence[tuple[int, str]]) -> None:
        """Say what there is to choose from."""
        self.unit_id.offer(units)
        for line in self.rungs:
            line.form.audience.choices = words([(one.value, LABELS[one]) for one in AUDIENCES[kind]])
            line.form.effect.choices = words([(one.value, LABELS[one]) for one in EFFECTS[kind]])

    def fill(self, rungs: Sequence[Rung]) -> None:
        """Show a ladder, with empty lines below it."""
        while self.rungs.entries:
            self.rungs.pop_entry()
        for rung in rungs:
            self.rungs.append_entry(
                {
                    "offset": rung.offset,
                    "audience": list(rung.audience),
                    "channels": list(rung.channels),
                    "effect": rung.effect.value,
                    "repeat_every": rung.repeat_every or None,
                    "repeat_times": rung.repeat_times or None,
                }
            )
        for _spare in range(min(SPARE, MOST_RUNGS - len(rungs))):
            self.rungs.append_entry({"channels": [Channel.MAIL.value], "effect": Effect.NONE.value})

    @property
    def typed(self) -> list[tuple[Any, Rung]]:
        """The lines that say a working day, each with its rung, in the order of days."""
        lines: list[Any] = [line for line in self.rungs if line.form.offset.data is not None]
        lines.sort(key=lambda line: line.form.offset.data)
        return [(line, _rung(line.form)) for line in lines]


def _rung(form: Any) -> Rung:
    return Rung(
        form.offset.data,
        tuple(Audience(code) for code in form.audience.data or ()),
        Effect(form.effect.data),
        tuple(Channel(code) for code in form.channels.data or ()),
        form.repeat_every.data or 0,
        form.repeat_times.data or 0,
    )


@contextmanager
def at_their_lines(form: LadderForm) -> Iterator[None]:
    """Put the sentences of a refused ladder onto the lines that they are about."""
    lines = form.typed
    try:
        yield
    except Invalid as refusal:
        for name, sentence in refusal.errors.items():
            field, _dash, place = name.partition("-")
            if place:
                offset = lines[int(place)][0].form.offset
                offset.errors = [*offset.errors, sentence]
            elif field in form and field != "rungs":
                form[field].errors = [*form[field].errors, sentence]
            else:
                form.form_errors.append(sentence)


class ReasonForm(ActForm):
    """A decision on what is held, with its reason."""

    reason = TextField(_l("理由"), required=True, limit=500, rows=2)
