"""The one place that asks what time it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def machine_now() -> datetime:
    """What the machine's clock says, whatever tests and demonstrations say it is: for timers alone."""
    return datetime.now(UTC)


_source: Callable[[], datetime] = machine_now


def now() -> datetime:
    """The present instant, aware, in UTC. Only views, commands of the shell and ticks call this."""
    return _source()


def local_time(instant: datetime) -> datetime:
    """The time that clocks in China show at an instant; files and archives name it without a zone."""
    return instant.astimezone(LOCAL)


def local_date(instant: datetime) -> date:
    """The calendar day in China on which an instant falls; deadlines are days of this calendar."""
    return instant.astimezone(LOCAL).date()


def today() -> date:
    """The present day in China."""
    return local_date(now())


def set_source(source: Callable[[], datetime] | None) -> None:
    """Let tests and demonstrations say what time it is; None returns to the system's clock."""
    global _source
    _source = source or machine_now
