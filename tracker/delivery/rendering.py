"""What a digest says, written at the moment of sending: from what is still unread, for what the reader may still see.

Mail names the matters. A chat robot speaks into a room that others read, and a text message lies open on a screen: they
name the person, the numbers and where to look, and nothing else. Links are the installation's own address and a path;
whoever follows one signs in first and arrives at the thing itself.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app
from flask_babel import format_date, get_locale

from tracker.accounts.identity import actor_of_person
from tracker.accounts.models import Account
from tracker.delivery.claiming import Frozen
from tracker.delivery.models import Delivery, DeliveryItem, DeliveryPreference
from tracker.delivery.planning import switched_on
from tracker.delivery.rules import AFTER_A_RESTORE, DEFAULT_DIGEST_HOUR, Hours, next_opening
from tracker.delivery.senders import Letter
from tracker.delivery.senders.mail import greeting
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible, Refusal
from tracker.kernel.installation import released_at, settings
from tracker.kernel.languages import in_language
from tracker.kernel.registry import registry
from tracker.kernel.text import _, ngettext
from tracker.organisation.models import LeadershipGroup, Person
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel
from tracker.outbox.words import message_kind, sentence_of

MOST_LINES = 50
"""Of a mail; the rest is counted, and the inbox has it."""
OWN = frozenset({"account", "job"})
"""Kinds of subjects that are the recipient's own."""


@dataclass(frozen=True, slots=True)
class Written:
    """A digest ready to be begun, or why there is none now."""

    frozen: Frozen | None
    letter: Letter | None = None
    not_before: datetime | None = None
    """It may go out from this moment on; before, the reader is not to be disturbed."""
    reachable: bool = True
    """False where the reader has no address any more or switched the channel off: what is unread may come later."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message in a digest."""

    text: str
    url: str
    late: bool


def write_digest(delivery_id: int, *, now: datetime) -> Written:
    """Write what a delivery says now; reads only. Nothing to say gives nothing."""
    delivery = db.session.get_one(Delivery, delivery_id, populate_existing=True)
    person = db.session.get_one(Person, delivery.recipient_id, populate_existing=True)
    account = db.session.scalar(sa.select(Account).where(Account.person_id == person.id))
    if account is None or not account.active or not _reachable(delivery.channel, person):
        return Written(None, reachable=False)
    items, wanted = _unread(delivery)
    opening = next_opening(now, _hours(person.id, items), working_days())
    if opening > now:
        return Written(None, not_before=opening)
    actor = actor_of_person(person.id, day=local_date(now), account_id=account.id)
    seen = [item for item in wanted if not _is_withdrawn(actor, item)]
    if not seen:
        return Written(None, reachable=bool(wanted) or not items)
    with in_language(account.language):
        repeated = _repeated(delivery, seen)
        payload = _payload(delivery, person, [_line(item) for item in seen], repeated=repeated, now=now)
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    host = greeting(urlsplit(settings().base_url).hostname or "localhost")
    frozen = Frozen(
        text,
        hashlib.sha256(text.encode()).hexdigest(),
        f"delivery-{delivery.id}.{delivery.created_at:%Y%m%d%H%M%S%f}@{host}",
        max(item.urgency for item in seen),
        frozenset(item.id for item in items),
        frozenset(item.id for item in seen),
    )
    return Written(frozen, Letter(frozen.message_id, person.email, person.phone, person.name, payload))


def _reachable(channel: Channel, person: Person) -> bool:
    return bool({Channel.MAIL: person.email, Channel.SMS: person.phone}.get(channel, person.name))


def _unread(delivery: Delivery) -> tuple[Sequence[InboxItem], Sequence[InboxItem]]:
    """The messages of a digest that are unread, and those of them that its reader still wants by this channel."""
    rows = db.session.execute(
        sa.select(InboxItem, switched_on(delivery.channel))
        .join(DeliveryItem, DeliveryItem.item_id == InboxItem.id)
        .outerjoin(DeliveryPreference, DeliveryPreference.person_id == InboxItem.recipient_id)
        .where(DeliveryItem.delivery_id == delivery.id, InboxItem.read_at.is_(None))
        .order_by(InboxItem.urgency.desc(), InboxItem.id)
        .execution_options(populate_existing=True)
    ).all()
    return [item for item, _on in rows], [item for item, on in rows if on]


