"""Who leads: one process at a time, for a term that ends by itself unless it is renewed.

A lease only saves work. What keeps a former leader from writing is the number of its term (epoch): every step of its
work looks, in its own transaction and at its very end, whether that number still stands. A process that was frozen,
and wakes believing that it leads, loses its step and nothing else.

Terms are measured by the database's clock, which is one, and never by those of the machines.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.kernel.db import Model, affected, db, insert_if_new, write_transaction

TTL = timedelta(seconds=30)
"""So long a leader may be silent before another takes over."""
RENEW_SECONDS = 10.0


class TermOver(Exception):  # noqa: N818 - nobody's fault: another leads
    """This process no longer leads; nothing of the step is written."""


class LeaderLease(Model):
    """Who leads in something, in which term, and until when unless it is renewed."""

    __tablename__ = "leader_lease"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(100))
    """The process, as host:pid; empty once it laid the lead down."""
    epoch: Mapped[int] = mapped_column(sa.BigInteger)
    """The number of the term; it only grows."""
    expires_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of leadership: what its holder shows whenever it writes."""

    name: str
    holder: str
    epoch: int

    def holds(self, *, keep: bool = False) -> bool:
        """Whether this term still stands; keep: nobody can take over before this transaction ends."""
        query = sa.select(LeaderLease.epoch).where(*_mine(self))
        return db.session.scalar(query.with_for_update(read=True) if keep else query) is not None

    @contextmanager
    def step(self) -> Iterator[Session]:
        """A write transaction that counts only if the term still stands when it ends.

        Raises:
            TermOver: another leads; nothing of the step is written.
        """
        with write_transaction() as session:
            if not self.holds():
                raise TermOver
            yield session
            session.flush()
            # At the end, and not at the beginning: a leader that freezes in a step must not keep others from leading.
            if not self.holds(keep=True):
                raise TermOver


def database_now() -> datetime:
    """The present instant by the database's clock. Leases are measured by it; tests put another in its place."""
    if db.session.get_bind().dialect.name == "sqlite":
        text: str = db.session.scalar(sa.text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")) or ""
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    found: datetime = db.session.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    return found.astimezone(UTC)


def lease_of(name: str) -> LeaderLease | None:
    """Who leads, or led last, as it stands now."""
    return db.session.get(LeaderLease, name, populate_existing=True)


def acquire(name: str, holder: str, *, succeeding: LeaderLease | None = None) -> Term | None:
    """Lead, if nobody does; None where somebody else does.

    succeeding: a holder known to be dead, whose term need not run out first. Of two who try, one gets it.
    """
    known = (succeeding.holder, succeeding.epoch) if succeeding is not None else None
    with write_transaction() as session:
        now = database_now()
        first = insert_if_new(LeaderLease).values(name=name, holder="", epoch=0, expires_at=now)
        session.execute(first)
        over = sa.or_(LeaderLease.holder == "", LeaderLease.expires_at <= now)
        if known is not None:
            over = sa.or_(over, sa.and_(LeaderLease.holder == known[0], LeaderLease.epoch == known[1]))
        taken = (
            sa.update(LeaderLease)
            .where(LeaderLease.name == name, over)
            .values(holder=holder, epoch=LeaderLease.epoch + 1, expires_at=now + TTL)
            .returning(LeaderLease.epoch)
        )
        epoch = session.execute(taken, execution_options={"synchronize_session": False}).scalar()
    return None if epoch is None else Term(name, holder, epoch)


def renew(term: Term) -> bool:
    """Go on leading; False where the term is over."""
    with write_transaction():
        until = database_now() + TTL
        return affected(sa.update(LeaderLease).where(*_mine(term)).values(expires_at=until)) == 1


def release(term: Term) -> None:
    """Lay the lead down, so that another need not wait; what is still under way here no longer counts."""
    with write_transaction():
        affected(sa.update(LeaderLease).where(*_mine(term)).values(holder="", expires_at=database_now()))


def _mine(term: Term) -> tuple[sa.ColumnElement[bool], ...]:
    return (LeaderLease.name == term.name, LeaderLease.holder == term.holder, LeaderLease.epoch == term.epoch)
