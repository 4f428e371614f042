"""What the unit says about a flag, what is proposed and decided about it, and the review: people's rows, all of it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model, coded
from tracker.organisation.models import Person
from tracker.oversight.models.flags import Flag
from tracker.oversight.rules import Card, DecisionKind, ProposalState, ReviewOutcome, StatementState

PROPOSER_ENTERS_NOTHING = "recorded_by_id IS NULL OR proposed_by_id IS NULL OR recorded_by_id <> proposed_by_id"
CARDED = "{card} = 'none' OR {kind} IN ('interview','circular')"


class Statement(Model):
    """What a unit says about a flag (情况说明/陈述申辩): drafted by a liaison or the owner, given by a head."""

    __tablename__ = "statement"
    __table_args__ = (
        sa.CheckConstraint("(state = 'given') = (given_by_id IS NOT NULL AND given_at IS NOT NULL)", name="given"),
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.Index(
            "uq_statement_one_draft",
            "flag_id",
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    flag_id: Mapped[int] = mapped_column(sa.ForeignKey("flag.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    ends_period: Mapped[bool] = mapped_column(default=False)
    """The unit has said everything and does not wait for the end of its period."""
    state: Mapped[StatementState]
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    given_as: Mapped[str] = mapped_column(sa.String(200), default="")
    given_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    flag: Mapped[Flag] = relationship()
    drafted_by: Mapped[Person] = relationship(foreign_keys=[drafted_by_id])
    given_by: Mapped[Person | None] = relationship(foreign_keys=[given_by_id])
    files: Mapped[list["StatementFile"]] = relationship(order_by="StatementFile.id", back_populates="statement")


class StatementFile(Model):
    """A file that goes with a statement."""

    __tablename__ = "statement_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("statement.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(sa.String(255))
    size: Mapped[int]
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]

    statement: Mapped[Statement] = relationship(back_populates="files")


class FlagProposal(Model):
    """What a supervisor proposes that a leader decide; at most one awaits an answer."""

    __tablename__ = "flag_proposal"
    __table_args__ = (
        sa.CheckConstraint("reason <> ''", name="reason"),
        sa.CheckConstraint("kind IN ('interview','circular','referral')", name="kind"),
        sa.CheckConstraint(CARDED.format(card="card", kind="kind"), name="carded"),
        sa.CheckConstraint("(state = 'pending') = (answered_by_id IS NULL)", name="answered"),
        sa.CheckConstraint("answered_by_id IS NULL OR answered_by_id <> proposed_by_id", name="not_by_the_proposer"),
        sa.Index(
            "uq_flag_proposal_one_pending",
            "flag_id",
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    flag_id: Mapped[int] = mapped_column(sa.ForeignKey("flag.id"), index=True)
    kind: Mapped[DecisionKind]
    card: Mapped[Card] = mapped_column(default=Card.NONE)
    reason: Mapped[str] = mapped_column(sa.Text)
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    proposed_as: Mapped[str] = mapped_column(sa.String(200), default="")
    proposed_at: Mapped[datetime]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.PENDING)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(sa.Text, default="")

    flag: Mapped[Flag] = relationship()
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])


class FlagDecision(Model):
    """What a person with the right decided about a flag (处理决定): one a flag, never altered.

    The day told, the end of the period and the proposer are copied here, so that the database itself refuses what is
    decided too early, by who proposed it, or by nobody.
    """

    __tablename__ = "flag_decision"
    __table_args__ = (
        sa.UniqueConstraint("flag_id"),
        sa.CheckConstraint("reason <> ''", name="reason"),
        sa.CheckConstraint("decided_at >= told_at", name="after_being_told"),
        sa.CheckConstraint("period_used OR decided_on > statement_by", name="after_the_period"),
        sa.CheckConstraint("proposed_by_id IS NULL OR proposed_by_id <> decided_by_id", name="not_by_the_proposer"),
        sa.CheckConstraint(PROPOSER_ENTERS_NOTHING, name="proposer_enters_nothing"),
        sa.CheckConstraint("(proposal_id IS NULL) = (proposed_by_id IS NULL)", name="proposal"),
        sa.CheckConstraint("kind NOT IN ('interview','circular') OR proposal_id IS NOT NULL", name="was_proposed"),
        sa.CheckConstraint(CARDED.format(card="card", kind="kind"), name="carded"),
        sa.CheckConstraint("recorded_by_id IS NULL OR recorded_by_id <> decided_by_id", name="recorded_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    flag_id: Mapped[int] = mapped_column(sa.ForeignKey("flag.id"))
    kind: Mapped[DecisionKind]
    card: Mapped[Card] = mapped_column(default=Card.NONE)
    reason: Mapped[str] = mapped_column(sa.Text)
    paper_number: Mapped[str] = mapped_column(sa.String(60), default="")
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("flag_proposal.id"), unique=True)
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    decided_as: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime]
    decided_on: Mapped[date]
    told_at: Mapped[datetime]
    statement_by: Mapped[date]
    period_used: Mapped[bool]
    review_until: Mapped[date]
    """The last day on which the unit may ask for a review."""
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who entered what was decided on paper (纸质签批)."""
    scan: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))

    flag: Mapped[Flag] = relationship()
    proposal: Mapped[FlagProposal | None] = relationship()
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person] = relationship(foreign_keys=[decided_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])


class FlagReview(Model):
    """A unit asks once for a decision to be looked at again (复核), by a leader other than who decided where one is.

    Who decided first and who proposed it are copied here, so that the database itself refuses them.
    """

    __tablename__ = "flag_review"
    __table_args__ = (
        sa.UniqueConstraint("decision_id"),
        sa.CheckConstraint("grounds <> ''", name="grounds"),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_by_id IS NULL) AND (outcome IS NULL) = (decided_at IS NULL)", name="decided"
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> first_decided_by_id OR no_other_leader", name="by_another"
        ),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="not_by_who_asked"),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR proposed_by_id IS NULL OR decided_by_id <> proposed_by_id",
            name="not_by_the_proposer",
        ),
        sa.CheckConstraint(PROPOSER_ENTERS_NOTHING, name="proposer_enters_nothing"),
        sa.CheckConstraint("outcome IS NULL OR remark <> ''", name="remark"),
        sa.CheckConstraint("(new_kind IS NULL) = (outcome IS NULL OR outcome <> 'changed')", name="changed_to"),
        sa.CheckConstraint(
            "new_card = 'none' OR (new_kind IS NOT NULL AND new_kind IN ('interview','circular'))", name="carded"
        ),
        sa.CheckConstraint("recorded_by_id IS NULL OR recorded_by_id <> decided_by_id", name="recorded_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    flag_id: Mapped[int] = mapped_column(sa.ForeignKey("flag.id"), index=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("flag_decision.id"))
    grounds: Mapped[str] = mapped_column(sa.Text)
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_as: Mapped[str] = mapped_column(sa.String(200), default="")
    asked_at: Mapped[datetime]
    first_decided_by_id: Mapped[int]
    proposed_by_id: Mapped[int | None]
    outcome: Mapped[ReviewOutcome | None]
    new_kind: Mapped[DecisionKind | None] = mapped_column(coded(DecisionKind, "new_kind"))
    new_card: Mapped[Card] = mapped_column(default=Card.NONE)
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    paper_number: Mapped[str] = mapped_column(sa.String(60), default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_as: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None]
    no_other_leader: Mapped[bool] = mapped_column(default=False)
    """Nobody else in the group could look at it again."""
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    scan: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    version: Mapped[int] = mapped_column(default=1)

    flag: Mapped[Flag] = relationship()
    decision: Mapped[FlagDecision] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
