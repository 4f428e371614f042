"""Letters go out (下发): numbered, their texts fixed; one batch in one act, or one again after it was sent back."""

from datetime import datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel import jobs
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.jobs import BackgroundJob
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.cascading import make_pieces
from tracker.letters.commands.readiness import require_complete, require_views_settled
from tracker.letters.commands.steps import freeze, hold, note, step
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import ISSUE_BATCH, BatchState, LetterMove, LetterState, Side, SigningOrder
from tracker.organisation.models import LeadershipGroup
from tracker.tasks.commands import require_at_work


def issue_batch(batch: LetterBatch, *, version: int, by: Actor, now: datetime) -> list[Letter]:
    """Issue a batch: every unit gets its letter, or none does. Units that were dropped before get none."""
    require(policy.may_issue(by, batch))
    require_at_work(batch.group)
    take(batch, version=version, states=[BatchState.DRAFT])
    letters = _ready(batch, now=now)
    batch.state, batch.issued_by_id, batch.issued_at = BatchState.ISSUED, by.person_id, now
    first = _last_number(batch.group, batch.number_prefix) + 1
    for number, letter in enumerate(letters, first):
        _issue(letter, f"{batch.number_prefix}{number}号", by=by, now=now)
    new = {"letters": len(letters), "sign_by": batch.sign_by}
    record("letter.issue_batch", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id, new=new)
    return letters


def _ready(batch: LetterBatch, *, now: datetime) -> list[Letter]:
    """The drafts of a batch; raises what keeps them from going out."""
    letters = [letter for letter in queries.letters_of(batch) if letter.state is LetterState.DRAFT]
    if not letters:
        raise Invalid({"letters": _l("没有可以下发的责任书。")})
    require_complete(batch, letters, now=now)
    require_views_settled(batch, letters, day=local_date(now))
    return letters


def ask_to_issue(batch: LetterBatch, *, version: int, by: Actor, now: datetime) -> BackgroundJob:
    """Ask for a large batch to be issued in the background; what would be refused there is refused here already."""
    require(policy.may_issue(by, batch))
    require_at_work(batch.group)
    if batch.state is not BatchState.DRAFT or batch.version != version:
        raise Stale
    _ready(batch, now=now)
    arguments = {"letter_batch_id": batch.id, "version": version, "title": batch.title}
    return jobs.ask(ISSUE_BATCH, arguments, by=by, now=now, group_id=batch.group_id)


def issue_letter(letter: Letter, *, version: int, by: Actor, now: datetime) -> None:
    """Issue one letter: again after it was sent back, with a new text under the same number; or one that follows."""
    require(policy.may_issue(by, letter.batch))
    if letter.batch.state is not BatchState.ISSUED:
        raise Invalid({"letters": _l("请随整批责任书一起下发。")})
    require_complete(letter.batch, [letter], now=now)
    prefix = letter.batch.number_prefix
    number = letter.number or f"{prefix}{_last_number(letter.group, prefix) + 1}号"
    _issue(letter, number, by=by, now=now, version=version)


def _issue(letter: Letter, number: str, *, by: Actor, now: datetime, version: int | None = None) -> None:
    make_pieces(letter, by=by, now=now)
    words = queries.text_for(letter, number=number)
    step(letter, LetterMove.ISSUE, version=version)
    letter.number, letter.issued_at, letter.remark = number, now, ""
    text = freeze(letter, words, now=now)
    kept = {"text": text.ordinal, "sha256": text.sha256, "sm3": text.sm3, "promise": queries.promise_of(letter)}
    kept["frame"] = queries.frame_of(letter)
    dates = {"sign_by": letter.sign_by, "ends_on": letter.batch.ends_on}
    note("issue", letter, by=by, now=now, number=number, **dates, **kept)
    notices.tell("issued", letter, notices.unit_audience(letter, now=now), now=now)
    if letter.batch.signing_order is not SigningOrder.SECOND_FIRST:
        notices.tell_first_party(letter, queries.people_to_sign(letter, Side.FIRST, now=now), now=now)


def _last_number(group: LeadershipGroup, prefix: str) -> int:
    """The highest number given under a prefix; the group is held, so that two who issue at once do not meet."""
    hold(group)
    given = db.session.scalars(
        sa.select(Letter.number).where(Letter.group_id == group.id, Letter.number.startswith(prefix, autoescape=True))
    )
    middles = [(number or "").removeprefix(prefix).removesuffix("号") for number in given]
    return max((int(middle) for middle in middles if middle.isascii() and middle.isdigit()), default=0)
