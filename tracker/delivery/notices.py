"""Whom deliveries themselves give something to say: the system administrators, inside the product."""

from datetime import datetime

import sqlalchemy as sa

from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.rules import answered
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.organisation.models import LeadershipGroup, Person, Region
from tracker.organisation.policy import regions_below
from tracker.organisation.queries import administrators
from tracker.outbox.commands import enqueue

MESSAGES = {
    "delivery.endpoint_failing": Message(
        _l("发送渠道“%(name)s”不可用（%(code)s），消息仍在站内，恢复后自动补发"),
        "delivery.endpoint",
        "endpoint_id",
        "alert-triangle",
        words={"code": answered},
    ),
    "delivery.stumbled": Message(
        _l("有一条消息写不出来（%(name)s），每小时再试；其他消息照常发送，请联系维护人员查看日志"),
        "delivery.delivery",
        "delivery_id",
        "alert-triangle",
    ),
    "delivery.refused": Message(
        _l("发送渠道“%(name)s”有消息被拒收（%(code)s），请查看"),
        "delivery.endpoint",
        "endpoint_id",
        "alert-triangle",
        words={"code": answered},
    ),
}


def _administrators(endpoint: ChannelEndpoint, *, now: datetime) -> list[int]:
    """The system administrators whose region covers an endpoint's group; of a mail server, all of them."""
    keepers = administrators(local_date(now))
    people = db.session.execute(sa.select(Person.id, Person.region_id).where(Person.id.in_(keepers))).all()
    if endpoint.group_id is None:
        return [person for person, _region in people]
    place = sa.select(LeadershipGroup.region_id).where(LeadershipGroup.id == endpoint.group_id).scalar_subquery()
    return [
        person
        for person, region in people
        if db.session.scalar(sa.select(Region.id).where(Region.id == place, Region.id.in_(regions_below(region))))
    ]


def endpoint_failing(endpoint: ChannelEndpoint, *, now: datetime) -> None:
    """An endpoint cannot be used: said once an outage, and not by the channels that may just be out."""
    assert endpoint.failing_since is not None
    _tell("delivery.endpoint_failing", endpoint, endpoint.last_code, f"{endpoint.failing_since:%Y%m%d%H%M%S}", now=now)


def delivery_refused(delivery: Delivery, *, now: datetime) -> None:
    """A message was refused for good: said once an endpoint and day, however many follow."""
    endpoint = db.session.get_one(ChannelEndpoint, delivery.endpoint_id)
    _tell("delivery.refused", endpoint, delivery.provider_code, f"{local_date(now)}", now=now)


def delivery_stumbled(delivery_id: int, *, now: datetime) -> None:
    """A digest cannot be written for a fault of our own: said once, however often it is tried."""
    delivery = db.session.get_one(Delivery, delivery_id)
    endpoint = db.session.get_one(ChannelEndpoint, delivery.endpoint_id)
    enqueue(
        "delivery.stumbled",
        _administrators(endpoint, now=now),
        subject=("delivery", delivery_id),
        params={"name": endpoint.name},
        key=f"delivery.stumbled:{delivery_id}",
        now=now,
        channels=(),
    )


def _tell(kind: str, endpoint: ChannelEndpoint, code: str, once: str, *, now: datetime) -> None:
    enqueue(
        kind,
        _administrators(endpoint, now=now),
        subject=("endpoint", endpoint.id),
        params={"name": endpoint.name, "code": code},
        key=f"{kind}:{endpoint.id}:{once}",
        now=now,
        channels=(),
    )
