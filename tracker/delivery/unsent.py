"""How deliveries end of which nothing is sent: there is nobody to tell, nothing to say, or no way to say it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.delivery.claiming import Claim, disabled, held
from tracker.delivery.models import Delivery, DeliveryItem
from tracker.delivery.rules import DeliveryState
from tracker.kernel.db import affected, db

CALLED_OFF = "endpoint_disabled"
AT_ONCE = 500


def drop(claim: Claim, *, free: bool = False, now: datetime) -> bool:
    """There is nothing to send of a digest, or nobody to send it to; what comes later in the day has its own.

    free: what is unread may go out when its reader can be reached again.
    """
    dropped = sa.update(Delivery).where(held(claim, "drop")).values(**_over("nothing_open", now=now))
    row = db.session.execute(
        dropped.returning(Delivery.resent), execution_options={"synchronize_session": False}
    ).first()
    if row is None:
        return False
    if free and not row.resent:
        affected(sa.delete(DeliveryItem).where(DeliveryItem.delivery_id == claim.delivery_id))
    return True


def _over(why: str, *, now: datetime) -> dict[str, Any]:
    """How a digest ends that is never sent. The day is free again, but where it may have arrived before."""
    nobody_s = sa.literal(f"{why}:") + sa.cast(Delivery.id, sa.String)
    kept = sa.case((Delivery.resent, Delivery.digest_key), else_=nobody_s)
    ended = {"token": None, "lease_until": None, "ended_at": now}
    return {"state": DeliveryState.CANCELLED, "digest_key": kept, **ended}


def call_off(*which: sa.ColumnElement[bool], now: datetime) -> int:
    """End deliveries that are never sent, for their endpoint is disabled; returns how many.

    Their messages are free again, and so is the day: what is still unread goes out by the endpoint that comes next, or
    by the same one when it is enabled again. Only a digest that may have arrived before keeps its own, so that nothing
    is told twice without saying so.
    """
    ended = sa.update(Delivery).where(*which).values(provider_code=CALLED_OFF, **_over(CALLED_OFF, now=now))
    returned = ended.returning(Delivery.id, Delivery.resent)
    rows = db.session.execute(returned, execution_options={"synchronize_session": False}).all()
    free = [row.id for row in rows if not row.resent]
    for start in range(0, len(free), AT_ONCE):
        some = DeliveryItem.delivery_id.in_(free[start : start + AT_ONCE])
        db.session.execute(sa.delete(DeliveryItem).where(some), execution_options={"synchronize_session": False})
    return len(rows)


def call_off_left_behind(*, now: datetime) -> int:
    """The same of what came back to a disabled endpoint: it was being sent, or claimed, when that was disabled."""
    waiting = Delivery.state == sa.literal_column("'pending'")
    return call_off(Delivery.endpoint_id.in_(disabled()), waiting, now=now)
