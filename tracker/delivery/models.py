"""Endpoints, deliveries with their items and attempts, and what people asked for themselves."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.delivery.rules import DeliveryState, EndpointKind, Outcome
from tracker.kernel.db import BigId, Model
from tracker.organisation.models import LeadershipGroup, Person
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

_PERSON, _GROUP = Person.__table__.c.id, LeadershipGroup.__table__.c.id


class ChannelEndpoint(Model):
    """A mail server of the installation, or a robot or gateway of one group. Secrets are kept encrypted."""

    __tablename__ = "channel_endpoint"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'mail') = (group_id IS NULL)", name="mail_is_for_all"),
        sa.CheckConstraint("(kind = 'mail') = (channel = 'mail')", name="channel_of_kind"),
        sa.CheckConstraint("enabled OR disabled_reason <> ''", name="disabled_with_reason"),
        sa.Index(
            "uq_channel_endpoint_mail",
            "channel",
            unique=True,
            sqlite_where=sa.text("enabled AND group_id IS NULL"),
            postgresql_where=sa.text("enabled AND group_id IS NULL"),
        ),
        sa.Index(
            "uq_channel_endpoint_group",
            "group_id",
            "channel",
            unique=True,
            sqlite_where=sa.text("enabled"),
            postgresql_where=sa.text("enabled"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EndpointKind]
    channel: Mapped[Channel]
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_GROUP))
    name: Mapped[str] = mapped_column(sa.String(60))
    host: Mapped[str] = mapped_column(sa.String(253))
    port: Mapped[int]
    encryption: Mapped[str] = mapped_column(sa.String(10), default="")
    """Of a mail server: starttls or tls."""
    login: Mapped[str] = mapped_column(sa.String(120), default="")
    sender: Mapped[str] = mapped_column(sa.String(120), default="")
    secret: Mapped[str] = mapped_column(sa.Text, default="")
    """Encrypted: password of the mail server; address and signing key of robots and gateways."""
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    free_at: Mapped[datetime | None]
    """When, at the provider's pace, everything handed over so far would have been."""
    blocked_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """Failures of the endpoint itself, one after the other, since it last took a message."""
    failing_since: Mapped[datetime | None]
    last_code: Mapped[str] = mapped_column(sa.String(60), default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Delivery(Model):
    """One digest for one person by one endpoint and window. Who holds the token is at it until the lease ends."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("recipient_id", "channel", "endpoint_id", "digest_key", name="uq_delivery_digest"),
        sa.CheckConstraint("precedence = 3 - urgency", name="precedence"),
        sa.CheckConstraint("(state IN ('claimed', 'sending')) = (token IS NOT NULL)", name="claimed"),
        sa.CheckConstraint("(token IS NULL) = (lease_until IS NULL)", name="lease"),
        sa.CheckConstraint("(payload IS NULL) = (payload_sha256 IS NULL)", name="payload"),
        sa.CheckConstraint("state <> 'sending' OR payload IS NOT NULL", name="frozen"),
        sa.CheckConstraint("state <> 'sent' OR (ended_at IS NOT NULL AND provider_code <> '')", name="sent_with_code"),
        sa.CheckConstraint("(state IN ('pending', 'claimed', 'sending')) = (ended_at IS NULL)", name="ended"),
        sa.Index(
            "ix_delivery_waiting",
            "endpoint_id",
            "precedence",
            "next_attempt_at",
            "id",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
        sa.Index(
            "ix_delivery_open",
            "recipient_id",
            "endpoint_id",
            sqlite_where=sa.text("state IN ('pending', 'claimed')"),
            postgresql_where=sa.text("state IN ('pending', 'claimed')"),
        ),
        sa.Index("ix_delivery_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recipient_id: Mapped[int] = mapped_column(sa.ForeignKey(_PERSON))
    channel: Mapped[Channel]
    endpoint_id: Mapped[int] = mapped_column(sa.ForeignKey(ChannelEndpoint.id))
    digest_key: Mapped[str] = mapped_column(sa.String(40))
    urgency: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    precedence: Mapped[int] = mapped_column(sa.SmallInteger, default=3)
    """3 less the urgency: the order in which deliveries are taken up."""
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was begun."""
    resent: Mapped[bool] = mapped_column(default=False)
    """It may have arrived before, and says so."""
    token: Mapped[str | None] = mapped_column(sa.String(32))
    holder: Mapped[str] = mapped_column(sa.String(100), default="")
    lease_until: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime]
    message_id: Mapped[str] = mapped_column(sa.String(120), default="")
    """Its own and the same at every attempt, so that a mail program shows a repeated one once."""
    payload: Mapped[str | None] = mapped_column(sa.Text)
    payload_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    provider_code: Mapped[str] = mapped_column(sa.String(60), default="")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DeliveryItem(Model):
    """A message of somebody's inbox in a digest; it is in one digest a channel."""

    __tablename__ = "delivery_item"
    __table_args__ = (
        sa.UniqueConstraint("item_id", "channel", name="uq_delivery_item_once"),
        sa.CheckConstraint("included IN (0, 1, 2)", name="included"),
    )

    delivery_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey(Delivery.id), primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey(InboxItem.id), primary_key=True, autoincrement=False)
    channel: Mapped[Channel]
    included: Mapped[int] = mapped_column(sa.SmallInteger, default=0, server_default="0")
    """0 not begun, 1 in what was sent, 2 left out: read, done with, or no longer the reader's to see."""


class DeliveryAttempt(Model):
    """One attempt and what came of it; never changed."""

    __tablename__ = "delivery_attempt"

    delivery_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey(Delivery.id), primary_key=True, autoincrement=False)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    outcome: Mapped[Outcome]
    code: Mapped[str] = mapped_column(sa.String(60))
    """What the other side answered, as a code; never its words."""
    holder: Mapped[str] = mapped_column(sa.String(100), default="")


class DeliveryPreference(Model):
    """What somebody asked for: channels off, quiet hours, the hour of the digest. No row: as it is by default."""

    __tablename__ = "delivery_preference"
    __table_args__ = (
        sa.CheckConstraint("quiet_from BETWEEN 0 AND 23", name="quiet_from"),
        sa.CheckConstraint("quiet_until BETWEEN 0 AND 23", name="quiet_until"),
        sa.CheckConstraint("digest_hour BETWEEN 0 AND 23", name="digest_hour"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(_PERSON), primary_key=True, autoincrement=False)
    mail: Mapped[bool] = mapped_column(default=True)
    chat: Mapped[bool] = mapped_column(default=True)
    sms: Mapped[bool] = mapped_column(default=True)
    quiet_from: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    quiet_until: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    digest_hour: Mapped[int] = mapped_column(sa.SmallInteger)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
