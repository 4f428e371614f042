"""Nobody promises something to themselves: a leader who also heads a unit signs for one party alone."""

from typing import Any

import pytest

from tests.cast import NOW, Cast
from tests.factories import make_member
from tests.letters.promises import again, held_post, issue, issued, leader_seat, office_edits, prepare, seen, sign
from tests.tasks.stories import a_file, act, refuses
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, Stale
from tracker.letters import commands, policy, queries
from tracker.letters.models import Letter, Signatory
from tracker.letters.rules import Gap, LetterState, Side
from tracker.organisation import commands as organisation
from tracker.organisation.models import Seat
from tracker.organisation.rules import SeatRole


def deputy_seat(cast: Cast) -> Seat:
    """The seat of the first group's deputy leader."""
    seats = queries.leaders_to_sign(cast.group().id, day=NOW.date())
    return next(seat for seat in seats if seat.role == SeatRole.DEPUTY_LEADER)


def of_the_leader(cast: Cast, **said: Any) -> Letter:
    """A draft for the unit that the group's leader heads."""
    with write_transaction():
        make_member(cast.group(), cast.unit("government"))
    [letter] = queries.letters_of(prepare(cast, "government", **said))
    office_edits(cast, letter, free="按时上报。")
    return again(letter)


def line(letter: Letter, side: Side) -> Signatory:
    """Who is to sign for a party."""
    return next(one for one in letter.signatories if one.side is side)


def test_a_leader_does_not_demand_from_the_unit_they_head_where_another_leader_signs_too(cast: Cast) -> None:
    letter = of_the_leader(cast, seats=(leader_seat(cast), deputy_seat(cast)))
    assert [(one.seat_id, one.position) for one in letter.signatories if one.side is Side.FIRST] == [
        (deputy_seat(cast).id, 1)
    ]
    [letter] = issue(cast, letter.batch)
    sign(cast, letter, "leader")
    sign(cast, letter, "deputy_leader")
    assert again(letter).state is LetterState.IN_FORCE


def test_a_letter_between_somebody_and_themselves_does_not_go_out(cast: Cast) -> None:
    letter = of_the_leader(cast)
    assert queries.gaps(letter.batch, [letter], day=NOW.date())[letter.id] == [Gap.BOTH_SIDES]
    with refuses(Invalid, "letters"):
        issue(cast, letter.batch)
    other = of_the_leader_by(cast, deputy_seat(cast))
    assert issue(cast, other.batch)[0].state is LetterState.ISSUED


def of_the_leader_by(cast: Cast, seat: Seat) -> Letter:
    """The same, with another leader as first party."""
    [letter] = queries.letters_of(prepare(cast, "government", seats=(seat,)))
    office_edits(cast, letter, free="按时上报。")
    return again(letter)


def heads_finance_too(cast: Cast) -> None:
    """The leader takes over the finance bureau as well, after its letter went out."""
    held = held_post(cast.person_ids["finance_head"])
    act(organisation.hand_over, held, to=cast.person("leader"), by=SYSTEM)


@pytest.mark.parametrize("signed_before", [False, True])
def test_who_holds_lines_of_both_parties_signs_for_one(cast: Cast, signed_before: bool) -> None:
    letter = issued(cast)
    if signed_before:
        sign(cast, letter, "leader")
    heads_finance_too(cast)
    letter = again(letter)
    leader = cast.actor("leader")
    assert policy.side_of(leader, letter) is (Side.FIRST if signed_before else Side.SECOND)
    if not signed_before:
        sign(cast, letter, "leader")
    assert again(letter).state is LetterState.HALF_SIGNED
    assert policy.hindrance(leader, letter) == policy.BOTH_SIDES
    assert queries.waiting_for(leader) == []
    before = seen(cast, letter, "leader")
    with refuses(Stale):
        commands.sign_letter(before, by=leader, now=NOW)


def test_a_paper_signed_by_one_person_for_both_parties_is_not_entered(cast: Cast) -> None:
    letter = issued(cast)
    heads_finance_too(cast)
    letter, clerk, scan = again(letter), cast.actor("office_clerk"), a_file("签署页.pdf")
    lines = {side: line(letter, side).id for side in Side}
    both = dict.fromkeys(lines.values(), cast.person_ids["leader"])
    with refuses(Invalid, "signatories"):
        commands.record_paper(letter, people=both, scan=scan, version=letter.version, by=clerk, now=NOW)
    one = {lines[Side.SECOND]: cast.person_ids["leader"]}
    act(commands.record_paper, letter, people=one, scan=scan, by=clerk)
    assert again(letter).state is LetterState.HALF_SIGNED
    with refuses(Invalid, "signatories"):
        other = {lines[Side.FIRST]: cast.person_ids["leader"]}
        commands.record_paper(letter, people=other, scan=scan, version=letter.version, by=clerk, now=NOW)
