"""Named places between two steps that must not be parted by a crash; a test arms one, and the process dies there.

Nothing arms one in an installation: there is no setting and no variable for it, only a call in the process itself.
"""

import os

NAMES: dict[str, str] = {
    "deliver.begun": "the words are frozen and the delivery counts as being sent; nothing has left yet",
    "deliver.claimed": "deliveries are claimed and none is begun",
    "deliver.freed": "in the transaction that reaps: claims are freed, what was being sent is not yet uncertain",
    "deliver.marked": "what the other side answered stands in the delivery",
    "deliver.sent": "the other side has answered, and nothing says so yet",
    "digest.filled": "in the transaction that plans: digests and their messages are written",
    "digest.written": "in the transaction that plans: digests are written without their messages",
    "sweep.chunk.told": "a chunk's reminders are written, not yet inboxes or effects",
    "sweep.chunk.inboxes": "inboxes are written, not yet the rung's effect",
    "sweep.chunk.effects": "everything of a chunk is written and nothing committed",
    "sweep.chunk.committed": "a chunk is committed, the next has not begun",
    "sweep.group.crossed": "a group's crossings are committed, it has not been reminded",
    "sweep.release.active": "released reminders are active, not yet in inboxes",
    "sweep.release.told": "released reminders are in inboxes, and nothing committed",
    "tick.claimed": "the slot is this process's; nothing of the job is done",
    "tick.done": "the job is done to its end; its slot still says that it runs",
    "tick.step.committed": "a step of the job is written for good; the next is not begun",
    "tick.step.written": "a step of the job is written, not yet for good",
}
"""Every place by name, with what has and what has not happened there; a law test compares it with the code."""

_armed: set[str] = set()


def crashpoint(name: str) -> None:
    """Die here, as by kill -9, if a test armed this place."""
    if name in _armed:
        os._exit(9)


def arm(name: str) -> None:
    """Let this process die at a place; for tests alone."""
    assert name in NAMES, name
    _armed.add(name)
