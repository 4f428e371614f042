"""Who may urge whom, and who reviews what is overdue."""

from tracker.oversight.policy.reviewing import REVIEWERS, may_direct, may_direct_now, may_review
from tracker.oversight.policy.urging import may_urge, may_urge_many

__all__ = ["REVIEWERS", "may_direct", "may_direct_now", "may_review", "may_urge", "may_urge_many"]
