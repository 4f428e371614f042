"""Changes of seats that go by proposal (报请调整), and the notices (调整通知) that carry them out."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models.directory import Person, Post, Unit
from tracker.organisation.models.groups import LeadershipGroup, Seat
from tracker.organisation.rules import SeatChangeState


class SeatNotice(Model):
    """A notice that seats have passed to others (调整通知): one number, one date, one or several approved changes."""

    __tablename__ = "seat_notice"
    __table_args__ = (sa.UniqueConstraint("group_id", "document_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    document_number: Mapped[str] = mapped_column(sa.String(100))
    issued_on: Mapped[date]
    issued_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    issued_at: Mapped[datetime]

    group: Mapped[LeadershipGroup] = relationship()
    issued_by: Mapped[Person | None] = relationship()
    changes: Mapped[list["SeatChange"]] = relationship(back_populates="notice", order_by="SeatChange.id")


class SeatChange(Model):
    """A unit's proposal that somebody of its own takes over a seat: decided by a leader, carried out by a notice."""

    __tablename__ = "seat_change"
    __table_args__ = (
        sa.CheckConstraint("(proposed_by_id IS NULL) <> (recorded_by_id IS NULL)", name="proposed"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused', 'issued') OR (decided_by_id IS NOT NULL AND decided_at IS NOT NULL)",
            name="decided",
        ),
        sa.CheckConstraint("state NOT IN ('refused', 'withdrawn') OR remark <> ''", name="reason_given"),
        sa.CheckConstraint("(state = 'issued') = (notice_id IS NOT NULL)", name="issued"),
        sa.Index(
            "uq_seat_change_open",
            "seat_id",
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'approved')"),
            postgresql_where=sa.text("state IN ('proposed', 'approved')"),
        ),
        sa.Index("ix_seat_change_group_state", "group_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    seat_id: Mapped[int] = mapped_column(sa.ForeignKey("seat.id"), index=True)
    """The row that the change would end."""
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    outgoing: Mapped[str] = mapped_column(sa.String(200), default="")
    """Who sat there when it was proposed; after a change of persons the one before."""
    starts_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(500))
    state: Mapped[SeatChangeState] = mapped_column(default=SeatChangeState.PROPOSED)
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who of the office entered the unit's paper (代录); then nobody of the unit proposed it here."""
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decision_recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who entered a decision taken on paper (纸质签批)."""
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(sa.String(500), default="")
    notice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("seat_notice.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup] = relationship()
    seat: Mapped[Seat] = relationship()
    unit: Mapped[Unit] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    post: Mapped[Post] = relationship()
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    decision_recorded_by: Mapped[Person | None] = relationship(foreign_keys=[decision_recorded_by_id])
    notice: Mapped[SeatNotice | None] = relationship(back_populates="changes")
