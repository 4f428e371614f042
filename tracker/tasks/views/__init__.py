"""The pages of tasks; importing them hangs them on the blueprint."""

from tracker.tasks.views import (
    apportioned,
    batches,
    breakdown,
    bulk,
    confirm,
    consulting,
    deciding_acts,
    drafts,
    index,
    managing_acts,
    papers,
    reporting_acts,
    show,
    unit_acts,
)
from tracker.tasks.views.blueprint import bp

__all__ = [
    "apportioned",
    "batches",
    "bp",
    "breakdown",
    "bulk",
    "confirm",
    "consulting",
    "deciding_acts",
    "drafts",
    "index",
    "managing_acts",
    "papers",
    "reporting_acts",
    "show",
    "unit_acts",
]
