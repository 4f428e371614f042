"""How reminders read."""

from tracker.kernel.registry import Message
from tracker.kernel.text import _l

MESSAGES = {
    "reminder.near": Message(_l("临期提醒：%(title)s（%(unit)s），时限 %(due_on)s"), "tasks.show", "task_id", "clock"),
    "reminder.late": Message(
        _l("逾期提醒：%(title)s（%(unit)s），时限 %(due_on)s"), "tasks.show", "task_id", "alert-circle"
    ),
}
