"""A message is written once, whoever else writes the same at that moment."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.faults.altered import meanwhile
from tracker.kernel.db import db, write_transaction
from tracker.outbox.commands import enqueue
from tracker.outbox.models import InboxItem

PEOPLE = ("finance_head", "finance_liaison", "town_head")


def tell(cast: Cast, *names: str) -> int:
    """Tell some people the same thing."""
    people = [cast.person_ids[name] for name in names]
    return enqueue("delivery.refused", people, subject=("endpoint", 1), params={"name": "邮"}, key="once", now=NOW)


def told() -> list[int]:
    """Who was told, once for each message."""
    return sorted(db.session.scalars(sa.select(InboxItem.recipient_id).where(InboxItem.key == "once")))


def test_only_who_was_not_told_is_told(cast: Cast, session: Session) -> None:
    with write_transaction():
        assert tell(cast, *PEOPLE[:1]) == 1
        assert tell(cast, *PEOPLE) == 2
        assert tell(cast, *PEOPLE) == 0
    assert told() == sorted(cast.person_ids[name] for name in PEOPLE)


@pytest.mark.postgres
def test_two_who_tell_the_same_at_one_moment_both_go_on(app: Flask, cast: Cast, session: Session) -> None:
    written: list[int] = []

    def the_other() -> None:
        with write_transaction():
            written.append(tell(cast, *PEOPLE))

    with write_transaction():
        written.append(tell(cast, *PEOPLE[:2]))
        thread = meanwhile(app, the_other)
        assert thread.is_alive(), "it waits to see what becomes of the first"
    thread.join(30)
    assert written == [2, 1]
    assert told() == sorted(cast.person_ids[name] for name in PEOPLE)
