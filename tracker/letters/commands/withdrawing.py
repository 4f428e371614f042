"""Take letters back: before they are in force whoever wrote them, afterwards the first party that had signed."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel import seals
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.entry import paragraphs
from tracker.kernel.errors import Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.cascading import cancel_pieces
from tracker.letters.commands.steps import UNSETTLED, SignedOnPaper, note, step
from tracker.letters.models import Letter, Withdrawal
from tracker.letters.rules import WITHDRAWAL_PURPOSE, LetterMove, Side, SigningMethod

MAX_REASON = 1000


def withdraw_letter(letter: Letter, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """Whoever wrote a letter takes it back before it is in force, and says why; what was signed stays on record.

    The sub-tasks that a letter handed on (层层分解) are cancelled in the same act and for the same reason.
    """
    require(policy.may_withdraw(by, letter))
    remark = paragraphs(remark, "remark", limit=MAX_REASON, required=True)
    step(letter, LetterMove.WITHDRAW, version=version)
    _end(letter, remark, "withdraw", by=by, now=now)
    if letter.edition:
        notices.tell("withdrawn", letter, notices.unit_audience(letter, now=now), now=now)


def revoke_letter(
    letter: Letter, *, remark: str, version: int, paper: SignedOnPaper | None = None, by: Actor, now: datetime
) -> None:
    """The first party takes a letter in force back, and says why; a decision by hand is entered by the office.

    What was added to the letter goes with it, as it does when the letter is signed anew. The signatures stay on record,
    and the tasks stay with the unit: only the promise ends.
    """
    if paper is not None:
        require(policy.may_record_revocation(by, letter))
    judge = by if paper is None else paper.signatory
    require(policy.may_revoke(judge, letter))
    remark = paragraphs(remark, "remark", limit=MAX_REASON, required=True)
    _require_none_following(letter)
    step(letter, LetterMove.REVOKE, version=version)
    added = queries.added_to(letter)
    for one in added:
        step(one, LetterMove.REVOKE)
    for one in (letter, *added):
        _put_down(one, remark, judge, paper=paper, by=by, now=now)
        people = notices.unit_audience(one, now=now) | notices.office_audience(one, now=now)
        notices.tell("withdrawn", one, people - {by.person_id}, now=now)


def _require_none_following(letter: Letter) -> None:
    following = sa.select(Letter.id).where(Letter.follows_id == letter.id, Letter.state.in_(sorted(UNSETTLED)))
    if db.session.scalar(following.limit(1)) is not None:
        raise Stale(_l("这份责任书有补充或者重签的责任书在办，请先撤回那一份。"))


def _put_down(
    letter: Letter, remark: str, judge: Actor, *, paper: SignedOnPaper | None, by: Actor, now: datetime
) -> None:
    line = next(one for one in letter.signatories if one.side is Side.FIRST and policy.holds(judge, one))
    assert judge.person_id is not None
    found = Withdrawal(
        letter_id=letter.id,
        person_id=judge.person_id,
        person_name=judge.name,
        withdrawn_as=f"{line.party}{line.title}",
        withdrawn_at=now,
        method=SigningMethod.ELECTRONIC if paper is None else SigningMethod.PAPER,
        recorded_by_id=by.person_id if paper is not None else None,
        scan_sha256=paper.scan.sha256 if paper is not None else None,
    )
    found.statement = queries.statement_of_withdrawal(letter, found, remark=remark)
    found.mark = seals.mark(WITHDRAWAL_PURPOSE, found.statement.encode())
    db.session.add(found)
    _end(letter, remark, "revoke", by=by, now=now, name=judge.name, signed_as=found.withdrawn_as, mark=found.mark)


def _end(letter: Letter, remark: str, act: str, *, by: Actor, now: datetime, **new: object) -> None:
    """Write down why; the sub-tasks that a letter handed on are cancelled for the same reason."""
    letter.remark = remark
    reason = f"责任书{letter.number}撤回：{remark}"[:MAX_REASON]
    pieces: Sequence[int] = cancel_pieces(letter, reason=reason, by=by, now=now) if letter.parent_id is not None else ()
    note(act, letter, by=by, now=now, remark=remark, **new, **({"tasks": pieces} if pieces else {}))
