"""What is typed about letters; rules stand in commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.kernel.files import ACCEPTED
from tracker.kernel.forms import (
    CHOSEN,
    OPTIONAL,
    REQUIRED,
    ActForm,
    AskedAgainForm,
    ChoiceField,
    DayField,
    TextField,
    UploadField,
    words,
)
from tracker.kernel.text import _l
from tracker.letters.commands import Piece
from tracker.letters.models import ClauseOpinion, LetterClause
from tracker.letters.queries import ToHandOn
from tracker.letters.rules import (
    LABELS,
    MAX_CLAUSE,
    MAX_SECTION,
    MAX_SENTENCE,
    MAX_TITLE,
    ClauseOutcome,
    LetterKind,
    SigningOrder,
    Template,
)
from tracker.organisation.models import Unit
from tracker.tasks.commands import Opinion
from tracker.tasks.rules import LABELS as TASK_LABELS
from tracker.tasks.rules import Handling, OpinionKind

PLACEHOLDER_HELP = _l("可用【单位】【期间】【领导小组】【甲方】，下发时替换为实际名称。")


class TicksField(SelectMultipleField):
    """Several of some rows, as tick-boxes; what was not offered is refused by the command."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(
            label,
            validate_choice=False,
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
            **more,
        )

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Say what there is to tick."""
        self.choices = [SelectChoice(value, label) for value, label in choices]

    @property
    def rows(self) -> list[int]:
        """The ticked rows by id, once each; what is no id of a row is left out, and so refused as not offered."""
        ticked = dict.fromkeys(self.data or ())
        return [int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0 for text in ticked]


class TemplateForm(ActForm):
    """The words that frame a group's letters."""

    purpose = TextField(_l("目的和依据"), required=True, limit=MAX_SECTION, rows=3, description=PLACEHOLDER_HELP)
    safeguards = TextField(_l("责任与保障"), limit=MAX_SECTION, rows=5)
    accountability = TextField(_l("考核与奖惩"), limit=MAX_SECTION, rows=5)
    closing = TextField(_l("附则"), limit=MAX_SECTION, rows=3)

    @property
    def template(self) -> Template:
        """The words as a template."""
        return Template(
            self.purpose.data or "",
            self.safeguards.data or "",
            self.accountability.data or "",
            self.closing.data or "",
        )


class BatchForm(TemplateForm):
    """A batch of letters before it goes out."""

    title = StringField(_l("标题"), [REQUIRED, Length(max=MAX_TITLE)])
    plan = ChoiceField(_l("依据的方案"), empty=_l("不限方案"))
    year = IntegerField(_l("年度"), [OPTIONAL], description=_l("留空为整个创建周期，并请填写期间。"))
    period = StringField(_l("期间"), [OPTIONAL, Length(max=40)], description=_l("填了年度就不用填。"))
    first_party = StringField(_l("甲方"), [REQUIRED, Length(max=120)])
    signatories = TicksField(_l("甲方签署人"), description=_l("一人或者两人。"))
    signing_order = RadioField(
        _l("签署顺序"),
        [CHOSEN],
        choices=words((order.value, LABELS[order]) for order in SigningOrder),
        default=SigningOrder.SECOND_FIRST.value,
    )
    sign_by = DayField(_l("签署期限"), required=True)
    ends_on = DayField(_l("有效期至"))
    number_prefix = StringField(
        _l("编号前缀"), [REQUIRED, Length(max=60)], description=_l("后接序号，如“优均责〔2026〕”。")
    )
    units = TicksField(_l("签订单位"))


class ClausesForm(ActForm):
    """Which tasks a letter promises, and what else."""

    sign_by = DayField(_l("签署期限"), required=True)
    tasks = TicksField(_l("列入的任务"))
    free = TextField(_l("其他约定"), limit=50_000, rows=4, description=_l("每行一条。"))


class ViewsForm(ActForm):
    """Ask the units' views on their letters."""

    reply_by = DayField(_l("答复期限"), required=True, description=_l("到期未答复的视为无意见。"))
    note = TextField(_l("说明"), limit=1000, rows=2)


class HandleViewForm(ActForm):
    """Adopt an opinion or not."""

    handling = RadioField(_l("处理"), [CHOSEN], choices=words((one.value, TASK_LABELS[one]) for one in Handling))
    reason = TextField(_l("说明（不采纳时必填）"), limit=1000, rows=2)


class AnswerViewsForm(ActForm):
    """A unit's answer; a choice and a sentence for each clause are added by answer_views_form."""

    told_by = StringField(
        _l("答复来源"), [OPTIONAL, Length(max=200)], description=_l("代录须写明来函文号，或者与谁通话。")
    )

    def opinions(self, rows: Sequence[ClauseOpinion]) -> Mapping[int, Opinion]:
        """What was said of each clause."""
        return {row.id: (OpinionKind(self[f"opinion_{row.id}"].data), self[f"text_{row.id}"].data) for row in rows}


def answer_views_form(rows: Sequence[ClauseOpinion], **data: Any) -> AnswerViewsForm:
    """The form for these clauses, as they were answered or drafted; without either, there is nothing to say of them."""
    fields: dict[str, Any] = {}
    for row in rows:
        fields[f"opinion_{row.id}"] = RadioField(
            _l("本单位意见"),
            [CHOSEN],
            choices=words((kind.value, TASK_LABELS[kind]) for kind in OpinionKind),
            default=(row.opinion or OpinionKind.NONE).value,
        )
        fields[f"text_{row.id}"] = TextField(_l("意见内容"), limit=1000, rows=2, default=row.said)
    form: AnswerViewsForm = type("AnswerViewsForm", (AnswerViewsForm,), fields)(**data)
    return form


