"""A group's ladders: read, preview, change, give back the defaults."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotVisible
from tracker.kernel.forms import ActForm
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import status_of
from tracker.organisation.models import LeadershipGroup, Unit
from tracker.organisation.queries import members
from tracker.outbox.rules import LABELS as CHANNEL_LABELS
from tracker.reminders import commands, policy
from tracker.reminders.forms import LadderForm, at_their_lines
from tracker.reminders.queries import ladders as queries
from tracker.reminders.queries.preview import PreviewLine, preview
from tracker.reminders.rules import LABELS, LadderKind, Rung
from tracker.reminders.views.blueprint import bp, group_of_page, kind_of_page
from tracker.tasks.policy import OVERSEERS

PREVIEWED = 10
"""Working days ahead: the due date that a preview begins with."""


@bp.get("/ladders")
def my_ladders() -> ResponseReturnValue:
    """The ladders of the group that the reader watches over."""
    groups = current_actor().groups_as(*OVERSEERS)
    if not groups:
        raise NotVisible
    return redirect(url_for(".ladder", group_id=min(groups), ladder=LadderKind.DEADLINE.value))


@bp.get("/groups/<int:group_id>/ladders/<ladder>")
def ladder(group_id: int, ladder: str) -> ResponseReturnValue:
    """A group's ladder as it counts, what it would do for something due on a day, and its versions."""
    group, kind = group_of_page(group_id), kind_of_page(ladder)
    found = queries.ladder_of(group.id, kind)
    units, form = _units(group), LadderForm(request.args, meta={"csrf": False})
    form.unit_id.offer([(unit.id, unit.name) for unit in units])
    return render_template(
        "reminders/ladder.html",
        **_shared(group, kind),
        **_previewed(group, kind, found.rungs, form, units),
        ladder=found,
        form=form,
        versions=[(row, queries.as_ladder(row)) for row in queries.versions(group.id, kind)],
        may_change=policy.may_change_ladders(current_actor(), group.id),
    )


@bp.route("/groups/<int:group_id>/ladders/<ladder>/edit", methods=["GET", "POST"])
def edit_ladder(group_id: int, ladder: str) -> ResponseReturnValue:
    """Change a ladder, or see first what it would do."""
    group, kind, actor = group_of_page(group_id), kind_of_page(ladder), current_actor()
    require(policy.may_change_ladders(actor, group.id))
    found, units = queries.ladder_of(group.id, kind), _units(group)
    form = LadderForm(version=found.version)
    if not form.is_submitted():
        form.fill(found.rungs)
    form.offer(kind, [(unit.id, unit.name) for unit in units])
    shown: dict[str, Any] = {"lines": None}
    if form.validate_on_submit():
        rungs = [rung for _line, rung in form.typed]
        if "preview" in request.form:
            with at_their_lines(form):
                commands.check_rungs(kind, rungs)
                shown = _previewed(group, kind, rungs, form, units)
        else:
            with at_their_lines(form), write_transaction():
                reason, version = form.reason.data or "", form.seen_version
                commands.change_ladder(group, kind, rungs, reason=reason, version=version, by=actor, now=clock.now())
                flash(_("已保存，从下一次定时检查起按新规则提醒；已经发出的不受影响。"), "success")
                return redirect(url_for(".ladder", group_id=group_id, ladder=ladder))
    page = render_template("reminders/edit_ladder.html", **_shared(group, kind), **shown, form=form)
    return page, 200 if shown["lines"] is not None else status_of(form)


@bp.post("/groups/<int:group_id>/ladders/<ladder>/restore")
def restore_ladder(group_id: int, ladder: str) -> ResponseReturnValue:
    """Let the defaults count again."""
    group, kind = group_of_page(group_id), kind_of_page(ladder)
    with write_transaction():
        commands.restore_ladder(group, kind, version=ActForm().seen_version, by=current_actor(), now=clock.now())
    flash(_("已恢复默认规则。"), "success")
    return redirect(url_for(".ladder", group_id=group_id, ladder=ladder))


def _shared(group: LeadershipGroup, kind: LadderKind) -> dict[str, Any]:
    return {
        "group": group,
        "kind": kind,
        "kinds": LadderKind,
        "labels": LABELS,
        "channel_names": CHANNEL_LABELS,
        "today": clock.today(),
    }


def _units(group: LeadershipGroup) -> list[Unit]:
    return [row.member.unit for row in members(group, day=clock.today())]


def _previewed(
    group: LeadershipGroup, kind: LadderKind, rungs: Sequence[Rung], form: LadderForm, units: Sequence[Unit]
) -> dict[str, Any]:
    """What the page shows of a preview: for the date and unit that were chosen, else for one of each."""
    unit = next((unit for unit in units if unit.id == form.unit_id.data), units[0] if units else None)
    today = clock.today()
    due_on = form.due_on.data or working_days().shift(today, PREVIEWED)
    if unit is None:
        return {"lines": [], "unit": None, "due_on": due_on}
    form.unit_id.data, form.due_on.data = unit.id, due_on
    lines: list[PreviewLine] = preview(group, kind, rungs, due_on=_within(due_on, today), unit=unit, today=today)
    return {"lines": lines, "unit": unit, "due_on": due_on}


def _within(day: date, today: date) -> date:
    """A date that a calendar can be counted around; nobody plans further."""
    return min(max(day, today.replace(year=today.year - 5, day=1)), today.replace(year=today.year + 20, day=1))
