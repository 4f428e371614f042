"""Units: their list and their page."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.registry import registry
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import (
    NewUnitForm,
    ShortNameForm,
    UnitForm,
    VersionedForm,
    options,
    unit_options,
)
from tracker.organisation.models import Unit
from tracker.organisation.rules import LABELS, UnitKind
from tracker.organisation.views.blueprint import asked, bp, unit_of_page


@bp.get("/units")
def units() -> ResponseReturnValue:
    """The units that the reader may see, by name, short name, pinyin or initials."""
    actor, text = current_actor(), asked("q")
    kind = UnitKind(request.args["kind"]) if request.args.get("kind") in set(UnitKind) else None
    page = queries.units(actor, day=clock.today(), text=text, kind=kind, place=request.args.get("after"))
    return render_template(
        "organisation/units.html",
        page=page,
        text=text,
        kind=kind,
        kinds=list(UnitKind),
        labels=LABELS,
        may_add=any(policy.may_add_to(actor, region) for region in queries.regions(actor)),
    )


@bp.route("/units/new", methods=["GET", "POST"])
def add_unit() -> ResponseReturnValue:
    """Enter a unit."""
    actor = current_actor()
    regions = queries.regions(actor)
    allowed = [region for region in regions if policy.may_add_to(actor, region)]
    require(policy.may_add_to(actor, allowed[0] if allowed else regions[0]))
    form = NewUnitForm()
    form.region_id.choices = options((region.id, region.name) for region in allowed)
    known = [unit for region in allowed for unit in queries.units_of_region(actor, region, day=clock.today())]
    _offer(form, known)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            unit = commands.add_unit(
                queries.region_by_id(actor, form.region_id.data),
                name=form.name.data or "",
                kind=UnitKind(form.kind.data),
                parent=_chosen(actor, form.parent_id.data),
                hosted_by=_chosen(actor, form.hosted_by_id.data),
                short_names=[name for name in re.split(r"[、,，;；]", form.short_names.data or "") if name.strip()],
                phone=form.phone.data or "",
                by=actor,
                now=clock.now(),
            )
            flash(_("单位已登记。"), "success")
            return redirect(_after_adding(unit))
    return render_template("organisation/edit_unit.html", form=form, unit=None), status_of(form)


def _after_adding(unit: Unit) -> str:
    """A group office sees a new unit only once it is a member of its group."""
    if queries.seen_units(current_actor(), [unit.id], day=clock.today()):
        return url_for(".unit", unit_id=unit.id)
    return url_for(".units")


@bp.get("/units/<int:unit_id>")
def unit(unit_id: int) -> ResponseReturnValue:
    """A unit: names, posts with holders of today and before, what is under it, its groups."""
    found, actor, today = unit_of_page(unit_id), current_actor(), clock.today()
    memberships = queries.groups_of_unit(actor, found, day=today)
    return render_template(
        "organisation/unit.html",
        unit=found,
        posts=queries.unit_posts(found, day=today),
        below=queries.units_below(found),
        memberships=memberships,
        panels=[panel(memberships, actor) for panel in registry.panels.get("unit", [])],
        may_keep=policy.may_keep_unit(actor, found),
        may_name=policy.may_name_unit(actor, found),
        may_appoint=policy.may_keep_posts(actor, found, day=today),
        short_name_form=ShortNameForm(),
        version_form=VersionedForm(version=found.version),
        labels=LABELS,
        seen=queries.seen_units(
            actor, [unit_id for unit_id in (found.parent_id, found.hosted_by_id) if unit_id], day=today
        ),
        today=today,
    )


@bp.route("/units/<int:unit_id>/edit", methods=["GET", "POST"])
def edit_unit(unit_id: int) -> ResponseReturnValue:
    """Rename a unit or put it elsewhere."""
    found, actor = unit_of_page(unit_id), current_actor()
    require(policy.may_keep_unit(actor, found))
    form = UnitForm(obj=found)
    _offer(form, list(queries.units_of_region(actor, found.region, day=clock.today())), leave_out=found.id)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.change_unit(
                found,
                name=form.name.data or "",
                kind=UnitKind(form.kind.data),
                parent=_chosen(actor, form.parent_id.data),
                hosted_by=_chosen(actor, form.hosted_by_id.data),
                phone=form.phone.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            return _done(unit_id, _("已保存。"))
    return render_template("organisation/edit_unit.html", form=form, unit=found), status_of(form)


@bp.post("/units/<int:unit_id>/end")
def end_unit(unit_id: int) -> ResponseReturnValue:
    """A unit ceases."""
    found = unit_of_page(unit_id)
    with write_transaction():
        commands.end_unit(found, version=VersionedForm().seen_version, by=current_actor(), now=clock.now())
    return _done(unit_id, _("该单位已撤销。"))


@bp.post("/units/<int:unit_id>/short-names")
def add_short_name(unit_id: int) -> ResponseReturnValue:
    """Add a name by which papers call a unit."""
    found = unit_of_page(unit_id)
    with write_transaction():
        commands.add_short_name(found, name=ShortNameForm().short_name.data or "", by=current_actor(), now=clock.now())
    return _done(unit_id, _("简称已增加。"))


@bp.post("/units/<int:unit_id>/short-names/drop")
def drop_short_name(unit_id: int) -> ResponseReturnValue:
    """Take a wrong short name away."""
    found = unit_of_page(unit_id)
    with write_transaction():
        commands.drop_short_name(found, name=ShortNameForm().short_name.data or "", by=current_actor(), now=clock.now())
    return _done(unit_id, _("简称已删除。"))


def _offer(form: UnitForm, known: list[Unit], *, leave_out: int | None = None) -> None:
    form.parent_id.choices = unit_options(known, nothing=_("无"), leave_out=leave_out)
    form.hosted_by_id.choices = unit_options(known, nothing=_("不挂靠"), leave_out=leave_out)


def _chosen(actor: Actor, unit_id: int) -> Unit | None:
    return queries.unit_by_id(actor, unit_id, day=clock.today()) if unit_id else None


def _done(unit_id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".unit", unit_id=unit_id))
