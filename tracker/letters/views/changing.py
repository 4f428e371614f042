"""What the office and the units do with single letters: edit, issue again, send back, withdraw, follow."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.forms import ActForm
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.letters import commands, policy, queries
from tracker.letters.forms import ClausesForm, FollowForm, ReasonForm
from tracker.letters.models import Letter
from tracker.letters.rules import EDITABLE, ClauseKind, LetterKind, LetterState
from tracker.letters.views.blueprint import bp
from tracker.letters.views.reading import letter_page
from tracker.tasks.rules import LABELS as TASK_LABELS


def _clauses(form: ClausesForm, letter: Letter) -> None:
    """Offer the tasks that a letter could promise; what it promises now is ticked when the form is opened."""
    known = queries.tasks_to_promise(letter)
    form.tasks.offer([(str(task.id), f"{task.title}（{task.due_on or _('长期坚持')}）") for task in known])
    if not form.is_submitted():
        promised = {clause.task_id for clause in letter.clauses}
        form.tasks.data = [str(task.id) for task in known if task.id in promised]
        form.free.data = "\n".join(clause.text for clause in letter.clauses if clause.kind is ClauseKind.FREE)


@bp.route("/letters/<int:letter_id>/edit", methods=["GET", "POST"])
def edit(letter_id: int) -> ResponseReturnValue:
    """Say what a letter promises, before it goes out or after it was sent back."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_manage_batch(actor, letter.batch))
    if letter.state not in EDITABLE:
        raise Stale(_("责任书已经下发，条款不能再改；可以起草补充责任书。"))
    if letter.parent_id is not None and letter.state is LetterState.DRAFT and letter.follows_id is None:
        raise Stale(_("分解的草稿不逐条修改：请移出本批，在原责任书上重新分解。"))
    form = ClausesForm(version=letter.version, sign_by=letter.sign_by)
    _clauses(form, letter)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.edit_letter(
                queries.visible_letter(actor, letter_id),
                task_ids=form.tasks.rows,
                free=form.free.data or "",
                sign_by=form.sign_by.data,
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            flash(_("条款已保存。"), "success")
            return redirect(url_for("letters.show", letter_id=letter_id))
    asked = queries.asked_by_letter(queries.consultation_of(letter.batch_id), today=clock.today()).get(letter_id)
    places = queries.places_asked(asked.asked) if asked is not None else {}
    page = render_template(
        "letters/edit.html", letter=letter, form=form, asked=asked, places=places, labels=TASK_LABELS
    )
    return page, status_of(form)


@bp.route("/letters/<int:letter_id>/follow", methods=["GET", "POST"])
def follow(letter_id: int) -> ResponseReturnValue:
    """Write a supplementary letter, or one that will replace this one."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_manage_batch(actor, letter.batch))
    if letter.state is not LetterState.IN_FORCE:
        raise Stale(_("只有已生效的责任书可以补充或者重签。"))
    form = FollowForm(sign_by=commands.usual_sign_by(letter.batch, today=clock.today()))
    _clauses(form, letter)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            new = commands.follow_letter(
                queries.visible_letter(actor, letter_id),
                kind=LetterKind(form.kind.data),
                task_ids=form.tasks.rows,
                free=form.free.data or "",
                sign_by=form.sign_by.data,
                by=actor,
                now=clock.now(),
            )
            flash(_("已起草，核对后下发。"), "success")
            return redirect(url_for("letters.show", letter_id=new.id))
    return render_template("letters/follow.html", letter=letter, form=form), status_of(form)


@bp.post("/letters/<int:letter_id>/issue")
def issue(letter_id: int) -> ResponseReturnValue:
    """Issue one letter: again after it was sent back, or one that follows another."""
    actor, form = current_actor(), ActForm()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_issue(actor, letter.batch))
    if form.validate_on_submit():
        with write_transaction():
            letter = queries.visible_letter(actor, letter_id)
            commands.issue_letter(letter, version=form.seen_version, by=actor, now=clock.now())
            flash(_("已下发，待签署。"), "success")
    return redirect(url_for("letters.show", letter_id=letter_id))


@bp.post("/letters/<int:letter_id>/send-back")
def send_back(letter_id: int) -> ResponseReturnValue:
    """A unit's head sends a letter back with reasons."""
    actor, form = current_actor(), ReasonForm()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_send_back(actor, letter))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            letter = queries.visible_letter(actor, letter_id)
            return _done(commands.send_back, letter, form, _("已退回办公室。"))
    return letter_page(actor, queries.visible_letter(actor, letter_id), sending_back=form), 422


@bp.post("/letters/<int:letter_id>/withdraw")
def withdraw(letter_id: int) -> ResponseReturnValue:
    """Whoever wrote a letter takes it back before it is in force."""
    actor, form = current_actor(), ReasonForm()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_withdraw(actor, letter))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            letter = queries.visible_letter(actor, letter_id)
            return _done(commands.withdraw_letter, letter, form, _("已撤回。"))
    return letter_page(actor, queries.visible_letter(actor, letter_id), withdrawing=form), 422


def _done(command: Any, letter: Letter, form: ReasonForm, said: str) -> ResponseReturnValue:
    remark, version = form.remark.data or "", form.seen_version
    command(letter, remark=remark, version=version, by=current_actor(), now=clock.now())
    flash(said, "success")
    return redirect(url_for("letters.show", letter_id=letter.id))
