"""A sign-in ends when it should: at sign-out, a new password, deactivation, and after its time; and no earlier."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, Clock
from tests.visitors import PASSWORD, give_account, sign_in, signed_in, stranger
from tracker.accounts import commands, passwords, queries
from tracker.accounts.models import SignInSession
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import NotVisible
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment

NEW = "千里之行始于足下 7"


@pytest.fixture
def account(app: Flask, cast: Cast) -> int:
    """The head of the finance bureau; an administrator exists too."""
    give_account(app, cast.person_ids["administrator"])
    return give_account(app, cast.person_ids["finance_head"], login="qianguangyuan")


def browser(app: Flask, account: int) -> FlaskClient:
    client = app.test_client()
    sign_in(client, account)
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def test_a_cookie_kept_from_before_signing_out_is_dead(app: Flask, account: int) -> None:
    client = browser(app, account)
    kept = client.get_cookie("zeren")
    assert kept is not None
    assert is_in(client)
    assert client.post("/sign-out").status_code == 302
    client.set_cookie("zeren", kept.value)
    assert not is_in(client)


def test_signing_out_needs_a_post(app: Flask, account: int) -> None:
    client = browser(app, account)
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)


def test_a_new_password_ends_the_other_sign_ins_and_keeps_this_one(app: Flask, account: int, session: Session) -> None:
    here, there = browser(app, account), browser(app, account)
    answer = here.post("/password", data={"current": PASSWORD, "new": NEW, "repeat": NEW})
    assert answer.status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert passwords.matches(queries.account_by_id(account).password_hash, NEW)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"current": "not it", "new": NEW, "repeat": NEW}, "current"),
        ({"current": "", "new": NEW, "repeat": NEW}, "current"),
        ({"current": PASSWORD, "new": NEW, "repeat": f"{NEW}x"}, "repeat"),
        ({"current": PASSWORD, "new": "short", "repeat": "short"}, "new"),
        ({"current": PASSWORD, "new": PASSWORD, "repeat": PASSWORD}, "new"),
        ({"current": PASSWORD, "new": "qianguangyuan-88", "repeat": "qianguangyuan-88"}, "new"),
        ({"current": PASSWORD, "new": "澄江区财政局二〇二六年", "repeat": "澄江区财政局二〇二六年"}, "new"),
        ({"current": PASSWORD, "new": "我叫钱广源我怕谁呢", "repeat": "我叫钱广源我怕谁呢"}, "new"),
    ],
)
def test_a_new_password_that_cannot_be_taken_changes_nothing(
    app: Flask, account: int, session: Session, typed: dict[str, str], field: str
) -> None:
    here, there = browser(app, account), browser(app, account)
    answer = here.post("/password", data=typed)
    assert answer.status_code == (403 if typed["current"] == "not it" else 422)
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert is_in(there)
    assert passwords.matches(queries.account_by_id(account).password_hash, PASSWORD)


def test_a_deactivated_account_is_out_at_once(app: Flask, account: int, cast: Cast, session: Session) -> None:
    client = browser(app, account)
    administrator = signed_in(app, cast.person_ids["administrator"])
    version = queries.account_by_id(account).version
    assert is_in(client)
    assert administrator.post(f"/accounts/{account}/deactivate", data={"version": version}).status_code == 302
    assert not is_in(client)
    assert stranger(app).post("/sign-in", data={"login": "qianguangyuan", "password": PASSWORD}).status_code == 422


def test_nothing_done_for_half_an_hour_signs_out(app: Flask, account: int, clock: Clock) -> None:
    client = browser(app, account)
    clock.advance(timedelta(minutes=29, seconds=59))
    assert is_in(client)
    clock.advance(timedelta(minutes=29, seconds=59))
    assert is_in(client)
    clock.advance(timedelta(minutes=30))
    assert not is_in(client)


def test_twelve_hours_sign_out_whatever_is_done(app: Flask, account: int, clock: Clock) -> None:
    client = browser(app, account)
    for _ in range(28):
        clock.advance(timedelta(minutes=25))
        assert is_in(client)
    clock.set(NOW + timedelta(hours=12) - timedelta(seconds=1))
    assert is_in(client)
    clock.set(NOW + timedelta(hours=12))
    assert not is_in(client)


def test_reading_pages_writes_at_most_once_a_minute(app: Flask, account: int, clock: Clock, session: Session) -> None:
    client = browser(app, account)
    seen = sa.select(SignInSession.last_seen_at)
    clock.advance(timedelta(seconds=59))
    assert is_in(client)
    assert session.scalar(seen) == NOW
    session.rollback()
    clock.advance(timedelta(seconds=1))
    assert is_in(client)
    assert session.scalar(seen) == NOW + timedelta(minutes=1)


def test_a_seat_that_ended_yesterday_gives_no_right_today(app: Flask, cast: Cast, session: Session) -> None:
    client = signed_in(app, cast.person_ids["office_director"])
    page = f"/groups/{cast.group_ids['g1']}/accounts"
    assert client.get(page).status_code == 200
    with write_transaction():
        held = session.scalars(
            sa.select(Appointment).where(Appointment.person_id == cast.person_ids["office_director"])
        ).one()
        organisation.end_appointment(held, by=cast.actor("registrar"), now=NOW)
    assert client.get(page).status_code == 404


def test_ones_own_other_sign_ins_can_be_ended_and_nobody_elses(app: Flask, account: int, cast: Cast) -> None:
    here, there, stranger_there = browser(app, account), app.test_client(), app.test_client()
    own = sign_in(there, account)
    foreign = sign_in(stranger_there, give_account(app, cast.person_ids["town_head"]))
    assert here.post(f"/me/sessions/{foreign}/end").status_code == 404
    assert here.post("/me/sessions/2147483647/end").status_code == 404
    assert here.post(f"/me/sessions/{10**30}/end").status_code == 404
    assert is_in(stranger_there)
    assert here.post(f"/me/sessions/{own}/end").status_code == 302
    assert not is_in(there)
    assert here.post(f"/me/sessions/{own}/end").status_code == 404
    assert is_in(here)


def test_a_first_password_is_changed_before_anything_else(app: Flask, cast: Cast) -> None:
    give_account(app, cast.person_ids["administrator"])
    client = app.test_client()
    sign_in(client, give_account(app, cast.person_ids["town_head"], must_change=True))
    for page, wanted in {"/": "", "/me": "?next=/me", "/accounts": "?next=/accounts"}.items():
        answer = client.get(page)
        assert (answer.status_code, answer.location) == (302, f"/password{wanted}")
    assert client.post("/me/sessions/1/end").location == "/password"
    assert client.get("/password").status_code == 200
    answer = client.post("/password", data={"current": PASSWORD, "new": NEW, "repeat": NEW})
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "leads"), [("/inbox?page=2", "/inbox?page=2"), ("//evil.example", "/"), ("https://evil.example", "/")]
)
def test_the_first_sign_in_leads_on_to_the_page_that_was_asked_for(
    app: Flask, cast: Cast, wanted: str, leads: str
) -> None:
    give_account(app, cast.person_ids["administrator"])
    client = app.test_client()
    sign_in(client, give_account(app, cast.person_ids["town_head"], must_change=True))
    page = client.get("/password", query_string={"next": wanted}).text
    assert f'name="next" type="hidden" value="{wanted}"' in page
    answer = client.post("/password", data={"current": PASSWORD, "new": NEW, "repeat": NEW, "next": wanted})
    assert (answer.status_code, answer.location) == (302, leads)


def test_a_password_that_must_be_changed_can_be_left_by_signing_out(app: Flask, cast: Cast) -> None:
    give_account(app, cast.person_ids["administrator"])
    client = app.test_client()
    sign_in(client, give_account(app, cast.person_ids["town_head"], must_change=True))
    assert client.post("/sign-out").location == "/sign-in"


def test_who_asks_is_known_after_four_queries(app: Flask, account: int, cast: Cast) -> None:
    client = browser(app, account)
    asked: list[str] = []

    def count(_c: object, _k: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert client.get("/no-such-page").status_code == 404
    finally:
        event.remove(engine, "before_cursor_execute", count)
    # The frame's badge is the fifth.
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 5


def test_nobody_changes_anothers_password_or_confirms_anothers_session(
    app: Flask, account: int, cast: Cast, session: Session
) -> None:
    row = sign_in(app.test_client(), account)
    other = cast.actor("town_head")
    attempts: tuple[Callable[[], None], ...] = (
        lambda: commands.change_password(queries.account_by_id(account), by=other, new=NEW, session_id=row, now=NOW),
        lambda: commands.confirm_session(row, by=other, now=NOW),
        lambda: commands.confirm_session(2_000_000, by=other, now=NOW),
        lambda: commands.choose_appearance(queries.account_by_id(account), by=other, theme="dark", now=NOW),
    )
    for attempt in attempts:
        with pytest.raises(NotVisible), write_transaction():
            attempt()
