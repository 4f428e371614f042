"""Signed papers about flags on their way from a form to a command, and files on their way to a reader."""

from flask.typing import ResponseReturnValue

from tracker.audit.sending import Holder, send_kept
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.errors import NotVisible
from tracker.kernel.text import _
from tracker.oversight import queries
from tracker.oversight.models import Flag
from tracker.oversight.views.blueprint import bp


def _holder(flag: Flag) -> Holder:
    return Holder("flag", flag.id, flag.group_id)


@bp.get("/flags/files/<int:statement_file_id>")
def statement_file(statement_file_id: int) -> ResponseReturnValue:
    """A file that goes with a unit's statement, for whoever sees the flag."""
    actor = current_actor()
    found = queries.visible_statement_file(actor, statement_file_id)
    return send_kept(found.sha256, found.name, holder=_holder(found.statement.flag), actor=actor, now=clock.now())


@bp.get("/flags/decided/<int:decided_id>/<sha256>")
def flag_paper(decided_id: int, sha256: str) -> ResponseReturnValue:
    """The scan of a paper on which a leader decided about a flag, turned a proposal down or withdrew the flag."""
    actor = current_actor()
    flag = queries.visible_flag(actor, decided_id)
    decided = {row.scan for row in (queries.decision_of(flag), queries.review_of(flag)) if row is not None}
    if sha256 not in decided | {event.details.get("paper") for event in queries.events_of(flag)}:
        raise NotVisible
    return send_kept(sha256, str(_("签批件")), holder=_holder(flag), actor=actor, now=clock.now())
