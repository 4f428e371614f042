"""Flags as far as each of their pages wants them."""

from tests.cast import NOW, Cast
from tests.oversight import flag_stories as flags
from tests.tasks.stories import act
from tracker.oversight import commands
from tracker.oversight.queries import open_proposal, review_of
from tracker.oversight.rules import DecisionKind

TITLE = "将城乡义务教育补助经费足额拨付到校，并公开拨付时间、金额和到账情况"

FLAG_FOR = {
    "oversight.ask_review": "decided",
    "oversight.close_flag": "no action",
    "oversight.decide_flag": "proposed",
    "oversight.flag": "reviewing",
    "oversight.give_statement": "drafted",
    "oversight.propose_decision": "stated",
    "oversight.review_flag": "reviewing",
    "oversight.turn_down": "proposed",
}
"""Pages that want a flag in another state than waiting for its unit's statement."""

TICKED_FLAGS = {"oversight.decide_many": "proposed", "oversight.propose_many": "stated"}
"""Pages about the flags that were ticked on the list before."""


def raise_flags(cast: Cast) -> dict[str, dict[str, int | str]]:
    """Flags by how far they have come, each with the ids of what hangs on it, as addresses name them."""
    stated, proposed = flags.ready(cast, title=TITLE), flags.ready(cast, title=TITLE)
    flags.proposed(cast, proposed, now=NOW)
    drafted = flags.flagged(cast, title=TITLE)
    liaison, head = cast.actor("finance_liaison"), cast.actor("finance_head")
    draft = act(commands.state_case, drafted, text="资金已申请，待上级下达后三日内拨付。", by=liaison)
    reviewing = flags.decided(cast, DecisionKind.INTERVIEW, title=TITLE)
    act(commands.ask_review, reviewing, grounds="凭证已于期限前交办公室，收件登记可以查证。", by=head)
    review = review_of(flags.fresh(reviewing))
    proposal = open_proposal(flags.fresh(proposed))
    assert review is not None and proposal is not None
    return {
        "awaiting": {"flag_id": flags.flagged(cast, title=TITLE).id},
        "drafted": {"flag_id": drafted.id, "statement_id": draft.id},
        "stated": {"flag_id": stated.id},
        "proposed": {"flag_id": proposed.id, "proposal_id": proposal.id},
        "decided": {"flag_id": flags.decided(cast, DecisionKind.INTERVIEW).id},
        "no action": {"flag_id": flags.decided(cast, DecisionKind.NO_ACTION).id},
        "reviewing": {"flag_id": reviewing.id, "review_id": review.id},
    }
