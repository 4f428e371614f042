"""What asking for views (征求意见) has in common, whatever is asked about: tasks here, letters further up.

Mixins of columns; each table keeps its own names and its own CHECKs.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from tracker.organisation.models import Person
from tracker.tasks.rules import ConsultationState, Handling, OpinionKind

WITHDRAWN = "(state = 'withdrawn') = (withdrawn_by_id IS NOT NULL AND withdrawn_at IS NOT NULL AND remark <> '')"
ANSWERED = "(answered_by_id IS NULL) = (answered_at IS NULL)"
DRAFTED = "(drafted_by_id IS NULL) = (drafted_at IS NULL)"
TOLD_BY = "told_by = '' OR answered_at IS NOT NULL"
HANDLED_OPINION = "handling IS NULL OR (opinion IS NOT NULL AND opinion <> 'none')"
HANDLED_BY = "(handling IS NULL) = (handled_by_id IS NULL) AND (handling IS NULL) = (handled_at IS NULL)"
NOT_ADOPTED_HAS_REASON = "handling IS NULL OR handling = 'adopted' OR reason <> ''"


def of_asking() -> tuple[sa.CheckConstraint, ...]:
    """What holds of an asking in every table of such."""
    return (sa.CheckConstraint(WITHDRAWN, name="withdrawn"),)


def of_answer() -> tuple[sa.CheckConstraint, ...]:
    """What holds of a unit's answer as a whole."""
    return (
        sa.CheckConstraint(ANSWERED, name="answered"),
        sa.CheckConstraint(DRAFTED, name="drafted"),
        sa.CheckConstraint(TOLD_BY, name="told_by"),
    )


def of_opinion(words: str) -> tuple[sa.CheckConstraint, ...]:
    """What holds of an opinion; `words` is the column that holds what was said."""
    return (
        sa.CheckConstraint(f"opinion IS NULL OR (opinion = 'none') = ({words} = '')", name="opinion_has_text"),
        sa.CheckConstraint(HANDLED_OPINION, name="handled_opinion"),
        sa.CheckConstraint(HANDLED_BY, name="handled_by"),
        sa.CheckConstraint(NOT_ADOPTED_HAS_REASON, name="not_adopted_has_reason"),
    )


class AskingColumns:
    """An asking: by whom, until when, and why it was withdrawn."""

    note: Mapped[str] = mapped_column(sa.Text, default="")
    reply_by: Mapped[date]
    """The last day on which an answer is given or changed."""
    state: Mapped[ConsultationState] = mapped_column(default=ConsultationState.OPEN)
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    """Why it was withdrawn."""
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr
    def opened_by(cls: Any) -> Mapped[Person]:  # noqa: N805 - the library hands over the class
        """Who asked."""
        return relationship(foreign_keys=[cls.opened_by_id])


class AnswerColumns:
    """A unit's answer as a whole: drafted by a liaison, given by a head, or entered by the office (代录)."""

    drafted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    told_by: Mapped[str] = mapped_column(sa.String(200), default="")
    """Where the office entered the answer (代录): the paper, or with whom it spoke."""
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr
    def drafted_by(cls: Any) -> Mapped[Person | None]:  # noqa: N805 - the library hands over the class
        """Who drafted it."""
        return relationship(foreign_keys=[cls.drafted_by_id])

    @declared_attr
    def answered_by(cls: Any) -> Mapped[Person | None]:  # noqa: N805 - the library hands over the class
        """Who gave it."""
        return relationship(foreign_keys=[cls.answered_by_id])


class OpinionColumns:
    """What a unit says of one thing, and what the office makes of it; what was said stands in `said`."""

    opinion: Mapped[OpinionKind | None]
    handling: Mapped[Handling | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    handled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    handled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr
    def handled_by(cls: Any) -> Mapped[Person | None]:  # noqa: N805 - the library hands over the class
        """Who handled it."""
        return relationship(foreign_keys=[cls.handled_by_id])
