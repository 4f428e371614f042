"""Letters, their clauses, the texts that were issued, who signs and what was signed."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.kernel.seals import MARK_LENGTH
from tracker.letters.rules import (
    BatchState,
    ClauseKind,
    LetterKind,
    LetterState,
    Side,
    SigningMethod,
    SigningOrder,
)
from tracker.organisation.models import LeadershipGroup, Person, Post, Seat, Unit
from tracker.plans.models import Plan
from tracker.tasks.models import Target, Task


class LetterTemplate(Model):
    """The words that frame the clauses of a group's letters; the office edits them."""

    __tablename__ = "letter_template"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"), primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(sa.Text)
    safeguards: Mapped[str] = mapped_column(sa.Text)
    accountability: Mapped[str] = mapped_column(sa.Text)
    closing: Mapped[str] = mapped_column(sa.Text)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class LetterBatch(Model):
    """Letters that go out in one act: one plan and period, one first party, one date that they begin with."""

    __tablename__ = "letter_batch"
    __table_args__ = (
        sa.CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL)", name="issued"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= sign_by", name="dates"),
        sa.Index("ix_letter_batch_group_state", "group_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    """The unit that hands clauses of its own letter on to its sections and schools; none: the group's office."""
    plan_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    year: Mapped[int | None]
    """The year whose tasks are promised; none: the whole campaign."""
    period: Mapped[str] = mapped_column(sa.String(40))
    first_party: Mapped[str] = mapped_column(sa.String(120))
    number_prefix: Mapped[str] = mapped_column(sa.String(60))
    signing_order: Mapped[SigningOrder]
    sign_by: Mapped[date]
    ends_on: Mapped[date | None]
    purpose: Mapped[str] = mapped_column(sa.Text)
    safeguards: Mapped[str] = mapped_column(sa.Text)
    accountability: Mapped[str] = mapped_column(sa.Text)
    closing: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[BatchState] = mapped_column(default=BatchState.DRAFT)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    issued_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup] = relationship()
    unit: Mapped[Unit | None] = relationship()
    plan: Mapped[Plan | None] = relationship()
    created_by: Mapped[Person | None] = relationship(foreign_keys=[created_by_id])
    letters: Mapped[list["Letter"]] = relationship(back_populates="batch", order_by="Letter.id")


