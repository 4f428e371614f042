"""The only writer of reminders, ladders and held runs."""

from tracker.reminders.commands.changing import change_ladder, check_rungs, restore_ladder
from tracker.reminders.commands.holding import confirm_clock, discard_held, hold_group, release_held, watch_clock
from tracker.reminders.commands.releasing import release_chunk, released_runs
from tracker.reminders.commands.stumbling import step_aside
from tracker.reminders.commands.writing import remind_chunk, remind_new_owners

__all__ = [
    "change_ladder",
    "check_rungs",
    "confirm_clock",
    "discard_held",
    "hold_group",
    "release_chunk",
    "release_held",
    "released_runs",
    "remind_chunk",
    "remind_new_owners",
    "restore_ladder",
    "step_aside",
    "watch_clock",
]
