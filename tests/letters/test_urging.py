"""Urging those on whose signature a letter waits (催签), with the group's cool-down."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.letters.promises import again, held_post, in_force, issued, send_back, sign
from tests.letters.test_pages import queries_of
from tests.tasks.stories import act, day, inbox, refuses
from tests.visitors import signed_in
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import NotAllowed, Stale
from tracker.letters import commands, queries
from tracker.letters.rules import SigningOrder
from tracker.organisation import commands as organisation
from tracker.organisation.models import Person

ClientAs = Callable[[str], FlaskClient]


def test_whoever_watches_over_the_group_urges_those_whose_turn_it_is(cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.SECOND_FIRST)
    for name in ("finance_head", "finance_liaison", "construction_head", "g2_supervisor", "outsider"):
        with refuses(NotAllowed):
            commands.urge_letter(letter, by=cast.actor(name), now=NOW)
    act(commands.urge_letter, letter, by=cast.actor("supervisor"))
    assert (again(letter).urges, letter.urged_at) == (1, NOW)
    assert "letter.urged" in inbox(cast, "finance_head")
    assert "letter.urged" not in inbox(cast, "leader")
    assert history("letter", letter.id)[-1].new == {"times": 1}


def test_the_leader_is_urged_once_the_unit_has_signed(cast: Cast) -> None:
    letter = sign(cast, issued(cast, signing_order=SigningOrder.SECOND_FIRST), "finance_head")
    act(commands.urge_letter, letter, by=cast.actor("office_clerk"))
    assert "letter.urged" in inbox(cast, "leader")
    assert "letter.urged" not in inbox(cast, "finance_head")


def test_without_an_order_all_who_have_not_signed_are_urged(cast: Cast) -> None:
    letter = issued(cast, signing_order=SigningOrder.ANY)
    act(commands.urge_letter, letter, by=cast.actor("office_clerk"))
    assert "letter.urged" in inbox(cast, "leader")
    assert "letter.urged" in inbox(cast, "finance_head")


def test_between_two_urges_lies_the_group_s_cool_down(cast: Cast) -> None:
    letter, clerk = issued(cast), cast.actor("office_clerk")
    act(commands.urge_letter, letter, by=clerk)
    free_on = working_days().shift(NOW.date(), letter.group.urge_cooldown_days)
    day_before = working_days().shift(NOW.date(), letter.group.urge_cooldown_days - 1)
    with refuses(Stale):
        commands.urge_letter(again(letter), by=cast.actor("leader"), now=day(day_before.isoformat()))
    act(commands.urge_letter, again(letter), by=clerk, now=day(free_on.isoformat()))
    assert again(letter).urges == 2


def test_only_a_letter_that_waits_for_somebody_is_urged(cast: Cast) -> None:
    clerk = cast.actor("office_clerk")
    back = issued(cast)
    send_back(cast, back)
    with refuses(Stale):
        commands.urge_letter(again(back), by=clerk, now=NOW)
    done = in_force(cast, "construction")
    with refuses(Stale):
        commands.urge_letter(done, by=clerk, now=NOW)
    vacant = issued(cast, "town", signing_order=SigningOrder.SECOND_FIRST)
    act(organisation.end_appointment, held_post(cast.person_ids["town_head"]), by=SYSTEM)
    with refuses(Stale):
        commands.urge_letter(again(vacant), by=clerk, now=NOW)
    waiting = issued(cast, "education")
    act(commands.urge_letter, waiting, by=clerk)
    with write_transaction():
        cast.group().ended_on = NOW.date()
    with refuses(Stale):
        commands.urge_letter(again(waiting), by=clerk, now=day("2026-06-01"))


# ---- the pages ----


def test_the_desks_number_leads_to_exactly_these_letters(cast: Cast, client_as: ClientAs) -> None:
    first = issued(cast, signing_order=SigningOrder.SECOND_FIRST)
    second = sign(cast, issued(cast, "construction", signing_order=SigningOrder.SECOND_FIRST), "construction_head")
    in_force(cast, "town")
    back = issued(cast, "education")
    send_back(cast, back, by="education_head")
    numbers = {str(one.number) for one in (first, second)}
    address = f"/groups/{cast.group().id}/letters/unsigned"
    assert queries.unsigned(cast.group().id, day=NOW.date()).letters == len(numbers) == 2
    for name, desk in (("office_clerk", "/"), ("leader", "/")):
        assert f'href="{address}"' in client_as(name).get(desk).text, name
    page = client_as("office_clerk").get(address).text
    rows = dict(re.findall(r'name="letter" value="(\d+)".*?<span class="z-sub">(\S+) ', page, re.DOTALL))
    assert rows == {str(one.id): one.number for one in (first, second)}
    assert "退回待办公室修改" in page and str(back.number) in page
    for person in ("钱广源", "罗正川"):
        phone = db.session.scalar(sa.select(Person.phone).where(Person.name == person))
        assert phone and f'{person} <a href="tel:{phone}' in page, "whose turn it is can be called"
    assert "章立新" not in page, "who has signed is not waited for"
    assert client_as("finance_head").get(address).status_code == 404
    assert client_as("g2_office_clerk").get(address).status_code == 404


def test_days_waited_and_dates_passed_are_shown(app: Flask, cast: Cast, clock: Clock) -> None:
    letter = issued(cast)
    clock.now = day("2026-04-03")
    clerk = signed_in(app, cast.person_ids["office_clerk"], now=clock.now)
    page = clerk.get(f"/groups/{letter.group_id}/letters/unsigned").text
    waited = working_days().between(NOW.date(), clock.now.date())
    assert f'<span class="z-late">{waited} 个工作日</span>' in page
    assert "超过期限 1 份" in page


@pytest.mark.parametrize("where", ["list", "batch", "letter"])
def test_one_click_urges_one_letter_and_says_what_became_of_it(cast: Cast, client_as: ClientAs, where: str) -> None:
    letter = issued(cast, "finance", "construction")
    other = next(one for one in queries.letters_of(letter.batch) if one.id != letter.id)
    clerk, one = client_as("office_clerk"), f"/letters/{letter.id}/urge"
    page = {
        "list": f"/groups/{letter.group_id}/letters/unsigned",
        "batch": f"/letter-batches/{letter.batch_id}",
        "letter": f"/letters/{letter.id}",
    }[where]
    button = f'action="{one}"'
    assert button in clerk.get(page).text
    ticks_beside = {} if where == "letter" else {"next": page, "letter": [str(other.id)]}
    done = clerk.post(one, data=ticks_beside)
    assert (done.status_code, "1 项全部办理成功" in done.text, f'href="{page}"' in done.text) == (200, True, True)
    assert [again(row).urges for row in (letter, other)] == [1, 0], "what is ticked beside is left alone"
    shown = clerk.get(page).text
    free_on = working_days().shift(NOW.date(), letter.group.urge_cooldown_days)
    assert button not in shown and f"{free_on} 起可再催签" in shown
    soon = clerk.post(one)
    assert (soon.status_code, "刚催签过" in soon.text) == (200, True)
    assert again(letter).urges == 1


def test_who_does_not_watch_over_the_group_finds_no_button_and_urges_nobody(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    one = f"/letters/{letter.id}/urge"
    for name, status in (("finance_head", 403), ("finance_liaison", 403), ("construction_head", 404)):
        assert client_as(name).post(one).status_code == status, name
        assert one not in client_as(name).get(f"/letters/{letter.id}").text
    many = f"/groups/{letter.group_id}/letters/urge"
    assert client_as("finance_head").post(many, data={"letter": letter.id}).status_code == 404
    assert again(letter).urges == 0
    evil = client_as("supervisor").post(one, data={"next": "//evil.example/"}).text
    assert "evil" not in evil and f'href="/letters/{letter.id}"' in evil


def test_ticked_letters_of_several_batches_are_urged_each_with_its_result(cast: Cast, client_as: ClientAs) -> None:
    first, second = issued(cast), issued(cast, "construction")
    act(commands.urge_letter, second, by=cast.actor("office_clerk"))
    clerk, many = client_as("office_clerk"), f"/groups/{first.group_id}/letters/urge"
    none = clerk.post(many, data={})
    assert (none.status_code, "请先勾选要催签的责任书。" in none.text) == (422, True)
    done = clerk.post(many, data={"letter": [str(first.id), str(second.id), "999999"]})
    assert (done.status_code, "1 项成功，1 项没有办理" in done.text) == (200, True)
    assert [again(one).urges for one in (first, second)] == [1, 1]
    finished = in_force(cast, "town")
    assert clerk.post(many, data={"letter": str(finished.id)}).status_code == 422


def test_the_list_takes_as_many_queries_for_many_letters_as_for_few(
    app: Flask, cast: Cast, client_as: ClientAs
) -> None:
    clerk, address = client_as("office_clerk"), f"/groups/{cast.group().id}/letters/unsigned"
    issued(cast)
    clerk.get(address)
    few = queries_of(app, lambda: clerk.get(address))
    issued(cast, "construction", "town", "education")
    assert queries_of(app, lambda: clerk.get(address)) == few
