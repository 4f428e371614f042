"""Where the pages of tasks hang."""

from flask import Blueprint

bp = Blueprint("tasks", "tracker.tasks")
