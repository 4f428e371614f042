"""An endpoint of a group and a delivery to one of its people, for the walk over all routes."""

from tests.clock import NOW
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.outbox.rules import Channel


def of_deliveries(group: LeadershipGroup, person_id: int) -> dict[str, int | str]:
    """A robot that answers nowhere, and a delivery whose end is unknown."""
    endpoint = ChannelEndpoint(
        kind=EndpointKind.WECOM,
        channel=Channel.CHAT,
        group_id=group.id,
        name="群机器人",
        host="hook.example.cn",
        port=443,
        created_at=NOW,
    )
    db.session.add(endpoint)
    db.session.flush()
    delivery = Delivery(
        recipient_id=person_id,
        channel=Channel.CHAT,
        endpoint_id=endpoint.id,
        digest_key="2026-03-17",
        state=DeliveryState.UNCERTAIN,
        next_attempt_at=NOW,
        created_at=NOW,
        ended_at=NOW,
    )
    db.session.add(delivery)
    db.session.flush()
    return {"endpoint_id": endpoint.id, "delivery_id": delivery.id}
