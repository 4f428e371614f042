"""The cast with mail addresses and an endpoint, and a courier that is driven by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from tests.cast import NOW, Cast
from tests.outbox.servers import HOST, Authority
from tracker.accounts.models import Account
from tracker.delivery import commands
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.courier import Courier
from tracker.delivery.models import ChannelEndpoint, Delivery, DeliveryAttempt, DeliveryItem
from tracker.delivery.rules import GRAVE, EndpointKind
from tracker.kernel import clock as kernel_clock
from tracker.kernel.db import db, write_transaction
from tracker.kernel.outbound import permitted
from tracker.organisation.models import Person
from tracker.outbox.commands import enqueue
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

READERS = ("finance_head", "finance_liaison", "town_head")


def allow(app: Flask, *places: str, ca: Path | None = None) -> None:
    """Let the installation speak to these places, as an operator would."""
    own = app.extensions["settings"]
    app.extensions["settings"] = replace(own, outbound=tuple(permitted(place) for place in places), outbound_ca=ca)


def give_addresses(cast: Cast, *, readers: tuple[str, ...] = READERS, language: str = "zh") -> None:
    """Accounts, mail addresses and telephones for some of the cast; belongs in a write transaction."""
    for name in readers:
        person = db.session.get_one(Person, cast.person_ids[name])
        person.email, person.phone = f"{name.replace('_', '.')}@example.gov.cn", "13900000001"
        if db.session.scalar(sa.select(Account.id).where(Account.person_id == person.id)) is None:
            account = Account(
                person_id=person.id,
                login=name,
                password_hash="-",
                must_change=False,
                language=language,
                created_at=NOW,
            )
            db.session.add(account)


def mail_facts(port: int, **more: Any) -> EndpointFacts:
    """A mail server on loopback."""
    known = {"host": HOST, "port": port, "encryption": "starttls", "sender": "zeren@example.gov.cn"}
    return EndpointFacts(**{"name": "政务邮箱", **known, **more})


def set_up_mail(cast: Cast, port: int, authority: Authority, **more: Any) -> ChannelEndpoint:
    """Readers with addresses, and a mail server that is allowed."""
    allow(current_app._get_current_object(), f"{HOST}:{port}", ca=authority.ca)  # type: ignore[attr-defined]
    with write_transaction():
        give_addresses(cast)
        facts = mail_facts(port, **more)
        return commands.add_endpoint(EndpointKind.MAIL, facts, group=None, by=cast.actor("administrator"), now=NOW)


def set_up_robot(cast: Cast, kind: EndpointKind, url: str, authority: Authority, key: str = "") -> ChannelEndpoint:
    """Readers with addresses, and a robot or gateway of the first group that is allowed."""
    place = url.split("/")[2]
    allow(current_app._get_current_object(), place, ca=authority.ca)  # type: ignore[attr-defined]
    with write_transaction():
        give_addresses(cast)
        facts = EndpointFacts("群机器人", url=url, key=key)
        return commands.add_endpoint(kind, facts, group=cast.group(), by=cast.actor("administrator"), now=NOW)


def tell(
    cast: Cast,
    reader: str = "finance_head",
    *,
    key: str = "k",
    channels: tuple[Channel, ...] = (Channel.MAIL,),
    urgency: int = 0,
    subject: tuple[str, int] = ("account", 1),
    kind: str = "task.issued",
    title: str = "落实学位保障",
    now: datetime = NOW,
    group: str = "g1",
) -> None:
    """A message about a group, the first unless said otherwise, in somebody's inbox."""
    with write_transaction():
        enqueue(
            kind,
            [cast.person_ids[reader]],
            subject=subject,
            params={"title": title, "unit": "财政局", "due_on": "2026-04-17"},
            key=key,
            now=now,
            group_id=cast.group_ids[group],
            channels=channels,
            urgency=urgency,
        )


def crowd(cast: Cast, count: int, *, channel: Channel = Channel.CHAT, grave: int = 0) -> None:
    """So many more people of the first group's county, and a message to each, of which the first are grave."""
    with write_transaction() as session:
        people = [
            Person(region_id=cast.region_ids["d1"], name=f"第{n}人", email=f"p{n}@example.gov.cn") for n in range(count)
        ]
        session.add_all(people)
        session.flush()
        session.add_all(
            Account(person_id=p.id, login=f"p{p.id}", password_hash="-", must_change=False, created_at=NOW)
            for p in people
        )
        session.add_all(
            InboxItem(
                recipient_id=p.id,
                kind="task.issued",
                params={},
                subject_kind="account",
                subject_id=p.id,
                group_id=cast.group_ids["g1"],
                key="k",
                created_at=NOW,
                channels=channel,
                urgency=GRAVE if n < grave else 0,
            )
            for n, p in enumerate(people)
        )


def courier(holder: str = "host:1", now: Callable[[], datetime] = kernel_clock.now) -> Courier:
    """A courier whose chance is always the middle."""
    return Courier(holder, now, chance=lambda: 0.5)


def deliveries() -> list[Delivery]:
    """All deliveries, as they stand."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def attempts() -> list[DeliveryAttempt]:
    """All attempts, as they stand."""
    db.session.rollback()
    return list(
        db.session.scalars(sa.select(DeliveryAttempt).order_by(DeliveryAttempt.delivery_id, DeliveryAttempt.attempt))
    )


def items() -> list[DeliveryItem]:
    """What is in which digest."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(DeliveryItem).order_by(DeliveryItem.item_id, DeliveryItem.channel)))
