"""Whatever happens to tasks, people, clock and processes, ladder and delivery keep their laws."""

import pytest

from tests.engines import Database
from tests.faults.machine import assert_laws_hold


@pytest.mark.sqlite
def test_whatever_happens_ladder_and_delivery_keep_their_laws(database: Database) -> None:
    assert_laws_hold(database, lives=4, steps=10)


@pytest.mark.postgres
def test_their_laws_hold_on_the_other_engine_too(database: Database) -> None:
    assert_laws_hold(database, lives=2, steps=10)
