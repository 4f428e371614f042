"""Letters as papers: Word and PDF of one, files of all, and the table of who has signed."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.documents.docx import docx
from tracker.documents.sending import send_paper
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.installation import on_paper
from tracker.kernel.text import _
from tracker.kernel.web import send_made
from tracker.letters import commands, policy, queries
from tracker.letters.forms import PapersForm
from tracker.letters.papers import handover_paper, reconciliation_paper, standing_paper
from tracker.letters.printing import pdf_of, printed
from tracker.letters.rules import HandoverLine, HandoverState, LetterState, PaperKind
from tracker.letters.views.blueprint import bp


@bp.get("/letters/<int:letter_id>/letter.docx")
def docx_of_letter(letter_id: int) -> ResponseReturnValue:
    """A letter for Word or WPS."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    data = docx(printed(letter, actor=actor, now=clock.now()))
    return send_made(data, f"{letter.unit.name}{letter.batch.title}.docx")


@bp.get("/letters/<int:letter_id>/letter.pdf")
def pdf_of_letter(letter_id: int) -> ResponseReturnValue:
    """A letter to print: once it is sealed the bytes that were sealed; where the server cannot make PDFs it says so."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    data = pdf_of(letter, actor=actor, now=clock.now())
    return send_made(data, f"{letter.unit.name}{letter.batch.title}.pdf")


@bp.post("/letter-batches/<int:letter_batch_id>/papers")
def make_papers(letter_batch_id: int) -> ResponseReturnValue:
    """All letters of a batch as a zip, or as one PDF to print: a job whose page says when they are ready."""
    actor, form = current_actor(), PapersForm()
    batch = queries.visible_batch(actor, letter_batch_id)
    if not form.validate_on_submit():
        raise Invalid({"kind": _("请选择要生成的文件。")})
    with write_transaction():
        batch = queries.visible_batch(actor, letter_batch_id)
        job = commands.ask_for_papers(batch, kind=PaperKind(form.kind.data), by=actor, now=clock.now())
        return redirect(url_for("jobs.show", job_id=job.id))


@bp.get("/letter-batches/<int:letter_batch_id>/standing.docx")
def standing(letter_batch_id: int) -> ResponseReturnValue:
    """签订情况表 of a batch."""
    batch = queries.visible_batch(current_actor(), letter_batch_id)
    letters = queries.letters_of(batch)
    lines = queries.lines_of(letters, day=clock.today())
    data = docx(standing_paper(batch, letters, lines, today=clock.today()))
    return send_made(data, f"{_('签订情况表')}{clock.today():%Y%m%d}.docx")


@bp.get("/letter-handovers/<int:handover_id>/handover.<any(docx, pdf):ending>")
def handover_sheet(handover_id: int, ending: str) -> ResponseReturnValue:
    """交接确认 to print and sign by hand; its code leads to where the office enters what was signed."""
    found = queries.visible_handover(current_actor(), handover_id)
    if found.state is HandoverState.LAPSED:
        raise Stale(_("这份交接确认已经失效，请打印重新起草的一份。"))
    whole = len(found.signatures) == len(HandoverLine)
    if not whole and found.letter.state is not LetterState.IN_FORCE:
        raise Stale(_("责任书不在生效状态，不再办理交接。"))
    page = url_for("letters.handover" if whole else "letters.record_handover", handover_id=handover_id)
    name = f"{found.letter.unit.name}{found.letter.number}交接确认"
    return send_paper(handover_paper(found, url=on_paper(page)), name, ending)


@bp.get("/letters/<int:letter_id>/reconciliation.<any(docx, pdf):ending>")
def reconciliation_sheet(letter_id: int, ending: str) -> ResponseReturnValue:
    """年终对账表 to print and confirm by hand; its code leads to where the office enters the confirmation."""
    letter = queries.visible_letter(current_actor(), letter_id)
    found = queries.reconciliation_of(letter)
    if found is None:
        raise Stale(_("办公室还没有起草年终对账。"))
    if not found.confirmed_at and not policy.was_in_force(letter):
        raise Stale(_("责任书不在生效状态，不再办理年终对账。"))
    page = url_for("letters.show" if found.confirmed_at else "letters.record_fulfilment", letter_id=letter_id)
    paper = reconciliation_paper(found, url=on_paper(page))
    return send_paper(paper, f"{letter.unit.name}{letter.number}年终对账表", ending)
