"""Piles of scans as their pages show them, and the letters that pages may belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.letters import policy
from tracker.letters.models import Letter, LetterBatch, LetterPile, PilePage
from tracker.letters.queries.letters import whole
from tracker.letters.rules import SIGNABLE, Fileable, Known
from tracker.organisation.models import Unit


def visible_pile(actor: Actor, pile_id: int) -> LetterPile:
    """A pile of a batch that somebody sees, with its pages."""
    pile = db.session.scalar(
        sa.select(LetterPile)
        .join(LetterPile.batch)
        .where(LetterPile.id == pile_id, policy.batches_visible_to(actor))
        .options(
            joinedload(LetterPile.batch).joinedload(LetterBatch.group),
            joinedload(LetterPile.job),
            joinedload(LetterPile.uploaded_by),
            selectinload(LetterPile.pages).joinedload(PilePage.letter),
        )
    )
    if pile is None:
        raise NotVisible
    return pile


def piles_of(batch: LetterBatch) -> Sequence[LetterPile]:
    """The piles of a batch, newest first."""
    piles = sa.select(LetterPile).where(LetterPile.batch_id == batch.id).options(joinedload(LetterPile.job))
    return db.session.scalars(piles.order_by(LetterPile.id.desc()).limit(20)).all()


def known_letters(group_id: int) -> Mapping[str, Known]:
    """The letters of a group that went out, by the code on their paper."""
    rows = db.session.execute(
        sa.select(Letter.check_code, Letter.id, Letter.batch_id, Letter.edition, Letter.state).where(
            Letter.group_id == group_id, Letter.edition > 0
        )
    )
    return {code: Known(letter_id, batch_id, edition, state) for code, letter_id, batch_id, edition, state in rows}


@dataclass(frozen=True, slots=True)
class FiledLetter:
    """A letter of a pile: its pages in the pile, and how many its print has."""

    letter: Letter
    pages: Sequence[PilePage]
    expected: int | None

    @property
    def lacking(self) -> int:
        """Pages that are missing; negative where there are too many; 0 where that is not known."""
        return 0 if self.expected is None else self.expected - len(self.pages)

    @property
    def is_open(self) -> bool:
        """Whether it may still be signed."""
        return self.letter.state in SIGNABLE


def filed_letters(pile: LetterPile) -> list[FiledLetter]:
    """The letters to which pages of a pile were filed, in the order of the batch."""
    pages: dict[int, list[PilePage]] = {}
    for page in pile.pages:
        if page.fault is None and page.letter_id is not None:
            pages.setdefault(page.letter_id, []).append(page)
    letters = db.session.scalars(sa.select(Letter).where(Letter.id.in_(pages)).options(*whole()).order_by(Letter.id))
    return [FiledLetter(letter, pages[letter.id], pile.expected.get(str(letter.id))) for letter in letters]


def letters_to_file(batch: LetterBatch) -> list[Fileable]:
    """The letters of a batch to which a page may be filed by hand: those that wait for signatures; one light query."""
    rows = db.session.execute(
        sa.select(Letter.id, Letter.number, Unit.name)
        .join(Letter.unit)
        .where(Letter.batch_id == batch.id, Letter.state.in_(sorted(SIGNABLE)))
        .order_by(Letter.id)
    )
    return [Fileable(letter_id, number or "", unit) for letter_id, number, unit in rows]
