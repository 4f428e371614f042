"""How a delivery stands, what an answer means, when to try again, and at what hours. Pure tables and counting."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tracker.kernel.calendar import WorkingDays
from tracker.kernel.clock import LOCAL, local_date
from tracker.kernel.text import Labels, _l
from tracker.outbox.rules import Channel


class EndpointKind(StrEnum):
    """What a message is handed to."""

    MAIL = "mail"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WEBHOOK = "webhook"


class Encryption(StrEnum):
    """How the connection to a mail server is encrypted; there is no third way."""

    STARTTLS = "starttls"
    TLS = "tls"


class DeliveryState(StrEnum):
    """How one digest to one person by one channel stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What an answer, or its absence, says about a message."""

    DELIVERED = "delivered"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


LABELS = Labels(
    {
        EndpointKind.MAIL: _l("邮件服务器"),
        EndpointKind.WECOM: _l("企业微信群机器人"),
        EndpointKind.DINGTALK: _l("钉钉群机器人"),
        EndpointKind.FEISHU: _l("飞书群机器人"),
        EndpointKind.WEBHOOK: _l("短信网关（签名接口）"),
    },
    {Encryption.STARTTLS: _l("STARTTLS（常用端口 587）"), Encryption.TLS: _l("TLS（常用端口 465）")},
    {
        DeliveryState.PENDING: _l("待发送"),
        DeliveryState.CLAIMED: _l("准备发送"),
        DeliveryState.SENDING: _l("正在发送"),
        DeliveryState.SENT: _l("已送达"),
        DeliveryState.UNCERTAIN: _l("结果不明"),
        DeliveryState.FAILED: _l("发送失败"),
        DeliveryState.CANCELLED: _l("无需发送"),
    },
    {
        Outcome.DELIVERED: _l("对方已接收"),
        Outcome.TEMPORARY: _l("对方暂时拒收"),
        Outcome.PERMANENT: _l("对方拒收"),
        Outcome.UNKNOWN: _l("没有得到明确答复"),
    },
)

MOVES: Mapping[str, tuple[frozenset[DeliveryState], DeliveryState]] = {
    "claim": (frozenset({DeliveryState.PENDING}), DeliveryState.CLAIMED),
    "release": (frozenset({DeliveryState.CLAIMED}), DeliveryState.PENDING),
    "begin": (frozenset({DeliveryState.CLAIMED}), DeliveryState.SENDING),
    "drop": (frozenset({DeliveryState.CLAIMED, DeliveryState.PENDING}), DeliveryState.CANCELLED),
    "delivered": (frozenset({DeliveryState.SENDING}), DeliveryState.SENT),
    "put_off": (frozenset({DeliveryState.SENDING}), DeliveryState.PENDING),
    "refuse": (frozenset({DeliveryState.SENDING}), DeliveryState.FAILED),
    "doubt": (frozenset({DeliveryState.SENDING}), DeliveryState.UNCERTAIN),
    "resend": (frozenset({DeliveryState.UNCERTAIN}), DeliveryState.PENDING),
    "resolve": (frozenset({DeliveryState.UNCERTAIN}), DeliveryState.SENT),
    "retry": (frozenset({DeliveryState.FAILED}), DeliveryState.PENDING),
}
"""Move → (from, to). What is sent or cancelled stays so."""

OPEN = (DeliveryState.PENDING, DeliveryState.CLAIMED)
HELD_BY_A_WORKER = (DeliveryState.CLAIMED, DeliveryState.SENDING)

CHANNEL_OF: Mapping[EndpointKind, Channel] = {
    EndpointKind.MAIL: Channel.MAIL,
    EndpointKind.WECOM: Channel.CHAT,
    EndpointKind.DINGTALK: Channel.CHAT,
    EndpointKind.FEISHU: Channel.CHAT,
    EndpointKind.WEBHOOK: Channel.SMS,
}


CLOCKS_APART = timedelta(minutes=10)
"""So far the clocks of two workers may differ."""


@dataclass(frozen=True, slots=True)
class Pace:
    """So many messages a minute in the long run, and so many at once: in any minute no more than both together."""

    per_minute: int
    at_once: int

    def free_moment(self, free_at: datetime | None, now: datetime) -> datetime:
        """When the next message may go: now, or later."""
        ahead = self._interval * (self.at_once - 1)
        return now if free_at is None else max(now, self._believed(free_at, now) - ahead)

    def after_one_more(self, free_at: datetime | None, now: datetime) -> datetime:
        """What free_at becomes when a message goes now."""
        return max(self._believed(free_at or now, now), now) + self._interval

    def _believed(self, free_at: datetime, now: datetime) -> datetime:
        """Without what stands further ahead than any pace leads: a clock wrote that, and was set back since."""
        return free_at if free_at <= now + self._interval * self.at_once + CLOCKS_APART else now

    @property
    def _interval(self) -> timedelta:
        return timedelta(minutes=1) / self.per_minute


PACES: Mapping[EndpointKind, Pace] = {
    **dict.fromkeys((EndpointKind.WECOM, EndpointKind.DINGTALK, EndpointKind.FEISHU), Pace(13, 5)),
    EndpointKind.WEBHOOK: Pace(120, 20),
}
"""Robots take 20 a minute and then block for minutes; the administrator's tests count like any other message. A mail
server says itself when it is too much."""

BLOCKED_FOR: Mapping[EndpointKind, timedelta] = {
    EndpointKind.DINGTALK: timedelta(minutes=10),
    EndpointKind.FEISHU: timedelta(minutes=1),
    EndpointKind.WECOM: timedelta(minutes=1),
}
"""How long a robot that says "too often" is left alone."""

GRAVE = 2
"""From this urgency on a delivery whose end is unknown is sent once more, and says so."""
MUST = 3
"""From this urgency on a message goes by mail whatever the reader switched off."""

MOST_ATTEMPTS = 12
"""So many temporary refusals, over some two days, are a failure; those that were the endpoint's do not count."""
OF_ENDPOINT = "endpoint:"
"""What the code of an attempt begins with that was the endpoint's fault."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)

AFTER_A_RESTORE = timedelta(days=1)
"""What was written until so long after a restore was released may repeat what left since the backup, and says so."""

DEFAULT_DIGEST_HOUR = 9
"""After the sweep of 08:00."""


def retry_after(attempts: int, *, chance: float) -> timedelta:
    """How long to wait after so many attempts: doubling, bounded, and never all at once. chance: from 0 to 1."""
    doublings: int = 2 ** min(attempts - 1, 16)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT) * (0.8 + 0.4 * chance)


@dataclass(frozen=True, slots=True)
class Hours:
    """Whole local hours at which a person may be reached: from the digest hour, within the group's, outside quiet ones.

    Quiet hours may run over midnight; equal ends are no quiet hours.
    """

    digest_hour: int = DEFAULT_DIGEST_HOUR
    quiet_from: int = 0
    quiet_until: int = 0
    opens: int = 8
    closes: int = 20

    def is_open(self, hour: int) -> bool:
        """Whether something may go out in this hour."""
        return max(self.digest_hour, self.opens) <= hour < self.closes and not self._is_quiet(hour)

    def _is_quiet(self, hour: int) -> bool:
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until

    def reach_anybody(self) -> bool:
        """Whether there is such an hour at all."""
        return any(self.is_open(hour) for hour in range(24))

    def within_the_group_s(self) -> "Hours":
        """The same where a group has narrowed its hours since: the latest of them, and no quiet hours that cover all.

        A wish never costs a message.
        """
        fitted = replace(self, digest_hour=min(self.digest_hour, self.closes - 1))
        return fitted if fitted.reach_anybody() else replace(fitted, quiet_from=0, quiet_until=0)


def next_opening(now: datetime, hours: Hours, calendar: WorkingDays) -> datetime:
    """The first moment from now on at which something may go out to a person: now, or the start of an hour."""
    local = now.astimezone(LOCAL)
    if calendar.is_working(local.date()) and hours.is_open(local.hour):
        return now
    day = local.date()
    for _ahead in range(60):
        for hour in range(24):
            moment = datetime.combine(day, time(hour), tzinfo=LOCAL)
            if moment > now and calendar.is_working(day) and hours.is_open(hour):
                return moment
        day += timedelta(days=1)
    return now + timedelta(days=1)


def digest_key(now: datetime) -> str:
    """The window of a digest: one a day, person and channel."""
    return window_of(local_date(now))


def day_begins(now: datetime) -> datetime:
    """When the local day of a moment began."""
    return datetime.combine(local_date(now), time(), tzinfo=LOCAL)


def window_of(day: date) -> str:
    """The window of a day."""
    return day.isoformat()


CODES: Mapping[str, object] = {
    "timeout": _l("超时，没有答复"),
    "connection_lost": _l("连接中断"),
    "no_answer": _l("发送进程中断"),
    "no_connection": _l("连接不上"),
    "bad_certificate": _l("对方证书无效"),
    "no_starttls": _l("对方不支持 STARTTLS 加密，不允许明文发送"),
    "no_tls": _l("加密连接建立不了"),
    "no_login": _l("对方不接受这种登录方式"),
    "no_authorities": _l("证书颁发机构文件无法读取"),
    "no_such_host": _l("找不到服务器"),
    "inner_address": _l("地址指向内部网络，不允许访问"),
    "not_listed": _l("地址不在允许访问的名单中"),
    "bad_address": _l("地址有误"),
    "bad_message": _l("内容无法发送"),
    "answer_too_long": _l("答复过长，无法辨认"),
    "no_key": _l("保存的密码或地址无法解密"),
    "fault": _l("本系统出错"),
    "no_code": _l("答复中没有结果代码"),
    "endpoint_disabled": _l("渠道已停用，没有发出"),
    "resolved": _l("由人工确认"),
    "restored": _l("备份之后是否已经发出，无从查知"),
}
"""What happened on our side, in words; any other code is the provider's own."""


def answered(code: str) -> object:
    """The answer of the other side, or what kept it away, as people read it."""
    if code.startswith(OF_ENDPOINT):
        return _l("渠道本身的问题：%(code)s", code=answered(code.removeprefix(OF_ENDPOINT)))
    status, _space, word = code.rpartition(" ")
    if status and word in CODES:
        return f"{status} {CODES[word]}"
    return CODES.get(code, code)
