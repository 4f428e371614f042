"""The blueprint of oversight, and the way back to the task that an act was about."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts.rules import own_path
from tracker.tasks.models import Task

bp = Blueprint("oversight", "tracker.oversight")


def back_to(task: Task, target: str | None) -> ResponseReturnValue:
    """Back to where the reader came from, or to the task."""
    return redirect(own_path(target, default=url_for("tasks.show", task_id=task.id)))
