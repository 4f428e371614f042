"""Who has not signed, in a whole group; and urging (催签): one letter with one click, or those that were ticked."""

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts.rules import own_path
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid
from tracker.kernel.forms import ActForm
from tracker.kernel.per_item import each, summary, ticked
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors
from tracker.letters import commands, policy, queries
from tracker.letters.models import Letter
from tracker.letters.rules import LABELS, LetterState
from tracker.letters.views.batches import batch_page, days_waiting
from tracker.letters.views.blueprint import bp
from tracker.tasks.queries import watched_group


@bp.get("/groups/<int:group_id>/letters/unsigned")
def unsigned(group_id: int) -> ResponseReturnValue:
    """The letters that the desks count as not signed by all: whose turn it is, since when, and their telephone."""
    return _unsigned_page(current_actor(), group_id, ActForm(formdata=None)), 200


def _unsigned_page(actor: Actor, group_id: int, form: ActForm) -> str:
    group, today = watched_group(actor, group_id), clock.today()
    found = queries.unsigned_letters(group_id)
    waiting = [letter for letter in found if letter.state is not LetterState.SENT_BACK]
    days = days_waiting(found)
    return render_template(
        "letters/unsigned.html",
        group=group,
        waiting=sorted(waiting, key=lambda letter: (-days.get(letter.id, 0), letter.sign_by, letter.id)),
        sent_back=[letter for letter in found if letter.state is LetterState.SENT_BACK],
        late=sum(letter.sign_by < today for letter in waiting),
        turns=queries.turns_of(waiting, day=today),
        free_on=queries.urged_until(waiting, day=today),
        days=days,
        form=form,
        today=today,
        labels=LABELS,
    )


@bp.post("/groups/<int:group_id>/letters/urge")
def urge_unsigned(group_id: int) -> ResponseReturnValue:
    """Urge the ticked letters of a group, each with its own result."""
    actor, form = current_actor(), ActForm()
    watched_group(actor, group_id)
    if form.validate_on_submit():
        with form_errors(form):
            items = _ticked(queries.unsigned_letters(group_id))
            return _urge_each(actor, items, back=url_for("letters.unsigned", group_id=group_id))
    return _unsigned_page(actor, group_id, form), 422


@bp.post("/letter-batches/<int:letter_batch_id>/urge")
def urge(letter_batch_id: int) -> ResponseReturnValue:
    """Urge the ticked letters of a batch, each with its own result."""
    actor, form = current_actor(), ActForm()
    found = queries.visible_batch(actor, letter_batch_id)
    require(policy.may_urge(actor, found))
    if form.validate_on_submit():
        with form_errors(form):
            items = _ticked(queries.letters_of(found))
            return _urge_each(actor, items, back=url_for("letters.batch", letter_batch_id=letter_batch_id))
    return batch_page(actor, queries.visible_batch(actor, letter_batch_id), form), 422


@bp.post("/letters/<int:letter_id>/urge")
def urge_one(letter_id: int) -> ResponseReturnValue:
    """Urge one letter with one click, from its own page or from its row in a list; what is ticked there stays."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_urge(actor, letter.batch))
    page = url_for("letters.show", letter_id=letter_id)
    return _urge_each(actor, [_item(letter)], back=own_path(request.form.get("next"), default=page))


def _item(letter: Letter) -> tuple[int, str, str]:
    return letter.id, f"{letter.unit.name} {letter.number or ''}".strip(), url_for("letters.show", letter_id=letter.id)


def _ticked(letters: Sequence[Letter]) -> list[tuple[int, str, str]]:
    known = {letter.id: letter for letter in letters}
    items = [_item(known[letter_id]) for letter_id in ticked("letter") if letter_id in known]
    if not items:
        raise Invalid({"letter": _("请先勾选要催签的责任书。")})
    return items


def _urge_each(actor: Actor, items: list[tuple[int, str, str]], *, back: str) -> str:
    db.session.rollback()
    results = each(items, lambda letter_id: _urge(actor, letter_id), done=_("已催签"))
    return render_template(
        "letters/results.html",
        title=_("催签"),
        results=results,
        summary=summary(results),
        back=back,
    )


def _urge(actor: Actor, letter_id: int) -> None:
    commands.urge_letter(queries.visible_letter(actor, letter_id), by=actor, now=clock.now())
