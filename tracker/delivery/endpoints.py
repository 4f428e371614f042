"""Endpoints at work: their secrets, whether they may be used just now, and what their failures mean for the others."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.delivery import notices
from tracker.delivery.models import ChannelEndpoint
from tracker.delivery.rules import FIRST_WAIT, EndpointKind, Outcome
from tracker.delivery.senders import Answer, Endpoint, NoLine
from tracker.kernel import seals
from tracker.kernel.db import affected, db

LONGEST_BLOCK = timedelta(minutes=30)
PURPOSE = "channel endpoint"


def hidden(endpoint_id: int, secrets: Mapping[str, str]) -> str:
    """An endpoint's secrets as they are kept."""
    return seals.encrypted(PURPOSE, json.dumps(dict(secrets)).encode(), about=f"endpoint:{endpoint_id}")


def secrets_of(endpoint: ChannelEndpoint) -> dict[str, str]:
    """An endpoint's secrets, readable; none where their key is gone."""
    if not endpoint.secret:
        return {}
    data = seals.decrypted(PURPOSE, endpoint.secret, about=f"endpoint:{endpoint.id}")
    found: dict[str, str] = {} if data is None else json.loads(data)
    return found


def readable(endpoint: ChannelEndpoint) -> Endpoint:
    """An endpoint as a sender needs it.

    Raises:
        NoLine: its secrets cannot be read. Nothing is tried without them: a server that is offered an empty password
            again and again takes that for an attack.
    """
    secrets = secrets_of(endpoint)
    if not secrets and (endpoint.login or endpoint.kind is not EndpointKind.MAIL):
        raise NoLine(Answer(Outcome.TEMPORARY, "no_key", of_endpoint=True))
    return Endpoint(
        endpoint.kind.value,
        endpoint.host,
        endpoint.port,
        endpoint.encryption,
        endpoint.login,
        endpoint.sender,
        secrets,
    )


def is_as_read(endpoint: ChannelEndpoint) -> bool:
    """Whether nobody has edited or disabled an endpoint since it was read; asked just before each message."""
    now = sa.select(ChannelEndpoint.version).where(ChannelEndpoint.id == endpoint.id)
    return db.session.scalar(now) == endpoint.version


def open_endpoints(*, now: datetime) -> Sequence[ChannelEndpoint]:
    """The endpoints that may be used just now, let go of so that they outlive the reading."""
    found = db.session.scalars(
        sa.select(ChannelEndpoint)
        .where(
            ChannelEndpoint.enabled,
            sa.or_(ChannelEndpoint.blocked_until.is_(None), ChannelEndpoint.blocked_until <= now),
        )
        .order_by(ChannelEndpoint.id)
        .execution_options(populate_existing=True)
    ).all()
    for endpoint in found:
        db.session.expunge(endpoint)
    return found


def note_success(endpoint_id: int) -> None:
    """An endpoint took a message: its failures are over."""
    affected(
        sa.update(ChannelEndpoint)
        .where(ChannelEndpoint.id == endpoint_id, ChannelEndpoint.failures > 0)
        .values(failures=0, failing_since=None, blocked_until=None)
    )


def note_failure(endpoint_id: int, answer: Answer, *, now: datetime) -> datetime:
    """An endpoint itself failed: leave it alone for a while, and tell its administrators once an outage.

    Returns the moment until which it is left alone.
    """
    row = db.session.get_one(ChannelEndpoint, endpoint_id, with_for_update=True, populate_existing=True)
    row.failures += 1
    row.failing_since = row.failing_since or now
    wait = answer.wait or min(FIRST_WAIT * 2 ** min(row.failures - 1, 10), LONGEST_BLOCK)
    row.blocked_until = now + wait
    row.last_code = answer.code
    if answer.wait is None:
        notices.endpoint_failing(row, now=now)
    return now + wait


def facts(endpoint: ChannelEndpoint) -> dict[str, Any]:
    """What the record of acts keeps of an endpoint: no secret, and of secrets only that there are some."""
    return {
        "name": endpoint.name,
        "kind": endpoint.kind,
        "host": endpoint.host,
        "port": endpoint.port,
        "encryption": endpoint.encryption,
        "login": endpoint.login,
        "sender": endpoint.sender,
    }
