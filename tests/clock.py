"""The moment at which every test happens."""

from datetime import UTC, datetime, timedelta

from tracker.kernel import clock as kernel_clock

NOW = datetime(2026, 3, 18, 1, 30, tzinfo=UTC)
"""Wednesday 18 March 2026, 09:30 in Shanghai: an ordinary working day."""

TODAY = kernel_clock.local_date(NOW)


class Clock:
    """What `tracker.kernel.clock.now` answers during a test; it moves only when told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def set(self, now: datetime) -> None:
        """Go to a moment."""
        self.now = now

    def advance(self, by: timedelta) -> datetime:
        """Let time pass and say what time it is then."""
        self.now += by
        return self.now
