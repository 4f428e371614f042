"""Planning digests for everybody of a district at once."""

from datetime import timedelta

import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.explaining import explained
from tests.outbox.servers import Authority, MailServer
from tests.outbox.world import courier, deliveries, set_up_mail, tell
from tracker.accounts.models import Account
from tracker.delivery.models import Delivery, DeliveryItem
from tracker.delivery.planning import AT_ONCE, plan_deliveries
from tracker.delivery.rules import DeliveryState
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Person
from tracker.outbox.models import InboxItem

READERS, MESSAGES = 1000, 5


def _reads_messages_once(plan: str) -> bool:
    """Whether a plan of PostgreSQL reads messages in one place, where it sets aside what waits: it goes there once."""
    aside, read = -1, 0
    for line in plan.splitlines():
        depth = len(line) - len(line.lstrip())
        if line.strip() == "CTE items":
            aside = depth
        elif depth <= aside:
            aside = -1
        if " on inbox_item" in line:
            if aside < 0:
                return False
            read += 1
    return read == 1


def test_a_thousand_readers_are_planned_for_while_the_database_knows_no_figures_of_them(
    cast: Cast, authority: Authority, mail_server: MailServer, engine_name: str
) -> None:
    """Where the messages were read anew for each digest a statement of PostgreSQL took longer than it may.

    It may take 30 seconds, and did with the rows of a district. How long it takes depends on the machine, so the plan
    is looked at: the messages stand in it in one place, which is gone through once.
    """
    set_up_mail(cast, mail_server.port, authority)
    group_id, region_id = cast.group_ids["g1"], cast.region_ids["d1"]
    numbers = range(10_001, 10_001 + READERS)
    people = [
        Person(id=n, region_id=region_id, name="读者", email=f"r{n}@example.gov.cn", pinyin="duzhe", initials="dz")
        for n in numbers
    ]
    accounts = [
        Account(person_id=n, login=f"reader{n}", password_hash="-", must_change=False, created_at=NOW) for n in numbers
    ]
    about = {"kind": "task.issued", "params": {}, "subject_kind": "group", "subject_id": group_id, "channels": "mail"}
    told = [
        {"recipient_id": n, "key": f"k{k}", "group_id": group_id, "created_at": NOW - timedelta(hours=1), **about}
        for n in numbers
        for k in range(MESSAGES)
    ]
    with write_transaction() as session:
        session.add_all(people)
        session.flush()
        session.add_all(accounts)
        session.execute(sa.insert(InboxItem), told)
    with explained() as found:
        plan_deliveries(NOW)
    if engine_name == "postgresql":
        writing = [plan for statement, plan in found if "INSERT INTO delivery" in statement]
        assert [_reads_messages_once(plan) for plan in writing] == [True] * (2 * READERS // AT_ONCE)
    assert len(deliveries()) == READERS
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DeliveryItem)) == READERS * MESSAGES


def test_a_digest_that_could_not_go_out_before_today_is_today_s(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    """After a night in which nothing was sent nobody gets yesterday's digest and one more an hour later."""
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, key="yesterday")
    plan_deliveries(NOW)
    clock.advance(timedelta(days=1))
    courier().work()
    assert len(mail_server.receipts.rows) == 1
    tell(cast, key="today", now=clock.now)
    clock.advance(timedelta(hours=1))
    courier().work()
    assert len(mail_server.receipts.rows) == 1
    clock.advance(timedelta(hours=23))
    courier().work()
    assert len(mail_server.receipts.rows) == 2
    assert [row.state for row in deliveries()] == [DeliveryState.SENT] * 2


def test_whom_yesterday_s_digest_did_not_reach_has_one_today(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, key="yesterday")
    plan_deliveries(NOW)
    clock.advance(timedelta(days=1))
    with write_transaction() as session:
        over = {"state": DeliveryState.FAILED, "ended_at": clock.now, "provider_code": "550"}
        session.execute(sa.update(Delivery).values(**over))
    tell(cast, key="today", now=clock.now)
    courier().work()
    assert len(mail_server.receipts.rows) == 1
