"""What is typed on the pages of regions, units, people, groups and the calendar; rules stand in commands."""

from collections.abc import Iterable
from enum import StrEnum

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.kernel.forms import HOURS, DayField
from tracker.kernel.text import _l
from tracker.organisation.models import Unit
from tracker.organisation.rules import (
    LABELS,
    ContactRole,
    DutyKind,
    PostRank,
    RegionLevel,
    SeatRole,
    Succession,
    UnitKind,
)

REQUIRED = DataRequired(_l("请填写此项。"))
NUMBER = InputRequired(_l("请填写此项。"))
LIST_TEXT_LIMIT = 100
NOBODY = 0
SOMEBODY_NEW = 0


def row_number(value: object) -> int:
    """The number of a row as typed; what no database could hold as one is no choice."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(text)
    return int(text)


def words(members: Iterable[StrEnum]) -> list[SelectChoice]:
    """Choices from members of an enum with their words."""
    return [SelectChoice(member.value, LABELS[member]) for member in members]


def options(rows: Iterable[tuple[int, object]], *, nothing: object = None) -> list[SelectChoice]:
    """Choices from numbers and words, with a first one that means none."""
    first = [] if nothing is None else [(NOBODY, nothing)]
    return [SelectChoice(str(number), str(word)) for number, word in (*first, *rows)]


def grouped_options(groups: Iterable[tuple[str, list[tuple[int, str]]]], *, nothing: object) -> list[SelectChoice]:
    """Choices under headings, with a first one that means none."""
    under = [SelectChoice(str(number), word, optgroup=name) for name, rows in groups for number, word in rows]
    return [*options([], nothing=nothing), *under]


def unit_options(units: Iterable[Unit], *, nothing: object = None, leave_out: int | None = None) -> list[SelectChoice]:
    """Choices from units."""
    return options(((unit.id, unit.name) for unit in units if unit.id != leave_out), nothing=nothing)


class VersionedForm(FlaskForm):
    """A form that knows which state of the row its reader saw."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that the page showed; one that was tampered with fits no row."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else -1


class RegionForm(FlaskForm):
    """A new administrative division."""

    code = StringField(_l("行政区划代码"), [REQUIRED, Length(max=12)], render_kw={"inputmode": "numeric"})
    name = StringField(_l("名称"), [REQUIRED, Length(max=60)])
    level = SelectField(_l("级别"), choices=words(RegionLevel), default=RegionLevel.TOWN.value)
    parent_id = SelectField(_l("上级行政区"), coerce=int)


class NameForm(VersionedForm):
    """A corrected name."""

    name = StringField(_l("名称"), [REQUIRED, Length(max=100)])


class UnitForm(VersionedForm):
    """A unit and where it belongs."""

    name = StringField(_l("单位全称"), [REQUIRED, Length(max=100)])
    kind = SelectField(_l("类别"), choices=words(UnitKind), default=UnitKind.DEPARTMENT.value)
    parent_id = SelectField(
        _l("上级单位"), coerce=int, description=_l("学校填教育局，科室填所在单位；没有上级单位的不选。")
    )
    hosted_by_id = SelectField(
        _l("挂靠单位"), coerce=int, description=_l("例如设在教育局的督导室；挂靠的仍是独立单位。")
    )
    phone = StringField(_l("值班电话"), [Optional(), Length(max=30)], render_kw={"inputmode": "tel"})


class NewUnitForm(UnitForm):
    """A new unit with its first short names."""

    region_id = SelectField(_l("行政区"), coerce=int)
    short_names = StringField(_l("简称"), [Optional(), Length(max=200)], description=_l("多个简称用顿号隔开。"))


class ShortNameForm(FlaskForm):
    """Another name of a unit."""

    short_name = StringField(_l("增加简称"), [REQUIRED, Length(max=100)])


