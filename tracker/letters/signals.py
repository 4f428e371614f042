"""News of letters for the features above: a named signal, answered in the same transaction."""

from blinker import Signal

letter_went_on = Signal("A letter was signed by all, withdrawn, or otherwise waits for nobody any more.")
"""Sent with the letter and `now`."""
