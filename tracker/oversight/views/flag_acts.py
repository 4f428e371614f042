"""The acts on a flag as pages: load, ask the policy, show the form, run the command, go back to the flag."""

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
from tracker.kernel.forms import ActForm, PaperForm
from tracker.kernel.text import _, _l
from tracker.kernel.uploads import chosen, kept
from tracker.kernel.verdict import Verdict, require
from tracker.kernel.web import form_errors, status_of
from tracker.oversight import commands, policy, queries
from tracker.oversight.forms import flags as forms
from tracker.oversight.models import Flag, FlagProposal, FlagReview, Statement
from tracker.oversight.rules import FLAG_MOVES, LABELS, Card, DecisionKind, FlagMove, ReviewOutcome
from tracker.oversight.views.blueprint import bp
from tracker.oversight.views.flag_papers import flag_paper_of
from tracker.tasks.commands import PaperRoad
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


def flag_of(thing: Thing) -> Flag:
    """The flag that something hangs on."""
    found: Flag = thing if isinstance(thing, Flag) else thing.flag
    return found


def check(act: FlagAct, actor: Actor, thing: Thing) -> bool:
    """Refuse whoever may not, and what makes no sense; says whether the reader may enter it as taken on paper."""
    flag, now = flag_of(thing), clock.now()
    verdict = act.verdict(actor, thing, clock.today())
    paper = issubclass(act.form, PaperForm) and bool(policy.may_record_paper(actor, flag))
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
        form.signatory.offer(signatories(flag.group_id, day=clock.today()))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            now = clock.now()
            thing = act.load(actor, thing_id)
            signed = flag_paper_of(form, flag_of(thing), by=actor, now=now) if isinstance(form, PaperForm) else None
            act.run(Doing(thing, form, actor, now, signed))
            flash(str(act.done), "success")
            return redirect(url_for("oversight.flag", flag_id=flag_of(thing).id))
    names = list(form._fields)
    page = render_template(
        "oversight/flag_act.html", act=act, form=form, flag=flag, paper=paper, names=names, thing=thing
    )
    return page, status_of(form)


def _no_cards(form: Any, thing: Thing, name: str = "card") -> None:
    """Offer cards only in groups that use them."""
    if not queries.group_setting(flag_of(thing).group_id).uses_cards:
        del form[name]


def _card(form: Any, name: str = "card") -> Card:
    return Card(form[name].data) if name in form else Card.NONE


def _shape_statement(form: Any, thing: Thing, actor: Actor) -> None:
    if not policy.may_give_statement(actor, flag_of(thing)):
        form.ends_period.label.text = _("建议声明陈述完毕（由负责人确认）")


def _state(doing: Doing) -> None:
    files = kept(chosen(*(doing.form.files.data or [])), field="files", now=doing.now)
    commands.state_case(
        doing.thing,
        text=doing.form.text.data or "",
        ends_period=doing.form.ends_period.data,
        files=files,
        version=doing.form.seen_version,
        by=doing.by,
        now=doing.now,
    )


def _shape_given(form: Any, thing: Statement, _actor: Actor) -> None:
    if request.method == "GET":
        form.text.data, form.ends_period.data = thing.text, thing.ends_period


def _give(doing: Doing) -> None:
    commands.give_statement(
        doing.thing,
        text=doing.form.text.data or "",
        ends_period=doing.form.ends_period.data,
        version=doing.thing.version,
        flag_version=doing.form.seen_version,
        by=doing.by,
        now=doing.now,
    )


def _shape_proposal(form: Any, thing: Flag, _actor: Actor) -> None:
    _no_cards(form, thing)
    if request.method == "GET":
        form.kind.data = DecisionKind.INTERVIEW.value


def _propose(doing: Doing) -> None:
    commands.propose_decision(
        doing.thing,
        kind=DecisionKind(doing.form.kind.data),
        card=_card(doing.form),
        reason=doing.form.reason.data or "",
        version=doing.form.seen_version,
        by=doing.by,
        now=doing.now,
    )


def _require_no_proposal(flag: Flag, *, now: datetime) -> None:
    commands.require_period_over(flag, now=now)
    if queries.open_proposal(flag) is not None:
        raise Stale(_("已有处理建议等待领导决定。"))


def kinds_for(actor: Actor, flag: Flag, *, paper: bool, day: date) -> list[DecisionKind]:
    """The decisions that somebody may take; who enters papers is offered all, for the signatory decides."""
    proposal = queries.open_proposal(flag)
    return [
        kind for kind in DecisionKind if paper or policy.may_decide_flag(actor, flag, kind, proposal=proposal, day=day)
    ]


def _shape_decision(form: Any, thing: Flag, actor: Actor) -> None:
    paper = bool(policy.may_record_paper(actor, thing))
    kinds = kinds_for(actor, thing, paper=paper, day=clock.today())
    form.kind.choices = [choice for choice in form.kind.choices if choice.value in {kind.value for kind in kinds}]
    _no_cards(form, thing)
    proposal = queries.open_proposal(thing)
    if request.method == "GET" and proposal is not None and proposal.kind in kinds:
        form.kind.data, form.reason.data = proposal.kind.value, proposal.reason
        if "card" in form:
            form.card.data = proposal.card.value


