"""Races between somebody who is done with a matter and the sender that is about to begin, on two connections."""

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.faults.altered import beside, wait_for_me
from tests.outbox.world import tell
from tests.tasks.stories import submitted
from tracker.delivery import claiming
from tracker.delivery.claiming import Claim
from tracker.delivery.models import Delivery, DeliveryItem
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rendering import write_digest
from tracker.delivery.rules import DeliveryState
from tracker.kernel.db import db, write_transaction
from tracker.outbox.commands import mark_all_read
from tracker.outbox.models import InboxItem
from tracker.tasks.commands import verify_completion
from tracker.tasks.models import Task, Verification
from tracker.tasks.rules import TaskState

SUBJECT = ("account", 7)
"""What a message is about that is completed meanwhile."""
HEAD_STARTS = (0.0, 0.005, 0.03, 30.0)
"""So many seconds the sender waits for whoever completes, at most; the last is until that is done."""

Act = Callable[[], object]


def claimed(endpoint_id: int, *, holder: str = "host:1", limit: int = 10) -> list[Claim]:
    """Claim what waits."""
    with write_transaction():
        return claiming.claim(endpoint_id, holder=holder, limit=limit, now=NOW)


def ways_to_complete(cast: Cast) -> Sequence[Act]:
    """A digest waits that says one thing, of a task that was handed in; the acts that leave it nothing to say."""
    task_id = submitted(cast).id
    with write_transaction() as session:
        session.execute(sa.update(InboxItem).values(read_at=NOW))
    tell(cast, subject=("task", task_id))
    plan_deliveries(NOW)
    supervisor, reader = cast.actor("supervisor"), cast.actor("finance_head")

    def verify() -> None:
        with write_transaction() as session:
            task = session.get_one(Task, task_id)
            verify_completion(task, version=task.version, by=supervisor, now=NOW)

    def read() -> None:
        with write_transaction():
            mark_all_read(by=reader, now=NOW)

    return verify, read


def _as_before() -> None:
    """The task is handed in and no more, its message unread, its digest waits."""
    with write_transaction() as session:
        session.execute(sa.delete(Verification))
        session.execute(sa.update(Task).values(state=TaskState.SUBMITTED, completed_at=None))
        in_digest = sa.select(DeliveryItem.item_id)
        session.execute(sa.delete(InboxItem).where(InboxItem.kind == "task.completed", InboxItem.id.not_in(in_digest)))
        session.execute(sa.update(InboxItem).where(InboxItem.id.in_(in_digest)).values(read_at=None))
        waits = {"state": DeliveryState.PENDING, "token": None, "lease_until": None, "ended_at": None}
        session.execute(sa.update(Delivery).values(**waits, next_attempt_at=NOW))


def race(app: Flask, endpoint_id: int, acts: Sequence[Act], *, rounds: int) -> dict[str, Any]:
    """Let the one digest of an endpoint begin, and what it says be completed by each act in turn, again and again."""
    faults: list[str] = []
    began = [0] * len(acts)
    for number in range(rounds):
        _as_before()
        (claim,) = claimed(endpoint_id)
        frozen = write_digest(claim.delivery_id, now=NOW).frozen
        assert frozen is not None
        db.session.remove()
        gate, completed, which = threading.Barrier(2), threading.Event(), number % len(acts)

        def complete(
            gate: threading.Barrier = gate, completed: threading.Event = completed, which: int = which
        ) -> None:
            gate.wait(30)
            acts[which]()
            completed.set()

        thread = beside(app, complete)
        gate.wait(30)
        completed.wait(HEAD_STARTS[number // len(acts) % len(HEAD_STARTS)] * random.uniform(0.5, 1))
        with write_transaction():
            was_complete = completed.is_set()
            begun = claiming.begin(claim, frozen)
            # Who is complete before this commits came first: others have to wait for what begin has locked.
            was_complete = _is_complete(completed, thread) or was_complete
        thread.join(30)
        began[which] += begun
        if not completed.is_set():
            faults.append(f"round {number}: not completed")
        elif was_complete and begun:
            faults.append(f"round {number}: begun after completion")
    return {"faults": faults, "races": rounds, "begun": sum(began), "not_begun": rounds - sum(began)}


def _is_complete(completed: threading.Event, thread: threading.Thread) -> bool:
    """Whether the other has completed; on PostgreSQL when that is so, or when it waits for this transaction."""
    if db.engine.dialect.name == "sqlite":
        return completed.wait(0.003)
    wait_for_me(lambda: thread.is_alive() and not completed.is_set())
    return completed.is_set()
