"""The task itself with its parts, milestones, targets, batch and series."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model, coded
from tracker.organisation.models import LeadershipGroup, Person, Seat, Unit
from tracker.plans.models import Measure, Phase, Plan
from tracker.tasks.rules import BatchState, Every, PartState, TaskSource, TaskState


class SignOffBatch(Model):
    """Tasks that go out in one act, under one name and number (签发). paper: signed by hand, entered by the office."""

    __tablename__ = "sign_off_batch"
    __table_args__ = (
        sa.CheckConstraint("state <> 'signed' OR (signed_by_id IS NOT NULL AND signed_at IS NOT NULL)", name="signed"),
        sa.CheckConstraint("recorded_by_id IS NULL OR state = 'signed'", name="recorded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    document_number: Mapped[str] = mapped_column(sa.String(60), default="")
    state: Mapped[BatchState]
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    signed_as: Mapped[str] = mapped_column(sa.String(200), default="")
    signed_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    paper_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    remark: Mapped[str] = mapped_column(sa.String(1000), default="")
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup] = relationship()
    signed_by: Mapped[Person | None] = relationship(foreign_keys=[signed_by_id])
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
    tasks: Mapped[list["Task"]] = relationship(back_populates="batch", order_by="Task.id")


class Apportionment(Model):
    """One clause that binds many (分办): one task per unit under this heading, and one unit that sums up."""

    __tablename__ = "apportionment"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    summing_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    created_at: Mapped[datetime]

    summing_unit: Mapped[Unit | None] = relationship()


class TaskSeries(Model):
    """A recurring task (每月28日前…): the sweep issues one task per period from it until it ends."""

    __tablename__ = "task_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"), index=True)
    every: Mapped[Every]
    month: Mapped[int | None]
    day: Mapped[int | None]
    """None: the last day of the month."""
    ends_on: Mapped[date | None]
    next_from: Mapped[date]
    """First day of the next period that has no task yet."""
    version: Mapped[int] = mapped_column(default=1)


class Task(Model):
    """Something one lead unit must bring about by a deadline, to a standard (任务)."""

    __tablename__ = "task"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft','proposed','cancelled') OR lead_unit_id IS NOT NULL", name="has_lead"),
        sa.CheckConstraint(
            "state IN ('draft','proposed','cancelled') OR continuous OR due_on IS NOT NULL", name="has_due_date"
        ),
        sa.CheckConstraint("NOT continuous OR due_on IS NULL", name="continuous_has_no_due_date"),
        sa.CheckConstraint("(due_on IS NULL) = (first_due_on IS NULL)", name="first_due_date_kept"),
        sa.CheckConstraint(
            "state IN ('draft','proposed','cancelled') OR issued_at IS NOT NULL", name="issued_has_time"
        ),
        sa.CheckConstraint("(state = 'completed') = (completed_at IS NOT NULL)", name="completed_has_time"),
        sa.CheckConstraint("(state = 'suspended') = (suspended_from IS NOT NULL)", name="suspended_from_somewhere"),
        sa.CheckConstraint("state <> 'submitted' OR submitted_at IS NOT NULL", name="submitted_has_time"),
        sa.CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name="percent"),
        sa.UniqueConstraint("series_id", "period"),
        sa.Index("ix_task_lead_state_due", "lead_unit_id", "state", "sort_on", "id"),
        sa.Index("ix_task_group_state_due", "group_id", "state", "sort_on", "id"),
        sa.Index("ix_task_group_due", "group_id", "sort_on", "id"),
        sa.Index("ix_task_state_due", "state", "due_on"),
        # Everything that counting lights by unit reads, so that it never touches the long texts of the rows.
        sa.Index(
            "ix_task_lights",
            "group_id",
            "lead_unit_id",
            "state",
            "continuous",
            "late",
            "extension_pending",
            "sort_on",
            "next_milestone_on",
            "behind_on",
            "reported_at",
            "parent_id",
        ),
        # Ladders follow milestones too.
        sa.Index(
            "ix_task_milestone",
            "group_id",
            "next_milestone_on",
            sqlite_where=sa.text("next_milestone_on IS NOT NULL"),
            postgresql_where=sa.text("next_milestone_on IS NOT NULL"),
        ),
        sa.Index(
            "ix_task_verifier",
            "verifier_id",
            sqlite_where=sa.text("verifier_id IS NOT NULL"),
            postgresql_where=sa.text("verifier_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    source: Mapped[TaskSource]
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    measure_id: Mapped[int | None] = mapped_column(sa.ForeignKey("measure.id"), index=True)
    phase_id: Mapped[int | None] = mapped_column(sa.ForeignKey("phase.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"), index=True)
    apportionment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("apportionment.id"), index=True)
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task_series.id"))
    period: Mapped[str | None] = mapped_column(sa.String(10))
    batch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sign_off_batch.id"), index=True)

    number: Mapped[str] = mapped_column(sa.String(40), default="")
    title: Mapped[str] = mapped_column(sa.String(120))
    pinyin: Mapped[str] = mapped_column(sa.String(400), default="")
    initials: Mapped[str] = mapped_column(sa.String(200), default="")
    content: Mapped[str] = mapped_column(sa.Text, default="")
    standard: Mapped[str] = mapped_column(sa.Text, default="")
    basis: Mapped[str] = mapped_column(sa.String(300), default="")

    state: Mapped[TaskState]
    suspended_from: Mapped[TaskState | None] = mapped_column(coded(TaskState, "suspended_from"))
    version: Mapped[int] = mapped_column(default=1)

    lead_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    leader_seat_id: Mapped[int | None] = mapped_column(sa.ForeignKey("seat.id"))
    verifier_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Appointed by a leader from an uninvolved unit, where the group's own people may not verify."""

    due_on: Mapped[date | None]
    first_due_on: Mapped[date | None]
    sort_on: Mapped[date]
    """due_on, or the far future: what lists are ordered by."""
    deadline_text: Mapped[str] = mapped_column(sa.String(60), default="")
    continuous: Mapped[bool] = mapped_column(default=False)
    cadence_every: Mapped[Every | None]
    """Draft of a recurring task, or how often to report on a continuous one."""
    cadence_month: Mapped[int | None]
    cadence_day: Mapped[int | None]
    next_milestone_on: Mapped[date | None]
    behind_on: Mapped[date | None]
    extension_pending: Mapped[bool] = mapped_column(default=False)
    """An extension or an adjustment was asked for in time and waits undecided: meanwhile nobody is late."""
    cycle: Mapped[int] = mapped_column(default=1)
    """Counts the due dates: a new one starts a new cycle of reminders."""

    evidence_required: Mapped[bool] = mapped_column(default=False)
    percent: Mapped[int | None]
    late: Mapped[bool] = mapped_column(default=False)
    """Fixed at submission."""
    carried_over: Mapped[bool] = mapped_column(default=False)
    """Was under way before the group began to use the product (接续)."""

    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accept_by: Mapped[date | None]
    """Last day of the limit for signing for it."""
    reported_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    group: Mapped[LeadershipGroup] = relationship()
    lead_unit: Mapped[Unit | None] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    verifier: Mapped[Person | None] = relationship(foreign_keys=[verifier_id])
    leader_seat: Mapped[Seat | None] = relationship()
    plan: Mapped[Plan | None] = relationship()
    measure: Mapped[Measure | None] = relationship()
    phase: Mapped[Phase | None] = relationship()
    batch: Mapped[SignOffBatch | None] = relationship(back_populates="tasks")
    apportionment: Mapped[Apportionment | None] = relationship()
    series: Mapped[TaskSeries | None] = relationship()
    parent: Mapped["Task | None"] = relationship(remote_side=[id])
    parts: Mapped[list["TaskPart"]] = relationship(back_populates="task", order_by="TaskPart.id")
    milestones: Mapped[list["Milestone"]] = relationship(back_populates="task", order_by="Milestone.due_on")
    targets: Mapped[list["Target"]] = relationship(back_populates="task", order_by="Target.id")


