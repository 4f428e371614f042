"""Asking the units' views on their letters before a batch goes out (征求意见): asked, answered, handled, withdrawn."""

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line, paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.readiness import require_complete, require_views_settled
from tracker.letters.models import AskedLetter, ClauseOpinion, Letter, LetterBatch, LetterConsultation
from tracker.letters.rules import NUMBER_TO_COME, BatchState, LetterState
from tracker.tasks.commands import Opinion, checked_opinion, checked_reason, handle, require_at_work, say
from tracker.tasks.rules import ConsultationState, Handling

MAX_WORDS = 1000


def ask_views(
    batch: LetterBatch, *, reply_by: date | None, note: str = "", version: int, by: Actor, now: datetime
) -> LetterConsultation:
    """Show every unit of a batch its draft as it would be, and ask for its views until a day."""
    require(policy.may_manage_batch(by, batch))
    require_at_work(batch.group)
    require_askable(batch)
    note, today = paragraphs(note, "note", limit=MAX_WORDS), local_date(now)
    if reply_by is None:
        raise Invalid({"reply_by": _l("请填写日期。")})
    if not today <= reply_by <= batch.sign_by:
        raise Invalid({"reply_by": _l("答复期限不能早于今天，也不能晚于签署期限。")})
    take(batch, version=version, states=[BatchState.DRAFT])
    letters = _drafts(batch)
    if not letters:
        raise Invalid({"letters": _l("没有可以征求意见的责任书。")})
    require_complete(batch, letters, now=now)
    require_views_settled(batch, letters, day=today)
    consultation = LetterConsultation(
        batch=batch, note=note, reply_by=reply_by, opened_by_id=by.person_id, opened_at=now
    )
    consultation.asked = [_shown(letter) for letter in letters]
    db.session.add(consultation)
    db.session.flush()
    new = {"letters": len(letters), "reply_by": reply_by}
    record("letter.ask_views", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id, new=new)
    notices.tell_asked("letter.views_asked", consultation.asked, now=now)
    return consultation


def require_askable(batch: LetterBatch) -> None:
    """The group asks about its own letters, and before they go out."""
    if batch.unit_id is not None:
        raise Stale(_l("分解下达的责任书不征求意见，有意见的由签订单位退回。"))
    if batch.state is not BatchState.DRAFT:
        raise Stale(_l("责任书已经下发或者弃用，不再征求意见。"))


def _drafts(batch: LetterBatch) -> list[Letter]:
    return [letter for letter in queries.letters_of(batch) if letter.state is LetterState.DRAFT]


def _shown(letter: Letter) -> AskedLetter:
    asked = AskedLetter(letter=letter, text=queries.text_for(letter, number=NUMBER_TO_COME))
    asked.rows = [ClauseOpinion(position=clause.position, text=clause.text) for clause in letter.clauses]
    asked.rows.append(ClauseOpinion(position=0, text=""))
    return asked


def withdraw_views(consultation: LetterConsultation, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """Stop asking before the date, and say why; what was answered stays on record."""
    batch = consultation.batch
    require(policy.may_manage_batch(by, batch))
    remark = paragraphs(remark, "remark", limit=MAX_WORDS, required=True)
    _hold_draft(batch)
    if local_date(now) > consultation.reply_by:
        raise Stale(_l("征求意见已经结束，不能撤回。"))
    take(consultation, version=version, states=[ConsultationState.OPEN])
    consultation.state, consultation.remark = ConsultationState.WITHDRAWN, remark
    consultation.withdrawn_by_id, consultation.withdrawn_at = by.person_id, now
    new = {"remark": remark}
    record("letter.withdraw_views", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id, new=new)
    notices.tell_asked("letter.views_withdrawn", consultation.asked, now=now)


def _hold_draft(batch: LetterBatch) -> None:
    """Keep a batch from going out while what was said of it changes; Stale when it has gone."""
    require_at_work(batch.group)
    held = sa.select(LetterBatch.state).where(LetterBatch.id == batch.id).with_for_update()
    if db.session.scalar(held) is not BatchState.DRAFT:
        raise Stale(_l("责任书已经下发或者弃用，征求意见已经结束。"))


def answer_views(
    asked: AskedLetter,
    *,
    opinions: Mapping[int, Opinion],
    told_by: str = "",
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Say for a unit what it thinks of its letter, clause by clause; a liaison's answer waits for the head to confirm.

    It may be changed until the date. The office enters an answer only with where it has it from (代录).
    """
    require(policy.may_answer(by, asked))
    own = policy.drafts_answer(by, asked)
    told_by = one_line("" if own else told_by, "told_by", limit=200, required=not own)
    _hold_draft(asked.consultation.batch)
    db.session.refresh(asked.consultation)
    if queries.is_over(asked, today=local_date(now)):
        raise Stale(_l("征求意见已经结束，不能再答复或者修改答复。"))
    said = {row.id: checked_opinion(row, opinions) for row in asked.rows}
    take(asked, version=version)
    gives = policy.gives_answer(by, asked)
    if not gives and asked.answered_at is not None:
        raise Stale(_l("负责人已经答复，修改由负责人进行。"))
    for row in asked.rows:
        say(row, *said[row.id])
    if gives:
        asked.answered_by_id, asked.answered_at, asked.told_by = by.person_id, now, told_by
        _note("answer_views" if own else "enter_views", asked, by=by, now=now, told_by=told_by)
    else:
        asked.drafted_by_id, asked.drafted_at = by.person_id, now
        _note("draft_views", asked, by=by, now=now)
        notices.tell_views_drafted(asked, now=now)


def handle_view(
    row: ClauseOpinion, *, handling: Handling, reason: str = "", version: int, by: Actor, now: datetime
) -> None:
    """Adopt an opinion, or not and why. The draft itself is edited as drafts are."""
    asked = row.asked
    require(policy.may_manage(by, asked.letter.group_id))
    reason = checked_reason(handling, reason)
    _hold_draft(asked.consultation.batch)
    handle(row, handling=handling, reason=reason, version=version, by=by, now=now)
    act = "adopt_view" if handling is Handling.ADOPTED else "decline_view"
    _note(act, asked, by=by, now=now, clause=row.position, why=reason)
    notices.tell_view_handled(row, now=now)


def _note(act: str, asked: AskedLetter, *, by: Actor, now: datetime, **new: object) -> None:
    letter = asked.letter
    group_id, unit_id = letter.group_id, letter.unit_id
    record(f"letter.{act}", "letter", letter.id, by=by, now=now, group_id=group_id, unit_id=unit_id, new=new)
