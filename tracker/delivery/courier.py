"""What a worker does for deliveries: reap, plan, and send what is due, with the network outside any transaction."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from tracker.delivery import claiming, endpoints, notices, unsent
from tracker.delivery.blame import judged
from tracker.delivery.claiming import Claim
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rendering import Written, write_digest
from tracker.delivery.rules import EndpointKind, Outcome
from tracker.delivery.senders import Answer, NoLine, Sender, Way, open_line
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import db, write_transaction
from tracker.kernel.installation import deliveries_held, settings
from tracker.kernel.logs import log
from tracker.kernel.registry import registry
from tracker.kernel.sessions import AWAY

PLAN_EVERY = timedelta(seconds=20)
BATCH = 20
OF_A_ROBOT = 5
MOVED_ON = timedelta(seconds=5)
"""So long a digest waits whose messages changed while it was being written."""
AGAIN_SECONDS = 1.0
"""After so long an answer is written down again that the database was not there for."""


def way_out() -> Way:
    """How this installation may go out."""
    own = settings()
    return Way(own.outbound, own.outbound_ca, time.monotonic, urlsplit(own.base_url).hostname or "localhost")


@dataclass(slots=True)
class Courier:
    """One worker's deliveries. now is asked before each step, for sending takes time."""

    holder: str
    now: Callable[[], datetime]
    stopping: Callable[[], bool] = bool
    wait: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random
    _planned_at: datetime | None = field(default=None)
    _right_at: datetime | None = field(default=None)
    """When the clock was last found to be right."""

    def work(self) -> bool:
        """Do what is due; whether there may be more of it at once.

        Nothing at all while deliveries are held, or while the clock is in doubt: what is due and what is early nobody
        knows then. The scheduler may not have seen yet that a clock jumped, so each round looks itself.
        """
        moment = self.now()
        if deliveries_held() or not self._knows_the_time(moment):
            return False
        with write_transaction():
            reaped = claiming.reap(now=moment)
            unsent.call_off_left_behind(now=moment)
        if reaped.freed or reaped.uncertain:
            log.warning("deliveries reaped", freed=reaped.freed, uncertain=list(reaped.uncertain))
        if self._planned_at is None or abs(moment - self._planned_at) >= PLAN_EVERY:
            plan_deliveries(moment)
            self._planned_at = moment
        if not working_days().is_working(local_date(moment)):
            return False
        found = endpoints.open_endpoints(now=moment)
        db.session.rollback()
        return any([self._batch(endpoint) for endpoint in found])  # noqa: C419 - all of them, whatever the first had

    def _knows_the_time(self, moment: datetime) -> bool:
        if not registry.clock_doubted(moment, self._right_at):
            self._right_at = moment
            return True
        if self._right_at is not None:
            log.warning("deliveries", state="held, for the clock cannot be right")
            self._right_at = None
        return False

    def _batch(self, endpoint: ChannelEndpoint) -> bool:
        """Send some of what waits for an endpoint; whether there may be more that could go at once.

        Without a turn there is not: to claim, and find that out afterwards, would be all that a worker does until
        there is one.
        """
        if self.stopping() or not claiming.has_turn(endpoint, now=self.now()):
            return False
        limit = BATCH if endpoint.kind is EndpointKind.MAIL else OF_A_ROBOT
        with write_transaction():
            claims = claiming.claim(endpoint.id, holder=self.holder, limit=limit, now=self.now())
        crashpoint("deliver.claimed")
        left: Sequence[Claim] = claims
        try:
            left = self._hand_over(endpoint, claims)
        except AWAY:
            raise
        except Exception:  # noqa: BLE001 - one broken endpoint steps aside; log and administrator hear of it
            log.exception("endpoint", endpoint_id=endpoint.id)
            db.session.rollback()
            self._endpoint_failed(endpoint, Answer(Outcome.TEMPORARY, "fault", of_endpoint=True))
        if left:
            with write_transaction():
                claiming.release(left)
        return len(claims) == limit and not left

    def _hand_over(self, endpoint: ChannelEndpoint, claims: Sequence[Claim]) -> Sequence[Claim]:
        """Send one after the other; returns those that were not come to."""
        left = list(claims)
        with ExitStack() as lines:
            line: Sender | None = None
            while left and not self.stopping():
                written = self._written(left[0])
                if written.frozen is None:
                    self._nothing(left.pop(0), written)
                    continue
                try:
                    line = line or lines.enter_context(self._line(endpoint))
                except NoLine as none:
                    self._endpoint_failed(endpoint, none.answer)
                    break
                if not self._one(endpoint, left.pop(0), written, line):
                    break
        return left

    def _line(self, endpoint: ChannelEndpoint) -> AbstractContextManager[Sender]:
        return open_line(endpoints.readable(endpoint), way=way_out(), seconds=int(self.now().timestamp()))

    def _written(self, claim: Claim, *, again: bool = True) -> Written:
        """What a delivery says; a fault in one row of it must not keep the others waiting.

        What is gone at the second try was not the row's fault, but that of a line which broke off.
        """
        try:
            return write_digest(claim.delivery_id, now=self.now())
        except AWAY:
            raise
        except Exception:  # noqa: BLE001 - one poisoned row steps aside for an hour; log and administrator hear of it
            log.exception("delivery", delivery_id=claim.delivery_id)
            db.session.rollback()
            if again:
                return self._written(claim, again=False)
            with write_transaction():
                notices.delivery_stumbled(claim.delivery_id, now=self.now())
            return Written(None, not_before=self.now() + timedelta(hours=1))
        finally:
            db.session.rollback()

    def _nothing(self, claim: Claim, written: Written) -> None:
        with write_transaction():
            if written.not_before is None:
                unsent.drop(claim, free=not written.reachable, now=self.now())
            else:
                claiming.release([claim], next_attempt_at=written.not_before)

    def _one(self, endpoint: ChannelEndpoint, claim: Claim, written: Written, line: Sender) -> bool:
        """Begin, send and mark one delivery; False where the endpoint is to be left alone."""
        assert written.frozen is not None
        assert written.letter is not None
        with write_transaction():
            if not endpoints.is_as_read(endpoint):
                # The line leads where it led before; the next turn goes by what stands there now.
                claiming.release([claim])
                return False
            free_at = claiming.take_turn(endpoint, now=self.now())
            began_at = self.now()
            begun = free_at is None and claiming.begin(claim, written.frozen)
            if not begun:
                later = self.now() + MOVED_ON if free_at is None else free_at
                claiming.release([claim], next_attempt_at=later)
        if not begun:
            return free_at is None
        crashpoint("deliver.begun")
        try:
            answer = line.send(written.letter)
        except Exception:  # noqa: BLE001 - what a fault of our own left on the other side nobody knows
            log.exception("delivery", delivery_id=claim.delivery_id)
            answer = Answer(Outcome.UNKNOWN, "fault")
        crashpoint("deliver.sent")
        self._insist(partial(self._mark, endpoint, claim, answer), until=began_at + claiming.LEASE)
        crashpoint("deliver.marked")
        return not answer.of_endpoint

    def _insist(self, mark: Callable[[], None], *, until: datetime) -> None:
        """Write down what nobody else knows; where the database is away, again and again while the lease lasts."""
        while True:
            try:
                return mark()
            except AWAY:
                if self.stopping() or self.now() >= until:
                    raise
                log.warning("delivery", state="the database is away; its answer is written down later")
                self.wait(AGAIN_SECONDS)

    def _mark(self, endpoint: ChannelEndpoint, claim: Claim, answer: Answer) -> None:
        moment = self.now()
        with write_transaction() as session:
            answer, wait = judged(answer, claim.delivery_id, endpoint.id, chance=self.chance())
            again, fault = (None, False) if wait is None else (moment + wait, answer.of_endpoint)
            marked = claiming.mark(
                claim, answer.outcome, answer.code, now=moment, next_attempt_at=again, of_endpoint=fault
            )
            if answer.outcome is Outcome.DELIVERED:
                endpoints.note_success(endpoint.id)
            if marked and answer.outcome is Outcome.UNKNOWN:
                claiming.resend_grave([claim.delivery_id], now=moment + timedelta(minutes=1))
            if marked and answer.outcome is Outcome.PERMANENT:
                refused = session.get_one(Delivery, claim.delivery_id, populate_existing=True)
                notices.delivery_refused(refused, now=moment)
        self._log(claim, answer, marked=marked)
        if answer.of_endpoint:
            self._endpoint_failed(endpoint, answer)

    def _log(self, claim: Claim, answer: Answer, *, marked: bool) -> None:
        log.info("delivery", delivery_id=claim.delivery_id, outcome=answer.outcome, code=answer.code, marked=marked)

    def _endpoint_failed(self, endpoint: ChannelEndpoint, answer: Answer) -> None:
        with write_transaction():
            if not endpoints.is_as_read(endpoint):
                # Who mended it meanwhile is not told of what it was like before.
                return
            endpoints.note_failure(endpoint.id, answer, now=self.now())
        log.warning("endpoint", endpoint_id=endpoint.id, code=answer.code)
