"""Recompute the record of acts from end to end, and name what is not as it was written."""

from tracker.audit.verification.anchors import Anchor, read_anchors
from tracker.audit.verification.faults import Fault, Finding
from tracker.audit.verification.walk import Verification

__all__ = ["Anchor", "Fault", "Finding", "Verification", "read_anchors"]
