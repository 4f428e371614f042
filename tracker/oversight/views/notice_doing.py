"""A step of a supervision notice: what it is made of, who may enter it as taken on paper, and what the paper said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.files import NewFile
from tracker.kernel.forms import ActForm, Choices, PaperForm
from tracker.kernel.verdict import Verdict
from tracker.oversight import policy
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import NoticeState
from tracker.tasks.commands import PaperRoad
from tracker.tasks.queries import signatories


@dataclass(frozen=True, slots=True)
class Doing:
    """A step at the moment it is taken."""

    notice: SupervisionNotice
    form: Any
    by: Actor
    now: datetime
    paper: PaperRoad | None
    scans: Sequence[NewFile] = ()

    @property
    def said(self) -> dict[str, Any]:
        """What every command takes."""
        return {"version": self.form.seen_version, "by": self.by, "now": self.now}


def _may_enter(actor: Actor, notice: SupervisionNotice) -> Verdict:
    return policy.may_draft_notice(actor, notice.group_id)


def _signers(notice: SupervisionNotice) -> Choices:
    return signatories(notice.group_id, day=clock.today())


@dataclass(frozen=True, slots=True)
class NoticeAct:
    """A step as a page. states: where it makes sense; make builds the form; run calls the command."""

    name: str
    path: str
    title: Any
    done: Any
    form: type[ActForm]
    states: frozenset[NoticeState]
    verdict: Callable[[Actor, SupervisionNotice], Verdict]
    run: Callable[[Doing], object]
    make: Callable[[Any, SupervisionNotice], None] = lambda _form, _notice: None
    kind: str = "primary"
    note: Any = ""
    enters: Callable[[Actor, SupervisionNotice], Verdict] = _may_enter
    """Who may enter the step as taken on paper."""
    signers: Callable[[SupervisionNotice], Choices] = _signers
    """Who can have taken it on paper."""
    title_on_paper: Any = ""
    """What it is to those who only enter it from paper."""

    def titled(self, actor: Actor, notice: SupervisionNotice) -> Any:
        """What the step is called for somebody: answering is one thing, entering another's answer is another."""
        return self.title_on_paper if self.title_on_paper and not self.verdict(actor, notice) else self.title

    def on_paper(self, actor: Actor, notice: SupervisionNotice) -> bool:
        """Whether somebody may enter it as taken on paper."""
        return issubclass(self.form, PaperForm) and bool(self.enters(actor, notice))
