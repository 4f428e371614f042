"""What each act on a flag does with its form, and how the form is shaped before it is shown."""

from datetime import date, datetime
from typing import Any

from flask import request

from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.errors import Stale
from tracker.kernel.text import _
from tracker.kernel.uploads import chosen, kept
from tracker.kernel.verdict import Verdict
from tracker.oversight import commands, policy, queries
from tracker.oversight.models import Flag, FlagProposal, FlagReview, Statement
from tracker.oversight.rules import Card, DecisionKind, FlagColour, ReviewOutcome, is_heavier
from tracker.oversight.views.flag_acting import Doing, Thing, flag_of


def _no_cards(form: Any, thing: Thing, name: str = "card") -> None:
    """Offer cards only in groups that use them."""
    if not queries.group_setting(flag_of(thing).group_id).uses_cards:
        del form[name]


def _card(form: Any, name: str = "card") -> Card:
    return Card(form[name].data) if name in form else Card.NONE


def shape_statement(form: Any, thing: Thing, actor: Actor) -> None:
    if policy.may_state(actor, flag_of(thing)) and not policy.may_give_statement(actor, flag_of(thing)):
        form.ends_period.label.text = _("建议声明陈述完毕（由负责人确认）")


def run_statement(doing: Doing) -> None:
    files = kept(chosen(*(doing.form.files.data or [])), field="files", now=doing.now)
    commands.state_case(
        doing.thing,
        text=doing.form.text.data or "",
        ends_period=doing.form.ends_period.data,
        files=files,
        version=doing.form.seen_version,
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def shape_given(form: Any, thing: Statement, _actor: Actor) -> None:
    if request.method == "GET":
        form.text.data, form.ends_period.data = thing.text, thing.ends_period


def run_given(doing: Doing) -> None:
    commands.give_statement(
        doing.thing,
        text=doing.form.text.data or "",
        ends_period=doing.form.ends_period.data,
        version=doing.thing.version,
        flag_version=doing.form.seen_version,
        by=doing.by,
        now=doing.now,
    )


def shape_proposal(form: Any, thing: Flag, _actor: Actor) -> None:
    _no_cards(form, thing)
    if request.method == "GET" and thing.colour is FlagColour.RED:
        form.kind.data = DecisionKind.INTERVIEW.value


def run_proposal(doing: Doing) -> None:
    commands.propose_decision(
        doing.thing,
        kind=DecisionKind(doing.form.kind.data),
        card=_card(doing.form),
        reason=doing.form.reason.data or "",
        version=doing.form.seen_version,
        by=doing.by,
        now=doing.now,
    )


def require_no_proposal(flag: Flag, *, now: datetime) -> None:
    commands.require_period_over(flag, now=now)
    if queries.open_proposal(flag) is not None:
        raise Stale(_("已有处理建议等待领导决定。"))


def kinds_for(actor: Actor, flag: Flag, *, paper: bool, day: date) -> list[DecisionKind]:
    """The decisions that somebody may take; who enters papers is offered all, for the signatory decides.

    Nothing heavier than what was proposed: it would be refused.
    """
    proposal = queries.open_proposal(flag)
    return [
        kind
        for kind in DecisionKind
        if (paper or policy.may_decide_flag(actor, flag, kind, proposal=proposal, day=day))
        and not (proposal is not None and is_heavier(kind, Card.NONE, proposal.kind, proposal.card))
    ]


def shape_decision(form: Any, thing: Flag, actor: Actor) -> None:
    paper = bool(policy.may_record_paper(actor, thing))
    kinds = kinds_for(actor, thing, paper=paper, day=clock.today())
    form.kind.choices = [choice for choice in form.kind.choices if choice.value in {kind.value for kind in kinds}]
    _no_cards(form, thing)
    proposal = queries.open_proposal(thing)
    if request.method == "GET" and proposal is not None and proposal.kind in kinds:
        form.kind.data, form.reason.data = proposal.kind.value, proposal.reason
        if "card" in form:
            form.card.data = proposal.card.value


def run_decision(doing: Doing) -> None:
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


def run_turning_down(doing: Doing) -> None:
    form = doing.form
    commands.turn_down_proposal(
        doing.thing,
        remark=form.remark.data or "",
        version=form.seen_version,
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def run_withdrawal(doing: Doing) -> None:
    commands.withdraw_flag(
        doing.thing,
        reason=doing.form.reason.data or "",
        version=doing.form.seen_version,
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def run_asking(doing: Doing) -> None:
    grounds = doing.form.grounds.data or ""
    said: dict[str, Any] = {"version": doing.form.seen_version, "by": doing.by, "now": doing.now}
    commands.ask_review(doing.thing, grounds=grounds, paper=doing.paper, **said)


def shape_review(form: Any, thing: FlagReview, _actor: Actor) -> None:
    _no_cards(form, thing, "new_card")
    lighter = [kind.value for kind in DecisionKind if policy.may_change_to(thing.decision, kind, Card.NONE)]
    form.new_kind.choices = [choice for choice in form.new_kind.choices if choice.value in lighter]


def run_review(doing: Doing) -> None:
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


def run_closing(doing: Doing) -> None:
    remark = doing.form.remark.data or ""
    commands.close_flag(doing.thing, remark=remark, version=doing.form.seen_version, by=doing.by, now=doing.now)


def may_turn_down(actor: Actor, proposal: FlagProposal, _day: date) -> Verdict:
    return policy.may_turn_down(actor, proposal)
