"""Groups, their seats and member units. Dated rows, never overwritten."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models.directory import DATES, Person, Post, Region, Unit
from tracker.organisation.rules import ContactRole, SeatRole, Succession


class LeadershipGroup(Model):
    """A leadership group (领导小组) with the settings it works by."""

    __tablename__ = "leadership_group"
    __table_args__ = (
        sa.UniqueConstraint("region_id", "name"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= starts_on", name="dates"),
        sa.CheckConstraint("sign_for_days BETWEEN 1 AND 30", name="sign_for_days"),
        sa.CheckConstraint("consult_days BETWEEN 1 AND 30", name="consult_days"),
        sa.CheckConstraint("yellow_days BETWEEN 0 AND 60", name="yellow_days"),
        sa.CheckConstraint("notice_prefix <> ''", name="notice_prefix"),
        sa.CheckConstraint("messages_from BETWEEN 6 AND 12", name="messages_from"),
        sa.CheckConstraint("messages_until BETWEEN 13 AND 22", name="messages_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    short_name: Mapped[str] = mapped_column(sa.String(40), default="")
    purpose: Mapped[str] = mapped_column(sa.String(500), default="")
    host_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    starts_on: Mapped[date]
    ended_on: Mapped[date | None]
    goal_on: Mapped[date | None]
    uses_from: Mapped[date]
    """The first day of using the product: no crossing, reminder or flag for days before it."""
    sign_for_days: Mapped[int] = mapped_column(default=3)
    consult_days: Mapped[int] = mapped_column(default=3)
    """Working days that units have to answer when asked for their views (征求意见)."""
    yellow_days: Mapped[int] = mapped_column(default=7)
    roll_due_dates: Mapped[bool] = mapped_column(default=True)
    percent_enabled: Mapped[bool] = mapped_column(default=False)
    urge_cooldown_days: Mapped[int] = mapped_column(default=2)
    notice_prefix: Mapped[str] = mapped_column(sa.String(20), default="督")
    """What the numbers of its supervision notices begin with: 督〔2026〕1号."""
    messages_from: Mapped[int] = mapped_column(sa.SmallInteger, default=8, server_default="8")
    messages_until: Mapped[int] = mapped_column(sa.SmallInteger, default=20, server_default="20")
    """Hours of the day within which messages about the group may leave the house."""
    proposals_from: Mapped[date | None]
    """The day from which seats change by proposal (报请调整); none where successors to posts follow (自然递补)."""
    version: Mapped[int] = mapped_column(default=1)

    region: Mapped[Region] = relationship()
    host_unit: Mapped[Unit | None] = relationship()

    @property
    def succession(self) -> Succession:
        """How seats pass on."""
        return Succession.NATURAL if self.proposals_from is None else Succession.PROPOSAL


class Seat(Model):
    """A seat in a group (组成) of a post, a person or a whole unit; with dates and its instrument (文号)."""

    __tablename__ = "seat"
    __table_args__ = (
        sa.CheckConstraint(DATES, name="dates"),
        sa.CheckConstraint(
            "(post_id IS NOT NULL AND person_id IS NULL AND unit_id IS NULL)"
            " OR (post_id IS NULL AND person_id IS NOT NULL AND unit_id IS NULL)"
            " OR (post_id IS NULL AND person_id IS NULL AND unit_id IS NOT NULL)",
            name="one_holder",
        ),
        sa.CheckConstraint("unit_id IS NULL OR role = 'member'", name="units_are_members"),
        sa.Index("ix_seat_group_role", "group_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    role: Mapped[SeatRole]
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    """The posts as the paper prints them."""
    position: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    instrument: Mapped[str] = mapped_column(sa.String(100), default="")

    group: Mapped[LeadershipGroup] = relationship()
    post: Mapped[Post | None] = relationship()
    person: Mapped[Person | None] = relationship()
    unit: Mapped[Unit | None] = relationship()


class MemberUnit(Model):
    """A unit in a group (成员单位), with its duties there, responsible section and working team."""

    __tablename__ = "member_unit"
    __table_args__ = (sa.UniqueConstraint("group_id", "unit_id"), sa.CheckConstraint(DATES, name="dates"))

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    duties: Mapped[str] = mapped_column(sa.String(2000), default="")
    section: Mapped[str] = mapped_column(sa.String(100), default="")
    working_team: Mapped[str] = mapped_column(sa.String(500), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup] = relationship()
    unit: Mapped[Unit] = relationship()
    contacts: Mapped[list["MemberContact"]] = relationship(back_populates="member_unit")


class MemberContact(Model):
    """The deputy in charge or the liaison of a member unit, from a day to a day."""

    __tablename__ = "member_contact"
    __table_args__ = (sa.CheckConstraint(DATES, name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("member_unit.id"), index=True)
    role: Mapped[ContactRole]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    member_unit: Mapped[MemberUnit] = relationship(back_populates="contacts")
    person: Mapped[Person] = relationship()
