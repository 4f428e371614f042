"""Supervision notices are signed off, one or many, and withdrawn; here they get their numbers."""

from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters.commands.steps import hold as hold_group
from tracker.oversight import notices, policy
from tracker.oversight.commands.notice_drafting import MAX_REASON
from tracker.oversight.commands.notice_steps import hold_subject, note, require_standing, step, subject_of
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import NoticeMove, document_number, usual_reply_by
from tracker.tasks.commands import PaperRoad
from tracker.tasks.commands.moving import on_paper, recorder_id, require_paper, who_decides, words


def sign_off_notice(
    notice: SupervisionNotice, *, version: int, by: Actor, now: datetime, paper: PaperRoad | None = None
) -> None:
    """Sign a notice off (签发): it gets the group's next number of the year, and goes to the unit.

    The group is held while a number is given, so that numbers have no gaps and two who sign at once get different
    ones. A limit that was left open is counted from today.
    """
    signer = who_decides(by, paper)
    require(policy.may_sign_off_notice(signer, notice.group_id))
    require_paper(paper, policy.may_draft_notice(by, notice.group_id))
    today = local_date(now)
    if notice.reply_by is not None and notice.reply_by < today:
        raise Invalid({"reply_by": _l("草稿上的办理时限已过，请先修改。")})
    hold_group(notice.group)
    require_standing(notice, now=now)
    hold_subject(subject_of(notice))
    number = _last_number(notice.group_id, today.year) + 1
    step(
        notice,
        NoticeMove.SIGN_OFF,
        version=version,
        year=today.year,
        number=number,
        document_number=document_number(notice.group.notice_prefix, today.year, number),
        reply_by=notice.reply_by or usual_reply_by(today, notice.urgency, working_days()),
        signed_by_id=signer.person_id,
        signed_as=signer.capacity(notice.group_id),
        signed_at=now,
        recorded_by_id=recorder_id(by, paper),
        paper_sha256=paper.sha256 if paper else None,
        remark="",
    )
    said = {"signed_by": signer.name, **on_paper(paper, notice.group_id)}
    facts = {"document_number": notice.document_number, "reply_by": notice.reply_by}
    note("sign_off", notice, by=by, now=now, **facts, **said)
    notices.settle_notice(notice, now=now)
    notices.tell_unit("notice.issued", notice, now=now)


def withdraw_notice(
    notice: SupervisionNotice, *, remark: str, version: int, by: Actor, now: datetime, paper: PaperRoad | None = None
) -> None:
    """Withdraw a notice that is out, with its reason; its number stays its own and is not given again."""
    require(policy.may_withdraw_notice(who_decides(by, paper), notice))
    require_paper(paper, policy.may_record_withdrawal(by, notice))
    remark = words(remark, "remark", limit=MAX_REASON)
    step(notice, NoticeMove.WITHDRAW, version=version, remark=remark)
    note("withdraw", notice, by=by, now=now, remark=remark, **on_paper(paper, notice.group_id))
    notices.settle_notice(notice, now=now)
    notices.tell_unit("notice.withdrawn", notice, now=now)


def _last_number(group_id: int, year: int) -> int:
    given = sa.select(sa.func.max(SupervisionNotice.number)).where(
        SupervisionNotice.group_id == group_id, SupervisionNotice.year == year
    )
    return db.session.scalar(given) or 0
