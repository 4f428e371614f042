"""Supervision notices are drafted by hand, changed, put up for signing off, sent back, and discarded."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters.models import Letter
from tracker.organisation.rules import SeatRole
from tracker.oversight import notices, policy
from tracker.oversight.commands.notice_steps import (
    Subject,
    hold_subject,
    note,
    require_overdue,
    require_standing,
    step,
    subject_of,
)
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import (
    LABELS,
    MAX_BASIS,
    MAX_DEMAND,
    MAX_MATTER,
    ON_THE_WAY,
    UNSIGNED,
    NoticeMove,
    NoticeOrigin,
    NoticeState,
    NoticeSubject,
    Urgency,
)
from tracker.tasks.commands import require_at_work
from tracker.tasks.commands.moving import future_date, words
from tracker.tasks.models import TaskPart

MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What a notice says. reply_by none: as many working days as its urgency usually has, from the day of issue."""

    matter: str
    demand: str
    basis: str = ""
    urgency: Urgency = Urgency.ORDINARY
    reply_by: date | None = None
    contact: str = ""
    phone: str = ""


def draft_notice(subject: Subject, words_of: NoticeWords, *, by: Actor, now: datetime) -> SupervisionNotice:
    """Draft a notice on one overdue matter; a second is not written while one on it is on the way (一事一单)."""
    group = subject.task.group if isinstance(subject, TaskPart) else subject.group
    require(policy.may_draft_notice(by, group.id))
    said = _checked(words_of, now=now)
    require_at_work(group)
    require_overdue(subject, now=now)
    hold_subject(subject)
    place = _place(subject, today=local_date(now))
    _require_first(place)
    supervises = SeatRole.SUPERVISOR in by.roles_in(group.id)
    notice = SupervisionNotice(
        group_id=group.id,
        origin=NoticeOrigin.SUPERVISOR if supervises else NoticeOrigin.OFFICE,
        state=NoticeState.DRAFT,
        drafted_by_id=by.person_id,
        drafted_at=now,
        **place,
        **said,
    )
    try:
        with db.session.begin_nested():
            db.session.add(notice)
    except sa.exc.IntegrityError:
        # The ladder holds no task: its draft came in between.
        raise Stale(_l("这件事已有督办通知单在起草（%(state)s）。", state=LABELS[NoticeState.DRAFT])) from None
    note("draft", notice, by=by, now=now, matter=notice.matter, urgency=notice.urgency)
    return notice


def edit_notice(notice: SupervisionNotice, words_of: NoticeWords, *, version: int, by: Actor, now: datetime) -> None:
    """Change what a draft says."""
    require(policy.may_draft_notice(by, notice.group_id))
    said = _checked(words_of, now=now)
    require_at_work(notice.group)
    take(notice, version=version, states=[NoticeState.DRAFT])
    changed = {name: value for name, value in said.items() if getattr(notice, name) != value}
    for name, value in changed.items():
        setattr(notice, name, value)
    note("edit", notice, by=by, now=now, **changed)


def propose_notice(notice: SupervisionNotice, *, version: int, by: Actor, now: datetime) -> None:
    """Put a draft up for signing off (送签)."""
    require(policy.may_draft_notice(by, notice.group_id))
    require_standing(notice, now=now)
    hold_subject(subject_of(notice))
    facts = {"proposed_by_id": by.person_id, "proposed_at": now, "remark": ""}
    step(notice, NoticeMove.PROPOSE, version=version, **facts)
    note("propose", notice, by=by, now=now)
    notices.tell_signers(notice, now=now)


def send_back_notice(notice: SupervisionNotice, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """Send a draft back to be changed instead of signing it off."""
    require(policy.may_sign_off_notice(by, notice.group_id))
    remark = words(remark, "remark", limit=MAX_REASON)
    step(notice, NoticeMove.SEND_BACK, version=version, remark=remark)
    note("send_back", notice, by=by, now=now, remark=remark)
    notices.tell_drafter(notice, now=now)


def discard_notice(notice: SupervisionNotice, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """Discard a draft with its reason; it never had a number, and none is missing."""
    require(policy.may_discard_notice(by, notice))
    remark = words(remark, "remark", limit=MAX_REASON)
    step(notice, NoticeMove.DISCARD, version=version, remark=remark)
    note("discard", notice, by=by, now=now, remark=remark)
    notices.settle_notice(notice, now=now)


def _place(subject: Subject, *, today: date) -> dict[str, object]:
    """Under what a notice on a subject is kept: its kind, ids, cycle, and the unit that it is addressed to."""
    if isinstance(subject, Letter):
        return {
            "kind": NoticeSubject.LETTER,
            "letter_id": subject.id,
            "cycle": subject.edition,
            "unit_id": subject.unit_id,
        }
    cycle = policy.cycle_of_work(subject, today=today)
    if isinstance(subject, TaskPart):
        ids = {"task_id": subject.task_id, "part_id": subject.id}
        return {"kind": NoticeSubject.PART, **ids, "cycle": cycle, "unit_id": subject.unit_id}
    return {
        "kind": NoticeSubject.TASK,
        "task_id": subject.id,
        "cycle": cycle,
        "unit_id": subject.lead_unit_id,
    }


def _require_first(place: dict[str, object]) -> None:
    """One matter, one paper; the subject is held, and the database's own key stands behind this."""
    same = [
        getattr(SupervisionNotice, name) == value
        for name, value in place.items()
        if name in {"kind", "task_id", "part_id", "letter_id", "cycle"}
    ]
    found = sa.select(SupervisionNotice).where(*same, SupervisionNotice.state.in_(sorted(ON_THE_WAY)))
    other = db.session.scalars(found.limit(1)).one_or_none()
    if other is not None and other.state in UNSIGNED:
        raise Stale(_l("这件事已有督办通知单在起草（%(state)s）。", state=LABELS[other.state]))
    if other is not None:
        raise Stale(_l("这件事已有督办通知单在办：%(number)s。", number=other.document_number))


def _checked(said: NoticeWords, *, now: datetime) -> dict[str, object]:
    """The words of a notice, fit to keep; each refusal at its field."""
    if said.urgency not in set(Urgency):
        raise Invalid({"urgency": _l("请选择紧急程度。")})
    return {
        "urgency": said.urgency,
        "matter": one_line(said.matter, "matter", limit=MAX_MATTER, required=True),
        "basis": one_line(said.basis, "basis", limit=MAX_BASIS),
        "demand": words(said.demand, "demand", limit=MAX_DEMAND),
        "reply_by": None if said.reply_by is None else future_date(said.reply_by, "reply_by", now=now),
        "contact": one_line(said.contact, "contact", limit=60),
        "phone": one_line(said.phone, "phone", limit=40),
    }
