"""A successor to a post hears on the first day, once, which letters in force pass to them."""

from datetime import timedelta

import pytest

from tests.cast import NOW, Cast
from tests.letters.promises import again, held_post, in_force, inbox_keys, issued, sign
from tests.letters.successions import drawn_up, succeed, taken_over
from tests.tasks.pages.acting import ClientAs
from tests.tasks.stories import act
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.organisation import commands as organisation
from tracker.reminders import successions
from tracker.reminders.jobs import JOBS, latest_slot

TOMORROW = NOW + timedelta(days=1)


def test_the_successor_is_told_once_with_a_way_to_the_handover(cast: Cast) -> None:
    letter = in_force(cast)
    assert successions.succeed(now=NOW) == {"told": 0}
    succeed(cast, "finance_head", "finance_deputy")
    assert successions.succeed(now=NOW) == {"told": 1}
    for later in (NOW, TOMORROW, NOW + timedelta(days=60)):
        assert successions.succeed(now=later) == {"told": 0}
    assert inbox_keys(cast, "finance_deputy").count(f"letter:{letter.id}:succeeded:2026-03-18") == 1
    assert not [key for key in inbox_keys(cast, "finance_head") if "succeeded" in key]


def test_the_message_leads_to_where_the_handover_is_drawn_up(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    succeed(cast, "finance_head", "finance_deputy")
    successions.succeed(now=NOW)
    browser = client_as("finance_deputy")
    assert "钱广源签署的责任书由您继续履行" in browser.get("/inbox").text
    assert "起草交接确认" in browser.get(f"/letters/{letter.id}").text


def test_a_post_that_passes_on_a_day_to_come_is_told_of_on_that_day(cast: Cast) -> None:
    in_force(cast)
    with write_transaction():
        post, to = held_post(cast.person_ids["finance_head"]), cast.person("finance_deputy")
        organisation.hand_over(post, to=to, starts_on=TOMORROW.date(), by=SYSTEM, now=NOW)
    assert successions.succeed(now=NOW) == {"told": 0}
    assert successions.succeed(now=TOMORROW) == {"told": 1}
    assert successions.succeed(now=TOMORROW) == {"told": 0}


def test_each_successor_is_told_and_whoever_has_it_on_the_desk_is_not_told_again(cast: Cast) -> None:
    letter = in_force(cast)
    succeed(cast, "finance_head", "finance_deputy")
    drawn_up(cast, letter)
    assert successions.succeed(now=NOW) == {"told": 0}
    taken_over(cast, again(letter))
    assert successions.succeed(now=TOMORROW) == {"told": 0}
    succeed(cast, "finance_deputy", "finance_liaison", now=TOMORROW)
    assert successions.succeed(now=TOMORROW) == {"told": 1}


def test_only_letters_in_force_pass_on(cast: Cast) -> None:
    sign(cast, issued(cast), "finance_head")
    succeed(cast, "finance_head", "finance_deputy")
    assert successions.succeed(now=NOW) == {"told": 0}


def test_of_an_archived_group_nobody_hears(cast: Cast) -> None:
    in_force(cast)
    succeed(cast, "finance_head", "finance_deputy")
    with write_transaction():
        cast.group().ended_on = NOW.date()
    assert successions.succeed(now=NOW) == {"told": 0}
    with write_transaction():
        cast.group().ended_on = None
    assert successions.succeed(now=NOW) == {"told": 1}


def test_more_letters_than_are_looked_at_in_one_go_are_all_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(successions, "CHUNK", 1)
    in_force(cast)
    in_force(cast, "construction")
    act(organisation.hand_over, held_post(cast.person_ids["finance_head"]), to=cast.person("finance_deputy"), by=SYSTEM)
    head = held_post(cast.person_ids["construction_head"])
    act(organisation.hand_over, head, to=cast.person("finance_staff"), by=SYSTEM)
    assert successions.succeed(now=NOW) == {"told": 2}


def test_it_is_looked_after_every_hour() -> None:
    [job] = [job for job in JOBS if job.name == "succeed"]
    slots = {latest_slot(job, NOW + timedelta(hours=hour)) for hour in range(24)}
    assert len(slots) == 24
