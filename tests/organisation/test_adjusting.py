"""Seats that change by proposal: who sits meanwhile, and who proposes whom."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_person, make_unit
from tests.organisation.seat_changes import (
    BEFORE,
    LATER,
    TOMORROW,
    YESTERDAY,
    finance_seat,
    new_head,
    post_held,
    propose,
    roles,
    set_succession,
)
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation import commands, policy, queries
from tracker.organisation.models import LeadershipGroup, Seat
from tracker.organisation.rules import (
    PostRank,
    SeatChangeState,
    SeatRole,
    Succession,
    UnitKind,
)


@pytest.fixture
def group(cast: Cast) -> LeadershipGroup:
    """The first group, whose seats have changed by proposal since yesterday."""
    return set_succession(cast, Succession.PROPOSAL, now=BEFORE)


def test_a_group_lets_successors_follow_unless_it_sets_otherwise(cast: Cast) -> None:
    assert (cast.group().succession, cast.group().proposals_from) == (Succession.NATURAL, None)
    group = set_succession(cast, Succession.PROPOSAL)
    assert (group.succession, group.proposals_from) == (Succession.PROPOSAL, TODAY)
    assert set_succession(cast, Succession.PROPOSAL, now=LATER).proposals_from == TODAY
    assert set_succession(cast, Succession.NATURAL).succession is Succession.NATURAL
    assert history("group", group.id)[-1].new["succession"] == "natural"


def test_a_successor_to_the_post_follows_where_seats_pass_on_naturally(cast: Cast, session: Session) -> None:
    successor = new_head(cast, session)
    assert roles(cast, successor.id) == {"member"}
    assert queries.seat_holders(cast.group_ids["g1"], day=TODAY, roles=[SeatRole.MEMBER]) == [successor.id]
    with pytest.raises(Stale):
        propose(cast, session, "office_clerk")


def test_by_proposal_whoever_sat_keeps_the_seat_while_in_the_post(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    head = cast.person_ids["finance_head"]
    assert roles(cast, head) == {"member"}
    successor = new_head(cast, session)
    assert (roles(cast, head), roles(cast, successor.id)) == (set(), set())
    assert queries.seat_holders(group.id, day=TODAY, roles=[SeatRole.MEMBER]) == []
    rows, _past = queries.seats(group, day=TODAY)
    [row] = [row for row in rows if row.seat.role == SeatRole.MEMBER]
    standing = queries.standings(cast.actor("office_clerk"), rows, day=TODAY)[row.seat.id]
    assert row.is_empty and standing.vacated and not standing.under_way
    assert queries.outgoing(row.seat, day=TODAY) == "钱广源"
    assert queries.groups_awaiting_proposal(row.seat.post, day=TODAY) == ["优质均衡领导小组"]  # type: ignore[arg-type]


def test_seats_of_leaders_and_office_pass_on_with_the_post_all_the_same(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    before = post_held(session, cast.person_ids["deputy_leader"])
    successor = commands.add_person(cast.region(), name="尚接任", by=SYSTEM, now=NOW)
    commands.hand_over(before, to=successor, starts_on=TODAY, by=SYSTEM, now=NOW)
    assert roles(cast, successor.id) == {"deputy_leader"}
    assert queries.groups_awaiting_proposal(before.post, day=TODAY) == []


@pytest.mark.parametrize(
    ("succession", "sits"), [(Succession.NATURAL, {"member"}), (Succession.PROPOSAL, set())], ids=str
)
def test_who_presides_over_the_unit_waits_for_the_notice_too(
    cast: Cast, session: Session, succession: Succession, sits: set[str]
) -> None:
    set_succession(cast, succession, now=BEFORE)
    commands.end_appointment(post_held(session, cast.person_ids["finance_head"]), by=SYSTEM, now=NOW)
    deputy = post_held(session, cast.person_ids["finance_deputy"])
    commands.set_presiding(deputy, presiding=True, by=SYSTEM, now=NOW)
    assert roles(cast, cast.person_ids["finance_deputy"]) == sits
    assert queries.seat_holders(cast.group_ids["g1"], day=TODAY, roles=[SeatRole.MEMBER]) == (
        [cast.person_ids["finance_deputy"]] if sits else []
    )


def test_who_presided_before_the_group_went_by_proposal_stays_and_becomes_head(cast: Cast, session: Session) -> None:
    commands.end_appointment(post_held(session, cast.person_ids["finance_head"]), by=SYSTEM, now=NOW)
    deputy = post_held(session, cast.person_ids["finance_deputy"])
    commands.set_presiding(deputy, presiding=True, by=SYSTEM, now=NOW)
    set_succession(cast, Succession.PROPOSAL)
    assert roles(cast, cast.person_ids["finance_deputy"]) == {"member"}
    seat = finance_seat(cast, session)
    assert seat.post is not None
    commands.appoint(seat.post, person=cast.person("finance_deputy"), starts_on=TOMORROW, by=SYSTEM, now=NOW)
    assert queries.seat_holders(cast.group_ids["g1"], day=TOMORROW, roles=[SeatRole.MEMBER]) == [
        cast.person_ids["finance_deputy"]
    ]


def test_head_and_deputy_propose_the_office_enters_papers_and_others_do_not(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    for name in ("finance_liaison", "finance_staff", "construction_head", "supervisor", "leader", "g2_office_clerk"):
        with pytest.raises(NotAllowed):
            propose(cast, session, name)
    change = propose(cast, session, "finance_deputy", successor=post_held(session, cast.person_ids["finance_staff"]))
    assert (change.proposed_by_id, change.recorded_by_id) == (cast.person_ids["finance_deputy"], None)
    with pytest.raises(Invalid) as refusal:
        propose(cast, session)
    assert "successor" in refusal.value.errors
    commands.withdraw_seat_change(
        change, remark="另行报请", version=change.version, by=cast.actor("finance_head"), now=NOW
    )
    entered = propose(cast, session, "office_clerk")
    assert (entered.proposed_by_id, entered.recorded_by_id) == (None, cast.person_ids["office_clerk"])


def test_a_proposal_names_somebody_in_office_and_a_day_after_the_seat_began(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    seat = finance_seat(cast, session)
    coming = post_held(session, make_person(cast.unit("finance"), "新来者", starts_on=TOMORROW).id)
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("successor", {"successor": post_held(session, cast.person_ids["town_head"])}),
        ("successor", {"successor": post_held(session, cast.person_ids["finance_head"])}),
        ("successor", {"successor": coming}),
        ("starts_on", {"starts_on": seat.starts_on}),
        ("reason", {"reason": "  "}),
    )
    for field, facts in wrong:
        with pytest.raises(Invalid) as refusal:
            propose(cast, session, **facts)
        assert field in refusal.value.errors
    assert propose(cast, session).state is SeatChangeState.PROPOSED


def test_leaders_seats_and_ended_seats_and_groups_take_no_proposal(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    leader = session.scalars(sa.select(Seat).where(Seat.group_id == group.id, Seat.role == SeatRole.LEADER)).one()
    deputy = post_held(session, cast.person_ids["deputy_leader"])
    facts: dict[str, Any] = {"successor": deputy, "reason": "调整", "by": cast.actor("office_clerk"), "now": NOW}
    with pytest.raises(Stale):
        commands.propose_seat_change(leader, **facts)
    ended = finance_seat(cast, session)
    commands.end_seat(ended, by=cast.actor("office_clerk"), now=NOW)
    with pytest.raises(Stale):
        propose(cast, session)
    commands.end_group(group, version=group.version, by=cast.actor("office_director"), now=NOW)
    with pytest.raises(Stale):
        propose(cast, session)


def test_a_seat_belongs_to_the_unit_of_its_post_or_where_its_person_worked_when_it_began(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    finance, town = cast.unit_ids["finance"], cast.unit_ids["town"]
    section = make_unit(cast.region(), "澄江区财政局教科文科", UnitKind.SECTION, parent=cast.unit("finance"))
    clerk = make_person(section, "科里人")
    lone = commands.add_person(cast.region(), name="无职人", by=SYSTEM, now=NOW)

    def seated(starts_on: date = TODAY, **holder: Any) -> Seat:
        return commands.seat(group, role=SeatRole.MEMBER, starts_on=starts_on, **holder, by=SYSTEM, now=NOW)

    seats = {
        "unit": seated(unit=cast.unit("town")),
        "post": seated(post=post_held(session, clerk.id).post),
        "then": seated(person=cast.person("finance_staff")),
        "not yet": seated(person=clerk, starts_on=YESTERDAY),
        "nowhere": seated(person=lone),
    }
    commands.end_appointment(post_held(session, cast.person_ids["finance_staff"]), last_day=TODAY, by=SYSTEM, now=NOW)
    moved = commands.ensure_post(cast.unit("town"), title="干事", rank=PostRank.STAFF, by=SYSTEM, now=NOW)
    commands.appoint(moved, person=cast.person("finance_staff"), starts_on=TOMORROW, by=SYSTEM, now=NOW)
    units = policy.units_of_seats(list(seats.values()), day=TOMORROW)
    assert {name: set(units[seat.id]) for name, seat in seats.items()} == {
        "unit": {town},
        "post": {finance},
        "then": {finance},
        "not yet": {finance},
        "nowhere": set(),
    }
    rows, _past = queries.seats(group, day=TOMORROW)
    standings = queries.standings(cast.actor("office_clerk"), rows, day=TOMORROW)
    assert {name for name, seat in seats.items() if standings[seat.id].vacated} == {"then"}
    assert {row.post.unit_id for row in queries.successors(cast.actor("office_clerk"), seats["post"], day=TODAY)} == {
        finance,
        section.id,
    }
    anybody = queries.successors(cast.actor("office_clerk"), seats["nowhere"], day=TODAY)
    assert {town, finance} <= {row.post.unit_id for row in anybody}
