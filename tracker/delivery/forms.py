"""What is typed about endpoints and on one's own page of messages; rules stand in commands."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length, Optional

from tracker.delivery.rules import LABELS, DeliveryState, Encryption, EndpointKind
from tracker.kernel.forms import HOURS, OPTIONAL, REQUIRED, ActForm, AskedAgainForm, ChoiceField
from tracker.kernel.text import _l
from tracker.outbox.rules import LABELS as CHANNELS
from tracker.outbox.rules import Channel

SECRET = {"autocomplete": "new-password", "spellcheck": "false"}
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class MailForm(ActForm):
    """A mail server."""

    name = StringField(_l("名称"), [REQUIRED, Length(max=60)])
    host = StringField(_l("服务器"), [REQUIRED, Length(max=253)], render_kw=PLAIN)
    port = IntegerField(_l("端口"), [OPTIONAL], default=587)
    encryption = SelectField(
        _l("加密方式"), choices=[SelectChoice(way.value, LABELS[way]) for way in Encryption], default="starttls"
    )
    sender = StringField(_l("发件邮箱"), [REQUIRED, Length(max=120)], render_kw=PLAIN)
    login = StringField(_l("登录名"), [Optional(), Length(max=120)], render_kw=PLAIN)
    password = PasswordField(_l("密码"), [Optional(), Length(max=200)], render_kw=SECRET)


class RobotForm(ActForm):
    """A chat robot or a gateway for text messages."""

    name = StringField(_l("名称"), [REQUIRED, Length(max=60)])
    url = PasswordField(_l("地址"), [Optional(), Length(max=1000)], render_kw=SECRET)
    key = PasswordField(_l("签名密钥"), [Optional(), Length(max=200)], render_kw=SECRET)


class NewRobotForm(RobotForm):
    """A new one, with its kind and group."""

    kind = SelectField(
        _l("类型"),
        choices=[SelectChoice(kind.value, LABELS[kind]) for kind in EndpointKind if kind is not EndpointKind.MAIL],
    )
    group = ChoiceField(_l("领导小组"), required=True)


class DisableForm(ActForm):
    """Why an endpoint is used no more."""

    reason = StringField(_l("停用原因"), [REQUIRED, Length(max=200)])


class PreferencesForm(AskedAgainForm):
    """One's own wishes."""

    email = StringField(
        _l("邮箱"), [Optional(), Length(max=120)], render_kw={"autocomplete": "email", "inputmode": "email", **PLAIN}
    )
    mail = BooleanField(_l("邮件"))
    chat = BooleanField(_l("群机器人点名"))
    sms = BooleanField(_l("短信"))
    digest_hour = SelectField(_l("每天几点起发送"), choices=HOURS, coerce=int)
    quiet_from = SelectField(_l("免打扰从"), choices=HOURS, coerce=int)
    quiet_until = SelectField(_l("免打扰到"), choices=HOURS, coerce=int)


TROUBLED = "troubled"


class TrailFilter(FlaskForm):
    """What a list of deliveries is narrowed by."""

    class Meta:
        """It only reads."""

        csrf = False

    state = SelectField(
        _l("状态"),
        choices=[
            SelectChoice("", _l("全部")),
            SelectChoice(TROUBLED, _l("失败或结果不明")),
            *(SelectChoice(state.value, LABELS[state]) for state in DeliveryState),
        ],
        default="",
    )
    channel = SelectField(
        _l("渠道"),
        choices=[
            SelectChoice("", _l("全部")),
            *(SelectChoice(channel.value, CHANNELS[channel]) for channel in Channel),
        ],
        default="",
    )
    who = StringField(_l("收件人"), [Optional(), Length(max=60)])

    @property
    def states(self) -> tuple[DeliveryState, ...]:
        """The states that were chosen."""
        if self.state.data == TROUBLED:
            return (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
        return (DeliveryState(self.state.data),) if self.state.data else ()

    @property
    def way(self) -> Channel | None:
        """The channel that was chosen."""
        return Channel(self.channel.data) if self.channel.data else None
