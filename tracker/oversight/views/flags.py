"""The page of a flag."""

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.kernel.actor import current_actor
from tracker.oversight import queries
from tracker.oversight.rules import LABELS, THRESHOLD_WORDS, FlagRule
from tracker.oversight.views.blueprint import bp
from tracker.tasks.rules import LABELS as TASK_LABELS
from tracker.tasks.rules import Light


@bp.get("/flags/<int:flag_id>")
def flag(flag_id: int) -> ResponseReturnValue:
    """A flag: what the rule saw, as it stood, and everything that happened since."""
    found = queries.visible_flag(current_actor(), flag_id)
    evidence = found.evidence
    light = Light(evidence["light"])
    return render_template(
        "oversight/flag.html",
        flag=found,
        evidence=evidence,
        light={"code": light.value, "word": TASK_LABELS[light]},
        threshold=str(THRESHOLD_WORDS[FlagRule(found.rule)]) % {"threshold": evidence["threshold"]},
        events=queries.events_of(found),
        labels=LABELS,
    )
