"""What is typed on the pages of accounts; rules stand in commands."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from tracker.accounts.pasted import MAX_TEXT
from tracker.kernel.text import _l
from tracker.organisation.rules import LABELS, DutyKind, RegionLevel

REQUIRED = DataRequired(_l("请填写此项。"))
CURRENT = {"autocomplete": "current-password"}
NEW = {"autocomplete": "new-password"}
PLAIN = {"autocapitalize": "none", "autocomplete": "username", "spellcheck": "false"}


class SignInForm(FlaskForm):
    """Login and password."""

    login = StringField(_l("登录名"), [REQUIRED, Length(max=200)], render_kw=PLAIN)
    password = PasswordField(_l("密码"), [REQUIRED], render_kw=CURRENT)
    next = HiddenField()


ONE_TIME = {"autocomplete": "one-time-code", "spellcheck": "false"}


class SecondStepForm(FlaskForm):
    """The code, once the password was right."""

    code = StringField(_l("动态验证码或恢复码"), [REQUIRED, Length(max=100)], render_kw={**ONE_TIME, "autofocus": True})


class SecondFactorForm(FlaskForm):
    """Set the second factor up: the secret that the page showed, a code made with it, and the password."""

    kept = HiddenField()
    code = StringField(_l("动态验证码"), [REQUIRED, Length(max=100)], render_kw={**ONE_TIME, "inputmode": "numeric"})
    password = PasswordField(_l("登录密码"), [REQUIRED], render_kw=CURRENT)


class GiveUpForm(FlaskForm):
    """Give the second factor up: password and code."""

    password = PasswordField(_l("登录密码"), [REQUIRED], render_kw=CURRENT)
    code = StringField(_l("动态验证码或恢复码"), [REQUIRED, Length(max=100)], render_kw=ONE_TIME)


class PasswordForm(FlaskForm):
    """Change one's own password."""

    current = PasswordField(_l("原密码"), [REQUIRED], render_kw=CURRENT)
    new = PasswordField(_l("新密码"), [REQUIRED], render_kw=NEW)
    repeat = PasswordField(
        _l("再输一次新密码"), [REQUIRED, EqualTo("new", _l("两次输入的新密码不一致。"))], render_kw=NEW
    )
    next = HiddenField()


class CodeForm(FlaskForm):
    """The one-time code that opens the set-up."""

    code = StringField(_l("初始化码"), [REQUIRED, Length(max=100)], render_kw={"autocomplete": "off"})


class SetupForm(FlaskForm):
    """The district, its system administrator and its registrar."""

    region_code = StringField(_l("行政区划代码"), [REQUIRED, Length(max=12)], render_kw={"inputmode": "numeric"})
    region_name = StringField(_l("行政区名称"), [REQUIRED, Length(max=60)])
    region_level = SelectField(
        _l("级别"),
        choices=[SelectChoice(level.value, LABELS[level]) for level in RegionLevel],
        default=RegionLevel.COUNTY.value,
    )
    administrator_name = StringField(_l("系统管理员姓名"), [REQUIRED, Length(max=60)])
    administrator_login = StringField(_l("系统管理员登录名"), [REQUIRED, Length(max=60)], render_kw=PLAIN)
    administrator_password = PasswordField(_l("系统管理员密码"), [REQUIRED], render_kw=NEW)
    registrar_name = StringField(_l("登记员姓名"), [REQUIRED, Length(max=60)])
    registrar_login = StringField(_l("登记员登录名"), [REQUIRED, Length(max=60)], render_kw=PLAIN)
    registrar_password = PasswordField(_l("登记员密码"), [REQUIRED], render_kw=NEW)


class PasteForm(FlaskForm):
    """Rows of people from a table."""

    rows = TextAreaField(
        _l("粘贴人员名单"), [REQUIRED, Length(max=MAX_TEXT, message=_l("一次粘贴的内容过长，请分批粘贴。"))]
    )


class AccountForm(FlaskForm):
    """A new account by the system administrator."""

    person = SelectField(_l("人员"), coerce=int, default=0)
    name = StringField(_l("姓名"), [Optional(), Length(max=60)])
    login = StringField(_l("登录名"), [Optional(), Length(max=60)], render_kw={**PLAIN, "autocomplete": "off"})
    duty = SelectField(
        _l("系统职责"),
        choices=[SelectChoice("", _l("无")), *(SelectChoice(duty.value, LABELS[duty]) for duty in DutyKind)],
        default="",
    )
