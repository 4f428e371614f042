"""What is typed, or tapped, when a unit is urged or a reviewer asks something of it; rules stand in commands."""

from tracker.oversight.forms.directing import DirectForm
from tracker.oversight.forms.tapping import in_chinese
from tracker.oversight.forms.urging import UrgeForm, UrgeManyForm

__all__ = ["DirectForm", "UrgeForm", "UrgeManyForm", "in_chinese"]
