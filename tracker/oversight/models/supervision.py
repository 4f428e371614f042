"""Supervision notices (督办通知单): one matter one paper, with the reply slip (回执) and its files."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.letters.models import Letter
from tracker.organisation.models import LeadershipGroup, Person, Unit
from tracker.oversight.rules import FellAway, NoticeOrigin, NoticeState, NoticeSubject, Urgency
from tracker.tasks.models import Task, TaskPart

_ON_THE_WAY = "state IN ('draft', 'proposed', 'issued', 'received', 'replied', 'returned')"


def _one(name: str, kind: str, columns: str, condition: str) -> sa.Index:
    """At most one notice on a subject under a condition."""
    where = sa.text(f"kind = '{kind}' AND {condition}")
    return sa.Index(name, *columns.split(), unique=True, sqlite_where=where, postgresql_where=where)


class SupervisionNotice(Model):
    """One matter put to one unit on a numbered paper, to be answered by a day."""

    __tablename__ = "supervision_notice"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "year", "number"),
        sa.CheckConstraint(
            "(kind = 'letter') = (letter_id IS NOT NULL) AND (kind = 'letter') = (task_id IS NULL)"
            " AND (kind = 'part') = (part_id IS NOT NULL)",
            name="one_subject",
        ),
        sa.CheckConstraint("(state IN ('draft', 'proposed', 'discarded')) = (number IS NULL)", name="out_has_number"),
        sa.CheckConstraint(
            "(number IS NULL) = (year IS NULL) AND (number IS NULL) = (signed_at IS NULL)"
            " AND (number IS NULL) = (signed_by_id IS NULL) AND (number IS NULL) = (document_number = '')",
            name="number_is_signed",
        ),
        sa.CheckConstraint("number IS NULL OR reply_by IS NOT NULL", name="out_has_limit"),
        sa.CheckConstraint("recorded_by_id IS NULL OR signed_at IS NOT NULL", name="recorded"),
        sa.CheckConstraint("(origin = 'ladder') = (rung IS NOT NULL)", name="ladder_has_rung"),
        sa.CheckConstraint("(origin = 'ladder') = (drafted_by_id IS NULL)", name="drafted_by"),
        sa.CheckConstraint("state <> 'proposed' OR proposed_at IS NOT NULL", name="proposed"),
        sa.CheckConstraint(
            "state NOT IN ('received', 'replied', 'returned', 'closed') OR received_at IS NOT NULL", name="received"
        ),
        sa.CheckConstraint("state NOT IN ('replied', 'returned', 'closed') OR replied_at IS NOT NULL", name="replied"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        sa.CheckConstraint(
            "state NOT IN ('discarded', 'withdrawn') OR remark <> '' OR fell_away IS NOT NULL", name="ended_has_reason"
        ),
        sa.CheckConstraint("fell_away IS NULL OR state = 'discarded'", name="fell_away"),
        _one("uq_supervision_notice_open_task", "task", "task_id cycle", _ON_THE_WAY),
        _one("uq_supervision_notice_open_part", "part", "part_id cycle", _ON_THE_WAY),
        _one("uq_supervision_notice_open_letter", "letter", "letter_id cycle", _ON_THE_WAY),
        _one("uq_supervision_notice_rung_task", "task", "task_id cycle rung", "rung IS NOT NULL"),
        _one("uq_supervision_notice_rung_part", "part", "part_id cycle rung", "rung IS NOT NULL"),
        sa.Index("ix_supervision_notice_group_state", "group_id", "state", "id"),
        sa.Index("ix_supervision_notice_unit_state", "unit_id", "state", "id"),
        sa.Index("ix_supervision_notice_task", "task_id"),
        sa.Index("ix_supervision_notice_part", "part_id"),
        sa.Index("ix_supervision_notice_letter", "letter_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    kind: Mapped[NoticeSubject]
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))
    part_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task_part.id"))
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"))
    cycle: Mapped[int]
    """Which due date of the subject it is about: a new one starts a new cycle."""
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    """To whom it is addressed (主送)."""
    origin: Mapped[NoticeOrigin]
    rung: Mapped[int | None]
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.DRAFT)

    urgency: Mapped[Urgency] = mapped_column(default=Urgency.ORDINARY)
    matter: Mapped[str] = mapped_column(sa.String(200))
    basis: Mapped[str] = mapped_column(sa.String(300), default="")
    demand: Mapped[str] = mapped_column(sa.Text)
    reply_by: Mapped[date | None]
    """By when it is to be answered; on a draft none means: as usual, counted from the day of issue."""
    contact: Mapped[str] = mapped_column(sa.String(60), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")

    drafted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None]
    year: Mapped[int | None]
    number: Mapped[int | None]
    document_number: Mapped[str] = mapped_column(sa.String(60), default="")
    signed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    signed_as: Mapped[str] = mapped_column(sa.String(200), default="")
    signed_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who entered what was signed by hand (纸质签批)."""
    paper_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    received_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    received_at: Mapped[datetime | None]
    spoke_with: Mapped[str] = mapped_column(sa.String(200), default="")
    """With whom the office spoke when it signed for the unit (代签收)."""
    replied_at: Mapped[datetime | None]
    """When the first answer came in."""
    late: Mapped[bool] = mapped_column(default=False)
    """The first answer came after the limit; fixed then."""
    late_told_at: Mapped[datetime | None]
    """When the unit was told that its answer is late; anew after an answer was sent back."""
    closed_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(sa.String(1000), default="")
    """Why it was sent back, discarded or withdrawn, as somebody wrote it."""
    fell_away: Mapped[FellAway | None]
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup] = relationship()
    task: Mapped[Task | None] = relationship()
    part: Mapped[TaskPart | None] = relationship()
    letter: Mapped[Letter | None] = relationship()
    unit: Mapped[Unit] = relationship()
    drafted_by: Mapped[Person | None] = relationship(foreign_keys=[drafted_by_id])
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    signed_by: Mapped[Person | None] = relationship(foreign_keys=[signed_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
    received_by: Mapped[Person | None] = relationship(foreign_keys=[received_by_id])
    replies: Mapped[list["NoticeReply"]] = relationship(back_populates="notice", order_by="NoticeReply.ordinal")


class NoticeReply(Model):
    """An answer on the reply slip (回执): drafted by the liaison, confirmed by a head, and found fit or sent back."""

    __tablename__ = "notice_reply"
    __table_args__ = (
        sa.UniqueConstraint("notice_id", "ordinal"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed"),
        sa.CheckConstraint("accepted IS NULL OR confirmed_at IS NOT NULL", name="checked_was_confirmed"),
        sa.CheckConstraint(
            "(accepted IS NULL) = (checked_at IS NULL) AND (accepted IS NULL) = (checked_by_id IS NULL)", name="checked"
        ),
        sa.CheckConstraint("accepted IS NULL OR accepted OR remark <> ''", name="sent_back_has_reason"),
        sa.Index(
            "uq_notice_reply_unchecked",
            "notice_id",
            unique=True,
            sqlite_where=sa.text("accepted IS NULL"),
            postgresql_where=sa.text("accepted IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("supervision_notice.id"))
    ordinal: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_as: Mapped[str] = mapped_column(sa.String(200), default="")
    confirmed_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    checked_as: Mapped[str] = mapped_column(sa.String(200), default="")
    checked_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(sa.String(1000), default="")

    notice: Mapped[SupervisionNotice] = relationship(back_populates="replies")
    drafted_by: Mapped[Person] = relationship(foreign_keys=[drafted_by_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    checked_by: Mapped[Person | None] = relationship(foreign_keys=[checked_by_id])
    files: Mapped[list["NoticeFile"]] = relationship(back_populates="reply", order_by="NoticeFile.id")

    @property
    def recorded_by(self) -> Person | None:
        """Who entered an answer that came on paper: they wrote it down at the moment at which it counts as given."""
        on_paper = self.drafted_at == self.confirmed_at and self.drafted_by_id != self.confirmed_by_id
        return self.drafted_by if on_paper else None


class NoticeFile(Model):
    """A file that a unit sent with its answer, as evidence."""

    __tablename__ = "notice_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(sa.ForeignKey("notice_reply.id"), index=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(sa.String(255))
    size: Mapped[int]
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]

    reply: Mapped[NoticeReply] = relationship(back_populates="files")
    uploaded_by: Mapped[Person] = relationship()
