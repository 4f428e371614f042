"""Whatever happens to tasks, people, clock and processes, ladder and delivery keep their laws."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.engines import Database
from tests.faults import machine
from tests.faults.machine import LadderAndPost, assert_laws_hold
from tracker.delivery import claiming, commands, rendering
from tracker.kernel.installation import release_deliveries
from tracker.kernel.registry import registry
from tracker.reminders import ticks
from tracker.reminders.jobs import all_jobs
from tracker.reminders.queries.held import open_doubt
from tracker.upkeep.backup.restoring import AFTERWARDS


def _deaths(database: Database, *, lives: int) -> int:
    """How often somebody died in so many short lives; without that they prove nothing."""
    deaths = Counter[str]()
    assert_laws_hold(database, lives=lives, steps=10, deaths=deaths)
    return deaths.total()


@pytest.mark.sqlite
def test_whatever_happens_ladder_and_delivery_keep_their_laws(database: Database) -> None:
    assert _deaths(database, lives=2) >= 2


@pytest.mark.postgres
def test_their_laws_hold_on_the_other_engine_too(database: Database) -> None:
    assert _deaths(database, lives=1) >= 1


def test_a_law_that_does_not_hold_says_how_the_same_lives_are_lived_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = list[int]()

    class Broken(RuleBasedStateMachine):
        @rule(number=st.integers(0, 10**6))
        def draw(self, number: int) -> None:
            drawn.append(number)
            assert number < 10**5, "a law that does not hold"

    monkeypatch.delenv("ZEREN_REQUIRE_ALL", raising=False)

    def lived(seed: str) -> tuple[list[int], str]:
        drawn.clear()
        monkeypatch.setenv("FAULT_SEED", seed)
        with pytest.raises(AssertionError, match="does not hold") as broken:
            assert_laws_hold(cast(Database, None), lives=100, steps=5, deaths=Counter())
        return list(drawn), next(note for note in broken.value.__notes__ if "FAULT_SEED" in note)

    monkeypatch.setattr(machine, "LadderAndPost", Broken)
    first, note = lived("")
    said = note.partition("=")[2].split()[0]
    assert lived(said) == (first, note)
    assert lived("")[0] != first


@contextmanager
def _a_life(database: Database) -> Iterator[LadderAndPost]:
    """One on whose next morning there is something to tell."""
    lived = type("Lived", (LadderAndPost,), {"database": database, "deaths": Counter()})()
    try:
        lived.bring_in_late(2, 2)
        yield lived
    finally:
        lived.rest.close()


@pytest.mark.sqlite
@pytest.mark.parametrize("place", ["deliver.sent", "sweep.chunk.inboxes", "sweep.release.told", "tick.step.written"])
def test_whoever_is_to_die_at_a_place_comes_there(database: Database, place: str) -> None:
    with _a_life(database) as lived:
        lived.die(place, 0)
        assert lived.deaths == {place: 1}


@pytest.mark.parametrize(("days", "released"), [(-1, False), (400, True)])
def test_by_a_clock_that_jumped_nothing_leaves(database: Database, days: int, released: bool) -> None:
    with _a_life(database) as lived:
        before = sum(lived.carried.values())
        lived.go_by_a_wrong_clock(days, 0, released)
        assert sum(lived.carried.values()) > before


@pytest.mark.sqlite
def test_a_worker_that_does_not_look_itself_goes_on_by_a_wrong_clock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "clock_doubted", lambda *_when: open_doubt() is not None)
    with _a_life(database) as lived, pytest.raises(AssertionError, match="something was told, sent"):
        lived.go_by_a_wrong_clock(400, 0, False)


@pytest.mark.sqlite
def test_jobs_that_do_not_wait_go_on_by_a_wrong_clock(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with _a_life(database) as lived:
        # The sweep that waits is not what is tried here.
        loose = tuple(replace(job, in_doubt=job.name != "sweep") for job in all_jobs())
        monkeypatch.setattr(ticks, "all_jobs", lambda: loose)
        with pytest.raises(AssertionError, match="by a clock in doubt"):
            lived.go_by_a_wrong_clock(400, 0, True)


def test_what_left_before_a_backup_was_brought_back_does_not_leave_again(database: Database) -> None:
    with _a_life(database) as lived:
        before = sum(lived.carried.values())
        lived.restore(0, "ok", told=True, ticking=True)
        assert sum(lived.carried.values()) > before


def test_what_a_backup_does_not_know_leaves_again_with_a_word_of_it(database: Database) -> None:
    with _a_life(database) as lived:
        lived.restore(0, "ok", told=False, ticking=False)
        assert max(lived.carried.values()) == 2


def test_without_the_hold_it_leaves_again_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    loose = {table: text for table, text in AFTERWARDS.items() if table not in {"hold", "delivery"}}
    monkeypatch.setattr(machine, "AFTERWARDS", loose)
    with _a_life(database) as lived, pytest.raises(AssertionError, match="before it was released"):
        lived.restore(0, "ok", told=True, ticking=True)


def test_released_without_a_doubt_it_leaves_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "release_held", lambda *, now, **_who: release_deliveries(now=now))
    with _a_life(database) as lived, pytest.raises(AssertionError, match="and again after it"):
        lived.restore(0, "ok", told=True, ticking=True)


def test_without_the_word_it_leaves_as_if_for_the_first_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "released_at", lambda: None)
    with _a_life(database) as lived, pytest.raises(AssertionError, match="without a word"):
        lived.restore(0, "ok", told=False, ticking=False)


def _leave_in_doubt(lived: LadderAndPost) -> int:
    """What goes out on a morning, grave or not, arrives and nobody hears so; how often one mail arrived at most."""
    lived.change_date(0, 1)
    lived.post.mode = "taken, and no answer"
    for later in (0, 1, 1):
        lived.go_on(later)
        lived.live()
    return max(lived.post.received.values())


def test_what_is_grave_goes_out_once_more_and_says_so(database: Database) -> None:
    with _a_life(database) as lived:
        assert _leave_in_doubt(lived) == 2


def test_without_the_word_what_goes_out_once_more_is_seen(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_repeated", lambda *_what: "")
    with _a_life(database) as lived, pytest.raises(AssertionError, match="grave True, says so False"):
        _leave_in_doubt(lived)


def test_what_is_not_grave_and_goes_out_once_more_is_seen(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "GRAVE", 0)
    with _a_life(database) as lived, pytest.raises(AssertionError, match="grave False, says so True"):
        _leave_in_doubt(lived)
