"""Set up, change, disable and enable endpoints."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.delivery import endpoints, policy
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.rules import CHANNEL_OF, OPEN, DeliveryState, Encryption, EndpointKind
from tracker.delivery.senders import Answer
from tracker.delivery.unsent import call_off
from tracker.kernel.actor import Actor
from tracker.kernel.db import affected, db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.installation import settings
from tracker.kernel.outbound import OutboundRefused, is_host, is_listed, parse_url
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.rules import MAIL_ADDRESS
from tracker.outbox.rules import Channel

SHORTEST_KEY = 16
NOT_LISTED = _l("运维人员没有在配置（ZEREN_OUTBOUND）中允许访问这个地址。")
TAKEN = _l("同一渠道已有启用的端点，请先停用。")
SHARED = _l("这个机器人已用于别的领导小组，发送数量会超过对方的限制：请在群里另建一个机器人。")


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """What is typed about an endpoint. An empty password, address or key keeps the one that is on file."""

    name: str
    host: str = ""
    port: int = 0
    encryption: str = ""
    login: str = ""
    sender: str = ""
    password: str = ""
    url: str = ""
    key: str = ""


def add_endpoint(
    kind: EndpointKind, facts: EndpointFacts, *, group: LeadershipGroup | None, by: Actor, now: datetime
) -> ChannelEndpoint:
    """Set up a mail server for the installation, or a robot or gateway for a group."""
    require(policy.may_keep_endpoints(by, group))
    if (kind is EndpointKind.MAIL) != (group is None):
        raise Invalid({"group": _l("邮件服务器供全系统使用，机器人和短信网关属于一个领导小组。")})
    endpoint = ChannelEndpoint(
        kind=kind, channel=CHANNEL_OF[kind], group_id=None if group is None else group.id, created_at=now
    )
    _refuse_second(endpoint)
    secrets = _apply(endpoint, facts, {})
    db.session.add(endpoint)
    db.session.flush()
    endpoint.secret = endpoints.hidden(endpoint.id, secrets)
    _record("add", endpoint, by=by, now=now, new=endpoints.facts(endpoint))
    return endpoint


def edit_endpoint(endpoint: ChannelEndpoint, facts: EndpointFacts, *, version: int, by: Actor, now: datetime) -> None:
    """Change an endpoint; what was put off is tried at once. Another mail server is never handed the old password."""
    require(policy.may_keep_endpoints(by, _group(endpoint)))
    take(endpoint, version=version)
    old, kept = endpoints.facts(endpoint), endpoints.secrets_of(endpoint)
    if (facts.host.strip().lower(), facts.port, facts.login) != (endpoint.host, endpoint.port, endpoint.login):
        kept.pop("password", None)
    endpoint.secret = endpoints.hidden(endpoint.id, _apply(endpoint, facts, kept))
    endpoint.blocked_until, endpoint.failures, endpoint.failing_since = None, 0, None
    put_off = sa.and_(
        Delivery.endpoint_id == endpoint.id, Delivery.state == DeliveryState.PENDING, Delivery.next_attempt_at > now
    )
    affected(sa.update(Delivery).where(put_off).values(next_attempt_at=now))
    _record("edit", endpoint, by=by, now=now, old=old, new=endpoints.facts(endpoint))


def disable_endpoint(endpoint: ChannelEndpoint, *, reason: str, version: int, by: Actor, now: datetime) -> int:
    """Use an endpoint no more, for a reason. Its digests that wait are called off; returns how many.

    What is just being sent, and comes back, is called off by the workers.
    """
    require(policy.may_keep_endpoints(by, _group(endpoint)))
    said = one_line(reason, "reason", limit=200, required=True)
    if not endpoint.enabled:
        raise Stale(_l("该渠道已经停用。"))
    take(endpoint, version=version)
    endpoint.enabled, endpoint.disabled_reason = False, said
    called_off = call_off(Delivery.endpoint_id == endpoint.id, Delivery.state.in_(OPEN), now=now)
    _record("disable", endpoint, by=by, now=now, new={"reason": said, "called_off": called_off})
    return called_off


def enable_endpoint(endpoint: ChannelEndpoint, *, version: int, by: Actor, now: datetime) -> None:
    """Use an endpoint again."""
    require(policy.may_keep_endpoints(by, _group(endpoint)))
    if endpoint.enabled:
        raise Stale(_l("该渠道已经启用。"))
    _refuse_second(endpoint)
    _refuse_shared(endpoint, endpoints.secrets_of(endpoint).get("url", ""))
    take(endpoint, version=version)
    endpoint.enabled, endpoint.disabled_reason = True, ""
    endpoint.blocked_until, endpoint.failures, endpoint.failing_since = None, 0, None
    _record("enable", endpoint, by=by, now=now)


def note_test(endpoint: ChannelEndpoint, answer: Answer, *, by: Actor, now: datetime) -> None:
    """Somebody sent a test and this was answered."""
    require(policy.may_keep_endpoints(by, _group(endpoint)))
    _record("test", endpoint, by=by, now=now, new={"outcome": answer.outcome, "code": answer.code})


def _group(endpoint: ChannelEndpoint) -> LeadershipGroup | None:
    return None if endpoint.group_id is None else db.session.get_one(LeadershipGroup, endpoint.group_id)


def _record(act: str, endpoint: ChannelEndpoint, *, by: Actor, now: datetime, **values: Any) -> None:
    record(f"endpoint.{act}", "endpoint", endpoint.id, by=by, now=now, group_id=endpoint.group_id, **values)


def _refuse_second(endpoint: ChannelEndpoint) -> None:
    """One endpoint a channel at a time, so that nobody is told twice."""
    other = sa.select(ChannelEndpoint.id).where(
        ChannelEndpoint.channel == endpoint.channel,
        ChannelEndpoint.group_id.is_not_distinct_from(endpoint.group_id),
        ChannelEndpoint.enabled,
    )
    if db.session.scalar(other.limit(1)) is not None:
        raise Invalid({"kind": TAKEN})


def _refuse_shared(endpoint: ChannelEndpoint, address: str) -> None:
    """One robot, one endpoint: the provider counts what it is sent from all groups together, and a pace only its own.

    A gateway for text messages may serve several groups, for its operator sets the limit.
    """
    if endpoint.channel is not Channel.CHAT:
        return
    others = sa.select(ChannelEndpoint).where(
        ChannelEndpoint.channel == endpoint.channel,
        ChannelEndpoint.enabled,
        ChannelEndpoint.id.is_distinct_from(endpoint.id),
        ChannelEndpoint.host == endpoint.host,
        ChannelEndpoint.port == endpoint.port,
    )
    taken = {_path(endpoints.secrets_of(one).get("url", "")) for one in db.session.scalars(others)} - {None}
    if _path(address) in taken:
        raise Invalid({"url": SHARED})


def _path(address: str) -> str | None:
    """What tells a robot from others on its server; None where the address cannot be read, as when its key is lost."""
    try:
        return parse_url(address).path
    except OutboundRefused:
        return None


def _apply(endpoint: ChannelEndpoint, facts: EndpointFacts, kept: Mapping[str, str]) -> dict[str, str]:
    """Write what was typed, and give back the secrets that go with it."""
    endpoint.name = one_line(facts.name, "name", limit=60, required=True)
    if endpoint.kind is EndpointKind.MAIL:
        return _apply_mail(endpoint, facts, kept)
    return _apply_robot(endpoint, facts, kept)


def _apply_mail(endpoint: ChannelEndpoint, facts: EndpointFacts, kept: Mapping[str, str]) -> dict[str, str]:
    host = facts.host.strip().lower()
    errors: dict[str, object] = {}
    if not is_host(host) or not 0 < facts.port < 65536:
        errors["host"] = _l("请填写服务器名称和端口，例如 smtp.example.gov.cn 和 587。")
    elif not is_listed(host, facts.port, settings().outbound):
        errors["host"] = NOT_LISTED
    if facts.encryption not in set(Encryption):
        errors["encryption"] = _l("邮件只能加密发送，请选择加密方式。")
    if not MAIL_ADDRESS.fullmatch(facts.sender.strip()):
        errors["sender"] = _l("邮箱地址有误，应当像 name@example.gov.cn。")
    password = facts.password or kept.get("password", "")
    if facts.login and not password:
        errors["password"] = _l("请填写密码；更换服务器或登录名后需要重新填写。")
    if errors:
        raise Invalid(errors)
    endpoint.host, endpoint.port, endpoint.encryption = host, facts.port, facts.encryption
    endpoint.login = one_line(facts.login, "login", limit=120)
    endpoint.sender = facts.sender.strip()
    return {"password": password} if endpoint.login else {}


def _apply_robot(endpoint: ChannelEndpoint, facts: EndpointFacts, kept: Mapping[str, str]) -> dict[str, str]:
    address, key = facts.url.strip() or kept.get("url", ""), facts.key or kept.get("key", "")
    try:
        url = parse_url(address)
    except OutboundRefused as refusal:
        raise Invalid({"url": _l("请填写完整的地址，以 https:// 开头。")}) from refusal
    if url.scheme != "https" and endpoint.kind is not EndpointKind.WEBHOOK:
        raise Invalid({"url": _l("机器人的地址必须以 https:// 开头。")})
    if not is_listed(url.host, url.port, settings().outbound):
        raise Invalid({"url": NOT_LISTED})
    if endpoint.kind is EndpointKind.WEBHOOK and len(key) < SHORTEST_KEY:
        raise Invalid({"key": _l("签名密钥至少 %(count)s 个字符。", count=SHORTEST_KEY)})
    endpoint.host, endpoint.port = url.host, url.port
    if endpoint.enabled is not False:
        _refuse_shared(endpoint, address)
    return {"url": address, "key": key}
