"""The only writer of oversight: units are urged, and asked at the review desk to explain or to make good."""

from tracker.oversight.commands.directing import direct
from tracker.oversight.commands.urging import MAX_SENTENCE, Urged, urge_many, urge_unit

__all__ = ["MAX_SENTENCE", "Urged", "direct", "urge_many", "urge_unit"]
