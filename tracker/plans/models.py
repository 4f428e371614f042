"""Plan documents as uploaded and read, and the plans, phases and measures made from them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models import LeadershipGroup
from tracker.plans.rules import DocumentState, PlanState


class PlanDocument(Model):
    """A document somebody brought in: its lines as read, what the reader found, what the clerk corrected."""

    __tablename__ = "plan_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    uploaded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(sa.String(255))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    state: Mapped[DocumentState] = mapped_column(default=DocumentState.READ)
    lines: Mapped[list[str]]
    findings: Mapped[dict[str, Any]]
    """As the reader found it; never changed."""
    corrections: Mapped[dict[str, Any]]
    """The same form, as the clerk left it, with the choices made for units and suggestions."""
    version: Mapped[int] = mapped_column(default=1)


class Plan(Model):
    """An implementation plan (实施方案) that a group works by."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan_document.id"))
    title: Mapped[str] = mapped_column(sa.String(200))
    issuer: Mapped[str] = mapped_column(sa.String(200), default="")
    document_number: Mapped[str] = mapped_column(sa.String(60), default="")
    issued_on: Mapped[date | None]
    state: Mapped[PlanState] = mapped_column(default=PlanState.ACTIVE)
    created_at: Mapped[datetime]
    made: Mapped[dict[str, Any]]
    """What confirming the document newly made (ids by kind), so that undoing removes just that."""
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup] = relationship()
    document: Mapped[PlanDocument | None] = relationship()
    phases: Mapped[list["Phase"]] = relationship(order_by="Phase.position")


class Phase(Model):
    """A dated stage of a plan (阶段); an open end is null."""

    __tablename__ = "phase"
    __table_args__ = (sa.CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    line: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)


class Measure(Model):
    """A numbered clause of a plan (举措), or a sentence of it that obliges somebody; tasks point here."""

    __tablename__ = "measure"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(40), default="")
    path: Mapped[list[str]]
    text: Mapped[str] = mapped_column(sa.Text)
    line: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)

    plan: Mapped[Plan] = relationship()