def _hours(person_id: int, items: Sequence[InboxItem]) -> Hours:
    """The reader's own hours, within those of the groups that speak."""
    own = db.session.get(DeliveryPreference, person_id)
    groups = sorted({item.group_id for item in items if item.group_id is not None})
    limits: Any = db.session.execute(
        sa.select(sa.func.max(LeadershipGroup.messages_from), sa.func.min(LeadershipGroup.messages_until)).where(
            LeadershipGroup.id.in_(groups)
        )
    ).one()
    opens, closes = (0, 24) if limits[0] is None else limits
    wish = (DEFAULT_DIGEST_HOUR, 0, 0) if own is None else (own.digest_hour, own.quiet_from, own.quiet_until)
    return Hours(*wish, opens, closes).within_the_group_s()


def _is_withdrawn(actor: Actor, item: InboxItem) -> bool:
    """Whether somebody was told of a thing that today is no longer theirs to see."""
    reader = registry.readers.get(item.subject_kind)
    if reader is None:
        return False
    try:
        reader(actor, item.subject_id)
    except NotVisible:
        return True
    except Refusal:
        return False
    return False


def _line(item: InboxItem) -> Line:
    """A message as mail says it; of a kind of thing whose readers are not known, only that there is one."""
    known = item.subject_kind in registry.readers or item.subject_kind in OWN
    kind = message_kind(item)
    if not known or kind is None or kind.endpoint not in current_app.view_functions:
        return Line(str(_("有一条新消息，请登录查看。")), address("desk.inbox"), late=False)
    named: dict[str, Any] = {kind.argument: item.subject_id} if kind.argument else {}
    return Line(sentence_of(item), address(kind.endpoint, **named), late=kind.late)


def address(endpoint: str, **named: Any) -> str:
    """The address of a page, on the installation's own host whatever a request named."""
    path = current_app.url_map.bind("localhost").build(endpoint, named)
    return settings().base_url + path


def _repeated(delivery: Delivery, items: Sequence[InboxItem]) -> str:
    """Why a digest may have come before, in a sentence; empty where it cannot have.

    After a restore what was told since the backup is told anew, by another message that knows nothing of the first.
    """
    if delivery.resent:
        return str(_("这封邮件可能与之前收到的一封重复：上一次发送没有得到明确答复。"))
    released = released_at()
    if released is not None and any(item.created_at < released + AFTER_A_RESTORE for item in items):
        return str(_("这封邮件可能与之前收到的一封重复：系统刚从备份恢复，备份之后发出过什么已无法查知。"))
    return ""


def _payload(
    delivery: Delivery, person: Person, lines: Sequence[Line], *, repeated: str, now: datetime
) -> dict[str, Any]:
    late = sum(line.late for line in lines)
    if delivery.channel is not Channel.MAIL:
        return {"text": _short(person, len(lines), late, repeated=repeated)}
    subject = ngettext("责任台：您有 %(num)s 条消息", "责任台：您有 %(num)s 条消息", len(lines))
    if late:
        subject = _("责任台：您有 %(count)s 条消息，其中 %(late)s 条涉及逾期", count=len(lines), late=late)
    subject = _("（可能重复）%(subject)s", subject=subject) if repeated else subject
    shown = {
        "lang": "en" if str(get_locale()) == "en" else "zh-CN",
        "name": person.name,
        "day": format_date(local_date(now), "long"),
        "lines": lines[:MOST_LINES],
        "more": max(0, len(lines) - MOST_LINES),
        "inbox": address("desk.inbox"),
        "preferences": address("delivery.preferences"),
        "repeated": repeated,
    }
    return {
        "subject": str(subject),
        "from": str(_("责任台")),
        "at": now.isoformat(),
        "text": _drawn("delivery/_mail.txt", shown),
        "html": _drawn("delivery/_mail.html", shown),
    }


def _drawn(template: str, shown: Mapping[str, Any]) -> str:
    return current_app.jinja_env.get_template(template).render(**shown)


def _short(person: Person, count: int, late: int, *, repeated: str) -> str:
    """For a room that others read: who, how many, where. No titles."""
    places = {"name": person.name, "count": count, "late": late, "url": address("desk.inbox")}
    text = _("%(name)s：责任台有 %(count)s 条给您的消息，请登录查看 %(url)s", **places)
    if late:
        text = _("%(name)s：责任台有 %(count)s 条给您的消息，其中 %(late)s 条涉及逾期，请登录查看 %(url)s", **places)
    return str(_("（可能重复）%(subject)s", subject=text) if repeated else text)
