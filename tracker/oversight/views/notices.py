"""Supervision notices: the list, one notice, drafting one, signing many off, and the files that belong to them."""

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.audit.queries import history
from tracker.audit.sending import Holder, send_kept
from tracker.documents.pdf import pdf_available
from tracker.documents.sending import send_paper
from tracker.documents.xlsx import write_table
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotVisible
from tracker.kernel.installation import on_paper
from tracker.kernel.per_item import each, summary, ticked
from tracker.kernel.registry import registry
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, row_number, send_made, status_of
from tracker.letters.models import Letter
from tracker.letters.queries import visible_letter
from tracker.oversight import commands, policy, queries
from tracker.oversight.forms import NoticeForm
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.printing import sheet_of
from tracker.oversight.queries import NoticeFilter
from tracker.oversight.rules import LABELS, UNSIGNED, NoticeState
from tracker.oversight.views.blueprint import bp
from tracker.oversight.views.notice_acts import possible
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.policy import OVERSEERS


def _filter() -> NoticeFilter:
    """How the address narrows the list; what makes no sense in it is left out."""
    states = {state.value: state for state in NoticeState}
    return NoticeFilter(
        group_id=request.args.get("group", type=row_number),
        state=states.get(request.args.get("state", "")),
        unit_id=request.args.get("unit", type=row_number),
        late=request.args.get("late") == "1",
    )


def _address(wanted: NoticeFilter) -> dict[str, Any]:
    parts = {
        "group": wanted.group_id,
        "state": wanted.state,
        "unit": wanted.unit_id,
        "late": 1 if wanted.late else None,
    }
    return {name: value for name, value in parts.items() if value is not None}


@bp.get("/notices")
def notices() -> ResponseReturnValue:
    """The supervision notices that somebody sees, as the address narrows them."""
    actor, today, wanted = current_actor(), clock.today(), _filter()
    page = queries.list_notices(actor, wanted, today=today, cursor=request.args.get("after", ""))
    signs = {notice.group_id for notice in page.rows if policy.may_sign_off_notice(actor, notice.group_id)}
    return render_template(
        "oversight/notices.html",
        page=page,
        wanted=wanted,
        address=_address(wanted),
        groups=queries.list_groups(actor),
        units=queries.list_units(actor, wanted.group_id),
        states=list(NoticeState) if actor.groups_as(*OVERSEERS) else _seen_by_units(),
        to_sign={one.id for one in page.rows if one.state in UNSIGNED and one.group_id in signs},
        late={one.id for one in page.rows if one.late or queries.owes_late(one, today=today)},
        gone={one.id: policy.fell_away(one) for one in page.rows},
        labels=LABELS,
    )


def _seen_by_units() -> list[NoticeState]:
    return [state for state in NoticeState if state not in UNSIGNED and state is not NoticeState.DISCARDED]


@bp.get("/notices/export")
def export_notices() -> ResponseReturnValue:
    """The whole list as .xlsx, up to 5,000 rows; a longer one says in the file that it was cut."""
    actor, today, wanted = current_actor(), clock.today(), _filter()
    rows = list(queries.all_notices(actor, wanted, today=today))
    notes = [_("导出日期：%(day)s", day=today.isoformat())]
    if len(rows) > queries.EXPORT_ROWS:
        notes.append(
            _("督办通知单超过 %(limit)s 份，本表只含前 %(limit)s 份，请缩小筛选范围。", limit=queries.EXPORT_ROWS)
        )
    title = _("督办通知单台账")
    data = write_table(title, _headings(), _cells(rows[: queries.EXPORT_ROWS]), notes=notes)
    return send_made(data, f"{title}{today:%Y%m%d}.xlsx")


def _headings() -> list[tuple[str, int]]:
    return [
        (_("编号"), 18),
        (_("紧急程度"), 10),
        (_("主送"), 24),
        (_("督办事项"), 44),
        (_("交办依据"), 30),
        (_("具体要求"), 44),
        (_("发出日期"), 12),
        (_("办理时限"), 12),
        (_("回复日期"), 12),
        (_("逾期"), 8),
        (_("状态"), 12),
    ]


def _cells(rows: list[SupervisionNotice]) -> Iterator[list[str]]:
    today = clock.today()
    for one in rows:
        late = one.late or queries.owes_late(one, today=today)
        yield [
            one.document_number,
            str(LABELS[one.urgency]),
            one.unit.name,
            one.matter,
            one.basis,
            one.demand,
            clock.local_date(one.signed_at).isoformat() if one.signed_at else "",
            one.reply_by.isoformat() if one.reply_by else "",
            clock.local_date(one.replied_at).isoformat() if one.replied_at else "",
            str(_("是")) if late else "",
            str(LABELS[one.state]),
        ]


@bp.get("/notices/<int:supervision_notice_id>")
def notice(supervision_notice_id: int) -> ResponseReturnValue:
    """A notice: what it demands, the answers, and the next step."""
    actor, today = current_actor(), clock.today()
    found = queries.visible_notice(actor, supervision_notice_id)
    watches = bool(actor.roles_in(found.group_id) & OVERSEERS)
    return render_template(
        "oversight/notice.html",
        notice=found,
        acts=possible(actor, found),
        replies=[reply for reply in reversed(found.replies) if queries.shows_reply(actor, reply)],
        gone=policy.fell_away(found),
        late=queries.owes_late(found, today=today),
        watches=watches,
        answers=bool(policy.may_draft_reply(actor, found)),
        entries=history("notice", found.id) if watches else [],
        words=registry.acts,
        unsigned=found.state in UNSIGNED,
        pdf=pdf_available(),
        labels=LABELS,
    )


