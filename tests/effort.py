"""How much of the processor a piece of work asks for, whether the machine is slow or busy or neither."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

YARDSTICK = 0.03
"""Seconds of the processor that the yardstick takes on the machine for which bounds are written."""

_WORDS = "牵头单位：区财政局；2026年4月17日前完成。" * 40


@contextmanager
def takes_at_most(seconds: float) -> Iterator[None]:
    """What is done inside takes no more of the processor than this on the machine for which bounds are written.

    One that is three times slower is given three times as much. Waiting counts for nothing, so that whoever else works
    on the machine makes no bound too narrow; what must not wait is to be bounded otherwise.
    """
    before = slowness()
    began = time.process_time()
    yield
    took = time.process_time() - began
    times = max(1.0, before, slowness())
    assert took <= seconds * times, f"took {took:.2f} s of the processor, on a machine slower by {times:.1f}"


def slowness() -> float:
    """How many times longer than usual the same piece of work takes here and now."""
    began = time.process_time()
    for number in range(1500):
        _piece(number)
    return (time.process_time() - began) / YARDSTICK


def _piece(number: int) -> int:
    """Something of everything: calls, numbers, texts, patterns and tables."""
    found = {match.start(): match.group() for match in re.finditer(r"\d+|[区局]", _WORDS[: 200 + number % 100])}
    return sum(len(text) * start for start, text in found.items()) + len("".join(sorted(found.values())))
