"""Leadership groups: their list, their page, founding and settings."""

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import GroupForm, NewGroupForm, SettingsForm, VersionedForm, options, unit_options
from tracker.organisation.models import LeadershipGroup, Region, Unit
from tracker.organisation.rules import LABELS, GroupSettings
from tracker.organisation.views.blueprint import bp, group_of_page


@bp.get("/groups")
def groups() -> ResponseReturnValue:
    """The groups that the reader may know of."""
    actor = current_actor()
    regions = [region for region in queries.regions(actor) if policy.may_found_group(actor, region)]
    return render_template("organisation/groups.html", groups=queries.visible_groups(actor), may_found=bool(regions))


@bp.route("/groups/new", methods=["GET", "POST"])
def found_group() -> ResponseReturnValue:
    """Found a group."""
    actor = current_actor()
    regions = queries.regions(actor)
    require(policy.may_found_group(actor, regions[0]))
    form = NewGroupForm()
    form.region_id.choices = options((region.id, region.name) for region in regions)
    form.host_unit_id.choices = _hosts([unit for region in regions for unit in _units(actor, region)])
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            group = commands.found_group(
                queries.region_by_id(actor, form.region_id.data),
                name=form.name.data or "",
                short_name=form.short_name.data or "",
                purpose=form.purpose.data or "",
                host_unit=_host(actor, form.host_unit_id.data),
                goal_on=form.goal_on.data,
                by=actor,
                now=clock.now(),
            )
            return redirect(url_for(".group", group_id=group.id))
    return render_template("organisation/edit_group.html", form=form, group=None), status_of(form)


@bp.get("/groups/<int:group_id>")
def group(group_id: int) -> ResponseReturnValue:
    """A group: purpose, office, seats and what it works by."""
    found, actor = group_of_page(group_id), current_actor()
    seats, _past = queries.seats(found, day=clock.today())
    members = queries.members(found, day=clock.today())
    return render_template(
        "organisation/group.html",
        group=found,
        seats=seats,
        gaps=[row for row in members if not (row.heads and row.liaisons)],
        members=members,
        may_change=policy.may_change_group(actor, found),
        labels=LABELS,
        form=VersionedForm(version=found.version),
    )


@bp.route("/groups/<int:group_id>/edit", methods=["GET", "POST"])
def edit_group(group_id: int) -> ResponseReturnValue:
    """Change a group's name, purpose, office or goal."""
    found, actor = group_of_page(group_id), current_actor()
    require(policy.may_change_group(actor, found))
    form = GroupForm(obj=found)
    form.host_unit_id.choices = _hosts(_units(actor, found.region), found.host_unit)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.change_group(
                found,
                name=form.name.data or "",
                short_name=form.short_name.data or "",
                purpose=form.purpose.data or "",
                host_unit=_host(actor, form.host_unit_id.data, found.host_unit),
                goal_on=form.goal_on.data,
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            return _saved(found)
    return render_template("organisation/edit_group.html", form=form, group=found), status_of(form)


@bp.route("/groups/<int:group_id>/settings", methods=["GET", "POST"])
def group_settings(group_id: int) -> ResponseReturnValue:
    """Change what a group works by."""
    found, actor = group_of_page(group_id), current_actor()
    require(policy.may_change_group(actor, found))
    form = SettingsForm(obj=found)
    if form.validate_on_submit():
        settings = GroupSettings(**{name: form[name].data for name in asdict(GroupSettings())})
        with form_errors(form), write_transaction():
            commands.change_group_settings(
                found, settings=settings, version=form.seen_version, by=actor, now=clock.now()
            )
            return _saved(found)
    return render_template("organisation/group_settings.html", form=form, group=found), status_of(form)


@bp.post("/groups/<int:group_id>/end")
def end_group(group_id: int) -> ResponseReturnValue:
    """Archive a group that has done its work."""
    found = group_of_page(group_id)
    with write_transaction():
        commands.end_group(found, version=VersionedForm().seen_version, by=current_actor(), now=clock.now())
    flash(_("领导小组已归档。"), "success")
    return redirect(url_for(".group", group_id=group_id))


def _saved(found: LeadershipGroup) -> ResponseReturnValue:
    flash(_("已保存。"), "success")
    return redirect(url_for(".group", group_id=found.id))


def _units(actor: Actor, region: Region) -> list[Unit]:
    return list(queries.units_of_region(actor, region, day=clock.today()))


def _hosts(units: list[Unit], present: Unit | None = None) -> list[Any]:
    if present is not None and present not in units:
        units = [present, *units]
    return unit_options(units, nothing=_("尚未确定"))


def _host(actor: Actor, unit_id: int, present: Unit | None = None) -> Unit | None:
    if not unit_id or (present is not None and present.id == unit_id):
        return present if unit_id else None
    return queries.unit_by_id(actor, unit_id, day=clock.today())
