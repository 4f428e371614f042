"""What tests of jobs ask for: a database whose clock is the one that stands still."""

import pytest

from tests.clock import Clock
from tracker.kernel import leases


@pytest.fixture(autouse=True)
def _database_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """One machine has one clock: the database's stands with it."""
    monkeypatch.setattr(leases, "database_now", lambda: clock.now)
