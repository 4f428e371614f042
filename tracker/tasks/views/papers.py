"""Signed papers on their way from a form to a command."""

from datetime import datetime

from tracker.accounts.identity import actor_of_person
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid
from tracker.kernel.forms import PaperForm
from tracker.kernel.text import _l
from tracker.kernel.uploads import chosen, kept
from tracker.kernel.verdict import require
from tracker.tasks import policy
from tracker.tasks.commands import PaperRoad


def paper_of(form: PaperForm, group_id: int, *, by: Actor, now: datetime) -> PaperRoad | None:
    """The paper on which somebody decided by hand, if the form says so; only the office enters such papers."""
    if not form.paper.data:
        return None
    require(policy.may_manage(by, group_id))
    if not form.signatory.row_id:
        raise Invalid({"signatory": _l("请选择在纸上签批的领导。")})
    digests = [file.sha256 for file in kept(chosen(form.scan.data), field="scan", now=now)]
    signatory = actor_of_person(form.signatory.row_id, day=local_date(now))
    return PaperRoad(signatory=signatory, sha256=next(iter(digests), None))
