"""Who may see a thing, by its kind: asked before anything about it leaves the house."""

from collections.abc import Callable, Mapping

from tracker.delivery import queries as delivery
from tracker.kernel.actor import Actor
from tracker.letters import queries as letters
from tracker.organisation import queries as organisation
from tracker.oversight import queries as oversight
from tracker.tasks import queries as tasks

READERS: Mapping[str, Callable[[Actor, int], object]] = {
    "task": tasks.visible_task,
    "batch": tasks.visible_batch,
    "consulted_unit": tasks.visible_consulted_unit,
    "letter": letters.visible_letter,
    "letter_batch": letters.visible_batch,
    "letter_asked": letters.visible_asked,
    "seat_change": organisation.seat_change,
    "flag": oversight.visible_flag,
    "notice": oversight.visible_notice,
    "endpoint": delivery.visible_endpoint,
}
"""By kind of subject: loads one for a reader, and raises NotVisible where it is not theirs to see on that day."""
