"""Flags (问责预警), every step of their life, and how a group has set the rules that raise them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from tracker.kernel.db import Model, coded
from tracker.organisation.models import LeadershipGroup, Person, Unit
from tracker.oversight.rules import (
    BY_THE_SYSTEM,
    DECIDE_WITHIN_DAYS,
    FLAG_MOVES,
    REVIEW_DAYS,
    STATEMENT_DAYS,
    FlagColour,
    FlagMove,
    FlagRule,
    FlagState,
    FlagSubject,
)
from tracker.tasks.models import Task, TaskPart


def _moves_check() -> str:
    """The table of moves as a CHECK: which state may follow which, by move."""
    allowed = []
    for move, (sources, target) in FLAG_MOVES.items():
        if not sources:
            allowed.append(f"(move = '{move}' AND old_state IS NULL AND new_state = '{target}')")
        for source in sorted(sources):
            end = target or source
            allowed.append(f"(move = '{move}' AND old_state = '{source}' AND new_state = '{end}')")
    return " OR ".join(allowed)


SYSTEM_MOVES = ", ".join(f"'{move}'" for move in sorted(BY_THE_SYSTEM))


class Flag(Model):
    """A rule saw something about a unit's work and keeps its evidence. A flag is not a decision."""

    __tablename__ = "flag"
    __table_args__ = (
        sa.UniqueConstraint("subject_kind", "subject_id", "due_on", "rule"),
        sa.CheckConstraint(
            "(subject_kind = 'task' AND subject_id = task_id AND part_id IS NULL)"
            " OR (subject_kind = 'part' AND subject_id = part_id AND part_id IS NOT NULL)",
            name="subject",
        ),
        sa.CheckConstraint("(notified_at IS NULL) = (statement_by IS NULL)", name="told_with_period"),
        sa.CheckConstraint("state = 'withdrawn' OR (state = 'raised') = (notified_at IS NULL)", name="told"),
        sa.CheckConstraint("period_used_at IS NULL OR notified_at IS NOT NULL", name="used_after_told"),
        sa.CheckConstraint("(state IN ('decided','closed')) = (decided_at IS NOT NULL)", name="decided"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by_id IS NOT NULL AND withdrawn_at IS NOT NULL"
            " AND withdrawn_reason <> '')",
            name="withdrawn",
        ),
        sa.Index("ix_flag_group_state", "group_id", "state", "raised_at"),
        sa.Index("ix_flag_unit_state", "unit_id", "state", "raised_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    rule: Mapped[FlagRule]
    rule_version: Mapped[int]
    colour: Mapped[FlagColour]
    subject_kind: Mapped[FlagSubject]
    subject_id: Mapped[int]
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    part_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task_part.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    """The unit that answers, as it was when the flag was raised."""
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    due_on: Mapped[date]
    rung: Mapped[int | None]
    """The rung of the ladder that raised it, in working days."""
    evidence: Mapped[dict[str, Any]]
    """The facts as they stood; written once."""
    state: Mapped[FlagState] = mapped_column(default=FlagState.RAISED)
    raised_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    statement_by: Mapped[date | None]
    """The last day of the period in which the unit states its case."""
    period_used_at: Mapped[datetime | None]
    """The unit said that it has said everything: the period is over."""
    decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.Text, default="")
    chased_on: Mapped[date | None]
    """The last day on which supervisors and leaders were told that nothing has been decided."""
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup] = relationship()
    task: Mapped[Task] = relationship()
    part: Mapped[TaskPart | None] = relationship()
    unit: Mapped[Unit] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=[withdrawn_by_id])


class FlagEvent(Model):
    """One step in the life of a flag; append-only. Whatever software may not do has a person."""

    __tablename__ = "flag_event"
    __table_args__ = (
        sa.CheckConstraint(_moves_check(), name="moves"),
        sa.CheckConstraint(f"by_id IS NOT NULL OR move IN ({SYSTEM_MOVES})", name="people_decide"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    flag_id: Mapped[int] = mapped_column(sa.ForeignKey("flag.id"), index=True)
    move: Mapped[FlagMove]
    old_state: Mapped[FlagState | None] = mapped_column(coded(FlagState, "old_state"))
    new_state: Mapped[FlagState] = mapped_column(coded(FlagState, "new_state"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    by_as: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]

    flag: Mapped[Flag] = relationship()
    by: Mapped[Person | None] = relationship()


class AccountabilitySetting(Model):
    """How a group works with flags; a group without a row works by the defaults."""

    __tablename__ = "accountability_setting"
    __table_args__ = (
        sa.CheckConstraint("statement_days BETWEEN 1 AND 30", name="statement_days"),
        sa.CheckConstraint("review_days BETWEEN 1 AND 180", name="review_days"),
        sa.CheckConstraint("decide_within_days BETWEEN 1 AND 60", name="decide_within_days"),
    )

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"), primary_key=True, autoincrement=False)
    statement_days: Mapped[int] = mapped_column(default=STATEMENT_DAYS)
    review_days: Mapped[int] = mapped_column(default=REVIEW_DAYS)
    decide_within_days: Mapped[int] = mapped_column(default=DECIDE_WITHIN_DAYS)
    uses_cards: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    id: Mapped[int] = synonym("group_id")


class FlagRuleSetting(Model):
    """How a group has set one rule, from a day on; a rule without a row is on, with the threshold of the table."""

    __tablename__ = "flag_rule_setting"
    __table_args__ = (sa.UniqueConstraint("group_id", "rule"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    rule: Mapped[FlagRule]
    enabled: Mapped[bool]
    threshold: Mapped[int]
    since: Mapped[date]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
