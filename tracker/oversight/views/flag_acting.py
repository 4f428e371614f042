"""How an act on a flag becomes a page: load, ask the policy, show the form, run the command, back to the flag."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.forms import ActForm, Choices, PaperForm
from tracker.kernel.text import _
from tracker.kernel.verdict import Verdict, require
from tracker.kernel.web import form_errors, status_of
from tracker.oversight import policy
from tracker.oversight.models import Flag
from tracker.oversight.queries import matters_of
from tracker.oversight.rules import FLAG_MOVES, LABELS, FlagMove
from tracker.oversight.views.blueprint import bp
from tracker.tasks.commands import PaperRoad
from tracker.tasks.on_paper import paper_of
from tracker.tasks.queries import signatories

Thing = Any
"""A flag, or what hangs on one: a draft of a statement, a proposal, a review."""


@dataclass(frozen=True, slots=True)
class Doing:
    """An act at the moment it is done: the thing, what was typed, who, when, and the paper it was taken on."""

    thing: Thing
    form: Any
    by: Actor
    now: datetime
    paper: PaperRoad | None


def _leaders(flag: Flag) -> Choices:
    return signatories(flag.group_id, day=clock.today())


@dataclass(frozen=True, slots=True)
class FlagAct:
    """An act as a page. rule names the thing with <int:…>; possible raises Stale where it makes no sense."""

    name: str
    rule: str
    move: FlagMove
    title: Any
    button: Any
    done: Any
    form: type[ActForm]
    load: Callable[[Actor, int], Thing]
    verdict: Callable[[Actor, Thing, date], Verdict]
    run: Callable[[Doing], object]
    make: Callable[[Any, Thing, Actor], None] = lambda _form, _thing, _actor: None
    possible: Callable[..., object] = lambda _thing, *, now: None  # noqa: ARG005
    icon: str = "gavel"
    kind: str = "primary"
    note: Any = ""
    enters: Callable[[Actor, Flag], Verdict] = policy.may_record_paper
    """Who may enter it as taken on paper."""
    signers: Callable[[Flag], Choices] = _leaders
    """Who can have signed that."""
    title_on_paper: Any = ""
    """What it is to those who only enter it from paper."""

    def only_enters(self, actor: Actor, thing: Thing) -> bool:
        """Whether all that somebody can do here is to enter what others signed on paper."""
        return bool(self.title_on_paper) and not self.verdict(actor, thing, clock.today())

    def titled(self, actor: Actor, thing: Thing) -> Any:
        """What the act is called for somebody: speaking is one thing, entering what others said is another."""
        return self.title_on_paper if self.only_enters(actor, thing) else self.title

    def on_paper(self, actor: Actor, flag: Flag) -> bool:
        """Whether somebody may enter it as taken on paper."""
        return issubclass(self.form, PaperForm) and bool(self.enters(actor, flag))


def flag_of(thing: Thing) -> Flag:
    """The flag that something hangs on."""
    found: Flag = thing if isinstance(thing, Flag) else thing.flag
    return found


def check(act: FlagAct, actor: Actor, thing: Thing) -> bool:
    """Refuse whoever may not, and what makes no sense; says whether the reader may enter it as taken on paper."""
    flag, now = flag_of(thing), clock.now()
    verdict = act.verdict(actor, thing, clock.today())
    paper = act.on_paper(actor, flag)
    if not paper:
        require(verdict)
    if flag.state not in FLAG_MOVES[act.move][0]:
        raise Stale(_("预警现在是“%(state)s”，不能“%(act)s”。", state=LABELS[flag.state], act=act.title))
    act.possible(thing, now=now)
    return paper


def register(act: FlagAct) -> None:
    """Hang an act on the blueprint, under its own name."""
    argument = act.rule.partition("<int:")[2].partition(">")[0]

    def view(**address: int) -> ResponseReturnValue:
        return _page(act, address[argument])

    bp.add_url_rule(act.rule, endpoint=act.name, view_func=view, methods=["GET", "POST"])


def _page(act: FlagAct, thing_id: int) -> ResponseReturnValue:
    actor = current_actor()
    thing = act.load(actor, thing_id)
    paper = check(act, actor, thing)
    flag = flag_of(thing)
    form = act.form(version=flag.version) if request.method == "GET" else act.form()
    act.make(form, thing, actor)
    if paper and isinstance(form, PaperForm):
        form.signatory.offer(act.signers(flag))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            now = clock.now()
            thing = act.load(actor, thing_id)
            signed = paper_of(form, act.enters(actor, flag_of(thing)), now=now)
            act.run(Doing(thing, form, actor, now, signed))
            flash(str(act.done), "success")
            return redirect(url_for("oversight.flag", flag_id=flag_of(thing).id))
    names = list(form._fields)
    page = render_template(
        "oversight/flag_act.html",
        act=act,
        title=act.titled(actor, thing),
        form=form,
        flag=flag,
        paper=paper,
        names=names,
        thing=thing,
        matters=matters_of(actor, flag),
        labels=LABELS,
    )
    return page, status_of(form)
