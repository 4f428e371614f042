"""Signing: one letter on the page that shows its text, or many with one confirmation; and what was signed on paper."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import gate
from tracker.kernel import clock, files
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.installation import settings
from tracker.kernel.per_item import each, summary
from tracker.kernel.text import _
from tracker.kernel.uploads import chosen, files_root, kept
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.letters import commands, policy, queries
from tracker.letters.commands import Seen
from tracker.letters.drawings import drawn, photographed
from tracker.letters.forms import PaperForm, SignForm, SignManyForm, paper_form
from tracker.letters.models import Letter
from tracker.letters.rules import LABELS, SIGNABLE
from tracker.letters.views.blueprint import bp

MOST = 200
"""So many letters are read on one page and signed at once; the page and the results say how many follow."""


@bp.route("/letters/<int:letter_id>/sign", methods=["GET", "POST"])
def sign(letter_id: int) -> ResponseReturnValue:
    """Read a letter and sign exactly that text."""
    actor, form, now = current_actor(), SignForm(), clock.now()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_sign(actor, letter))
    if form.validate_on_submit():
        with form_errors(form):
            gate.confirm_password(form.password.data, code=form.code.data, by=actor, now=now)
            with write_transaction():
                letter = queries.visible_letter(actor, letter_id)
                seen = _seen(letter, form.text_id.data, form.sha256.data, form.ticket.data)
                commands.sign_letter(seen, drawing=_drawing(form, now=now), by=actor, now=now)
                flash(_("已签署。"), "success")
                return redirect(url_for("letters.show", letter_id=letter_id))
    hindered = policy.hindrance(actor, letter)
    text = policy.text_of(letter)
    if hindered is not None or text is None:
        raise Stale(hindered)
    page = render_template(
        "letters/sign.html",
        letter=letter,
        text=text,
        form=form,
        ticket=commands.ticket_for(text, by=actor, now=now),
        lines=policy.to_sign(actor, letter),
        **gate.asks(now=now),
        labels=LABELS,
    )
    return page, status_of(form)


def _drawing(form: SignForm, *, now: datetime) -> NewFile | None:
    """What was drawn or uploaded as a signature, as a small PNG in the store; None where there is neither."""
    uploads = chosen(form.picture.data)
    if uploads:
        data = photographed(uploads[0].stream, most_megabytes=settings().max_upload_mb, field="picture")
    elif form.drawn.data:
        data = drawn(form.drawn.data, field="picture")
    else:
        return None
    digest = files.keep(data, "image/png", root=files_root(), now=now)
    return NewFile("签名.png", digest, len(data), "image/png")


def _seen(letter: Letter, text_id: str | None, sha256: str | None, ticket: str | None) -> Seen:
    plain = text_id or ""
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0
    return Seen(letter, number, sha256 or "", ticket or "")


@bp.route("/letters/sign", methods=["GET", "POST"])
def sign_many() -> ResponseReturnValue:
    """All that waits for the reader's signature, each with its digest; signed with one confirmation."""
    actor, form, now = current_actor(), SignManyForm(), clock.now()
    waiting = queries.waiting_for(actor)
    if form.validate_on_submit():
        with form_errors(form):
            ticked = _ticked(waiting)
            gate.confirm_password(form.password.data, code=form.code.data, by=actor, now=now)
            items = [
                (number, f"{seen.letter.unit.name} {seen.letter.number}", url_for("letters.show", letter_id=letter_id))
                for number, (letter_id, seen) in enumerate(ticked)
            ]
            results = each(items, lambda number: _sign(actor, *ticked[number]), done=_("已签署"))
            return render_template(
                "letters/results.html",
                title=_("集中签署"),
                results=results,
                summary=summary(results),
                back=url_for("letters.index"),
                left=len(queries.waiting_for(actor)),
            )
    page = render_template(
        "letters/sign_many.html",
        form=form,
        count=len(waiting),
        waiting=[(letter, policy.text_of(letter)) for letter in waiting[:MOST]],
        tickets={letter.id: _ticket(letter, by=actor) for letter in waiting[:MOST]},
        picked=set(request.form.getlist("letter")),
        **gate.asks(now=now),
    )
    return page, status_of(form)


def _ticket(letter: Letter, *, by: Actor) -> str:
    text = policy.text_of(letter)
    return commands.ticket_for(text, by=by, now=clock.now()) if text is not None else ""


def _ticked(waiting: list[Letter]) -> list[tuple[int, Seen]]:
    """The ticked letters as they stood on the page: text, digest and ticket travel with each."""
    letters = {str(letter.id): letter for letter in waiting}
    found = []
    for key in dict.fromkeys(request.form.getlist("letter")):
        if key in letters:
            letter = letters[key]
            values = [request.form.get(f"{name}-{key}") for name in ("text", "sha256", "ticket")]
            found.append((letter.id, _seen(letter, *values)))
    if not found:
        raise Invalid({"letter": _("请先勾选要签署的责任书。")})
    if len(found) > MOST:
        raise Invalid({"letter": _("一次最多签署 %(count)s 份，请分几次签署。", count=MOST)})
    return found


def _sign(actor: Actor, letter_id: int, seen: Seen) -> None:
    letter = queries.visible_letter(actor, letter_id)
    commands.sign_letter(Seen(letter, seen.text_id, seen.sha256, seen.ticket), by=actor, now=clock.now())


@bp.route("/letters/<int:letter_id>/paper", methods=["GET", "POST"])
def record_paper(letter_id: int) -> ResponseReturnValue:
    """The office enters what was signed by hand."""
    actor, now = current_actor(), clock.now()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_record_paper(actor, letter))
    lines = [line for line in queries.lines_of([letter], day=clock.today())[letter.id] if line.signature is None]
    form = paper_form(
        [
            (
                line.signatory.id,
                f"{LABELS[line.signatory.side]} {line.signatory.party}{line.signatory.title}",
                [(person.id, person.name) for person in line.people],
            )
            for line in lines
        ],
        version=letter.version,
    )
    if letter.state not in SIGNABLE:
        raise Stale(_("责任书不在待签署状态。"))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            letter = queries.visible_letter(actor, letter_id)
            [scan] = kept(chosen(form.scan.data), field="scan", now=now)
            people = _people(form, [line.signatory.id for line in lines])
            commands.record_paper(letter, people=people, scan=scan, version=form.seen_version, by=actor, now=now)
            flash(_("已代录纸质签署。"), "success")
            return redirect(url_for("letters.show", letter_id=letter_id))
    return render_template("letters/record_paper.html", letter=letter, form=form, lines=lines), status_of(form)


def _people(form: PaperForm, signatories: list[int]) -> dict[int, int]:
    """Who signed which line, as chosen."""
    found = {signatory: form[f"person_{signatory}"].row_id for signatory in signatories}
    return {signatory: person for signatory, person in found.items() if person is not None}
