"""Pages of responsibility letters."""

from tracker.letters.views import (
    batches,
    changing,
    checking,
    consulting,
    handing_over,
    papers,
    reading,
    reconciling,
    signing,
)
from tracker.letters.views.blueprint import bp

__all__ = [
    "batches",
    "bp",
    "changing",
    "checking",
    "consulting",
    "handing_over",
    "papers",
    "reading",
    "reconciling",
    "signing",
]