@bp.route("/tasks/<int:task_id>/notice", methods=["GET", "POST"])
def draft_notice(task_id: int) -> ResponseReturnValue:
    """Draft a notice on an overdue task, or on one of its parts (?part=)."""
    actor = current_actor()
    part_id = request.args.get("part", type=row_number)

    def load() -> Task | TaskPart:
        task = queries.task_to_oversee(actor, task_id)
        return task if part_id is None else queries.part_to_supervise(task, part_id)

    subject = load()
    task = subject.task if isinstance(subject, TaskPart) else subject
    unit = subject.unit if isinstance(subject, TaskPart) else subject.lead_unit
    require(policy.may_draft_notice(actor, task.group_id))
    commands.require_overdue(subject, now=clock.now())
    return _drafting(load, actor, unit_name=unit.name if unit else "", back=url_for("tasks.show", task_id=task_id))


@bp.route("/letters/<int:letter_id>/notice", methods=["GET", "POST"])
def draft_letter_notice(letter_id: int) -> ResponseReturnValue:
    """Draft a notice on a letter that was not signed in time."""
    actor = current_actor()
    letter = visible_letter(actor, letter_id)
    require(policy.may_draft_notice(actor, letter.group_id))
    commands.require_overdue(letter, now=clock.now())
    back = url_for("letters.show", letter_id=letter_id)
    return _drafting(lambda: visible_letter(actor, letter_id), actor, unit_name=letter.unit.name, back=back)


def _usual(subject: Task | TaskPart | Letter, *, by: Actor) -> NoticeForm:
    return NoticeForm(**queries.usual_words(subject, by=by, today=clock.today()))


def _drafting(load: Any, actor: Actor, *, unit_name: str, back: str) -> ResponseReturnValue:
    subject: Task | TaskPart | Letter = load()
    form = NoticeForm() if request.method == "POST" else _usual(subject, by=actor)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            made = commands.draft_notice(load(), form.said, by=actor, now=clock.now())
            flash(_("已起草督办通知单。"), "success")
            return redirect(url_for("oversight.notice", supervision_notice_id=made.id))
    page = render_template("oversight/draft_notice.html", form=form, unit_name=unit_name, back=back)
    return page, status_of(form)


@bp.post("/notices/sign")
def sign_notices() -> ResponseReturnValue:
    """Sign the ticked drafts off, each by itself and in the order of their ids; says for each what became of it."""
    actor = current_actor()
    require(policy.may_sign_off_many(actor))
    ids = ticked("notice")
    if not ids:
        raise Invalid({"notice": _("请先勾选要签发的督办通知单。")})
    found = queries.drafts_by_id(actor, ids)
    for group_id in {one.group_id for one in found}:
        require(policy.may_sign_off_notice(actor, group_id))
    versions = {one.id: request.form.get(f"version-{one.id}", "") for one in found}
    items = [
        (one.id, f"{one.unit.name} {one.matter}", url_for(".notice", supervision_notice_id=one.id)) for one in found
    ]
    results = each(items, lambda notice_id: _sign(actor, notice_id, versions[notice_id]), done=_("已签发"))
    return render_template(
        "oversight/notices_signed.html", results=results, summary=summary(results), unseen=len(ids) - len(found)
    )


def _sign(actor: Actor, notice_id: int, seen: str) -> None:
    one = queries.visible_notice(actor, notice_id)
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    commands.sign_off_notice(one, version=version, by=actor, now=clock.now())


@bp.get("/notices/<int:supervision_notice_id>/sheet.<any(docx, pdf):ending>")
def notice_sheet(supervision_notice_id: int, ending: str) -> ResponseReturnValue:
    """督办通知单 with its reply slip, to print or to keep; its code leads to the notice's page."""
    found = queries.visible_notice(current_actor(), supervision_notice_id)
    paper = sheet_of(found, url=on_paper(url_for("oversight.notice", supervision_notice_id=supervision_notice_id)))
    return send_paper(paper, f"督办通知单{found.document_number or supervision_notice_id}", ending)


@bp.get("/notice-files/<int:notice_file_id>")
def notice_file(notice_file_id: int) -> ResponseReturnValue:
    """A file that came with an answer, for whoever sees it."""
    actor = current_actor()
    found = queries.visible_notice_file(actor, notice_file_id)
    holder = _holder(found.reply.notice)
    return send_kept(found.sha256, found.name, holder=holder, actor=actor, now=clock.now())


@bp.get("/notices/<int:supervision_notice_id>/signed/<sha256>")
def notice_scan(supervision_notice_id: int, sha256: str) -> ResponseReturnValue:
    """The scan of a paper on which a notice was signed off or withdrawn."""
    actor = current_actor()
    found = queries.visible_notice(actor, supervision_notice_id)
    signed = {entry.new.get("paper") for entry in history("notice", found.id)}
    if sha256 not in signed | {found.paper_sha256} or not actor.roles_in(found.group_id) & OVERSEERS:
        raise NotVisible
    name = str(_("%(number)s签批件", number=found.document_number))
    return send_kept(sha256, name, holder=_holder(found), actor=actor, now=clock.now())


def _holder(found: SupervisionNotice) -> Holder:
    return Holder("notice", found.id, found.group_id)
