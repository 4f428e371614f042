"""The only reader of letters."""

from tracker.letters.queries.composing import (
    gaps,
    head_posts,
    leaders_to_sign,
    promised_tasks,
    template_of,
    text_for,
    units_to_promise,
)
from tracker.letters.queries.letters import (
    Deviation,
    Line,
    Tally,
    batches_of,
    deviations,
    letters_of,
    lines_of,
    own_letters,
    people_to_sign,
    people_whose_turn,
    tallies,
    tasks_to_promise,
    visible_batch,
    visible_letter,
    waiting_for,
)
from tracker.letters.queries.parties import holders
from tracker.letters.queries.verifying import Fault, count_letters, faults

__all__ = [
    "Deviation",
    "Fault",
    "Line",
    "Tally",
    "batches_of",
    "count_letters",
    "deviations",
    "faults",
    "gaps",
    "head_posts",
    "holders",
    "leaders_to_sign",
    "letters_of",
    "lines_of",
    "own_letters",
    "people_to_sign",
    "people_whose_turn",
    "promised_tasks",
    "tallies",
    "tasks_to_promise",
    "template_of",
    "text_for",
    "units_to_promise",
    "visible_batch",
    "visible_letter",
    "waiting_for",
]
