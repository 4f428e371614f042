"""What was urged and asked for, and whom to call; for the review desk, the task page and the desks."""

from tracker.oversight.queries.calling import Callee, Urgeable, callees_of, urgeable
from tracker.oversight.queries.flags import events_of, visible_flag
from tracker.oversight.queries.records import (
    RECENT,
    Record,
    latest_urges,
    records_of,
    task_to_oversee,
    tasks_to_oversee,
    urge_counts,
)

__all__ = [
    "RECENT",
    "Callee",
    "Record",
    "Urgeable",
    "callees_of",
    "events_of",
    "latest_urges",
    "records_of",
    "task_to_oversee",
    "tasks_to_oversee",
    "urge_counts",
    "urgeable",
    "visible_flag",
]
