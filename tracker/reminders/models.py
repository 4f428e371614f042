"""Ladders as groups changed them, reminders, runs that are held, and subjects that had to step aside."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import BigId, Model, coded
from tracker.organisation.models import LeadershipGroup, Person
from tracker.reminders.rules import Audience, Effect, HoldCause, HoldState, LadderKind, ReminderState


class LadderPolicy(Model):
    """One version of a group's ladder. Never changed: a change is a new version, and what was written keeps its own."""

    __tablename__ = "ladder_policy"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "ladder", "version"),
        sa.CheckConstraint("version > 0", name="version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    ladder: Mapped[LadderKind]
    version: Mapped[int]
    restores_defaults: Mapped[bool] = mapped_column(default=False)
    """The defaults count again; such a version has no rungs of its own."""
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    made_as: Mapped[str] = mapped_column(sa.String(200), default="")
    made_at: Mapped[datetime]

    made_by: Mapped[Person | None] = relationship()
    rungs: Mapped[list["LadderRung"]] = relationship(order_by="LadderRung.offset")


class LadderRung(Model):
    """A rung of one version of a group's ladder."""

    __tablename__ = "ladder_rung"
    __table_args__ = (
        sa.UniqueConstraint("policy_id", "offset"),
        sa.CheckConstraint("audiences <> ''", name="somebody_hears"),
        sa.CheckConstraint("repeat_every >= 0 AND (repeat_every = 0) = (repeat_times = 0)", name="repeats"),
        sa.CheckConstraint("effect = 'none' OR \"offset\" > 0", name="effects_after_the_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("ladder_policy.id"))
    offset: Mapped[int]
    audiences: Mapped[str] = mapped_column(sa.String(200))
    """Comma-joined, in the order in which they were chosen."""
    channels: Mapped[str] = mapped_column(sa.String(40), default="")
    effect: Mapped[Effect] = mapped_column(default=Effect.NONE)
    repeat_every: Mapped[int] = mapped_column(default=0)
    repeat_times: Mapped[int] = mapped_column(default=0)


class HeldRun(Model):
    """A run of the sweep that somebody must look at: one group's, or (no group) the whole because of the clock."""

    __tablename__ = "held_run"
    __table_args__ = (
        sa.CheckConstraint("(group_id IS NULL) = (cause IN ('clock_ahead', 'clock_behind'))", name="group"),
        sa.CheckConstraint("(state = 'held') = (decided_at IS NULL)", name="decided"),
        sa.CheckConstraint("state = 'held' OR reason <> ''", name="reason_given"),
        sa.Index(
            "uq_held_run_group",
            "group_id",
            "at",
            unique=True,
            sqlite_where=sa.text("group_id IS NOT NULL"),
            postgresql_where=sa.text("group_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_held_run_clock",
            "cause",
            unique=True,
            sqlite_where=sa.text("group_id IS NULL AND state = 'held'"),
            postgresql_where=sa.text("group_id IS NULL AND state = 'held'"),
        ),
        sa.Index("ix_held_run_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("leadership_group.id"))
    cause: Mapped[HoldCause]
    at: Mapped[datetime]
    """The run's time, by the clock that may be wrong."""
    last_at: Mapped[datetime | None]
    """The last tick before that was believed."""
    planned: Mapped[int] = mapped_column(default=0)
    urgent: Mapped[int] = mapped_column(default=0)
    usual: Mapped[int] = mapped_column(default=0)
    """The median of the month before."""
    state: Mapped[HoldState] = mapped_column(default=HoldState.HELD)
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Nobody: at the server's shell."""
    decided_as: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup | None] = relationship()
    decided_by: Mapped[Person | None] = relationship()


class Reminder(Model):
    """One rung reached, for one person; the key makes telling twice impossible."""

    __tablename__ = "reminder"
    __table_args__ = (
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "ladder", "cycle", "rung", "repeat", "recipient_id", name="uq_reminder_key"
        ),
        sa.CheckConstraint("state <> 'held' OR held_run_id IS NOT NULL", name="held_in_a_run"),
        sa.Index("ix_reminder_group_day", "group_id", "scheduled_for", "state"),
        sa.Index(
            "ix_reminder_held",
            "held_run_id",
            "id",
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[int]
    ladder: Mapped[str] = mapped_column(sa.String(20))
    cycle: Mapped[int]
    """The date that the ladder followed, as the number of its day (`cycle_of`)."""
    rung: Mapped[int]
    """The rung's offset in working days."""
    repeat: Mapped[int] = mapped_column(default=0)
    policy_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """The version of the group's ladder by which it was written; 0: the defaults."""
    recipient_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    audience: Mapped[Audience | None] = mapped_column(coded(Audience, "audience"))
    """As what they hear; not known of what was written before this was kept."""
    instead_of: Mapped[Audience | None] = mapped_column(coded(Audience, "instead_of"))
    """An audience of the rung of which there was nobody, and for which they hear."""
    scheduled_for: Mapped[date]
    state: Mapped[ReminderState]
    held_run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("held_run.id"))
    created_at: Mapped[datetime]


class Stumble(Model):
    """A subject that could not be dealt with: it steps aside for an hour, so that no other waits for it."""

    __tablename__ = "stumble"

    subject_kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    error: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime]
    until: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)


class SweepClock(Model):
    """The last tick whose clock was believed; one row."""

    __tablename__ = "sweep_clock"

    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    at: Mapped[datetime]
    """By the database's clock."""
