"""What a head gives to confirm several drafts at once: the ticks, and the password once."""

from tracker.kernel.forms import AskedAgainForm


class ConfirmForm(AskedAgainForm):
    """Confirm ticked drafts."""