class AppointForm(FlaskForm):
    """Somebody takes up a post of a unit."""

    name = StringField(_l("姓名"), [REQUIRED, Length(max=60)])
    person_id = RadioField(_l("同名人员"), coerce=int, default=SOMEBODY_NEW, validators=[Optional()])
    title = StringField(_l("职务"), [REQUIRED, Length(max=60)], description=_l("例如：局长、副局长、办公室主任。"))
    rank = SelectField(_l("职务类别"), choices=words(PostRank), default=PostRank.STAFF.value)
    presiding = BooleanField(_l("主持工作"), description=_l("主要负责人缺位时，由其行使主要负责人权限。"))
    phone = StringField(_l("电话"), [Optional(), Length(max=30)], render_kw={"inputmode": "tel"})
    starts_on = DayField(_l("任职日期"), description=_l("不填即为今天。"))
    instrument = StringField(_l("任职文号"), [Optional(), Length(max=100)])


class SuccessorForm(FlaskForm):
    """Who takes over a post."""

    name = StringField(_l("接任人姓名"), [REQUIRED, Length(max=60)])
    person_id = RadioField(_l("同名人员"), coerce=int, default=SOMEBODY_NEW, validators=[Optional()])
    phone = StringField(_l("电话"), [Optional(), Length(max=30)], render_kw={"inputmode": "tel"})
    starts_on = DayField(_l("接任日期"), description=_l("不填即为今天；前任在前一日离任。"))
    instrument = StringField(_l("任免文号"), [Optional(), Length(max=100)])


class EndForm(FlaskForm):
    """The last day of a post or seat."""

    last_day = DayField(_l("最后一天"), description=_l("不填则即刻失效。"))


class PhoneForm(VersionedForm):
    """A telephone number."""

    phone = StringField(_l("电话"), [Optional(), Length(max=30)], render_kw={"inputmode": "tel"})


class GroupForm(VersionedForm):
    """What a group is and aims at."""

    name = StringField(_l("领导小组全称"), [REQUIRED, Length(max=120)])
    short_name = StringField(_l("简称"), [Optional(), Length(max=40)])
    purpose = TextAreaField(_l("主要职责"), [Optional(), Length(max=500)], render_kw={"rows": 4})
    host_unit_id = SelectField(_l("办公室设在"), coerce=int)
    goal_on = DayField(_l("目标期限"))


class NewGroupForm(GroupForm):
    """A new group, with its region."""

    region_id = SelectField(_l("行政区"), coerce=int)


class SettingsForm(VersionedForm):
    """What a group works by."""

    sign_for_days = IntegerField(_l("签收期限（工作日）"), [NUMBER], description=_l("下发后应在几个工作日内签收。"))
    consult_days = IntegerField(_l("征求意见期限（工作日）"), [NUMBER], description=_l("逾期未答复视为无意见。"))
    yellow_days = IntegerField(_l("临期预警（工作日）"), [NUMBER], description=_l("距完成时限几个工作日起亮黄灯。"))
    urge_cooldown_days = IntegerField(_l("催办间隔（工作日）"), [NUMBER], description=_l("同一事项两次催办至少相隔。"))
    notice_prefix = StringField(
        _l("督办通知单编号字头"), [Optional(), Length(max=20)], description=_l("例如“督”，编号即为督〔2026〕1号。")
    )
    roll_due_dates = BooleanField(_l("完成时限遇非工作日顺延到下一个工作日"))
    percent_enabled = BooleanField(_l("填报进展时要求完成百分比"))
    messages_from = SelectField(_l("对外消息最早"), choices=HOURS, coerce=int, default=8)
    messages_until = SelectField(_l("对外消息最晚"), choices=HOURS, coerce=int, default=20)
    succession = RadioField(
        _l("席位变动"),
        choices=words(Succession),
        coerce=Succession,
        description=_l(
            "自然递补：谁接任职务谁入席。报请调整：由单位报请、组长或副组长批准，办公室发调整通知后才换人；"
            "组长、副组长和办公室的席位仍按上级文件变更。"
        ),
    )


