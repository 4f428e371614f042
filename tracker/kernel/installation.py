"""The application at work: its settings, and whether anything of it is held back."""

from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from config import Settings
from tracker.kernel.db import Model, affected, db, insert_if_new

DELIVERIES = "deliveries"
RELEASED = "released"
"""Not a hold any more: when the last one of deliveries was lifted."""


class Hold(Model):
    """Something that this installation does not do until somebody lifts the hold."""

    __tablename__ = "hold"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    held_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    """Why, as a code: restored."""


def settings() -> Settings:
    """What this installation is."""
    own: Settings = current_app.extensions["settings"]
    return own


def on_paper(path: str) -> str:
    """An address to print: the installation's own, whatever host the request named."""
    return settings().base_url + path


def deliveries_held() -> bool:
    """Whether nothing goes out to people: after a restore what was sent since the backup looks unsent."""
    return db.session.scalar(sa.select(Hold.name).where(Hold.name == DELIVERIES)) is not None


def hold_deliveries(*, reason: str, now: datetime) -> None:
    """Let nothing go out until it is released; belongs in a write transaction."""
    db.session.execute(insert_if_new(Hold).values(name=DELIVERIES, held_at=now, reason=reason))


def release_deliveries(*, now: datetime) -> bool:
    """Let messages go out again; False where they were not held. Belongs in a write transaction."""
    if affected(sa.delete(Hold).where(Hold.name == DELIVERIES)) != 1:
        return False
    affected(sa.delete(Hold).where(Hold.name == RELEASED))
    affected(sa.insert(Hold).values(name=RELEASED, held_at=now, reason=""))
    return True


def released_at() -> datetime | None:
    """When messages were last let go out again after a restore."""
    return db.session.scalar(sa.select(Hold.held_at).where(Hold.name == RELEASED))
