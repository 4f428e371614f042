"""What else happens to letters: sent back, followed by another, urged, expired."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.clauses import chosen_tasks, free_clauses, write_clauses
from tracker.letters.commands.codes import new_code
from tracker.letters.commands.preparing import checked_day
from tracker.letters.commands.steps import note, step
from tracker.letters.commands.withdrawing import MAX_REASON
from tracker.letters.models import Letter, LetterBatch, Signatory
from tracker.letters.rules import MOVES, SIGN_DAYS, SIGNABLE, LetterKind, LetterMove, LetterState, Side
from tracker.tasks.commands import require_at_work


def send_back(letter: Letter, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """A unit's head sends its letter back with reasons, before the unit has signed; signatures under it lapse."""
    require(policy.may_send_back(by, letter))
    remark = paragraphs(remark, "remark", limit=MAX_REASON, required=True)
    if Side.SECOND in policy.complete_sides(letter):
        raise Stale(_l("本单位已经签署，不能退回。"))
    step(letter, LetterMove.SEND_BACK, version=version)
    letter.remark = remark
    note("send_back", letter, by=by, now=now, remark=remark)
    notices.tell_office("sent_back", letter, now=now)


def follow_letter(
    letter: Letter,
    *,
    kind: LetterKind,
    task_ids: Sequence[int],
    free: str = "",
    sign_by: date | None = None,
    by: Actor,
    now: datetime,
) -> Letter:
    """Write a letter that adds to one in force, or that will take its place; the signed text itself never changes.

    sign_by none: as many days as are usual.
    """
    require(policy.may_manage_batch(by, letter.batch))
    if kind is LetterKind.LETTER:
        raise Invalid({"kind": _l("请选择补充或者重签。")})
    if letter.kind is LetterKind.SUPPLEMENT:
        raise Stale(_l("补充责任书不再补充或者重签，请在原责任书上办理。"))
    others, tasks = free_clauses(free), chosen_tasks(letter, task_ids)
    today, batch = local_date(now), letter.batch
    sign_by = checked_day(batch, sign_by or usual_sign_by(batch, today=today), today=today)
    take(letter, states=[LetterState.IN_FORCE])
    require_at_work(letter.group)
    waiting = sa.select(Letter.id).where(
        Letter.follows_id == letter.id, Letter.state.in_(sorted({LetterState.DRAFT, *MOVES[LetterMove.WITHDRAW][0]}))
    )
    if db.session.scalar(waiting.limit(1)) is not None:
        raise Stale(_l("这份责任书已有补充或者重签的责任书在办。"))
    lines, unit, group = _same_lines(letter), letter.unit, letter.group
    new = Letter(group_id=group.id, batch=batch, unit_id=unit.id, kind=kind, check_code=new_code(), sign_by=sign_by)
    new.unit, new.group, new.follows, new.signatories = unit, group, letter, lines
    new.parent_id = letter.parent_id
    write_clauses(new, tasks, others)
    db.session.add(new)
    db.session.flush()
    note("follow", new, by=by, now=now, kind=kind, follows=letter.number, tasks=[task.id for task in tasks])
    return new


def usual_sign_by(batch: LetterBatch, *, today: date) -> date:
    """By when a letter that goes out today is usually signed: within the validity of its batch."""
    usual = working_days().shift(today, SIGN_DAYS)
    return usual if batch.ends_on is None else min(usual, max(batch.ends_on, today))


def _same_lines(letter: Letter) -> list[Signatory]:
    return [
        Signatory(
            side=one.side,
            position=one.position,
            seat_id=one.seat_id,
            post_id=one.post_id,
            party=one.party,
            title=one.title,
        )
        for one in letter.signatories
    ]


def urge_letter(letter: Letter, *, by: Actor, now: datetime) -> None:
    """Urge those on whose signature a letter waits (催签), with the group's cool-down."""
    require(policy.may_urge(by, letter.batch))
    require_at_work(letter.group)
    free_on = queries.urged_until([letter], day=local_date(now)).get(letter.id)
    if free_on is not None:
        raise Stale(_l("刚催签过，%(free)s 起可以再次催签；急事请打电话。", free=free_on))
    take(letter, states=SIGNABLE)
    people = queries.people_whose_turn(letter, now=now)
    if not people:
        raise Stale(_l("签署人职务缺位，没有可以催签的人。"))
    letter.urged_at, letter.urges = now, letter.urges + 1
    note("urge", letter, by=by, now=now, times=letter.urges)
    notices.tell("urged", letter, people, now=now, key=f"urged:{letter.urges}", by_name=by.name)


def expire_letters(*, by: Actor, now: datetime) -> int:
    """Letters whose period of validity has passed are expired; gives back how many.

    One that somebody is just signing or withdrawing is left for the next time.
    """
    sources, target = MOVES[LetterMove.EXPIRE]
    past = db.session.scalars(
        sa.select(Letter)
        .join(LetterBatch)
        .where(Letter.state.in_(sorted(sources)), LetterBatch.ends_on < local_date(now))
        .order_by(Letter.id)
        .with_for_update(skip_locked=True, of=Letter)
    ).all()
    for letter in past:
        take(letter, states=sources)
        letter.state = target
        note("expire", letter, by=by, now=now)
    return len(past)
