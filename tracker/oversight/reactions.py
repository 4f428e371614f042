"""What oversight does when a task or a letter goes on: drafts of notices about it fall away at once."""

from datetime import datetime

from tracker.letters.models import Letter
from tracker.oversight.commands import discard_overtaken
from tracker.tasks.models import Task


def task_went_on(task: Task, *, now: datetime) -> None:
    """A task was completed, cancelled or given a new date."""
    discard_overtaken(task, now=now)


def letter_went_on(letter: Letter, *, now: datetime) -> None:
    """A letter waits for nobody's signature any more."""
    discard_overtaken(letter, now=now)
