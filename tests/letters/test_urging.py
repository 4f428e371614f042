"""Urging those on whose signature a letter waits (催签), with the group's cool-down."""

from tests.cast import NOW, Cast
from tests.letters.promises import again, held_post, in_force, issued, send_back, sign
from tests.tasks.stories import act, day, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotAllowed, Stale
from tracker.letters import commands
from tracker.letters.rules import SigningOrder
from tracker.organisation import commands as organisation


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
