"""News of tasks for the features above: a named signal, answered in the same transaction."""

from blinker import Signal

task_went_on = Signal("A task was completed or cancelled, a part or milestone of it was done, or its due date moved.")
"""Sent with the task and `now`; what was being said about the task as it stood before no longer holds."""