class SeatForm(FlaskForm):
    """A seat in a group and who sits there."""

    role = SelectField(_l("组成"), choices=words(SeatRole), default=SeatRole.MEMBER.value)
    post_id = SelectField(_l("按职务（谁任该职谁入席）"), coerce=int, default=NOBODY)
    person_id = SelectField(_l("按姓名"), coerce=int, default=NOBODY)
    unit_id = SelectField(_l("以单位为成员"), coerce=int, default=NOBODY)
    title = StringField(_l("文件中的职务表述"), [Optional(), Length(max=200)])
    starts_on = DayField(_l("起始日期"), description=_l("不填即为今天。"))
    instrument = StringField(_l("依据文号"), [Optional(), Length(max=100)])


class NewMemberForm(FlaskForm):
    """A unit joins a group."""

    name = StringField(_l("单位名称"), [REQUIRED, Length(max=100)], description=_l("全称或简称均可。"))
    unit_id = RadioField(_l("您指的是"), coerce=int, default=NOBODY, validators=[Optional()])
    duties = TextAreaField(_l("职责分工"), [Optional(), Length(max=2000)], render_kw={"rows": 3})


class MemberForm(VersionedForm):
    """What a member unit is there for."""

    duties = TextAreaField(_l("职责分工"), [Optional(), Length(max=2000)], render_kw={"rows": 5})
    section = StringField(_l("责任科室"), [Optional(), Length(max=100)])
    working_team = TextAreaField(_l("工作机构（工作专班）"), [Optional(), Length(max=500)], render_kw={"rows": 3})


class ContactForm(FlaskForm):
    """Who answers for a member unit."""

    role = SelectField(_l("职责"), choices=words(ContactRole), default=ContactRole.LIAISON.value)
    person_id = SelectField(_l("人员"), coerce=int)
    starts_on = DayField(_l("起始日期"), description=_l("不填即为今天。"))


class DutyForm(FlaskForm):
    """An installation duty for somebody."""

    duty = SelectField(_l("职责"), choices=words(DutyKind))
    name = StringField(_l("姓名"), [REQUIRED, Length(max=60)])
    person_id = RadioField(_l("同名人员"), coerce=int, default=SOMEBODY_NEW, validators=[Optional()])


class DayForm(FlaskForm):
    """A day of the calendar, corrected."""

    day = DayField(_l("日期"), required=True)
    working = RadioField(
        _l("当天"), choices=[SelectChoice("yes", _l("上班")), SelectChoice("no", _l("放假"))], default="no"
    )
    note = StringField(_l("说明"), [Optional(), Length(max=100)])


class NoticeForm(FlaskForm):
    """A pasted notice of holidays."""

    text = TextAreaField(_l("通知全文"), [REQUIRED, Length(max=20000)], render_kw={"rows": 14})


class SeatProposalForm(FlaskForm):
    """Who is to take over a seat."""

    successor = SelectField(_l("接任人选"), [REQUIRED], coerce=int, default=NOBODY)
    starts_on = DayField(_l("席位起始日期"), description=_l("不填即为今天；调整通知晚于这一天的，以发文日期为准。"))
    reason = TextAreaField(_l("调整理由"), [REQUIRED, Length(max=500)], render_kw={"rows": 3})


class SeatDecisionForm(VersionedForm):
    """A leader's decision on a proposal; signatory is who signed, where it was taken on paper."""

    decision = RadioField(
        _l("决定"), [REQUIRED], choices=[SelectChoice("approve", _l("批准")), SelectChoice("refuse", _l("不批准"))]
    )
    remark = TextAreaField(
        _l("批示意见"), [Optional(), Length(max=500)], description=_l("不批准时必填。"), render_kw={"rows": 3}
    )
    signatory = SelectField(_l("纸质签批：签批领导"), coerce=int, default=NOBODY)


class WithdrawForm(VersionedForm):
    """Why a proposal is taken back."""

    remark = TextAreaField(_l("撤回理由"), [REQUIRED, Length(max=500)], render_kw={"rows": 2})


class SeatNoticeForm(FlaskForm):
    """The number and date of an adjustment notice, and what it carries out."""

    change_ids = SelectMultipleField(
        _l("已批准的调整"),
        coerce=row_number,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    document_number = StringField(_l("文号"), [REQUIRED, Length(max=100)])
    issued_on = DayField(_l("发文日期"), description=_l("不填即为今天。"))
