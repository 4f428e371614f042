"""What somebody signed by hand, on its way from a form to a command."""

from collections.abc import Sequence
from datetime import datetime

from tracker.accounts.identity import actor_of_person
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid
from tracker.kernel.files import NewFile
from tracker.kernel.forms import ActForm, PaperForm
from tracker.kernel.text import _l
from tracker.kernel.uploads import chosen, kept
from tracker.kernel.verdict import Verdict, require
from tracker.tasks.commands import PaperRoad


def paper_and_scans(form: ActForm, may_enter: Verdict, *, now: datetime) -> tuple[PaperRoad | None, Sequence[NewFile]]:
    """The paper on which somebody decided, if the form says so, and its scan.

    may_enter: whether the reader may enter such a paper; only asked where there is one.
    """
    if not isinstance(form, PaperForm) or not form.paper.data:
        return None, ()
    require(may_enter)
    if not form.signatory.row_id:
        raise Invalid({"signatory": _l("请选择在纸上签字的人。")})
    scans = kept(chosen(form.scan.data), field="scan", now=now)
    signatory = actor_of_person(form.signatory.row_id, day=local_date(now))
    return PaperRoad(signatory=signatory, sha256=next((scan.sha256 for scan in scans), None)), scans


def paper_of(form: ActForm, may_enter: Verdict, *, now: datetime) -> PaperRoad | None:
    """The paper alone, where nothing is made of its scan."""
    return paper_and_scans(form, may_enter, now=now)[0]
