"""What papers of oversight leave open for a hand."""

BLANK_DATE = "　　年　　月　　日"
"""Where a date is written by hand."""
BLANK_NUMBER = "　　"
"""Where the ordinal of a document number is written by hand."""
