"""What every command on a letter shares: the step, its record, and the text that is put before the parties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel import seals
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, take
from tracker.kernel.files import NewFile
from tracker.letters import queries
from tracker.letters.models import Letter, LetterText
from tracker.letters.rules import MOVES, TEXT_PURPOSE, WAITING, LetterMove, LetterState
from tracker.letters.signals import letter_went_on
from tracker.organisation.models import LeadershipGroup
from tracker.tasks.commands import require_at_work

UNSETTLED = WAITING | {LetterState.DRAFT}


@dataclass(frozen=True, slots=True)
class SignedOnPaper:
    """What the first party decided by hand (纸质签批), entered by the office: who signed, and the scan."""

    signatory: Actor
    scan: NewFile


def hold(group: LeadershipGroup) -> None:
    """Let nobody else do the like in a group until this act is through: numbers are given, a template is kept.

    Rows that refer to the group can still be written meanwhile; else two acts could wait for each other.
    """
    held = sa.select(LeadershipGroup.id).where(LeadershipGroup.id == group.id)
    db.session.execute(held.with_for_update(key_share=True))


def step(letter: Letter, move: LetterMove, *, version: int | None = None) -> None:
    """Take a step in the life of a letter, once and from the right state."""
    require_at_work(letter.group)
    sources, target = MOVES[move]
    take(letter, version=version, states=sources)
    letter.state = target


def note(act: str, letter: Letter, *, by: Actor, now: datetime, **new: object) -> None:
    """Put an act on a letter on record."""
    facts: Mapping[str, object] = new
    record(
        f"letter.{act}",
        "letter",
        letter.id,
        by=by,
        now=now,
        group_id=letter.group_id,
        unit_id=letter.unit_id,
        new=facts,
    )
    if letter.state not in UNSETTLED:
        letter_went_on.send(letter, now=now)


def freeze(letter: Letter, words: str, *, now: datetime) -> LetterText:
    """Keep the next text of a letter, with its digests under the installation's key; it never changes again."""
    found = seals.digests(words.encode())
    letter.edition += 1
    text = LetterText(
        letter=letter,
        ordinal=letter.edition,
        text=words,
        sha256=found.sha256,
        sm3=found.sm3,
        created_at=now,
    )
    statement = queries.statement_of(letter, text, promise=queries.promise_of(letter))
    text.mark = seals.mark(TEXT_PURPOSE, statement.encode())
    db.session.add(text)
    return text
