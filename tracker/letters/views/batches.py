"""A batch of letters: written, checked for what is missing, issued in one act, and who has not signed."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.documents.pdf import pdf_available
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid
from tracker.kernel.forms import ActForm
from tracker.kernel.per_item import ticked
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.letters import commands, policy, queries
from tracker.letters.commands import BatchWords
from tracker.letters.forms import BatchForm, TemplateForm
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import (
    AT_ONCE,
    BLOCKING,
    IN_PAPERS,
    LABELS,
    SIGN_DAYS,
    SIGNABLE,
    BatchState,
    PaperKind,
    SigningOrder,
    usual_period,
    usual_prefix,
    usual_title,
)
from tracker.letters.views.blueprint import bp
from tracker.organisation.models import LeadershipGroup, Post, Unit
from tracker.plans.queries import plans
from tracker.tasks.queries import watched_group
from tracker.tasks.rules import LABELS as TASK_LABELS


@bp.route("/groups/<int:group_id>/letters/template", methods=["GET", "POST"])
def template(group_id: int) -> ResponseReturnValue:
    """The words that frame the clauses of a group's letters."""
    actor = current_actor()
    group = watched_group(actor, group_id)
    require(policy.may_manage(actor, group_id))
    version, kept = queries.template_of(group_id)
    form = TemplateForm(obj=kept, version=version)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            group = watched_group(actor, group_id)
            commands.set_template(group, words=form.template, version=form.seen_version, by=actor, now=clock.now())
            flash(_("模板已保存，以后起草的责任书用新的文字。"), "success")
            return redirect(url_for("letters.index"))
    return render_template("letters/template.html", group=group, form=form), status_of(form)


@bp.route("/groups/<int:group_id>/letters/new", methods=["GET", "POST"])
def new(group_id: int) -> ResponseReturnValue:
    """Write a batch: one letter a unit, from its tasks as they stand."""
    actor = current_actor()
    group = watched_group(actor, group_id)
    require(policy.may_manage(actor, group_id))
    form = _batch_form(actor, group)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            group = watched_group(actor, group_id)
            units = [unit for unit, _member in queries.units_to_promise(group_id, day=clock.today())]
            chosen = [unit for unit in units if unit.id in set(form.units.rows)]
            if len(chosen) != len(form.units.rows):
                raise Invalid({"units": _("请选择本领导小组的成员单位或者其下属单位。")})
            batch = commands.prepare_batch(group, chosen, words=_words(actor, group, form), by=actor, now=clock.now())
            flash(_("已起草 %(count)s 份，核对后下发。", count=len(chosen)), "success")
            return redirect(url_for("letters.batch", letter_batch_id=batch.id))
    return render_template("letters/new.html", group=group, form=form), status_of(form)


def _batch_form(actor: Actor, group: LeadershipGroup) -> BatchForm:
    today = clock.today()
    _version, kept = queries.template_of(group.id)
    short = group.short_name or group.name
    form = BatchForm(
        obj=kept,
        title=usual_title(short, today.year),
        year=today.year,
        first_party=group.name,
        sign_by=working_days().shift(today, SIGN_DAYS),
        ends_on=today.replace(month=12, day=31),
        number_prefix=usual_prefix(today.year),
    )
    units = queries.units_to_promise(group.id, day=today)
    already = queries.promised_already(
        group.id, [unit.id for unit, _member in units], plan_id=None, period=usual_period(today.year)
    )
    form.units.offer([(str(unit.id), _unit_words(unit, already.get(unit.id))) for unit, _member in units])
    form.plan.offer([(plan.id, plan.title) for plan in plans(actor) if plan.group_id == group.id])
    seats = queries.leaders_to_sign(group.id, day=today)
    form.signatories.offer(
        [(f"s{seat.id}", _who(seat)) for seat in seats]
        + [(f"p{post.id}", f"{post.unit.name}{post.title}") for post in _parents(units)]
    )
    if not form.is_submitted():
        form.units.data = [str(unit.id) for unit, member in units if member and unit.id not in already]
        form.signatories.data = [f"s{seats[0].id}"] if seats else []
    return form


def _unit_words(unit: Unit, letter: Letter | None) -> str:
    """A unit to choose; one that has its letter already is said to have it, and so is not ticked."""
    if letter is None:
        return unit.name
    plan = letter.batch.plan
    which = f"{plan.title} {letter.batch.period}" if plan is not None else letter.batch.period
    state = f"{letter.number} {LABELS[letter.state]}" if letter.number else str(LABELS[letter.state])
    return str(_("%(unit)s（已有%(which)s责任书：%(state)s）", unit=unit.name, which=which, state=state))


def _who(seat: Any) -> str:
    if seat.post is not None:
        return f"{seat.post.unit.name}{seat.post.title}"
    return f"{seat.person.name} {seat.title}" if seat.person is not None else str(seat.title)


def _parents(units: Any) -> list[Post]:
    """The posts of heads of units that have others below them: they may be the first party to these."""
    above = {unit.parent_id for unit, _member in units if unit.parent_id is not None}
    return [post for posts in queries.head_posts(sorted(above)).values() for post in posts]


