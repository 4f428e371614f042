"""The seats of a group: who leads, who sits, who works in the office."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import EndForm, SeatForm, grouped_options, options, unit_options
from tracker.organisation.models import LeadershipGroup, Person, Post, Unit
from tracker.organisation.rules import LABELS, OPEN_CHANGES, SeatRole
from tracker.organisation.views.blueprint import bp, group_of_page, last_day_given


@bp.get("/groups/<int:group_id>/seats")
def seats(group_id: int) -> ResponseReturnValue:
    """The seats of a group, and who sat there before."""
    found = group_of_page(group_id)
    actor, today = current_actor(), clock.today()
    current, past = queries.seats(found, day=today)
    return render_template(
        "organisation/seats.html",
        group=found,
        seats=current,
        past=past,
        standings=queries.standings(actor, current, day=today),
        changes=queries.seat_changes(actor, group_id, states=OPEN_CHANGES),
        notices=queries.seat_notices(group_id),
        may_keep=policy.may_keep_group(actor, found),
        labels=LABELS,
        today=today,
    )


@bp.route("/groups/<int:group_id>/seats/new", methods=["GET", "POST"])
def add_seat(group_id: int) -> ResponseReturnValue:
    """Give a seat to a post, a person or a unit."""
    found, actor = group_of_page(group_id), current_actor()
    require(policy.may_keep_group(actor, found))
    form = _form(found)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.seat(
                found,
                role=SeatRole(form.role.data),
                **_holder(form),
                title=form.title.data or "",
                starts_on=form.starts_on.data,
                instrument=form.instrument.data or "",
                by=actor,
                now=clock.now(),
            )
            return _done(group_id)
    return render_template("organisation/edit_seat.html", form=form, group=found, seat=None), status_of(form)


@bp.route("/groups/<int:group_id>/seats/<int:seat_id>/holder", methods=["GET", "POST"])
def change_seat(group_id: int, seat_id: int) -> ResponseReturnValue:
    """Pass a seat to another post, person or unit."""
    found, actor = group_of_page(group_id), current_actor()
    row = queries.seat_by_id(found, seat_id)
    require(policy.may_change_holder(actor, row))
    form = _form(found)
    del form.role
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.change_holder(
                row,
                **_holder(form),
                title=form.title.data or "",
                starts_on=form.starts_on.data,
                instrument=form.instrument.data or "",
                by=actor,
                now=clock.now(),
            )
            return _done(group_id)
    page = render_template(
        "organisation/edit_seat.html", form=form, group=found, seat=row, labels=LABELS, end_form=EndForm(formdata=None)
    )
    return page, status_of(form)


@bp.post("/groups/<int:group_id>/seats/<int:seat_id>/end")
def end_seat(group_id: int, seat_id: int) -> ResponseReturnValue:
    """End a seat."""
    row = queries.seat_by_id(group_of_page(group_id), seat_id)
    with write_transaction():
        ended = commands.end_seat(row, last_day=last_day_given(), by=current_actor(), now=clock.now())
    if ended >= clock.today():
        flash(_("席位到%(day)s为止。", day=format_date(ended, "long")), "info")
    return _done(group_id)


def _form(group: LeadershipGroup) -> SeatForm:
    """The form with the posts, people and units that the reader may choose from."""
    actor, today = current_actor(), clock.today()
    form = SeatForm()
    posts = queries.posts_to_choose(actor, group.region, day=today)
    form.post_id.choices = grouped_options(posts, nothing=_("不按职务"))
    people = queries.people_to_choose(actor, group.region, day=today)
    form.person_id.choices = options(people, nothing=_("不按姓名"))
    units = queries.units_of_region(actor, group.region, day=today)
    form.unit_id.choices = unit_options(units, nothing=_("不以单位为成员"))
    return form


def _holder(form: SeatForm) -> dict[str, Any]:
    """What the form chose; its choices hold only what the reader may choose."""
    return {
        "post": db.session.get(Post, form.post_id.data),
        "person": db.session.get(Person, form.person_id.data),
        "unit": db.session.get(Unit, form.unit_id.data),
    }


def _done(group_id: int) -> ResponseReturnValue:
    flash(_("组成人员已更新。"), "success")
    return redirect(url_for(".seats", group_id=group_id))
