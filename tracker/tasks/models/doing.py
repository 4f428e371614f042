"""What units do on a task, and how it is checked: reports, evidence, submissions, verifications."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models import Person, Unit
from tracker.tasks.models.task import Task, TaskPart
from tracker.tasks.rules import Outcome, ReportState, VerificationMode


class ProgressReport(Model):
    """What was done, what is hard, what must be coordinated (进展报告). “无变化” is a report."""

    __tablename__ = "progress_report"
    __table_args__ = (
        sa.CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name="percent"),
        sa.CheckConstraint("no_change OR text <> ''", name="says_something"),
        sa.CheckConstraint("(state = 'confirmed') = (confirmed_by_id IS NOT NULL)", name="confirmed_by"),
        sa.Index("ix_progress_report_task", "task_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    part_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task_part.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    difficulty: Mapped[str] = mapped_column(sa.Text, default="")
    coordination: Mapped[str] = mapped_column(sa.Text, default="")
    no_change: Mapped[bool] = mapped_column(default=False)
    percent: Mapped[int | None]
    state: Mapped[ReportState]
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    task: Mapped[Task] = relationship()
    part: Mapped[TaskPart | None] = relationship()
    unit: Mapped[Unit] = relationship()
    drafted_by: Mapped[Person] = relationship(foreign_keys=[drafted_by_id])
    evidence: Mapped[list["Evidence"]] = relationship(foreign_keys="Evidence.report_id", order_by="Evidence.id")
    answer: Mapped["CoordinationAnswer | None"] = relationship(back_populates="report")


class Submission(Model):
    """A task handed in for verification (报请办结): drafted by one, confirmed by a head; lateness is fixed here."""

    __tablename__ = "submission"
    __table_args__ = (
        sa.CheckConstraint("(state = 'confirmed') = (confirmed_by_id IS NOT NULL)", name="confirmed_by"),
        sa.Index("ix_submission_task", "task_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    statement: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[ReportState]
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    """The due date as it stood when handed in."""
    late_days: Mapped[int] = mapped_column(default=0)

    task: Mapped[Task] = relationship()
    drafted_by: Mapped[Person] = relationship(foreign_keys=[drafted_by_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    evidence: Mapped[list["Evidence"]] = relationship(foreign_keys="Evidence.submission_id", order_by="Evidence.id")
    verification: Mapped["Verification | None"] = relationship(back_populates="submission")


class Verification(Model):
    """Somebody else checked (核验). The doer never verifies: the database refuses it too."""

    __tablename__ = "verification"
    __table_args__ = (
        sa.CheckConstraint(
            "verifier_id <> drafted_by_id AND verifier_id <> confirmed_by_id", name="doer_never_verifies"
        ),
        sa.CheckConstraint(
            "recorded_by_id IS NULL OR (recorded_by_id <> drafted_by_id AND recorded_by_id <> confirmed_by_id)",
            name="doer_never_records",
        ),
        sa.CheckConstraint("outcome = 'passed' OR remark <> ''", name="return_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    drafted_by_id: Mapped[int]
    confirmed_by_id: Mapped[int]
    verifier_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    verified_as: Mapped[str] = mapped_column(sa.String(200), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who entered a decision taken on paper (纸质签批)."""
    at: Mapped[datetime]
    outcome: Mapped[Outcome]
    mode: Mapped[VerificationMode]
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    new_due_on: Mapped[date | None]

    submission: Mapped[Submission] = relationship(back_populates="verification")
    verifier: Mapped[Person] = relationship(foreign_keys=[verifier_id])


class Evidence(Model):
    """A file that shows a fact (佐证材料). fact_on is the date of the fact, which is not the date of upload."""

    __tablename__ = "evidence"
    __table_args__ = (
        sa.Index("ix_evidence_task", "task_id", "id"),
        sa.Index("ix_evidence_unit", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    part_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task_part.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    report_id: Mapped[int | None] = mapped_column(sa.ForeignKey("progress_report.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(sa.String(255))
    size: Mapped[int]
    fact_on: Mapped[date | None]
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]

    task: Mapped[Task] = relationship()


class CoordinationAnswer(Model):
    """What the office answered to something that a unit put up for coordination: once for each report."""

    __tablename__ = "coordination_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("progress_report.id"), unique=True)
    text: Mapped[str] = mapped_column(sa.Text)
    answered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    answered_as: Mapped[str] = mapped_column(sa.String(200), default="")
    answered_at: Mapped[datetime]

    report: Mapped[ProgressReport] = relationship(back_populates="answer")
    answered_by: Mapped[Person] = relationship()
