"""Urges, and the directions given at the review desk."""

from tracker.oversight.models.directing import Direction
from tracker.oversight.models.urging import Urge

__all__ = ["Direction", "Urge"]
