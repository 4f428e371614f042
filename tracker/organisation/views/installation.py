"""Regions and installation duties."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotAllowed
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import DutyForm, NameForm, RegionForm, options
from tracker.organisation.models import Region
from tracker.organisation.rules import LABELS, DutyKind, RegionLevel
from tracker.organisation.views.blueprint import bp
from tracker.organisation.views.posts import offer_namesakes, person_meant


@bp.get("/regions")
def regions() -> ResponseReturnValue:
    """The regions within the reader's reach."""
    if not policy.keeps_directory(current_actor()):
        raise NotAllowed(policy.NOT_REGISTRAR.reason)
    return _regions_page(_region_form()), 200


@bp.post("/regions")
def add_region() -> ResponseReturnValue:
    """Enter a region below one's own."""
    actor, form = current_actor(), _region_form()
    require(policy.may_enter_regions(actor))
    if form.validate():
        with form_errors(form), write_transaction():
            commands.add_region(
                code=form.code.data or "",
                name=form.name.data or "",
                level=RegionLevel(form.level.data),
                parent=queries.region_by_id(actor, form.parent_id.data),
                by=actor,
                now=clock.now(),
            )
            flash(_("行政区已登记。"), "success")
            return redirect(url_for(".regions"))
    return _regions_page(form), 422


@bp.post("/regions/<int:region_id>/name")
def rename_region(region_id: int) -> ResponseReturnValue:
    """Correct a region's name."""
    region = queries.region_by_id(current_actor(), region_id)
    with write_transaction():
        commands.rename_region(region, name=NameForm().name.data or "", by=current_actor(), now=clock.now())
    flash(_("已保存。"), "success")
    return redirect(url_for(".regions"))


def _region_form() -> RegionForm:
    form = RegionForm()
    form.parent_id.choices = options((region.id, region.name) for region in queries.regions(current_actor()))
    return form


def _regions_page(form: RegionForm) -> str:
    actor = current_actor()
    found = queries.regions(actor)
    return render_template(
        "organisation/regions.html",
        regions=found,
        form=form,
        may_add=policy.may_add_region(actor, found[0]),
        labels=LABELS,
    )


@bp.get("/duties")
def duties() -> ResponseReturnValue:
    """Who is system administrator, auditor or registrar."""
    form = DutyForm()
    offer_namesakes(form.person_id, _own_region(), None)
    return _duties_page(form), 200


@bp.post("/duties")
def grant_duty() -> ResponseReturnValue:
    """Give somebody an installation duty."""
    form, region = DutyForm(), _own_region()
    known = offer_namesakes(form.person_id, region, form.name.data)
    if form.validate():
        with form_errors(form), write_transaction():
            commands.grant_duty(
                person_meant(form, region, known=known),
                duty=DutyKind(form.duty.data),
                by=current_actor(),
                now=clock.now(),
            )
            flash(_("职责已指定。"), "success")
            return redirect(url_for(".duties"))
    return _duties_page(form), 422


@bp.post("/duties/<int:duty_id>/end")
def end_duty(duty_id: int) -> ResponseReturnValue:
    """End an installation duty."""
    row = queries.duty_by_id(current_actor(), duty_id)
    with write_transaction():
        commands.end_duty(row, by=current_actor(), now=clock.now())
    flash(_("职责已解除。"), "success")
    return redirect(url_for(".duties"))


def _own_region() -> Region:
    """The region over which the reader's duty reaches; 403 unless it is an administrator's."""
    actor = current_actor()
    if DutyKind.SYSTEM_ADMINISTRATOR not in actor.duties:
        raise NotAllowed(policy.NOT_ADMINISTRATOR.reason)
    return queries.regions(actor)[0]


def _duties_page(form: DutyForm) -> str:
    rows = queries.duties(current_actor(), day=clock.today())
    asking = form.is_submitted() and len(list(form.person_id)) > 1
    return render_template("organisation/duties.html", rows=rows, form=form, asking=asking, labels=LABELS)
