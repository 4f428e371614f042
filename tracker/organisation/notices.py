"""Which message goes to whom when a seat is to change; enqueued with the act, never sent here."""

from collections.abc import Iterable
from datetime import datetime

from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.organisation.models import SeatChange
from tracker.outbox.commands import enqueue, settle

MESSAGES = {
    f"seat.{kind}": Message(sentence, "organisation.seat_change", "change_id", icon)
    for kind, sentence, icon in (
        ("proposed", _l("席位调整待您批准：%(unit)s报请由%(name)s接任"), "signature"),
        ("approved", _l("席位调整已获批准，待发调整通知：%(unit)s报请由%(name)s接任"), "circle-check"),
        ("refused", _l("席位调整未获批准：%(unit)s报请由%(name)s接任——%(remark)s"), "ban"),
        ("withdrawn", _l("席位调整报请已撤回：%(unit)s报请由%(name)s接任——%(remark)s"), "arrow-back-up"),
        ("issued", _l("席位已调整：%(unit)s%(name)s接任，调整通知%(number)s"), "user-check"),
    )
}


def tell(kind: str, change: SeatChange, recipients: Iterable[int], *, now: datetime) -> None:
    """Tell people how far a proposal has come; what was still unread about it is done with."""
    subject = ("seat_change", change.id)
    settle(subject, now=now)
    number = change.notice.document_number if change.notice is not None else ""
    enqueue(
        f"seat.{kind}",
        recipients,
        subject=subject,
        params={"unit": change.unit.name, "name": change.person.name, "remark": change.remark, "number": number},
        key=f"seat_change:{change.id}:{kind}",
        now=now,
        group_id=change.group_id,
    )