def _decide(doing: Doing) -> None:
    commands.decide_flag(
        doing.thing,
        kind=DecisionKind(doing.form.kind.data),
        card=_card(doing.form),
        reason=doing.form.reason.data or "",
        number=doing.form.paper_number.data or "",
        version=doing.form.seen_version,
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def _turn_down(doing: Doing) -> None:
    form = doing.form
    commands.turn_down_proposal(
        doing.thing,
        remark=form.remark.data or "",
        version=form.seen_version,
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def _withdraw(doing: Doing) -> None:
    reason = doing.form.reason.data or ""
    commands.withdraw_flag(doing.thing, reason=reason, version=doing.form.seen_version, by=doing.by, now=doing.now)


def _ask_review(doing: Doing) -> None:
    grounds = doing.form.grounds.data or ""
    commands.ask_review(doing.thing, grounds=grounds, version=doing.form.seen_version, by=doing.by, now=doing.now)


def _shape_review(form: Any, thing: FlagReview, _actor: Actor) -> None:
    _no_cards(form, thing, "new_card")


def _review(doing: Doing) -> None:
    form = doing.form
    commands.decide_review(
        doing.thing,
        outcome=ReviewOutcome(form.outcome.data),
        new_kind=DecisionKind(form.new_kind.data) if form.new_kind.data else None,
        new_card=_card(form, "new_card"),
        remark=form.remark.data or "",
        number=form.paper_number.data or "",
        version=form.seen_version,
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def _close(doing: Doing) -> None:
    remark = doing.form.remark.data or ""
    commands.close_flag(doing.thing, remark=remark, version=doing.form.seen_version, by=doing.by, now=doing.now)


def _may_turn_down(actor: Actor, proposal: FlagProposal, _day: date) -> Verdict:
    return policy.may_turn_down(actor, proposal)


FLAG_ACTS = (
    FlagAct(
        "state_case",
        "/flags/<int:flag_id>/state",
        FlagMove.STATE,
        _l("作情况说明"),
        _l("提交"),
        _l("情况说明已保存。"),
        forms.StatementForm,
        queries.visible_flag,
        lambda actor, flag, _day: policy.may_state(actor, flag),
        _state,
        make=_shape_statement,
        icon="message",
        note=_l("可以说明原因、进展和采取的措施，也可以申辩；负责人提交的立即生效，联络员、责任人起草的由负责人确认。"),
    ),
    FlagAct(
        "give_statement",
        "/statements/<int:statement_id>/give",
        FlagMove.STATE,
        _l("确认情况说明"),
        _l("确认并提交"),
        _l("情况说明已提交。"),
        forms.GiveStatementForm,
        queries.visible_statement_draft,
        lambda actor, statement, _day: policy.may_give_statement(actor, statement.flag),
        _give,
        make=_shape_given,
        icon="checks",
    ),
    FlagAct(
        "propose_decision",
        "/flags/<int:flag_id>/propose",
        FlagMove.PROPOSE,
        _l("提出处理建议"),
        _l("提交建议"),
        _l("处理建议已提交领导。"),
        forms.ProposeForm,
        queries.visible_flag,
        lambda actor, flag, day: policy.may_supervise(actor, flag, day=day),
        _propose,
        make=_shape_proposal,
        possible=_require_no_proposal,
    ),
    FlagAct(
        "decide_flag",
        "/flags/<int:flag_id>/decide",
        FlagMove.DECIDE,
        _l("作出处理决定"),
        _l("作出决定"),
        _l("处理决定已记录，并已告知单位。"),
        forms.DecideFlagForm,
        queries.visible_flag,
        lambda actor, flag, day: policy.may_decide_at_all(actor, flag, day=day),
        _decide,
        make=_shape_decision,
        possible=commands.require_period_over,
    ),
    FlagAct(
        "turn_down",
        "/flags/proposals/<int:proposal_id>/turn-down",
        FlagMove.TURN_DOWN,
        _l("退回处理建议"),
        _l("退回"),
        _l("处理建议已退回。"),
        forms.RemarkForm,
        queries.visible_proposal,
        _may_turn_down,
        _turn_down,
        icon="arrow-back-up",
        kind="plain",
    ),
    FlagAct(
        "withdraw_flag",
        "/flags/<int:flag_id>/withdraw",
        FlagMove.WITHDRAW,
        _l("撤销预警"),
        _l("撤销"),
        _l("预警已撤销。"),
        forms.FlagReasonForm,
        queries.visible_flag,
        lambda actor, flag, day: policy.may_withdraw(actor, flag, day=day),
        _withdraw,
        icon="arrow-back-up",
        kind="plain",
        note=_l("预警有误时撤销，理由留存；撤销后不再计数，也不能再作处理决定。"),
    ),
    FlagAct(
        "ask_review",
        "/flags/<int:flag_id>/ask-review",
        FlagMove.ASK_REVIEW,
        _l("申请复核"),
        _l("提交申请"),
        _l("复核申请已提交。"),
        forms.GroundsForm,
        queries.visible_flag,
        lambda actor, flag, _day: policy.may_ask_review(actor, flag),
        _ask_review,
        possible=commands.require_reviewable,
        note=_l("只能申请一次；复核只会维持、减轻或者撤销原决定。"),
    ),
    FlagAct(
        "review_flag",
        "/flags/reviews/<int:review_id>/decide",
        FlagMove.REVIEW,
        _l("作出复核决定"),
        _l("提交复核决定"),
        _l("复核决定已记录，并已告知单位。"),
        forms.ReviewForm,
        queries.visible_review,
        lambda actor, review, day: policy.may_review_flag(actor, review, day=day),
        _review,
        make=_shape_review,
        possible=commands.require_review_open,
    ),
    FlagAct(
        "close_flag",
        "/flags/<int:flag_id>/close",
        FlagMove.CLOSE,
        _l("办结存档"),
        _l("办结"),
        _l("已办结存档。"),
        forms.CloseForm,
        queries.visible_flag,
        lambda actor, flag, day: policy.may_supervise(actor, flag, day=day),
        _close,
        possible=commands.require_closable,
        icon="circle-check",
        kind="plain",
    ),
)

for _act in FLAG_ACTS:
    register(_act)
