"""Pages of responsibility letters."""

from tracker.letters.views import (
    batches,
    cascading,
    changing,
    checking,
    consulting,
    handing_over,
    papers,
    piles,
    reading,
    reconciling,
    signing,
    urging,
    withdrawing,
)
from tracker.letters.views.blueprint import bp

__all__ = [
    "batches",
    "bp",
    "cascading",
    "changing",
    "checking",
    "consulting",
    "handing_over",
    "papers",
    "piles",
    "reading",
    "reconciling",
    "signing",
    "urging",
    "withdrawing",
]
