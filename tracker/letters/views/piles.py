"""Piles of scans: uploaded, filed, corrected by hand, and recorded for the letters that were ticked."""

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker.audit.sending import SANDBOX
from tracker.documents.scans import SCANS
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotVisible
from tracker.kernel.forms import ActForm
from tracker.kernel.installation import settings
from tracker.kernel.per_item import each, summary, ticked
from tracker.kernel.text import _
from tracker.kernel.uploads import chosen, kept
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.letters import commands, policy, queries
from tracker.letters.forms import PileForm, chosen_numbers, pages_named
from tracker.letters.models import LetterPile
from tracker.letters.pile_reading import picture_of, scan_of
from tracker.letters.rules import LABELS, MOST_FILES, MOST_PAGES, PileState, Side, letter_named
from tracker.letters.views.blueprint import bp


def _own_pile(actor: Actor, pile_id: int) -> LetterPile:
    pile = queries.visible_pile(actor, pile_id)
    require(policy.may_manage_batch(actor, pile.batch))
    return pile


@bp.route("/letter-batches/<int:letter_batch_id>/pile", methods=["GET", "POST"])
def new_pile(letter_batch_id: int) -> ResponseReturnValue:
    """Upload what was signed at a meeting, scanned at once."""
    actor, form, now = current_actor(), PileForm(), clock.now()
    batch = queries.visible_batch(actor, letter_batch_id)
    require(policy.may_manage_batch(actor, batch))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            batch = queries.visible_batch(actor, letter_batch_id)
            scans = kept(chosen(*(form.scans.data or ())), field="scans", now=now, most=MOST_FILES, only=SCANS)
            pile = commands.upload_pile(batch, scans=scans, by=actor, now=now)
            return redirect(url_for("jobs.show", job_id=pile.job_id))
    page = render_template(
        "letters/new_pile.html", batch=batch, form=form, most=MOST_PAGES, megabytes=settings().max_upload_mb
    )
    return page, status_of(form)


@bp.get("/letter-piles/<int:pile_id>")
def pile(pile_id: int) -> ResponseReturnValue:
    """A pile: which letters it holds, and what could not be filed."""
    actor = current_actor()
    return _page(_own_pile(actor, pile_id), ActForm(formdata=None)), 200


def _page(found: LetterPile, form: ActForm) -> str:
    filed = queries.filed_letters(found)
    return render_template(
        "letters/pile.html",
        pile=found,
        form=form,
        filed=filed,
        lines=queries.lines_of([one.letter for one in filed], day=clock.today()),
        unfiled=[page for page in found.pages if page.fault is not None],
        letters=queries.letters_to_file(found.batch),
        typed=pages_named(request.form),
        roads=_roads(found),
        signed=set(request.args.getlist("signed")),
        reading=found.state is PileState.READING,
        labels=LABELS,
    )


def _roads(pile: LetterPile) -> list[dict[str, object]]:
    """Who signed all of a pile, if one can say so; without a word nobody is taken to have signed."""
    asked = request.args.getlist("signed")
    return [
        {"label": label, "url": url_for(".pile", pile_id=pile.id, signed=sides), "active": asked == sides}
        for label, sides in (
            (_("逐份选择"), []),
            (_("双方都签了"), [Side.FIRST.value, Side.SECOND.value]),
            (_("只有甲方签了"), [Side.FIRST.value]),
            (_("只有乙方签了"), [Side.SECOND.value]),
        )
    ]


@bp.get("/letter-piles/<int:pile_id>/pages/<int:position>.jpg")
def pile_page(pile_id: int, position: int) -> ResponseReturnValue:
    """The picture of a page."""
    found = _own_pile(current_actor(), pile_id)
    page = next((page for page in found.pages if page.position == position), None)
    if page is None:
        raise NotVisible
    answer = send_file(BytesIO(picture_of(found, page, now=clock.now())), mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


@bp.post("/letter-piles/<int:pile_id>/pages")
def assign_pages(pile_id: int) -> ResponseReturnValue:
    """File pages by hand, or take them out of a letter."""
    actor, form = current_actor(), ActForm()
    _own_pile(actor, pile_id)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            found = _own_pile(actor, pile_id)
            letter_ids = _refiled(found)
            commands.assign_pages(found, letter_ids=letter_ids, version=form.seen_version, by=actor, now=clock.now())
            flash(_("已调整 %(count)s 页。", count=len(letter_ids)), "success")
            return redirect(url_for(".pile", pile_id=pile_id))
    return _page(_own_pile(actor, pile_id), form), 422


def _refiled(pile: LetterPile) -> dict[int, int | None]:
    """The pages beside which another letter is written than they are filed to, and that letter."""
    letters = queries.letters_to_file(pile.batch)
    stands = {page.position: page.letter_id if page.fault is None else None for page in pile.pages}
    refiled: dict[int, int | None] = {}
    for position, text in pages_named(request.form).items():
        letter_id = letter_named(text, letters) if text else None
        if text and letter_id is None:
            sentence = _("第 %(page)s 页：本批待签署的责任书里没有“%(text)s”。", page=position, text=text[:60])
            raise Invalid({f"page-{position}": sentence})
        if position not in stands or stands[position] != letter_id:
            refiled[position] = letter_id
    return refiled


@bp.post("/letter-piles/<int:pile_id>/record")
def record_pile(pile_id: int) -> ResponseReturnValue:
    """Record the ticked letters as signed on paper, each with its own pages and its own result."""
    actor, form = current_actor(), ActForm()
    found = _own_pile(actor, pile_id)
    if form.validate_on_submit():
        with form_errors(form):
            named = {one.letter.id: one.letter.unit.name for one in queries.filed_letters(found)}
            items = [
                (letter_id, named[letter_id], url_for("letters.show", letter_id=letter_id))
                for letter_id in ticked("letter")
                if letter_id in named
            ]
            if not items:
                raise Invalid({"letter": _("请先勾选要确认的责任书。")})
            db.session.rollback()
            seen = form.seen_version
            results = each(
                items, lambda letter_id: _record(actor, pile_id, letter_id, seen), done=_("已代录纸质签署。")
            )
            return render_template(
                "letters/results.html",
                title=_("整叠扫描归位"),
                results=results,
                summary=summary(results),
                back=url_for(".pile", pile_id=pile_id),
            )
    return _page(_own_pile(actor, pile_id), form), 422


def _record(actor: Actor, pile_id: int, letter_id: int, seen: int) -> None:
    now, found = clock.now(), _own_pile(actor, pile_id)
    people = chosen_numbers(request.form, f"person-{letter_id}")
    commands.record_from_pile(
        found,
        queries.visible_letter(actor, letter_id),
        people={signatory: person for signatory, person in people.items() if person},
        scan=scan_of(found, letter_id, now=now),
        version=chosen_numbers(request.form, "version").get(letter_id, -1),
        pile_version=seen,
        by=actor,
        now=now,
    )
