"""What is typed where a letter is sent back or taken back: why, and by whom it was decided."""

from tracker.kernel.forms import ActForm, AskedAgainForm, TextField
from tracker.kernel.text import _l
from tracker.letters.forms.letters import OnPaperForm


class ReasonForm(ActForm):
    """Why a letter is sent back or withdrawn."""

    remark = TextField(_l("理由"), required=True, limit=1000, rows=2)


class RevokeForm(ReasonForm, AskedAgainForm):
    """Why a letter in force is taken back, with the password of who takes it back."""


class RevokeOnPaperForm(ReasonForm, OnPaperForm):
    """Why a letter in force is taken back, as it was signed by hand, and the scan."""