class FollowForm(ClausesForm):
    """A letter that adds to another or takes its place."""

    kind = RadioField(
        _l("方式"),
        [CHOSEN],
        choices=words((kind.value, LABELS[kind]) for kind in (LetterKind.SUPPLEMENT, LetterKind.REPLACEMENT)),
        default=LetterKind.SUPPLEMENT.value,
        description=_l("补充责任书与原责任书同时有效；重签责任书生效后替代原责任书。"),
    )


class SignForm(AskedAgainForm):
    """The text that was seen, and the password."""

    text_id = HiddenField()
    sha256 = HiddenField()
    ticket = HiddenField()
    drawn = HiddenField()
    picture = UploadField(
        _l("手写签名图片"),
        [OPTIONAL],
        render_kw={"accept": ".png,.jpg,.jpeg"},
        description=_l("可以不签；不能手写的，可上传签名照片。"),
    )


class SignManyForm(AskedAgainForm):
    """The password, once for all that was ticked."""


class FulfilForm(ActForm, AskedAgainForm):
    """The confirmation of what became of the clauses, with the password."""


class PaperForm(ActForm):
    """What was signed on paper: who signed, and the scan. A choice a signatory is added by paper_form."""

    scan = UploadField(_l("签署页扫描或照片"), [REQUIRED], render_kw={"accept": ",".join(ACCEPTED)})


def paper_form(lines: Sequence[tuple[int, str, Sequence[tuple[int, str]]]], **data: Any) -> PaperForm:
    """The form for some lines, each given as (signatory, label, people who may have signed it)."""
    fields = {f"person_{signatory}": ChoiceField(label, empty=_l("没有签")) for signatory, label, _people in lines}
    form: PaperForm = type("PaperForm", (PaperForm,), fields)(**data)
    for signatory, _label, people in lines:
        form[f"person_{signatory}"].offer(people)
    return form


class HandOnForm(FlaskForm):
    """Which clauses are handed on to which units. Three fields a clause are added by hand_on_form."""

    sign_by = DayField(_l("签署期限"), required=True)

    def pieces(self, clauses: Sequence[LetterClause]) -> list[Piece]:
        """What was said of each clause."""
        return [
            Piece(
                clause.id,
                self[f"units_{clause.id}"].rows,
                self[f"standard_{clause.id}"].data or "",
                self[f"due_on_{clause.id}"].data,
            )
            for clause in clauses
        ]


def hand_on_form(found: Sequence[ToHandOn], units: Sequence[Unit], **data: Any) -> HandOnForm:
    """The form for these clauses: units that have not got them yet, the task's own standard and date to begin with."""
    fields: dict[str, Any] = {}
    for one in found:
        number = one.clause.id
        fields[f"units_{number}"] = TicksField(_l("承接单位"))
        fields[f"standard_{number}"] = TextField(_l("完成标准"), limit=MAX_CLAUSE, rows=2, default=one.task.standard)
        fields[f"due_on_{number}"] = DayField(_l("完成时限"), default=one.task.due_on)
    form: HandOnForm = type("HandOnForm", (HandOnForm,), fields)(**data)
    for one in found:
        offered = [(str(unit.id), unit.name) for unit in units if unit.id not in one.taken]
        form[f"units_{one.clause.id}"].offer(offered)
    return form


class OutcomesForm(ActForm):
    """What became of the clauses. Two fields a clause are added by outcomes_form."""


def outcomes_form(said: Mapping[int, tuple[ClauseOutcome | None, str]], **data: Any) -> OutcomesForm:
    """The form for some clauses, with the outcome and the sentence that each begins with."""
    fields: dict[str, Any] = {}
    for clause_id, (outcome, remark) in said.items():
        fields[f"outcome_{clause_id}"] = RadioField(
            _l("结果"),
            [CHOSEN],
            choices=words((one.value, LABELS[one]) for one in ClauseOutcome),
            default=outcome.value if outcome is not None else None,
        )
        fields[f"remark_{clause_id}"] = TextField(
            _l("完成情况"), required=True, limit=MAX_SENTENCE, rows=2, default=remark
        )
    form: OutcomesForm = type("OutcomesForm", (OutcomesForm,), fields)(**data)
    return form


class OpenHandoverForm(FlaskForm):
    """Whose handover is drawn up: the line of the letter."""

    signatory = IntegerField(validators=[REQUIRED])


class HandoverPaperForm(ActForm):
    """Which lines of a handover were signed by hand, and the scan."""

    lines = TicksField(_l("在纸上签字的人"))
    scan = UploadField(_l("签署页扫描或照片"), [REQUIRED], render_kw={"accept": ",".join(ACCEPTED)})


class OnPaperForm(ActForm):
    """A confirmation by hand: who signed, and the scan."""

    signatory = ChoiceField(_l("签批人"), required=True)
    scan = UploadField(_l("签批件扫描或照片"), [REQUIRED], render_kw={"accept": ",".join(ACCEPTED)})