def _as_due(context: Any) -> date | None:
    due_on: date | None = context.get_current_parameters().get("due_on")
    return due_on


class TaskPart(Model):
    """What a cooperating unit owes to a task (配合事项): its own row, date and signing for."""

    __tablename__ = "task_part"
    __table_args__ = (
        sa.UniqueConstraint("task_id", "unit_id"),
        sa.CheckConstraint("state <> 'active' OR accepted_at IS NOT NULL", name="active_was_accepted"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_has_time"),
        sa.Index("ix_task_part_unit_state", "unit_id", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    content: Mapped[str] = mapped_column(sa.Text, default="")
    due_on: Mapped[date | None]
    first_due_on: Mapped[date | None] = mapped_column(default=_as_due)
    """As it was planned. Where the task recurs, the next period keeps this date's distance, not that of due_on, which
    moves with a rest or where a period begins late."""
    state: Mapped[PartState] = mapped_column(default=PartState.ISSUED)
    accepted_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    task: Mapped[Task] = relationship(back_populates="parts")
    unit: Mapped[Unit] = relationship()


class Milestone(Model):
    """A dated step inside a task of more than a year (年度节点)."""

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    due_on: Mapped[date]
    done_on: Mapped[date | None]

    task: Mapped[Task] = relationship(back_populates="milestones")


class Target(Model):
    """A numeric target (目标值): quantity, scope, operator, value, unit, and a date of its own where it has one."""

    __tablename__ = "target"
    __table_args__ = (sa.CheckConstraint("operator IN ('<=','>=','=','<','>')", name="operator"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    quantity: Mapped[str] = mapped_column(sa.String(100))
    scope: Mapped[str] = mapped_column(sa.String(60), default="")
    operator: Mapped[str] = mapped_column(sa.String(2))
    value: Mapped[float]
    unit: Mapped[str] = mapped_column(sa.String(20), default="")
    due_on: Mapped[date | None]

    task: Mapped[Task] = relationship(back_populates="targets")
