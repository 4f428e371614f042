"""Which of several schedulers works: whoever leads. The others stand by, and take over where it falls silent."""

import time

from tracker.kernel import leases
from tracker.kernel.errors import Stale
from tracker.kernel.installation import settings
from tracker.kernel.leases import Term, acquire, lease_of, release, renew
from tracker.kernel.logs import log
from tracker.kernel.processes import is_dead
from tracker.kernel.text import _l

LEASE = "scheduler"


class Leadership:
    """Whether this process leads, kept by a thread beside its work.

    What it knows may be out of date by a moment; therefore every step of the work looks again, where it is written.
    """

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self._term: Term | None = None
        self._renewed_at = 0.0

    def begin(self) -> None:
        """Try to lead, at the start of the process.

        Raises:
            Stale: on SQLite, where another scheduler is alive.
        """
        self.keep()
        if self._term is None and settings().is_sqlite:
            lease = lease_of(LEASE)
            holder = lease.holder if lease is not None else ""
            raise Stale(
                _l("SQLite 上只能运行一个定时进程，%(holder)s 正在运行；需要多个请改用 PostgreSQL。", holder=holder)
            )

    def current(self) -> Term | None:
        """The term in which this process leads; None while it stands by, or could not renew in time."""
        fresh = time.monotonic() - self._renewed_at < leases.TTL.total_seconds()
        return self._term if fresh else None

    def keep(self) -> None:
        """Go on leading; or take the lead, where nobody has it or its holder is known to be dead."""
        began, term = time.monotonic(), self._term
        if term is not None:
            if renew(term):
                self._renewed_at = began
                return
            self._term = None
            log.warning("scheduler", state="another leads", holder=self.holder, epoch=term.epoch)
        lease = lease_of(LEASE)
        dead = lease if lease is not None and is_dead(lease.holder) else None
        self._term, self._renewed_at = acquire(LEASE, self.holder, succeeding=dead), began
        if self._term is not None:
            log.info("scheduler", state="leads", holder=self.holder, epoch=self._term.epoch)

    def lay_down(self) -> None:
        """Stop leading, so that a standby need not wait."""
        term, self._term = self._term, None
        if term is not None:
            release(term)
