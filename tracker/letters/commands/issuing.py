"""Letters go out (下发): numbered, their texts fixed; one batch in one act, or one again after it was sent back."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.steps import freeze, hold, note, step
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import BLOCKING, BatchState, LetterMove, LetterState, Side, SigningOrder
from tracker.organisation.models import LeadershipGroup
from tracker.tasks.commands import require_at_work


def issue_batch(batch: LetterBatch, *, version: int, by: Actor, now: datetime) -> list[Letter]:
    """Issue a batch: every unit gets its letter, or none does. Units that were dropped before get none."""
    require(policy.may_manage(by, batch.group_id))
    require_at_work(batch.group)
    take(batch, version=version, states=[BatchState.DRAFT])
    letters = [letter for letter in queries.letters_of(batch) if letter.state is LetterState.DRAFT]
    if not letters:
        raise Invalid({"letters": _l("没有可以下发的责任书。")})
    _require_complete(batch, letters, now=now)
    batch.state, batch.issued_by_id, batch.issued_at = BatchState.ISSUED, by.person_id, now
    first = _last_number(batch.group, batch.number_prefix) + 1
    for number, letter in enumerate(letters, first):
        _issue(letter, f"{batch.number_prefix}{number}号", by=by, now=now)
    new = {"letters": len(letters), "sign_by": batch.sign_by}
    record("letter.issue_batch", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id, new=new)
    return letters


def issue_letter(letter: Letter, *, version: int, by: Actor, now: datetime) -> None:
    """Issue one letter: again after it was sent back, with a new text under the same number; or one that follows."""
    require(policy.may_manage(by, letter.group_id))
    if letter.batch.state is not BatchState.ISSUED:
        raise Invalid({"letters": _l("请随整批责任书一起下发。")})
    _require_complete(letter.batch, [letter], now=now)
    prefix = letter.batch.number_prefix
    number = letter.number or f"{prefix}{_last_number(letter.group, prefix) + 1}号"
    _issue(letter, number, by=by, now=now, version=version)


def _issue(letter: Letter, number: str, *, by: Actor, now: datetime, version: int | None = None) -> None:
    words = queries.text_for(letter, number=number)
    step(letter, LetterMove.ISSUE, version=version)
    letter.number, letter.issued_at, letter.remark = number, now, ""
    text = freeze(letter, words, now=now)
    kept = {"text": text.ordinal, "sha256": text.sha256, "sm3": text.sm3, "promise": queries.promise_of(letter)}
    note("issue", letter, by=by, now=now, number=number, sign_by=letter.sign_by, **kept)
    notices.tell("issued", letter, notices.unit_audience(letter, now=now), now=now)
    if letter.batch.signing_order is not SigningOrder.SECOND_FIRST:
        notices.tell_first_party(letter, queries.people_to_sign(letter, Side.FIRST, now=now), now=now)


def _require_complete(batch: LetterBatch, letters: Sequence[Letter], *, now: datetime) -> None:
    today, first = local_date(now), min(letter.sign_by for letter in letters)
    if batch.ends_on is not None and batch.ends_on < today:
        raise Stale(_l("责任书的有效期已过。"))
    if first < today:
        raise Invalid({"letters": _l("签署期限 %(day)s 已过，请先在“修改条款”中另定期限。", day=first)})
    found = queries.gaps(batch, letters, day=today)
    lacking = [letter.unit.name for letter in letters if BLOCKING & set(found[letter.id])]
    if lacking:
        units = "、".join(lacking)
        raise Invalid({"letters": _l("以下单位的责任书还不完整，请补齐或者先移出：%(units)s", units=units)})


def _last_number(group: LeadershipGroup, prefix: str) -> int:
    """The highest number given under a prefix; the group is held, so that two who issue at once do not meet."""
    hold(group)
    given = db.session.scalars(
        sa.select(Letter.number).where(Letter.group_id == group.id, Letter.number.startswith(prefix, autoescape=True))
    )
    middles = [(number or "").removeprefix(prefix).removesuffix("号") for number in given]
    return max((int(middle) for middle in middles if middle.isascii() and middle.isdigit()), default=0)