def _words(actor: Actor, group: LeadershipGroup, form: BatchForm) -> BatchWords:
    coded = list(dict.fromkeys(form.signatories.data or ()))
    seats = [seat for seat in queries.leaders_to_sign(group.id, day=clock.today()) if f"s{seat.id}" in coded]
    units = queries.units_to_promise(group.id, day=clock.today())
    posts = [post for post in _parents(units) if f"p{post.id}" in coded]
    if len(seats) + len(posts) != len(coded):
        raise Invalid({"signatories": _("请从列出的选项中选择。")})
    plan = next((plan for plan in plans(actor) if plan.id == form.plan.row_id), None)
    return BatchWords(
        title=form.title.data or "",
        first_party=form.first_party.data or "",
        number_prefix=form.number_prefix.data or "",
        sign_by=form.sign_by.data,
        template=form.template,
        year=form.year.data,
        period=form.period.data or "",
        ends_on=form.ends_on.data,
        signing_order=SigningOrder(form.signing_order.data),
        plan=plan,
        seats=seats,
        posts=posts,
    )


@bp.get("/letter-batches/<int:letter_batch_id>")
def batch(letter_batch_id: int) -> ResponseReturnValue:
    """A batch: before it goes out what each letter holds and lacks, afterwards who has signed and who has not."""
    actor = current_actor()
    return batch_page(actor, queries.visible_batch(actor, letter_batch_id), ActForm(formdata=None)), 200


def batch_page(actor: Actor, found: LetterBatch, form: ActForm) -> str:
    """The page of a batch; with a form where one was refused."""
    today = clock.today()
    letters = queries.letters_of(found)
    shown = [letter for letter in letters if letter.edition or letter.state != "withdrawn"]
    drafts = [letter for letter in shown if not letter.edition]
    lines = queries.lines_of(shown, day=today)
    consultation = queries.consultation_of(found.id)
    return render_template(
        "letters/batch.html",
        batch=found,
        letters=shown,
        gaps=queries.gaps(found, drafts, day=today) if drafts else {},
        already=queries.already_beside(found, drafts),
        lines=lines,
        handovers=queries.handovers_due(shown, day=today),
        days=days_waiting(shown),
        tally=queries.tallies([found.group_id], day=today).get(found.id),
        office=policy.may_manage_batch(actor, found),
        issues=policy.may_issue(actor, found),
        urges=policy.may_urge(actor, found),
        free_on=queries.urged_until(shown, day=today),
        form=form,
        signable=SIGNABLE,
        piles=queries.piles_of(found),
        papers=_papers(shown) if pdf_available() else [PaperKind.WORD],
        pdf=pdf_available(),
        is_draft=found.state is BatchState.DRAFT,
        blocking=BLOCKING,
        consultation=consultation,
        views=queries.asked_by_letter(consultation, today=today),
        task_labels=TASK_LABELS,
        today=today,
        labels=LABELS,
    )


def _papers(letters: list[Letter]) -> list[PaperKind]:
    """The files that can be made of these letters."""
    states = {letter.state for letter in letters if letter.edition}
    return [kind for kind in PaperKind if states & IN_PAPERS[kind]]


def days_waiting(letters: Sequence[Letter]) -> dict[int, int]:
    """Working days that each letter has waited for whoever is to act now."""
    days, today = working_days(), clock.today()
    since = queries.waiting_since(letters)
    return {letter_id: days.between(clock.local_date(at), today) for letter_id, at in since.items()}


@bp.post("/letter-batches/<int:letter_batch_id>/issue")
def issue_batch(letter_batch_id: int) -> ResponseReturnValue:
    """Issue a batch: every unit gets its letter, or none does. A large one goes out by a job."""
    actor, form = current_actor(), ActForm()
    require(policy.may_issue(actor, queries.visible_batch(actor, letter_batch_id)))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            found = queries.visible_batch(actor, letter_batch_id)
            if len(queries.letters_of(found)) > AT_ONCE:
                job = commands.ask_to_issue(found, version=form.seen_version, by=actor, now=clock.now())
                return redirect(url_for("jobs.show", job_id=job.id))
            letters = commands.issue_batch(found, version=form.seen_version, by=actor, now=clock.now())
            flash(_("已下发 %(count)s 份责任书。", count=len(letters)), "success")
            return redirect(url_for("letters.batch", letter_batch_id=letter_batch_id))
    return batch_page(actor, queries.visible_batch(actor, letter_batch_id), form), 422


@bp.post("/letter-batches/<int:letter_batch_id>/discard")
def discard_batch(letter_batch_id: int) -> ResponseReturnValue:
    """Give up a batch that has not gone out."""
    actor, form = current_actor(), ActForm()
    require(policy.may_manage_batch(actor, queries.visible_batch(actor, letter_batch_id)))
    if form.validate_on_submit():
        with write_transaction():
            found = queries.visible_batch(actor, letter_batch_id)
            commands.discard_batch(found, version=form.seen_version, by=actor, now=clock.now())
            flash(_("草稿已弃用。"), "success")
            return redirect(url_for("letters.index"))
    return batch_page(actor, queries.visible_batch(actor, letter_batch_id), form), 422


@bp.post("/letter-batches/<int:letter_batch_id>/drop")
def drop(letter_batch_id: int) -> ResponseReturnValue:
    """Take the ticked units out of a batch that has not gone out."""
    actor, form = current_actor(), ActForm()
    require(policy.may_manage_batch(actor, queries.visible_batch(actor, letter_batch_id)))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            found = queries.visible_batch(actor, letter_batch_id)
            ids, version = ticked("letter"), form.seen_version
            dropped = commands.drop_letters(found, letter_ids=ids, version=version, by=actor, now=clock.now())
            flash(_("已移出 %(count)s 家单位。", count=len(dropped)), "success")
            return redirect(url_for("letters.batch", letter_batch_id=letter_batch_id))
    return batch_page(actor, queries.visible_batch(actor, letter_batch_id), form), 422
