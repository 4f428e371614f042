"""People: their list and their page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import NameForm, PhoneForm
from tracker.organisation.models import Person
from tracker.organisation.rules import LABELS
from tracker.organisation.views.blueprint import asked, bp, person_of_page


@bp.get("/people")
def people() -> ResponseReturnValue:
    """The people that the reader may see, by name, pinyin or initials."""
    text = asked("q")
    page = queries.people(current_actor(), day=clock.today(), text=text, place=request.args.get("after"))
    return render_template("organisation/people.html", page=page, text=text)


@bp.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """A person with every post held, now and before."""
    found = person_of_page(person_id)
    return _page(found, PhoneForm(obj=found), NameForm(obj=found)), 200


@bp.post("/people/<int:person_id>/phone")
def set_phone(person_id: int) -> ResponseReturnValue:
    """Change a telephone number."""
    found, form = person_of_page(person_id), PhoneForm()
    require(policy.may_set_phone(current_actor(), found, day=clock.today()))
    if form.validate():
        with form_errors(form), write_transaction():
            commands.set_phone(
                found, phone=form.phone.data or "", version=form.seen_version, by=current_actor(), now=clock.now()
            )
            return _done(person_id)
    return _page(found, form, NameForm(obj=found, formdata=None)), 422


@bp.post("/people/<int:person_id>/name")
def rename_person(person_id: int) -> ResponseReturnValue:
    """Correct a name."""
    found, form = person_of_page(person_id), NameForm()
    require(policy.may_keep_person(current_actor(), found))
    if form.validate():
        with form_errors(form), write_transaction():
            commands.rename_person(
                found, name=form.name.data or "", version=form.seen_version, by=current_actor(), now=clock.now()
            )
            return _done(person_id)
    return _page(found, PhoneForm(obj=found, formdata=None), form), 422


def _page(found: Person, phone_form: PhoneForm, name_form: NameForm) -> str:
    actor, today = current_actor(), clock.today()
    history = queries.person_history(found)
    return render_template(
        "organisation/person.html",
        person=found,
        history=history,
        visible_units=queries.seen_units(actor, {row.post.unit_id for row in history}, day=today),
        phone_form=phone_form,
        name_form=name_form,
        may_rename=policy.may_keep_person(actor, found),
        may_phone=policy.may_set_phone(actor, found, day=today),
        labels=LABELS,
        today=today,
    )


def _done(person_id: int) -> ResponseReturnValue:
    flash(_("已保存。"), "success")
    return redirect(url_for(".person", person_id=person_id))
