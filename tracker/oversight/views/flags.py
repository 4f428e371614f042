"""The page of a flag: what was seen, what was said, what was decided, and the acts that are the reader's."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.documents.pdf import pdf_available
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.errors import Stale
from tracker.oversight import policy, queries
from tracker.oversight.models import Flag
from tracker.oversight.queries import Matters
from tracker.oversight.rules import FLAG_MOVES, LABELS, THRESHOLD_WORDS, FlagRule, FlagState
from tracker.oversight.views.blueprint import bp
from tracker.oversight.views.decision_papers import NAMES, papers_for
from tracker.oversight.views.flag_acting import FlagAct
from tracker.oversight.views.flag_acts import FLAG_ACTS
from tracker.tasks.policy import OVERSEERS
from tracker.tasks.rules import LABELS as TASK_LABELS
from tracker.tasks.rules import Light


@bp.get("/flags/<int:flag_id>")
def flag(flag_id: int) -> ResponseReturnValue:
    """A flag: what the rule saw, as it stood, and everything that happened since."""
    actor = current_actor()
    found = queries.visible_flag(actor, flag_id)
    evidence, matters = found.evidence, queries.matters_of(actor, found)
    light, oversees = Light(evidence["light"]), bool(actor.roles_in(found.group_id) & OVERSEERS)
    return render_template(
        "oversight/flag.html",
        flag=found,
        evidence=evidence,
        light={"code": light.value, "word": TASK_LABELS[light]},
        threshold=str(THRESHOLD_WORDS[FlagRule(found.rule)]) % {"threshold": evidence["threshold"]},
        events=queries.events_of(found),
        matters=matters,
        choices=choices(actor, found, matters),
        suggested=policy.sees_suggestion(actor, found, answered=matters.proposal is not None),
        earlier=queries.earlier_flags(actor, found),
        papers=papers_for(matters.decision, matters.review) if oversees else [],
        oversees=oversees,
        paper_names=NAMES,
        pdf=pdf_available(),
        labels=LABELS,
        may_be_decided=queries.period_over(found, today=clock.today()),
        explains=found.state is FlagState.AWAITING and bool(policy.may_state(actor, found)),
    )


def choices(actor: Actor, found: Flag, matters: Matters) -> list[dict[str, Any]]:
    """The acts that are somebody's on a flag as it stands; greyed with the sentence where the time has not come."""
    things: dict[str, Any] = {
        "flag_id": found,
        "statement_id": matters.draft,
        "proposal_id": matters.proposal,
        "review_id": matters.review,
    }
    offered = []
    for act in FLAG_ACTS:
        argument = act.rule.partition("<int:")[2].partition(">")[0]
        thing = things[argument]
        if thing is None or found.state not in FLAG_MOVES[act.move][0] or not _is_theirs(act, actor, thing):
            continue
        offered.append(_choice(act, thing, argument, actor))
    return offered


def _is_theirs(act: FlagAct, actor: Actor, thing: Any) -> bool:
    found: Flag = thing if isinstance(thing, Flag) else thing.flag
    return act.on_paper(actor, found) or bool(act.verdict(actor, thing, clock.today()))


def _choice(act: FlagAct, thing: Any, argument: str, actor: Actor) -> dict[str, Any]:
    why: object = ""
    try:
        act.possible(thing, now=clock.now())
    except Stale as refusal:
        why = refusal.message
    return {
        "name": act.name,
        "label": act.titled(actor, thing),
        "url": url_for(f".{act.name}", **{argument: thing.id}),
        # To enter what others said waits on paper that may never come; what is one's own stands out.
        "kind": "plain" if act.only_enters(actor, thing) else act.kind,
        "icon": act.icon,
        "disabled": bool(why),
        "why": why,
    }
