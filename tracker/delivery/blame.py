"""Whose fault a refusal is, and what follows: only a digest's own refusals use up its attempts.

What the endpoint is to blame for puts a digest off, however often: nothing fails until the endpoint works again.
Everything here belongs in a write transaction.
"""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from tracker.delivery.endpoints import LONGEST_BLOCK
from tracker.delivery.models import Delivery, DeliveryAttempt
from tracker.delivery.rules import MOST_ATTEMPTS, OF_ENDPOINT, Outcome, retry_after
from tracker.delivery.senders import Answer
from tracker.kernel.db import db


def judged(answer: Answer, delivery_id: int, endpoint_id: int, *, chance: float) -> tuple[Answer, timedelta | None]:
    """What an answer comes to for a digest, and how long that waits before it is tried again, if it is.

    A refusal for good that is the endpoint's puts off; the digest lets others go first, so that one that alone is
    refused so (a keyword that its language lacks) is found out: once the endpoint took others meanwhile, the refusal
    is the digest's own. Too many of its own are one for good.
    """
    others_first = answer.outcome is Outcome.PERMANENT and answer.of_endpoint
    if answer.outcome is not Outcome.TEMPORARY and not others_first:
        return answer, None
    own, endpoint_s = _put_off(delivery_id)
    if others_first:
        answer = replace(
            answer, outcome=Outcome.TEMPORARY, of_endpoint=endpoint_s == 0 or not _took_others(delivery_id, endpoint_id)
        )
    if answer.of_endpoint:
        wait = min(retry_after(endpoint_s + 1, chance=chance), LONGEST_BLOCK)
        return answer, answer.wait or wait * (2 if others_first else 1)
    if own + 1 >= MOST_ATTEMPTS:
        return replace(answer, outcome=Outcome.PERMANENT), None
    return answer, answer.wait or retry_after(own + 1, chance=chance)


def _put_off(delivery_id: int) -> tuple[int, int]:
    """How often a digest was put off since it last ended or was doubted: by its own fault, and by its endpoint's.

    Whoever sends a failed one again gives it all its attempts anew.
    """
    own_attempts = DeliveryAttempt.delivery_id == delivery_id
    ended = sa.select(sa.func.max(DeliveryAttempt.attempt)).where(
        own_attempts, DeliveryAttempt.outcome != Outcome.TEMPORARY
    )
    codes = db.session.scalars(
        sa.select(DeliveryAttempt.code).where(
            own_attempts, DeliveryAttempt.attempt > sa.func.coalesce(ended.scalar_subquery(), 0)
        )
    ).all()
    endpoint_s = sum(code.startswith(OF_ENDPOINT) for code in codes)
    return len(codes) - endpoint_s, endpoint_s


def _took_others(delivery_id: int, endpoint_id: int) -> bool:
    """Whether the endpoint has taken another digest since this one was last put off by the endpoint's fault."""
    refused_at = sa.select(sa.func.max(DeliveryAttempt.at)).where(
        DeliveryAttempt.delivery_id == delivery_id, DeliveryAttempt.code.startswith(OF_ENDPOINT, autoescape=True)
    )
    taken = sa.exists().where(
        Delivery.id == DeliveryAttempt.delivery_id,
        Delivery.endpoint_id == endpoint_id,
        DeliveryAttempt.outcome == Outcome.DELIVERED,
        DeliveryAttempt.at > refused_at.scalar_subquery(),
    )
    return bool(db.session.scalar(sa.select(taken)))