class Letter(Model):
    """The promise of one unit (目标责任书). Its clauses are the unit's tasks and targets as they stood."""

    __tablename__ = "letter"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "number"),
        sa.CheckConstraint("(kind = 'letter') = (follows_id IS NULL)", name="follows"),
        sa.CheckConstraint("state = 'draft' OR state = 'withdrawn' OR edition > 0", name="issued_has_text"),
        sa.CheckConstraint("(edition > 0) = (number IS NOT NULL)", name="issued_has_number"),
        sa.CheckConstraint("edition > 0 OR issued_at IS NULL", name="issued_at"),
        sa.CheckConstraint(
            "state NOT IN ('in_force', 'superseded', 'fulfilled') OR in_force_at IS NOT NULL", name="in_force_at"
        ),
        sa.CheckConstraint("state <> 'sent_back' OR remark <> ''", name="sent_back_has_reason"),
        sa.Index("ix_letter_unit_state", "unit_id", "state"),
        sa.Index("ix_letter_group_state", "group_id", "state"),
        sa.Index("ix_letter_batch", "batch_id"),
        sa.Index(
            "uq_letter_one_per_unit",
            "batch_id",
            "unit_id",
            unique=True,
            sqlite_where=sa.text("kind = 'letter' AND state <> 'withdrawn'"),
            postgresql_where=sa.text("kind = 'letter' AND state <> 'withdrawn'"),
        ),
        sa.Index(
            "uq_letter_one_following",
            "follows_id",
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'issued', 'sent_back', 'half_signed')"),
            postgresql_where=sa.text("state IN ('draft', 'issued', 'sent_back', 'half_signed')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_batch.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    kind: Mapped[LetterKind] = mapped_column(default=LetterKind.LETTER)
    follows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"), index=True)
    """The letter that this one adds to or takes the place of."""
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"), index=True)
    """The letter whose clauses this one hands on (层层分解); its promise stays its own."""
    number: Mapped[str | None] = mapped_column(sa.String(80))
    state: Mapped[LetterState] = mapped_column(default=LetterState.DRAFT)
    edition: Mapped[int] = mapped_column(default=0)
    """The ordinal of the text that counts; 0 before the first."""
    check_code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    """What the QR code on the paper leads to; cannot be guessed."""
    remark: Mapped[str] = mapped_column(sa.String(1000), default="")
    """Why it was sent back or withdrawn."""
    sign_by: Mapped[date]
    """Its own: one that follows another, or goes out again, has not the date of those that went out before."""
    issued_at: Mapped[datetime | None]
    in_force_at: Mapped[datetime | None]
    urged_at: Mapped[datetime | None]
    urges: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    batch: Mapped[LetterBatch] = relationship(back_populates="letters")
    group: Mapped[LeadershipGroup] = relationship()
    unit: Mapped[Unit] = relationship()
    follows: Mapped["Letter | None"] = relationship(foreign_keys=[follows_id], remote_side=[id])
    parent: Mapped["Letter | None"] = relationship(foreign_keys=[parent_id], remote_side=[id])
    clauses: Mapped[list["LetterClause"]] = relationship(
        back_populates="letter", order_by="LetterClause.position", cascade="all, delete-orphan"
    )
    signatories: Mapped[list["Signatory"]] = relationship(
        back_populates="letter", order_by="(Signatory.side, Signatory.position)"
    )
    texts: Mapped[list["LetterText"]] = relationship(back_populates="letter", order_by="LetterText.ordinal")


class LetterClause(Model):
    """A clause: a target or a task as it stood when the letter was written, or a sentence of its own."""

    __tablename__ = "letter_clause"
    __table_args__ = (
        sa.UniqueConstraint("letter_id", "position"),
        sa.CheckConstraint("kind <> 'free' OR task_id IS NULL", name="free_has_no_task"),
        sa.CheckConstraint(
            "kind = 'free' OR task_id IS NOT NULL OR parent_clause_id IS NOT NULL", name="has_task_or_is_handed_on"
        ),
        sa.CheckConstraint("(kind = 'target') = (target_id IS NOT NULL)", name="target"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"))
    position: Mapped[int]
    kind: Mapped[ClauseKind]
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"), index=True)
    target_id: Mapped[int | None] = mapped_column(sa.ForeignKey("target.id"))
    parent_clause_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter_clause.id"), index=True)
    """The clause that is handed on; the sub-task is made when the letter goes out."""
    standard: Mapped[str] = mapped_column(sa.Text, default="")
    text: Mapped[str] = mapped_column(sa.Text)
    due_on: Mapped[date | None]

    letter: Mapped[Letter] = relationship(back_populates="clauses")
    parent_clause: Mapped["LetterClause | None"] = relationship(remote_side=[id])
    task: Mapped[Task | None] = relationship()
    target: Mapped[Target | None] = relationship()


class Signatory(Model):
    """Who is to sign for a side: whoever holds a seat of the group or a post of the unit on that day."""

    __tablename__ = "letter_signatory"
    __table_args__ = (
        sa.UniqueConstraint("letter_id", "side", "position"),
        sa.CheckConstraint("(seat_id IS NULL) <> (post_id IS NULL)", name="one_holder"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"))
    side: Mapped[Side]
    position: Mapped[int]
    seat_id: Mapped[int | None] = mapped_column(sa.ForeignKey("seat.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    party: Mapped[str] = mapped_column(sa.String(120))
    title: Mapped[str] = mapped_column(sa.String(200))

    letter: Mapped[Letter] = relationship(back_populates="signatories")
    seat: Mapped[Seat | None] = relationship()
    post: Mapped[Post | None] = relationship()


class LetterText(Model):
    """The exact text put before the parties, with its digests; another follows only when it was sent back."""

    __tablename__ = "letter_text"
    __table_args__ = (sa.UniqueConstraint("letter_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"))
    ordinal: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))
    """Keyed digest of the text's statement."""
    created_at: Mapped[datetime]

    letter: Mapped[Letter] = relationship(back_populates="texts")
    signatures: Mapped[list["Signature"]] = relationship(back_populates="text", order_by="Signature.id")


class Signature(Model):
    """A signature under one text: by whom, as what, when; and the statement of it under the installation's key."""

    __tablename__ = "letter_signature"
    __table_args__ = (
        sa.UniqueConstraint("text_id", "signatory_id"),
        sa.CheckConstraint("(method = 'paper') = (recorded_by_id IS NOT NULL)", name="recorded"),
        sa.CheckConstraint("method <> 'paper' OR scan_sha256 IS NOT NULL", name="paper_has_scan"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_text.id"))
    signatory_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_signatory.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    person_name: Mapped[str] = mapped_column(sa.String(60))
    signed_as: Mapped[str] = mapped_column(sa.String(200))
    method: Mapped[SigningMethod]
    nonce: Mapped[str] = mapped_column(sa.String(64), unique=True)
    signed_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    drawing_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    scan_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    statement: Mapped[str] = mapped_column(sa.Text)
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))

    text: Mapped[LetterText] = relationship(back_populates="signatures")
    signatory: Mapped[Signatory] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
