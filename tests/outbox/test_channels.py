"""A message says by which channels it may leave the house."""

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tracker.kernel.db import db, write_transaction
from tracker.outbox.commands import enqueue
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel, joined, parted


def test_channels_are_kept_in_one_order_and_once() -> None:
    assert joined([Channel.SMS, Channel.MAIL, Channel.SMS]) == "mail,sms"
    assert parted("mail,sms") == (Channel.MAIL, Channel.SMS)


def test_no_channel_is_the_inbox_alone() -> None:
    assert (joined([]), parted("")) == ("", ())


@pytest.mark.parametrize(
    ("given", "kept"),
    [({}, ("mail", 0)), ({"channels": [Channel.SMS, Channel.CHAT], "urgency": 3}, ("chat,sms", 3))],
)
def test_a_message_keeps_how_it_may_go_out(cast: Cast, given: dict[str, object], kept: tuple[str, int]) -> None:
    reader = cast.person_ids["finance_head"]
    with write_transaction():
        enqueue("task.issued", [reader], subject=("task", 1), params={}, key="k", now=NOW, **given)  # type: ignore[arg-type]
    item = db.session.scalars(sa.select(InboxItem)).one()
    assert (item.channels, item.urgency) == kept
