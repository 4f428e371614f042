"""Words for what is recorded about endpoints and deliveries."""

from enum import StrEnum

from tracker.delivery.rules import EndpointKind, Outcome
from tracker.kernel.text import _l, _p

ACTS = {
    "endpoint.add": _p("done", "新增发送渠道"),
    "endpoint.edit": _p("done", "修改发送渠道"),
    "endpoint.disable": _p("done", "停用发送渠道"),
    "endpoint.enable": _p("done", "启用发送渠道"),
    "endpoint.test": _p("done", "试发消息"),
    "delivery.resolve": _p("done", "确认消息已送达"),
    "delivery.resend": _p("done", "再次发送结果不明的消息"),
    "delivery.retry": _p("done", "重新发送失败的消息"),
    "delivery.release": _p("done", "恢复对外发送"),
    "delivery.set_preferences": _p("done", "修改消息接收设置"),
}
SUBJECTS = {"endpoint": _l("发送渠道"), "delivery": _l("对外消息"), "installation": _l("本系统")}
KEYS = {
    "kind": _l("类型"),
    "host": _l("服务器"),
    "port": _l("端口"),
    "encryption": _l("加密方式"),
    "login": _l("登录名"),
    "sender": _l("发件邮箱"),
    "called_off": _l("取消的待发消息"),
    "outcome": _l("结果"),
    "code": _l("答复代码"),
    "mail": _l("邮件"),
    "chat": _l("群机器人"),
    "sms": _l("短信"),
    "quiet_from": _l("免打扰开始"),
    "quiet_until": _l("免打扰结束"),
    "digest_hour": _l("汇总发送时间"),
    "deliveries": _l("消息"),
    "digests": _l("汇总"),
}
CODES: dict[str, type[StrEnum]] = {"endpoint.kind": EndpointKind, "endpoint.outcome": Outcome}
