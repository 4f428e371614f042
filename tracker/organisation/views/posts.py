"""Who holds the posts of a unit: coming, going, succession."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import SOMEBODY_NEW, AppointForm, DutyForm, EndForm, SuccessorForm, options
from tracker.organisation.models import Person, Region
from tracker.organisation.rules import PostRank
from tracker.organisation.views.blueprint import bp, last_day_given, unit_of_page


def offer_namesakes(field: RadioField, region: Region, typed: str | None) -> bool:
    """Offer people of the typed name to choose from; whether there are any."""
    name = one_line(typed or "", "name", limit=200)
    rows = queries.namesakes(current_actor(), region, name, day=clock.today()) if name else []
    known = [(row.person.id, f"{row.person.name} {'、'.join(row.posts)}".strip()) for row in rows]
    field.choices = options([*known, (SOMEBODY_NEW, _("另一位同名人员，新登记"))])
    return bool(rows)


def person_meant(form: AppointForm | SuccessorForm | DutyForm, region: Region, *, known: bool) -> Person:
    """The person chosen among namesakes, or a new one; asks where the name is known and nobody was chosen."""
    if form.person_id.data != SOMEBODY_NEW:
        return db.session.get_one(Person, form.person_id.data)
    if known and not request.form.get("person_id"):
        raise Invalid({"person_id": _("已有同名人员，请选择是哪一位。")})
    phone = "" if isinstance(form, DutyForm) else form.phone.data or ""
    return commands.add_person(region, name=form.name.data or "", phone=phone, by=current_actor(), now=clock.now())


@bp.route("/units/<int:unit_id>/appoint", methods=["GET", "POST"])
def appoint(unit_id: int) -> ResponseReturnValue:
    """Somebody takes up a post of a unit."""
    unit, actor = unit_of_page(unit_id), current_actor()
    require(policy.may_keep_posts(actor, unit, day=clock.today()))
    form = AppointForm(title=request.args.get("title", ""), rank=request.args.get("rank"))
    known = offer_namesakes(form.person_id, unit.region, form.name.data)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            person = person_meant(form, unit.region, known=known)
            rank = PostRank(form.rank.data)
            post = commands.ensure_post(unit, title=form.title.data or "", rank=rank, by=actor, now=clock.now())
            commands.appoint(
                post,
                person=person,
                starts_on=form.starts_on.data,
                presiding=form.presiding.data,
                instrument=form.instrument.data or "",
                by=actor,
                now=clock.now(),
            )
            return _done(unit_id, _("任职已登记。"))
    page = render_template("organisation/appoint.html", form=form, unit=unit, asking=_asks(form))
    return page, status_of(form)


@bp.route("/units/<int:unit_id>/appointments/<int:appointment_id>/successor", methods=["GET", "POST"])
def hand_over(unit_id: int, appointment_id: int) -> ResponseReturnValue:
    """A successor takes over a post; open work follows the post."""
    unit, actor = unit_of_page(unit_id), current_actor()
    row = queries.appointment_of_unit(unit, appointment_id)
    require(policy.may_keep_posts(actor, unit, day=clock.today()))
    form = SuccessorForm()
    known = offer_namesakes(form.person_id, unit.region, form.name.data)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.hand_over(
                row,
                to=person_meant(form, unit.region, known=known),
                starts_on=form.starts_on.data,
                instrument=form.instrument.data or "",
                by=actor,
                now=clock.now(),
            )
            return _done(unit_id, _("已换人，未办结事项随职务转移。"))
    page = render_template(
        "organisation/hand_over.html",
        form=form,
        unit=unit,
        appointment=row,
        asking=_asks(form),
        end_form=EndForm(formdata=None),
        awaiting=queries.groups_awaiting_proposal(row.post, day=clock.today()),
    )
    return page, status_of(form)


@bp.post("/units/<int:unit_id>/appointments/<int:appointment_id>/end")
def end_appointment(unit_id: int, appointment_id: int) -> ResponseReturnValue:
    """Somebody leaves a post, and nobody follows yet."""
    row = queries.appointment_of_unit(unit_of_page(unit_id), appointment_id)
    with write_transaction():
        commands.end_appointment(row, last_day=last_day_given(), by=current_actor(), now=clock.now())
    return _done(unit_id, _("离任已登记。"))


@bp.post("/units/<int:unit_id>/appointments/<int:appointment_id>/presiding")
def set_presiding(unit_id: int, appointment_id: int) -> ResponseReturnValue:
    """A deputy begins or ceases to preside."""
    row = queries.appointment_of_unit(unit_of_page(unit_id), appointment_id)
    presiding = request.form.get("presiding") == "yes"
    with write_transaction():
        commands.set_presiding(row, presiding=presiding, by=current_actor(), now=clock.now())
    return _done(unit_id, _("已更新。"))


def _asks(form: AppointForm | SuccessorForm) -> bool:
    """Whether the page must ask which of several namesakes is meant."""
    return form.is_submitted() and len(list(form.person_id)) > 1


def _done(unit_id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".unit", unit_id=unit_id))
