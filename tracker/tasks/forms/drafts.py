"""What is typed for drafts: by hand, apportioned, taken over, put together as a batch."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import Length, NumberRange

from tracker.kernel.errors import Invalid
from tracker.kernel.forms import (
    CHOSEN,
    OPTIONAL,
    REQUIRED,
    ActForm,
    ChoiceField,
    DayField,
    PaperForm,
    RowsField,
    TextField,
    words,
)
from tracker.kernel.text import _l
from tracker.tasks.commands import NewPart, NewTarget, TaskDraft
from tracker.tasks.models import Task
from tracker.tasks.rules import LABELS, MAX_TITLE, Every

BLANK_ROWS = 2
MAX_ROWS = 60
OPERATORS = words([(">=", "≥"), ("<=", "≤"), ("=", "="), (">", ">"), ("<", "<")])


class PartRow(Form):
    """A cooperating unit."""

    unit = ChoiceField(_l("配合单位"), empty=_l("（空）"))
    content = StringField(_l("配合内容"), [Length(max=1000)])
    due_on = DayField(_l("配合时限"))


class TargetRow(Form):
    """A numeric target."""

    quantity = StringField(_l("指标"), [Length(max=100)])
    scope = StringField(_l("范围"), [Length(max=60)])
    operator = SelectField(_l("要求"), choices=OPERATORS, default=">=")
    value = DecimalField(_l("数值"), [OPTIONAL], places=None)
    unit = StringField(_l("单位"), [Length(max=20)])
    due_on = DayField(_l("达到时间"))


class MilestoneRow(Form):
    """A dated step."""

    name = StringField(_l("年度节点"), [Length(max=200)])
    due_on = DayField(_l("时间"))


class DraftForm(ActForm):
    """A draft, whole."""

    title = StringField(_l("任务"), [REQUIRED, Length(max=MAX_TITLE)])
    number = StringField(_l("编号"), [Length(max=40)])
    lead_unit = ChoiceField(_l("牵头单位"), empty=_l("（未定）"))
    content = TextField(_l("任务内容"), rows=4)
    standard = TextField(_l("完成标准"), rows=3)
    basis = StringField(_l("依据"), [Length(max=300)])
    phase = ChoiceField(_l("阶段"), empty=_l("（不属于某一阶段）"))
    timing = RadioField(
        _l("时限方式"),
        choices=words(
            [("once", _l("一次完成")), ("recurring", _l("按周期（每期一项）")), ("continuous", _l("长期坚持"))]
        ),
        default="once",
    )
    due_on = DayField(_l("完成时限"))
    deadline_text = StringField(_l("原文时限"), [Length(max=60)])
    cadence_every = SelectField(
        _l("周期"),
        choices=words([("", _l("（无）")), *((every.value, LABELS[every]) for every in Every)]),
        default="",
    )
    cadence_month = IntegerField(_l("月份（每年：1–12；每季度：1–3）"), [OPTIONAL, NumberRange(1, 12)])
    cadence_day = IntegerField(_l("日（不填为最后一天）"), [OPTIONAL, NumberRange(1, 31)])
    evidence_required = BooleanField(_l("办结时须附佐证材料"))
    parts = RowsField(FormField(PartRow), label=_l("配合单位"), max_entries=MAX_ROWS)
    targets = RowsField(FormField(TargetRow), label=_l("目标值"), max_entries=MAX_ROWS)
    milestones = RowsField(FormField(MilestoneRow), label=_l("年度节点"), max_entries=MAX_ROWS)

    def offer(self, units: list[tuple[int, str]], phases: list[tuple[int, str]]) -> None:
        """Say which units and phases there are to choose from."""
        self.lead_unit.offer(units)
        self.phase.offer(phases)
        for row in self.parts:
            row.form.unit.offer(units)

    def add_rows(self) -> None:
        """Leave room for more cooperating units, targets and milestones."""
        for rows in (self.parts, self.targets, self.milestones):
            for _number in range(min(BLANK_ROWS, MAX_ROWS - len(rows))):
                rows.append_entry()

    def fill(self, task: Task) -> None:
        """Show a draft as it stands."""
        for name in ("title", "number", "content", "standard", "basis", "due_on", "deadline_text", "evidence_required"):
            self[name].data = getattr(task, name)
        self.version.data = str(task.version)
        self.lead_unit.data, self.phase.data = task.lead_unit_id or 0, task.phase_id or 0
        self.timing.data = "continuous" if task.continuous else "recurring" if task.cadence_every else "once"
        self.cadence_every.data = task.cadence_every.value if task.cadence_every else ""
        self.cadence_month.data, self.cadence_day.data = task.cadence_month, task.cadence_day
        for part in task.parts:
            self.parts.append_entry({"unit": part.unit_id, "content": part.content, "due_on": part.due_on})
        for target in task.targets:
            names = ("quantity", "scope", "operator", "value", "unit", "due_on")
            self.targets.append_entry({name: getattr(target, name) for name in names})
        for milestone in task.milestones:
            self.milestones.append_entry({"name": milestone.name, "due_on": milestone.due_on})

    def draft(self, task: Task | None = None, *, plan_id: int | None = None) -> TaskDraft:
        """What was typed, as the command wants it; where it comes from stays as it was."""
        recurring, continuous = self.timing.data == "recurring", self.timing.data == "continuous"
        if recurring and not self.cadence_every.data:
            raise Invalid({"cadence_every": _l("请选择周期。")})
        every = Every(self.cadence_every.data) if self.cadence_every.data and self.timing.data != "once" else None
        return TaskDraft(
            title=self.title.data or "",
            content=self.content.data or "",
            standard=self.standard.data or "",
            basis=self.basis.data or "",
            number=self.number.data or "",
            lead_unit_id=self.lead_unit.row_id,
            due_on=None if continuous else self.due_on.data,
            deadline_text=self.deadline_text.data or "",
            continuous=continuous,
            cadence_every=every,
            cadence_month=self.cadence_month.data if every else None,
            cadence_day=self.cadence_day.data if every else None,
            evidence_required=bool(self.evidence_required.data),
            plan_id=task.plan_id if task is not None and task.plan_id is not None else plan_id,
            measure_id=task.measure_id if task is not None else None,
            phase_id=self.phase.row_id,
            parts=self._parts(),
            targets=self._targets(),
            milestones=self._milestones(),
        )

    def _parts(self) -> list[NewPart]:
        rows = [row.form for row in self.parts]
        return [NewPart(row.unit.data, row.content.data or "", row.due_on.data) for row in rows if row.unit.row_id]

    def _targets(self) -> list[NewTarget]:
        found = []
        for row in (row.form for row in self.targets):
            if not row.quantity.data and row.value.data is None:
                continue
            if not row.quantity.data or row.value.data is None:
                raise Invalid({"targets": _l("目标值须写明指标和数值。")})
            if not row.value.data.is_finite():
                raise Invalid({"targets": _l("目标值须是数字。")})
            found.append(
                NewTarget(
                    row.quantity.data,
                    row.operator.data,
                    float(row.value.data),
                    row.unit.data or "",
                    row.scope.data or "",
                    row.due_on.data,
                )
            )
        return found

    def _milestones(self) -> list[tuple[str, Any]]:
        found = []
        for row in (row.form for row in self.milestones):
            if not row.name.data and row.due_on.data is None:
                continue
            if not row.name.data or row.due_on.data is None:
                raise Invalid({"milestones": _l("年度节点须写明名称和时间。")})
            found.append((row.name.data, row.due_on.data))
        return found


class ApportionForm(DraftForm):
    """A clause that binds many units."""

    units = RowsField(HiddenField(), label=_l("分办单位"))
    summing_unit = ChoiceField(_l("汇总单位"), empty=_l("（不设）"))


class BatchForm(FlaskForm):
    """Drafts put together to be signed off."""

    title = StringField(_l("批次名称"), [REQUIRED, Length(max=120)])
    document_number = StringField(_l("文号"), [Length(max=60)])


class SignOffForm(PaperForm):
    """Sign off a batch."""

    document_number = StringField(_l("文号"), [Length(max=60)])


class SendBackForm(ActForm):
    """Send a batch back."""

    remark = TextField(_l("退回意见"), required=True, limit=1000)


class TakeOverForm(FlaskForm):
    """What becomes of drafts whose date has passed."""

    choice = RadioField(
        _l("处理方式"),
        [CHOSEN],
        choices=words(
            [
                ("continue", _l("接续办理：保留原时限，另定新时限，不算逾期")),
                ("done", _l("存量已完成：此前已经办结")),
                ("leave", _l("不纳入：从草稿中撤销")),
            ]
        ),
    )
    new_due_on = DayField(
        _l("新的完成时限（接续办理）"), description=_l("按周期办理的任务接续本期并照常逐期下发，不填即为本期的时限。")
    )
    done_on = DayField(_l("完成日期（存量已完成）"))
    remark = TextField(_l("说明（不纳入时必填）"), rows=2)
