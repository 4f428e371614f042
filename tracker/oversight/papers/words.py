"""What papers of oversight leave open for a hand."""

BLANK_DATE = "　　年　　月　　日"
"""Where a date is written by hand."""
BLANK_NUMBER = "　　"
"""Where the ordinal of a document number is written by hand."""


def sentence(text: str) -> str:
    """What somebody wrote, with one full stop at its end whatever they put there."""
    return text.strip().rstrip("。．.，,；;、") + "。"
