"""Runs that are held: look at what they hold, release or discard them; say that the clock is right."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.reminders import commands, policy
from tracker.reminders.forms import ReasonForm
from tracker.reminders.models import HeldRun
from tracker.reminders.queries import held as queries
from tracker.reminders.rules import LABELS, HoldState
from tracker.reminders.views.blueprint import bp

LATELY = timedelta(days=1)


@bp.get("/held")
def held() -> ResponseReturnValue:
    """The held runs that concern the reader, and for administrators the clock and what had to step aside."""
    return _list(ReasonForm(formdata=None))


@bp.post("/held/clock")
def confirm_clock() -> ResponseReturnValue:
    """Say that the clock is right: the next run makes up for what was missed."""
    actor = current_actor()
    require(policy.may_confirm_clock(actor))
    form = ReasonForm()
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.confirm_clock(reason=form.reason.data or "", by=actor, now=clock.now())
            flash(_("已确认。下一次定时检查照常进行，漏下的一并补上。"), "success")
            return redirect(url_for(".held"))
    return _list(form)


def _list(form: ReasonForm) -> ResponseReturnValue:
    actor = current_actor()
    require(policy.may_open_held(actor))
    keeps = policy.is_administrator(actor)
    page = render_template(
        "reminders/held.html",
        runs=queries.held_runs(actor),
        seen={run.id for run in queries.held_runs(actor) if run.group_id and policy.may_see_held(actor, run.group_id)},
        doubt=queries.open_doubt() if keeps else None,
        stumbles=queries.stumbles(since=clock.now() - LATELY) if keeps else [],
        form=form,
        labels=LABELS,
    )
    return page, status_of(form)


@bp.get("/held/<int:held_run_id>")
def held_run(held_run_id: int) -> ResponseReturnValue:
    """What a group's held run holds: which rungs, how many, and who would hear most."""
    return _show(queries.held_run(current_actor(), held_run_id), ReasonForm(formdata=None))


@bp.post("/held/<int:held_run_id>/release")
def release(held_run_id: int) -> ResponseReturnValue:
    """Let it go out."""
    return _decide(held_run_id, HoldState.RELEASED)


@bp.post("/held/<int:held_run_id>/discard")
def discard(held_run_id: int) -> ResponseReturnValue:
    """Let it never go out."""
    return _decide(held_run_id, HoldState.DISCARDED)


def _decide(held_run_id: int, state: HoldState) -> ResponseReturnValue:
    actor, form = current_actor(), ReasonForm()
    run = queries.held_run(actor, held_run_id)
    require(policy.may_decide_held(actor, run.group_id or 0))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            run = queries.held_run(actor, held_run_id)
            decide = commands.release_held if state is HoldState.RELEASED else commands.discard_held
            decide(run, reason=form.reason.data or "", version=form.seen_version, by=actor, now=clock.now())
            released = _("已放行，十分钟内发出（休息日顺延到下一个工作日）；其间已经办结或者改期的不再发。")
            flash(released if state is HoldState.RELEASED else _("已取消，不再发出。"), "success")
            return redirect(url_for(".held_run", held_run_id=held_run_id))
    return _show(run, form)


def _show(run: HeldRun, form: ReasonForm) -> ResponseReturnValue:
    actor = current_actor()
    page = render_template(
        "reminders/held_run.html",
        run=run,
        lines=queries.held_lines(run),
        people=queries.held_people(run),
        may_decide=policy.may_decide_held(actor, run.group_id or 0),
        form=form,
        labels=LABELS,
    )
    return page, status_of(form)
