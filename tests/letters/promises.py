"""Letters brought to every state by the acts of the people of the cast."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.retelling import retold_story
from tests.tasks.stories import active
from tracker.kernel.db import db, write_transaction
from tracker.letters import commands, policy, queries
from tracker.letters.commands import BatchWords, Seen
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import DEFAULT_TEMPLATE, LetterKind, SigningOrder
from tracker.organisation.models import Appointment, Seat
from tracker.organisation.rules import SeatRole
from tracker.outbox.models import InboxItem
from tracker.tasks.models import Target, Task

SIGN_BY = date(2026, 4, 1)
ENDS_ON = date(2026, 12, 31)

TITLE = "优质均衡领导小组2026年度目标责任书"


def leader_seat(cast: Cast) -> Seat:
    """The seat of the first group's leader."""
    [seat] = [seat for seat in queries.leaders_to_sign(cast.group().id, day=NOW.date()) if seat.role == SeatRole.LEADER]
    return seat


def words(cast: Cast, **said: Any) -> BatchWords:
    """What the office writes of a batch: the leader signs for the group, for the year at hand."""
    usual: dict[str, Any] = {
        "title": TITLE,
        "first_party": cast.group().name,
        "number_prefix": "优均责〔2026〕",
        "sign_by": SIGN_BY,
        "ends_on": ENDS_ON,
        "template": DEFAULT_TEMPLATE,
        "year": 2026,
        "seats": (leader_seat(cast),),
    }
    return BatchWords(**{**usual, **said})


@retold_story
def promised(cast: Cast, *, lead: str = "finance", target: bool = True, **said: Any) -> Task:
    """A task under way, with a number to reach."""
    task = active(cast, lead=lead, **said)
    if target:
        with write_transaction() as session:
            session.add(
                Target(task_id=task.id, quantity="教师培训经费占比", scope="小学", operator=">=", value=5, unit="%")
            )
        db.session.expire_all()
    return task


def prepare(cast: Cast, *units: str, by: str = "office_clerk", now: datetime = NOW, **said: Any) -> LetterBatch:
    """A batch of drafts for some units, by name of the cast."""
    with write_transaction():
        rows = [cast.unit(name) for name in units or ("finance",)]
        return commands.prepare_batch(cast.group(), rows, words=words(cast, **said), by=cast.actor(by), now=now)


def issue(cast: Cast, batch: LetterBatch, *, by: str = "office_clerk", now: datetime = NOW) -> Sequence[Letter]:
    """The batch goes out."""
    with write_transaction():
        return commands.issue_batch(batch, version=batch.version, by=cast.actor(by), now=now)


@retold_story
def issued(cast: Cast, *units: str, now: datetime = NOW, **said: Any) -> Letter:
    """The first letter of a batch that went out, of a unit with one task and one target."""
    for unit in units or ("finance",):
        promised(cast, lead=unit)
    return issue(cast, prepare(cast, *units, now=now, **said), now=now)[0]


def seen(cast: Cast, letter: Letter, name: str, *, now: datetime = NOW) -> Seen:
    """A letter as somebody has it before them."""
    text = policy.text_of(letter)
    assert text is not None
    return Seen(letter, text.id, text.sha256, commands.ticket_for(text, by=cast.actor(name), now=now))


def sign(cast: Cast, letter: Letter, name: str, *, now: datetime = NOW) -> Letter:
    """Somebody reads a letter and signs it."""
    with write_transaction():
        commands.sign_letter(seen(cast, letter, name, now=now), by=cast.actor(name), now=now)
    return letter


@retold_story
def in_force(cast: Cast, *units: str, **said: Any) -> Letter:
    """A letter signed by the unit's head and by the leader."""
    letter = issued(cast, *units, signing_order=SigningOrder.SECOND_FIRST, **said)
    unit = next(name for name, unit_id in cast.unit_ids.items() if unit_id == letter.unit_id)
    sign(cast, letter, f"{unit}_head")
    return sign(cast, letter, "leader")


def send_back(cast: Cast, letter: Letter, *, by: str = "finance_head", now: datetime = NOW) -> None:
    """A unit's head sends its letter back."""
    with write_transaction():
        row = db.session.get_one(Letter, letter.id)
        commands.send_back(row, remark="指标过高。", version=row.version, by=cast.actor(by), now=now)


def follow(cast: Cast, letter: Letter, kind: LetterKind, *, task_ids: Sequence[int] = (), free: str = "") -> Letter:
    """The office writes a letter that follows another."""
    with write_transaction():
        row, by = db.session.get_one(Letter, letter.id), cast.actor("office_clerk")
        return commands.follow_letter(row, kind=kind, task_ids=task_ids, free=free, by=by, now=NOW)


def inbox_keys(cast: Cast, name: str) -> list[str]:
    """The keys of all messages about letters that somebody ever had."""
    rows = sa.select(InboxItem.key).where(
        InboxItem.recipient_id == cast.person_ids[name], InboxItem.kind.startswith("letter.")
    )
    return list(db.session.scalars(rows.order_by(InboxItem.id)))


def held_post(person_id: int) -> Appointment:
    """The row by which somebody holds a post."""
    return db.session.scalars(sa.select(Appointment).where(Appointment.person_id == person_id)).one()


def office_edits(cast: Cast, letter: Letter, *, task_ids: Sequence[int] = (), free: str = "") -> None:
    """The office says what a letter promises."""
    with write_transaction():
        row, by = db.session.get_one(Letter, letter.id), cast.actor("office_clerk")
        commands.edit_letter(row, task_ids=task_ids, free=free, version=row.version, by=by, now=NOW)


def again(letter: Letter) -> Letter:
    """A letter as it stands in the database now."""
    db.session.expire_all()
    return db.session.get_one(Letter, letter.id)
