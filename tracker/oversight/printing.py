"""A supervision notice as the data of its paper."""

from flask_babel import force_locale

from tracker.documents.paper import Paper
from tracker.kernel.clock import local_date
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.papers import AnswerGiven, NoticeSheet, notice_paper
from tracker.oversight.rules import LABELS, URGENCY_DAYS


def sheet_of(notice: SupervisionNotice, *, url: str) -> Paper:
    """督办通知单 as it stands, with the last answer that was sent in; url is the page that its code opens."""
    with force_locale("zh"):
        urgency = str(LABELS[notice.urgency])
    days = URGENCY_DAYS[notice.urgency]
    signed_by = notice.signed_by.name if notice.signed_by is not None else ""
    return notice_paper(
        NoticeSheet(
            issuer=f"{notice.group.name}办公室",
            addressee=notice.unit.name,
            urgency=urgency,
            matter=notice.matter,
            basis=notice.basis,
            demand=notice.demand,
            contact=notice.contact,
            phone=notice.phone,
            url=url,
            number=notice.document_number,
            reply_by=notice.reply_by,
            limit=f"签发之日起{days}个工作日内" if days else "签发当日",
            signed_off_by=" ".join(filter(None, (notice.signed_as, signed_by))),
            issued_on=local_date(notice.signed_at) if notice.signed_at is not None else None,
            answer=_answer(notice),
        )
    )


def _answer(notice: SupervisionNotice) -> AnswerGiven | None:
    sent = [reply for reply in notice.replies if reply.confirmed_at is not None]
    if not sent:
        return None
    last = sent[-1]
    assert last.confirmed_at is not None
    assert last.confirmed_by is not None
    files = [file.name for file in last.files]
    return AnswerGiven(last.text, last.confirmed_by.name, last.confirmed_as, local_date(last.confirmed_at), files)
