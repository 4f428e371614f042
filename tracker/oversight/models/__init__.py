"""Urges, the directions given at the review desk, and supervision notices."""

from tracker.oversight.models.directing import Direction
from tracker.oversight.models.supervision import SupervisionNotice
from tracker.oversight.models.urging import Urge

__all__ = ["Direction", "SupervisionNotice", "Urge"]
