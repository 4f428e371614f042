"""What is measured is what the product does, and the bench still runs."""

import pytest

from bench.databases import fresh_databases
from bench.sweep import _measure


def test_the_control_of_the_sweep_writes_the_rows_that_the_sweep_writes(capsys: pytest.CaptureFixture[str]) -> None:
    with fresh_databases("sqlite") as address:
        swept, _writes = _measure(address, 300, writes=False)
    assert swept.counts["reminders"] == 60
    assert "sweep of 300: " in capsys.readouterr().out
