"""What tests of jobs ask for: leases by the clock that stands still."""

import pytest

from tests.clock import Clock


@pytest.fixture(autouse=True)
def _one_clock(one_clock: Clock) -> None: ...
