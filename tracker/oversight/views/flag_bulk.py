"""Decide or propose about many flags at once: each by itself, so that one refusal stops no other."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.errors import Invalid
from tracker.kernel.forms import ActForm
from tracker.kernel.per_item import each, summary, ticked
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import row_number, status_of
from tracker.oversight import commands, policy, queries
from tracker.oversight.forms.flags import DecideManyForm, ProposeManyForm
from tracker.oversight.models import Flag
from tracker.oversight.rules import LABELS, Card, DecisionKind
from tracker.oversight.views.blueprint import bp
from tracker.oversight.views.flag_doing import kinds_for

Act = Callable[[Flag, Any, int, Actor, datetime], object]


def _decide(flag: Flag, form: Any, version: int, by: Actor, now: datetime) -> object:
    """As the form says; where that is what was proposed, with the card that was proposed."""
    kind, proposal = DecisionKind(form.kind.data), queries.open_proposal(flag)
    card = proposal.card if proposal is not None and proposal.kind is kind else Card.NONE
    said: dict[str, Any] = {"reason": form.reason.data or "", "number": form.paper_number.data or ""}
    return commands.decide_flag(flag, kind=kind, card=card, version=version, by=by, now=now, **said)


def _propose(flag: Flag, form: Any, version: int, by: Actor, now: datetime) -> object:
    kind = DecisionKind(form.kind.data)
    return commands.propose_decision(flag, kind=kind, reason=form.reason.data or "", version=version, by=by, now=now)


def _many(act: Act, form: ActForm, *, title: str, done: str, decides: bool = False) -> ResponseReturnValue:
    """Show the ticked flags with what their units say and the form; then what became of each."""
    actor, now = current_actor(), clock.now()
    require(policy.may_act_on_flags(actor))
    ids = ticked("flag")
    if not ids:
        raise Invalid({"flag": _("请先勾选预警。")})
    flags = queries.visible_flags(actor, ids)
    if form.validate_on_submit():
        items = [(one.id, one.evidence["title"], url_for(".flag", flag_id=one.id)) for one in flags]
        results = each(
            items,
            lambda flag_id: act(queries.visible_flag(actor, flag_id), form, _seen(flag_id), actor, now),
            done=done,
        )
        return render_template("oversight/flags_done.html", results=results, summary=summary(results), title=title)
    said = _said(flags)
    carded = decides and any(one.proposal and one.proposal.card is not Card.NONE for one in said.values())
    page = render_template(
        "oversight/flags_many.html", form=form, flags=flags, said=said, carded=carded, title=title, labels=LABELS
    )
    return page, status_of(form)


def _seen(flag_id: int) -> int:
    """The version of a flag that the reader saw beside what its unit says."""
    return request.form.get(f"version-{flag_id}", default=-1, type=row_number) or -1


def _kinds_open_to(actor: Actor, flags: Sequence[Flag]) -> set[str]:
    """The decisions that somebody may take about at least one of some flags; all where there is none to ask about."""
    found = {kind.value for flag in flags for kind in kinds_for(actor, flag, paper=False, day=clock.today())}
    return found or {kind.value for kind in DecisionKind}


def _said(flags: Sequence[Flag]) -> dict[int, Any]:
    actor = current_actor()
    return {one.id: queries.matters_of(actor, one) for one in flags}


@bp.route("/flags/decide", methods=["GET", "POST"])
def decide_many() -> ResponseReturnValue:
    """Decide about the ticked flags alike, with one reason."""
    form: Any = DecideManyForm()
    may = _kinds_open_to(current_actor(), queries.visible_flags(current_actor(), ticked("flag")))
    form.kind.choices = [choice for choice in form.kind.choices if choice.value in may]
    return _many(_decide, form, title=_("批量作出处理决定"), done=_("已作出决定并告知单位。"), decides=True)


@bp.route("/flags/propose", methods=["GET", "POST"])
def propose_many() -> ResponseReturnValue:
    """Propose alike about the ticked flags, with one reason."""
    return _many(_propose, ProposeManyForm(), title=_("批量提出处理建议"), done=_("建议已提交领导。"))
