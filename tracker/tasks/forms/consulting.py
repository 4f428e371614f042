"""What is typed when units are asked for their views: the consultation, a unit's answer, what becomes of an opinion."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import Length

from tracker.kernel.forms import CHOSEN, OPTIONAL, REQUIRED, ActForm, DayField, TextField, words
from tracker.kernel.text import _l
from tracker.tasks.commands import Opinion
from tracker.tasks.models import ConsultedTask
from tracker.tasks.rules import LABELS, Handling, OpinionKind


class ConsultForm(FlaskForm):
    """Ask for views on chosen drafts."""

    title = StringField(_l("标题"), [REQUIRED, Length(max=120)])
    reply_by = DayField(_l("答复期限"), required=True, description=_l("到期未答复的视为无意见。"))
    note = TextField(_l("说明"), limit=1000, rows=2)


class WithdrawForm(ActForm):
    """Call a consultation off."""

    remark = TextField(_l("撤回理由"), required=True, limit=1000, rows=2)


class HandleForm(ActForm):
    """Adopt an opinion or not."""

    handling = RadioField(_l("处理"), [CHOSEN], choices=words((one.value, LABELS[one]) for one in Handling))
    reason = TextField(_l("说明（不采纳时必填）"), limit=1000, rows=2)


class AnswerForm(ActForm):
    """A unit's answer; a choice and a sentence for each of its rows are added by answer_form."""

    told_by = StringField(
        _l("答复来源"), [OPTIONAL, Length(max=200)], description=_l("代录须写明来函文号，或者与谁通话。")
    )

    def opinions(self, rows: Sequence[ConsultedTask]) -> Mapping[int, Opinion]:
        """What was said of each row."""
        return {row.id: (OpinionKind(self[f"opinion_{row.id}"].data), self[f"text_{row.id}"].data) for row in rows}


def answer_form(rows: Sequence[ConsultedTask], **data: Any) -> AnswerForm:
    """The form for these rows, as they were answered or drafted; without either, nothing is to be said of them."""
    fields: dict[str, Any] = {}
    for row in rows:
        fields[f"opinion_{row.id}"] = RadioField(
            _l("本单位意见"),
            [CHOSEN],
            choices=words((kind.value, LABELS[kind]) for kind in OpinionKind),
            default=(row.opinion or OpinionKind.NONE).value,
        )
        fields[f"text_{row.id}"] = TextField(_l("意见内容"), limit=1000, rows=2, default=row.said)
    form: AnswerForm = type("AnswerForm", (AnswerForm,), fields)(**data)
    return form
