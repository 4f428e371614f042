"""Regions, units, people, posts and duties. Dated rows, never overwritten."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.rules import DutyKind, PostRank, RegionLevel, UnitKind

DATES = "ends_on IS NULL OR ends_on >= starts_on"


class Region(Model):
    """An administrative division (行政区); walls between tenants stand at a region's own groups."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    level: Mapped[RegionLevel]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)

    parent: Mapped["Region | None"] = relationship(remote_side="Region.id")


class Unit(Model):
    """A unit (单位). parent: a school's education bureau; hosted_by: 挂靠, a unit of its own all the same."""

    __tablename__ = "unit"
    __table_args__ = (
        sa.UniqueConstraint("region_id", "name"),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
        sa.CheckConstraint("hosted_by_id IS NULL OR hosted_by_id <> id", name="not_own_host"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[UnitKind]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    hosted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    pinyin: Mapped[str] = mapped_column(sa.String(400), default="", index=True)
    initials: Mapped[str] = mapped_column(sa.String(200), default="", index=True)
    ended_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    region: Mapped[Region] = relationship()
    parent: Mapped["Unit | None"] = relationship(foreign_keys=[parent_id], remote_side="Unit.id")
    hosted_by: Mapped["Unit | None"] = relationship(foreign_keys=[hosted_by_id], remote_side="Unit.id")
    short_names: Mapped[list["UnitShortName"]] = relationship(order_by="UnitShortName.name")


class UnitShortName(Model):
    """Another name by which papers call a unit (简称): 区财政局 for 河口区财政局."""

    __tablename__ = "unit_short_name"
    __table_args__ = (sa.UniqueConstraint("unit_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(sa.String(100), index=True)


class Person(Model):
    """A person (人员); what they are in which unit stands in appointments."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    email: Mapped[str] = mapped_column(sa.String(120), default="")
    pinyin: Mapped[str] = mapped_column(sa.String(400), default="", index=True)
    initials: Mapped[str] = mapped_column(sa.String(200), default="", index=True)
    version: Mapped[int] = mapped_column(default=1)

    region: Mapped[Region] = relationship()
    appointments: Mapped[list["Appointment"]] = relationship(back_populates="person")


class Post(Model):
    """A post (职务) of a unit. It stays when its holder goes; without a holder it is empty (缺位)."""

    __tablename__ = "post"
    __table_args__ = (sa.UniqueConstraint("unit_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(sa.String(60))
    rank: Mapped[PostRank]

    unit: Mapped[Unit] = relationship()
    appointments: Mapped[list["Appointment"]] = relationship(
        back_populates="post", order_by="Appointment.starts_on.desc()"
    )


class Appointment(Model):
    """A person holds a post from a day to a day (任职). presiding: 主持工作, with the head's rights."""

    __tablename__ = "appointment"
    __table_args__ = (
        sa.CheckConstraint(DATES, name="dates"),
        sa.Index("ix_appointment_person_dates", "person_id", "starts_on", "ends_on"),
        sa.Index("ix_appointment_post_dates", "post_id", "starts_on", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    presiding: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    instrument: Mapped[str] = mapped_column(sa.String(100), default="")

    person: Mapped[Person] = relationship(back_populates="appointments")
    post: Mapped[Post] = relationship(back_populates="appointments")


class InstallationDuty(Model):
    """System administrator, auditor or registrar: what a person does for the installation, dated."""

    __tablename__ = "installation_duty"
    __table_args__ = (sa.CheckConstraint(DATES, name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    duty: Mapped[DutyKind]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship()


def on_day(model: Any, day: date | sa.ColumnElement[date | None]) -> sa.ColumnElement[bool]:
    """The rows of a dated table that are in force on a day."""
    return sa.and_(model.starts_on <= day, sa.or_(model.ends_on.is_(None), model.ends_on >= day))
