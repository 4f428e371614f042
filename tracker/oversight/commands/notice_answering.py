"""The unit signs for a supervision notice and answers on its reply slip (回执); the answer is accepted or sent back."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.oversight import notices, policy
from tracker.oversight.commands.notice_drafting import MAX_REASON
from tracker.oversight.commands.notice_steps import note, step
from tracker.oversight.models import NoticeFile, NoticeReply, SupervisionNotice
from tracker.oversight.rules import NOTICE_MOVES, NoticeMove
from tracker.tasks.commands import PaperRoad, require_at_work
from tracker.tasks.commands.moving import future_date, require_paper, who_decides, words

MAX_REPLY = 4000
MOST_FILES = 30
"""So many files may come with one answer."""


def sign_for_notice(notice: SupervisionNotice, *, version: int, by: Actor, now: datetime, spoke_with: str = "") -> None:
    """Sign for a notice (签收). The office signs for a unit only after a call, and says with whom it spoke (代签收)."""
    require(policy.may_sign_for_notice(by, notice))
    own = policy.signs_for_own(by, notice)
    spoke = words(spoke_with, "spoke_with", required=not own, limit=200)
    facts = {"received_by_id": by.person_id, "received_at": now, "spoke_with": spoke}
    step(notice, NoticeMove.SIGN_FOR, version=version, **facts)
    note("sign_for" if own else "sign_for_by_phone", notice, by=by, now=now, spoke_with=spoke)


def draft_reply(
    notice: SupervisionNotice,
    *,
    text: str,
    files: Sequence[NewFile] = (),
    version: int,
    by: Actor,
    now: datetime,
) -> NoticeReply:
    """Write an answer down for a head to confirm (the liaison's draft)."""
    require(policy.may_draft_reply(by, notice))
    text = words(text, "text", limit=MAX_REPLY)
    require_at_work(notice.group)
    take(notice, version=version, states=NOTICE_MOVES[NoticeMove.REPLY][0])
    reply = _written(notice, text, files, by=by, now=now)
    note("draft_reply", notice, by=by, now=now, text=text)
    notices.tell_heads(notice, now=now)
    return reply


def send_reply(
    notice: SupervisionNotice,
    *,
    text: str,
    files: Sequence[NewFile] = (),
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> NoticeReply:
    """Answer a notice as the unit's head or deputy in charge; a liaison's draft is confirmed by it.

    paper: the slip came sealed on paper and is entered by the office; its scan is among the files. Whether the answer
    is late is fixed by the first one.
    """
    head = who_decides(by, paper)
    require(policy.may_send_reply(head, notice))
    require_paper(paper, policy.may_record_reply(by, notice))
    text = words(text, "text", limit=MAX_REPLY)
    step(notice, NoticeMove.REPLY, version=version, **_first_answer(notice, now=now))
    reply = _written(notice, text, files, by=by, now=now)
    if paper is not None:
        assert by.person_id is not None
        reply.drafted_by_id, reply.drafted_at = by.person_id, now
    reply.confirmed_by_id, reply.confirmed_at = head.person_id, now
    reply.confirmed_as = head.capacity(None, notice.unit_id)
    said = {} if paper is None else {"signed_by": head.name, "signed_as": reply.confirmed_as}
    note("reply" if paper is None else "record_reply", notice, by=by, now=now, text=text, late=notice.late, **said)
    notices.settle_notice(notice, now=now)
    notices.tell_checkers(notice, now=now)
    return reply


def _first_answer(notice: SupervisionNotice, *, now: datetime) -> dict[str, object]:
    """What the first answer fixes: when it came, and whether that was late."""
    if notice.replied_at is not None or notice.reply_by is None:
        return {}
    return {"replied_at": now, "late": local_date(now) >= working_days().late_from(notice.reply_by)}


def accept_reply(notice: SupervisionNotice, *, remark: str = "", version: int, by: Actor, now: datetime) -> None:
    """Find an answer fit: the notice is closed. Whether the matter itself is done, its verification says."""
    require(policy.may_check_reply(by, notice))
    remark = words(remark, "remark", required=False, limit=MAX_REASON)
    reply = _sent(notice)
    step(notice, NoticeMove.ACCEPT, version=version, closed_at=now)
    _check(reply, accepted=True, remark=remark, by=by, now=now)
    note("accept", notice, by=by, now=now, remark=remark)
    notices.settle_notice(notice, now=now)
    notices.tell_unit("notice.accepted", notice, now=now)


def return_reply(
    notice: SupervisionNotice,
    *,
    remark: str,
    reply_by: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Send an unfit answer back with what is missing; a new limit may be set, and must be where the old has passed."""
    require(policy.may_check_reply(by, notice))
    remark = words(remark, "remark", limit=MAX_REASON)
    passed = notice.reply_by is not None and notice.reply_by < local_date(now)
    if passed and reply_by is None:
        raise Invalid({"reply_by": _l("原办理时限已过，请填写新的时限。")})
    new_limit = None if reply_by is None else future_date(reply_by, "reply_by", now=now)
    reply = _sent(notice)
    facts = {"reply_by": new_limit or notice.reply_by, "late_told_at": None}
    step(notice, NoticeMove.RETURN, version=version, **facts)
    _check(reply, accepted=False, remark=remark, by=by, now=now)
    note("return", notice, by=by, now=now, remark=remark, reply_by=notice.reply_by)
    notices.settle_notice(notice, now=now)
    notices.tell_unit("notice.returned", notice, now=now)


def _written(
    notice: SupervisionNotice, text: str, files: Sequence[NewFile], *, by: Actor, now: datetime
) -> NoticeReply:
    """The answer that is being written: the draft that waits, or a new one; files are added to it."""
    assert by.person_id is not None
    reply = _waiting(notice)
    if reply is None:
        last = sa.select(sa.func.max(NoticeReply.ordinal)).where(NoticeReply.notice_id == notice.id)
        ordinal = (db.session.scalar(last) or 0) + 1
        reply = NoticeReply(notice_id=notice.id, ordinal=ordinal, text=text, drafted_by_id=by.person_id, drafted_at=now)
        db.session.add(reply)
    elif reply.text != text:
        reply.text, reply.drafted_by_id, reply.drafted_at = text, by.person_id, now
    db.session.flush()
    _keep(reply, files, by=by, now=now)
    return reply


def _keep(reply: NoticeReply, files: Sequence[NewFile], *, by: Actor, now: datetime) -> None:
    if not files:
        return
    kept = db.session.scalar(sa.select(sa.func.count()).where(NoticeFile.reply_id == reply.id)) or 0
    if kept + len(files) > MOST_FILES:
        raise Invalid({"files": _l("一份回执最多 %(count)s 个附件。", count=MOST_FILES)})
    db.session.add_all(
        NoticeFile(
            reply_id=reply.id,
            sha256=file.sha256,
            name=file.name,
            size=file.size,
            uploaded_by_id=by.person_id,
            uploaded_at=now,
        )
        for file in files
    )
    db.session.flush()


def _waiting(notice: SupervisionNotice) -> NoticeReply | None:
    """The answer that is still a draft."""
    return db.session.scalar(
        sa.select(NoticeReply).where(NoticeReply.notice_id == notice.id, NoticeReply.confirmed_at.is_(None))
    )


def _sent(notice: SupervisionNotice) -> NoticeReply:
    """The answer that waits to be checked; Stale where there is none."""
    found = db.session.scalar(
        sa.select(NoticeReply).where(
            NoticeReply.notice_id == notice.id, NoticeReply.confirmed_at.is_not(None), NoticeReply.accepted.is_(None)
        )
    )
    if found is None:
        raise Stale
    return found


def _check(reply: NoticeReply, *, accepted: bool, remark: str, by: Actor, now: datetime) -> None:
    reply.accepted, reply.remark = accepted, remark
    reply.checked_by_id, reply.checked_at = by.person_id, now
    reply.checked_as = by.capacity(reply.notice.group_id)
