"""The batches of letters in the story: written, issued, and shown to the units for their views."""

from datetime import date

import sqlalchemy as sa

from tracker.demo.stage import Stage
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.letters import commands, queries
from tracker.letters.commands import BatchWords
from tracker.letters.models import AskedLetter, Letter, LetterBatch
from tracker.letters.rules import SigningOrder, usual_prefix, usual_title
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import seat_holders, unit_people
from tracker.organisation.rules import LEADERS, PostRank, SeatRole
from tracker.tasks.rules import OpinionKind

SIGN_WORKING_DAYS, REPLY_WORKING_DAYS = 10, 5


def clerk_of(stage: Stage, group_id: int) -> Actor:
    return stage.actor(seat_holders(group_id, day=local_date(stage.now), roles=(SeatRole.OFFICE_STAFF,))[0])


def issue(stage: Stage, group_id: int, *, year: int, ends: date | None) -> None:
    """The office writes a letter for every member unit that has a head and work, and sends them out."""
    with write_transaction():
        batch, clerk = _prepare(stage, group_id, year=year, period=f"{year}年度", ends=ends), clerk_of(stage, group_id)
        commands.issue_batch(batch, version=batch.version, by=clerk, now=stage.now)


def _prepare(stage: Stage, group_id: int, *, year: int, period: str, ends: date | None) -> LetterBatch:
    """A letter for every member unit that has a head and work, as drafts."""
    group, today, clerk = (
        db.session.get_one(LeadershipGroup, group_id),
        local_date(stage.now),
        clerk_of(stage, group_id),
    )
    members = [unit for unit, member in queries.units_to_promise(group_id, day=today) if member]
    at_work = queries.promised_tasks(group_id, [unit.id for unit in members], plan_id=None, year=None)
    heads = queries.head_posts([unit.id for unit in members])
    units = [unit for unit in members if at_work[unit.id] and heads[unit.id]]
    leader = next(seat for seat in queries.leaders_to_sign(group_id, day=today) if seat.role in LEADERS)
    _version, template = queries.template_of(group_id)
    words = BatchWords(
        title=usual_title(group.short_name or group.name, year),
        first_party=group.name,
        number_prefix=usual_prefix(year),
        sign_by=working_days().shift(today, SIGN_WORKING_DAYS),
        ends_on=ends,
        signing_order=SigningOrder.SECOND_FIRST,
        template=template,
        # No year: what is under way is promised on whatever day of the year the story is loaded.
        period=period,
        seats=(leader,),
    )
    return commands.prepare_batch(group, units, words=words, by=clerk, now=stage.now)


def ask_views(stage: Stage, group_id: int, *, year: int) -> None:
    """The letters of the period that follows are written, and the units are asked what they think of them."""
    with write_transaction():
        batch = _prepare(stage, group_id, year=year, period=f"{year}年度第二阶段", ends=None)
        reply_by = working_days().shift(local_date(stage.now), REPLY_WORKING_DAYS)
        note, by = "请逐条研究，重点核对时限和完成标准。", clerk_of(stage, group_id)
        commands.ask_views(batch, reply_by=reply_by, note=note, version=batch.version, by=by, now=stage.now)


def answer_views(stage: Stage, group_id: int) -> None:
    """The first unit finds a date too near; nobody else has answered yet."""
    with write_transaction() as session:
        rows = sa.select(AskedLetter).join(AskedLetter.letter).where(Letter.group_id == group_id)
        asked = session.scalars(rows.order_by(AskedLetter.id)).first()
        if asked is None:
            return
        [head, *_others] = unit_people(asked.letter.unit_id, day=local_date(stage.now), ranks=(PostRank.HEAD,))
        opinions = {row.id: (OpinionKind.NONE, "") for row in asked.rows}
        opinions[asked.rows[0].id] = (OpinionKind.TIME, "涉及管线迁改，建议时限延后一个月。")
        commands.answer_views(asked, opinions=opinions, version=asked.version, by=stage.actor(head), now=stage.now)
