"""How an act becomes a page: load the thing, ask the policy, show the form, run the command, say that it is done."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.documents.pdf import pdf_available
from tracker.documents.sending import send_paper
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.forms import ActForm, PaperForm
from tracker.kernel.installation import on_paper
from tracker.kernel.text import _
from tracker.kernel.verdict import Verdict, require
from tracker.kernel.web import form_errors, status_of
from tracker.tasks import commands, policy, queries
from tracker.tasks.commands import PaperRoad
from tracker.tasks.models import Task
from tracker.tasks.on_paper import paper_of
from tracker.tasks.papers import Decision, decision_sheet
from tracker.tasks.queries.step_rules import Stand
from tracker.tasks.queries.steps import open_matters, steps
from tracker.tasks.rules import LABELS, TaskState
from tracker.tasks.views.blueprint import bp

Thing = Any
"""A task, or what belongs to one: a part, a request, a report."""


@dataclass(frozen=True, slots=True)
class Doing:
    """An act at the moment it is done: the thing, what was typed, who, when, and the paper it was taken on."""

    thing: Thing
    form: Any
    by: Actor
    now: datetime
    paper: PaperRoad | None


@dataclass(frozen=True, slots=True)
class Act:
    """An act as a page. rule names the thing with <int:…>; make builds the form; run calls the command."""

    name: str
    rule: str
    title: Any
    button: Any
    done: Any
    form: type[ActForm]
    load: Callable[[Actor, int], Thing]
    verdict: Callable[[Actor, Thing], Verdict]
    run: Callable[[Doing], object]
    make: Callable[[ActForm, Thing], None] = lambda _form, _thing: None
    states: frozenset[TaskState] = frozenset(TaskState)
    template: str = "tasks/act.html"
    kind: str = "primary"
    note: Any = ""
    waits: Callable[[Actor, Thing], bool] = lambda _actor, _thing: False
    """Whether what this person does is a draft until somebody confirms it."""
    more: Callable[[Actor, Thing], dict[str, Any]] = lambda _actor, _thing: {}
    """What else the page shows."""
    thing_states: frozenset[StrEnum] = frozenset()
    """Where the thing has a state of its own: those in which the act makes sense."""
    possible: Callable[..., object] = lambda _thing, *, now: None  # noqa: ARG005
    """Raises Stale where the act makes no sense as things stand, whatever is typed; the command asks the same."""
    sheet: Callable[[Thing], Decision] | None = None
    """Where it may be decided on paper (纸质签批): what its sheet says."""
    instead: str = ""
    """The step that remains where this one is refused."""


def task_of(thing: Thing) -> Task:
    """The task that something belongs to."""
    found: Task = thing if isinstance(thing, Task) else thing.task
    return found


def register(act: Act) -> None:
    """Hang an act on the blueprint, under its own name."""
    argument = act.rule.partition("<int:")[2].partition(">")[0]

    def view(**address: int) -> ResponseReturnValue:
        try:
            return _page(act, address[argument])
        except Stale as refusal:
            refusal.ways = _ways_on(act, address[argument])
            raise

    def sheet(ending: str, **address: int) -> ResponseReturnValue:
        of_the_act: dict[str, Any] = {**address}
        return _sheet(act, address[argument], url_for(f"tasks.{act.name}", **of_the_act), ending)

    bp.add_url_rule(act.rule, endpoint=act.name, view_func=view, methods=["GET", "POST"])
    if act.sheet is not None:
        rule = f"{act.rule}/sheet.<any(docx, pdf):ending>"
        bp.add_url_rule(rule, endpoint=f"{act.name}_sheet", view_func=sheet, methods=["GET"])


def _sheet(act: Act, thing_id: int, page: str, ending: str) -> ResponseReturnValue:
    """签批单 of a decision, for whoever may take it or enter it; its code leads to the page of the act."""
    assert act.sheet is not None
    actor, today = current_actor(), clock.today()
    thing = act.load(actor, thing_id)
    _check(act, actor, thing)
    paper = decision_sheet(task_of(thing), act.sheet(thing), url=on_paper(page), today=today)
    return send_paper(paper, f"签批单{task_of(thing).number or thing_id}", ending)


def _page(act: Act, thing_id: int) -> ResponseReturnValue:
    actor = current_actor()
    thing = act.load(actor, thing_id)
    paper = _check(act, actor, thing)
    form = act.form(version=thing.version) if request.method == "GET" else act.form()
    act.make(form, thing)
    task_id, waits = task_of(thing).id, act.waits(actor, thing)
    if paper and isinstance(form, PaperForm):
        form.signatory.offer(queries.signatories(task_of(thing).group_id, day=clock.today()))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            _run(act, thing_id, form, actor)
            flash(_("已起草，等待本单位负责人确认。") if waits else str(act.done), "success")
            return redirect(url_for("tasks.show", task_id=task_id))
    page = render_template(
        act.template,
        act=act,
        form=form,
        thing=thing,
        task=task_of(thing),
        paper=paper,
        address=request.view_args if act.sheet is not None else None,
        pdf=pdf_available(),
        names=list(form._fields),
        **act.more(actor, thing),
    )
    return page, status_of(form)


def _check(act: Act, actor: Actor, thing: Thing) -> bool:
    """Refuse whoever may not; says whether the reader may enter it as taken on paper."""
    task = task_of(thing)
    verdict = act.verdict(actor, thing)
    paper = issubclass(act.form, PaperForm) and policy.is_office(actor, task.group_id)
    if not (verdict or (paper and policy.may_decide(actor, task))):
        require(verdict)
    require_state(task, act.states, act.title)
    _require_possible(act, thing)
    return paper


def require_state(task: Task, states: Collection[TaskState], title: object) -> None:
    """Say of a task in another state that it is, not that somebody was faster."""
    if task.state not in states:
        raise Stale(_("任务现在是“%(state)s”，不能“%(act)s”。", state=LABELS[task.state], act=title))


def _require_possible(act: Act, thing: Thing) -> None:
    """Refuse before anything is typed what would be refused after."""
    commands.require_at_work(task_of(thing).group)
    if act.thing_states and thing.state not in act.thing_states:
        raise Stale(_("这件事现在是“%(state)s”，不能“%(act)s”。", state=LABELS[thing.state], act=act.title))
    act.possible(thing, now=clock.now())


def _ways_on(act: Act, thing_id: int) -> list[tuple[object, str]]:
    """Where somebody who was refused can go: to what remains to be done, and back to the task."""
    actor = current_actor()
    task = task_of(act.load(actor, thing_id))
    stand = Stand(actor, task, open_matters(task.id), clock.today())
    left = [step for step in steps(stand) if step.name == act.instead and step.verdict]
    addresses: list[dict[str, Any]] = [{step.argument: step.thing_id} for step in left]
    ways = [(step.label, url_for(step.endpoint, **address)) for step, address in zip(left, addresses, strict=True)]
    return [*ways, (_("返回任务"), url_for("tasks.show", task_id=task.id))]


def _run(act: Act, thing_id: int, form: ActForm, actor: Actor) -> None:
    """Read the thing anew inside the transaction, so that the decision rests on it as it stands."""
    now = clock.now()
    thing = act.load(actor, thing_id)
    paper = paper_of(form, policy.may_manage(actor, task_of(thing).group_id), now=now)
    act.run(Doing(thing, form, actor, now, paper))
