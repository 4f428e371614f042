"""Races between a completion and the sender that is about to begin, on two connections."""

import random
import threading
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW
from tracker.delivery import claiming
from tracker.delivery.claiming import Claim
from tracker.delivery.models import Delivery
from tracker.delivery.rendering import write_digest
from tracker.delivery.rules import DeliveryState
from tracker.kernel.db import db, write_transaction
from tracker.outbox.commands import settle
from tracker.outbox.models import InboxItem

SUBJECT = ("account", 7)
"""What the message is about that is completed meanwhile."""


def claimed(endpoint_id: int, *, holder: str = "host:1", limit: int = 10) -> list[Claim]:
    """Claim what waits."""
    with write_transaction():
        return claiming.claim(endpoint_id, holder=holder, limit=limit, now=NOW)


def race(app: Flask, endpoint_id: int, *, rounds: int) -> dict[str, Any]:
    """Let the one digest of an endpoint begin, and what it says be completed, at the same moment, again and again."""
    faults: list[str] = []
    began = 0
    for number in range(rounds):
        with write_transaction() as session:
            session.execute(sa.update(InboxItem).values(read_at=None))
            session.execute(
                sa.update(Delivery).values(
                    state=DeliveryState.PENDING, token=None, lease_until=None, ended_at=None, next_attempt_at=NOW
                )
            )
        (claim,) = claimed(endpoint_id)
        frozen = write_digest(claim.delivery_id, now=NOW).frozen
        assert frozen is not None
        db.session.remove()
        gate, completed = threading.Barrier(2), threading.Event()

        def complete(gate: threading.Barrier = gate, completed: threading.Event = completed) -> None:
            with app.app_context():
                gate.wait()
                with write_transaction():
                    settle(SUBJECT, now=NOW)
                completed.set()
                db.session.remove()

        thread = threading.Thread(target=complete)
        thread.start()
        gate.wait()
        if random.random() < 0.5:
            completed.wait(0.004)
        was_complete = completed.is_set()
        with write_transaction():
            begun = claiming.begin(claim, frozen, now=NOW)
            # Who is complete before this commits came first: others have to wait for what begin has locked.
            was_complete = completed.wait(0.003) or was_complete
        thread.join()
        began += begun
        if was_complete and begun:
            faults.append(f"round {number}: begun after completion")
    return {"faults": faults, "races": rounds, "begun": began, "not_begun": rounds - began}
