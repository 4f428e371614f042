"""What people ask for themselves, within the limits of their groups; and the trail of who was told what."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.outbox.servers import Authority, MailServer
from tests.outbox.world import courier, set_up_mail, tell
from tests.tasks.stories import active
from tests.visitors import PASSWORD
from tracker.accounts.models import SignInSession
from tracker.delivery import commands, queries
from tracker.delivery.commands import Wishes
from tracker.delivery.models import Delivery, DeliveryPreference
from tracker.delivery.queries import Narrowed
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.organisation import commands as organisation
from tracker.outbox.commands import enqueue
from tracker.outbox.models import InboxItem

ClientAs = Callable[[str], FlaskClient]
KEPT = {"mail": "y", "chat": "y", "sms": "y", "quiet_from": 12, "quiet_until": 14, "digest_hour": 9, "email": ""}


def set_wishes(cast: Cast, wishes: Wishes, *, email: str = "") -> None:
    """As the head of the finance bureau would."""
    with write_transaction():
        commands.set_preferences(wishes, email=email, by=cast.actor("finance_head"), now=NOW)


def test_wishes_are_kept_and_changed(cast: Cast) -> None:
    set_wishes(cast, Wishes(quiet_from=12, quiet_until=14), email="head@example.gov.cn")
    set_wishes(cast, Wishes(chat=False, digest_hour=10), email="head@example.gov.cn")
    row = db.session.get_one(DeliveryPreference, cast.person_ids["finance_head"])
    assert (row.mail, row.chat, row.quiet_from, row.digest_hour, row.version) == (True, False, 0, 10, 2)
    assert cast.person("finance_head").email == "head@example.gov.cn"


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        (Wishes(digest_hour=7), "digest_hour"),
        (Wishes(digest_hour=20), "digest_hour"),
        (Wishes(digest_hour=24), "digest_hour"),
        (Wishes(quiet_from=-1), "digest_hour"),
        (Wishes(quiet_from=8, quiet_until=21), "quiet_from"),
        (Wishes(quiet_from=20, quiet_until=19, digest_hour=9), None),
        (Wishes(quiet_from=21, quiet_until=20, digest_hour=9), "quiet_from"),
    ],
)
def test_wishes_leave_an_hour_at_which_somebody_can_be_reached(cast: Cast, wishes: Wishes, field: str | None) -> None:
    if field is None:
        set_wishes(cast, wishes)
        assert db.session.get(DeliveryPreference, cast.person_ids["finance_head"]) is not None
        return
    with pytest.raises(Invalid) as refusal:
        set_wishes(cast, wishes)
    assert set(refusal.value.errors) == {field}


def test_the_hours_are_those_that_all_groups_of_somebody_allow(cast: Cast) -> None:
    with write_transaction():
        cast.group("g1").messages_from, cast.group("g1").messages_until = 9, 19
        cast.group("g2").messages_from, cast.group("g2").messages_until = 7, 17
    assert queries.hours_of_groups(cast.actor("construction_head")) == (9, 17)
    assert queries.hours_of_groups(cast.actor("outsider")) == (8, 20)


def test_the_product_itself_has_no_wishes(cast: Cast) -> None:
    with write_transaction(), pytest.raises(NotAllowed):
        commands.set_preferences(Wishes(), email="", by=SYSTEM, now=NOW)
    set_wishes(cast, Wishes())


@pytest.mark.parametrize(
    "address",
    ["nobody", "a@b", "a..b@example.cn", "a@例子.cn", "a b@example.cn", "a@example.cn,b@example.cn", "x" * 130],
)
def test_what_is_no_mail_address_is_refused(cast: Cast, address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        set_wishes(cast, Wishes(), email=address)
    assert set(refusal.value.errors) == {"email"}
    set_wishes(cast, Wishes(), email="qian.gy+zeren@jyj.chengjiang.gov.cn")


def test_nobody_else_changes_an_address(cast: Cast) -> None:
    with write_transaction(), pytest.raises(NotAllowed):
        organisation.set_email(cast.person("finance_head"), email="a@b.cn", by=cast.actor("town_head"), now=NOW)
    with write_transaction():
        organisation.set_email(cast.person("finance_head"), email="a@b.cn", by=cast.actor("registrar"), now=NOW)


def test_a_head_sets_quiet_hours_on_the_page(cast: Cast, client_as: ClientAs) -> None:
    head = client_as("finance_head")
    assert "8:00" in head.get("/me/messages").text
    assert head.post("/me/messages", data=KEPT).status_code == 302
    assert head.post("/me/messages", data={**KEPT, "digest_hour": 23}).status_code == 422
    row = db.session.get_one(DeliveryPreference, cast.person_ids["finance_head"])
    assert (row.quiet_from, row.quiet_until) == (12, 14)


def test_another_address_asks_for_the_password(cast: Cast, client_as: ClientAs) -> None:
    head = client_as("finance_head")
    with write_transaction() as session:
        session.execute(sa.update(SignInSession).values(confirmed_at=SignInSession.created_at))
        for row in session.scalars(sa.select(SignInSession)):
            row.confirmed_at = NOW.replace(year=2025)
    changed = {**KEPT, "email": "head@example.gov.cn"}
    assert head.post("/me/messages", data=changed).status_code == 403
    assert head.post("/me/messages", data={**changed, "password": "wrong"}).status_code == 403
    assert head.post("/me/messages", data={**changed, "password": PASSWORD}).status_code == 302
    assert cast.person("finance_head").email == "head@example.gov.cn"


def test_the_office_sees_who_was_told_what_and_how_it_fared(
    cast: Cast, authority: Authority, mail_server: MailServer, client_as: ClientAs
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, title="落实学位保障")
    courier().work()
    address = f"/groups/{cast.group_ids['g1']}/trail"
    page = client_as("office_clerk").get(address).text
    assert "钱广源" in page
    assert "落实学位保障" in page
    assert "邮件：已送达" in page
    assert "落实学位保障" in client_as("office_clerk").get(f"{address}?channel=mail&state=sent&who=钱").text
    assert "落实学位保障" not in client_as("office_clerk").get(f"{address}?state=failed").text
    assert "落实学位保障" not in client_as("office_clerk").get(f"{address}?who=%25").text
    assert client_as("finance_head").get(address).status_code == 403
    assert client_as("g2_office_clerk").get(address).status_code == 404
    assert client_as("administrator").get(address).status_code == 404
    assert client_as("office_clerk").get("/trail").location == address
    assert client_as("finance_head").get("/trail").status_code == 404


def test_the_trail_says_of_each_way_when_it_ended_or_will_be_tried(
    cast: Cast, authority: Authority, mail_server: MailServer, client_as: ClientAs
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, title="落实学位保障")
    courier().work()
    pending: dict[str, Any] = {"state": "pending", "ended_at": None, "next_attempt_at": NOW + timedelta(hours=2)}
    for values, said, in_english in (
        ({"ended_at": NOW + timedelta(minutes=7)}, "2026-03-18 09:37", "2026-03-18 09:37"),
        ({**pending, "attempts": 1}, "将重试：2026-03-18 11:30", "next try 2026-03-18 11:30"),
        ({**pending, "attempts": 0}, "将发送：2026-03-18 11:30", "to go out 2026-03-18 11:30"),
    ):
        with write_transaction() as session:
            session.execute(sa.update(Delivery).values(**values))
        for language, words in (("zh", said), ("en", in_english)):
            client = client_as("office_clerk")
            client.post("/appearance", data={"language": language})
            page = client.get(f"/groups/{cast.group_ids['g1']}/trail").text
            assert words in " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_the_trail_goes_on_page_after_page(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    with write_transaction() as session:
        session.add_all(
            InboxItem(
                recipient_id=cast.person_ids["finance_head"],
                kind="task.issued",
                params={"title": f"事项{number:03}", "unit": "财政局"},
                subject_kind="task",
                subject_id=1,
                group_id=cast.group_ids["g1"],
                key=f"k{number}",
                created_at=NOW,
            )
            for number in range(60)
        )
    actor_page = queries.trail_page(cast.group_ids["g1"], Narrowed())
    rest = queries.trail_page(cast.group_ids["g1"], Narrowed(cursor=actor_page.next_cursor or ""))
    assert (len(actor_page.rows), len(rest.rows), rest.next_cursor) == (50, 10, None)
    assert "事项000" not in client_as("office_clerk").get(f"/groups/{cast.group_ids['g1']}/trail").text


def test_a_task_shows_to_its_office_who_was_told_of_it(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast)
    page = client_as("office_clerk").get(f"/tasks/{task.id}").text
    assert 'id="told"' in page
    assert 'id="told"' not in client_as("finance_head").get(f"/tasks/{task.id}").text


def test_the_whole_trail_of_one_task_is_in_the_group_s_trail(cast: Cast, client_as: ClientAs) -> None:
    task, other = active(cast, title="甲任务"), active(cast, title="乙任务")
    with write_transaction():
        for number in range(60):
            enqueue(
                "task.urge",
                [cast.person_ids["finance_head"]],
                subject=("task", task.id),
                params={"title": task.title, "sentence": f"第{number:03}次", "by": "办公室"},
                key=f"k{number}",
                now=NOW,
                group_id=task.group_id,
            )
    client = client_as("office_clerk")
    address = f"/groups/{task.group_id}/trail?task={task.id}"
    panel = client.get(f"/tasks/{task.id}").text
    assert f'href="{address}"' in panel and "第000次" not in panel
    first = client.get(address).text
    [further] = re.findall(r'href="(/groups/[^"]*after=[^"]*)"', first)
    second = client.get(further.replace("&amp;", "&")).text
    assert "第059次" in first and "第000次" in second
    assert other.title not in first + second
    assert f'name="task" value="{task.id}"' in first
    assert other.title in client.get(f"/groups/{task.group_id}/trail?task={other.id}&who=钱").text


def test_the_administrator_sees_who_was_told_what_that_is_no_group_s(
    cast: Cast, authority: Authority, mail_server: MailServer, client_as: ClientAs
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    people = [cast.person_ids["finance_head"]]
    with write_transaction():
        for kind, subject in (("account.password_reset", ("account", 1)), ("export.finished", ("job", 1))):
            enqueue(kind, people, subject=subject, params={"by": "安可"}, key=kind, now=NOW)
        enqueue(
            "account.password_reset",
            [cast.person_ids["d2_head"]],
            subject=("account", 2),
            params={},
            key="far",
            now=NOW,
        )
    tell(cast, title="组内事项")
    courier().work()
    page = client_as("administrator").get("/deliveries/told").text
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    assert len(rows) == 1
    assert "钱广源" in rows[0] and "邮件：已送达" in " ".join(re.sub(r"<[^>]+>", "", rows[0]).split())
    assert "没有符合条件的记录" in client_as("administrator").get("/deliveries/told?state=failed").text
    assert client_as("administrator").get("/deliveries/told?state=nonsense").status_code == 422
    assert "/deliveries/told" in client_as("administrator").get("/deliveries").text
    for name in ("office_clerk", "auditor", "finance_head"):
        assert client_as(name).get("/deliveries/told").status_code == 403
