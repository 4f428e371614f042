"""Seats that change by proposal: who decides, and the notice that carries it out."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_person
from tests.organisation.seat_changes import (
    BEFORE,
    LATER,
    NUMBER,
    TOMORROW,
    YESTERDAY,
    approve,
    finance_seat,
    issue,
    new_head,
    post_held,
    propose,
    roles,
    set_succession,
    told,
    undone,
)
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.organisation import commands, queries
from tracker.organisation.models import LeadershipGroup, Seat
from tracker.organisation.rules import (
    OPEN_CHANGES,
    PostRank,
    SeatChangeState,
    SeatRole,
    Succession,
)
from tracker.outbox.models import InboxItem


@pytest.fixture
def group(cast: Cast) -> LeadershipGroup:
    """The first group, whose seats have changed by proposal since yesterday."""
    return set_succession(cast, Succession.PROPOSAL, now=BEFORE)


def test_a_unit_proposes_a_leader_approves_and_a_notice_carries_it_out(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    successor = new_head(cast, session)
    cast.person_ids["new_head"] = successor.id
    old = finance_seat(cast, session)
    change = propose(cast, session, "new_head", successor=post_held(session, successor.id))
    leaders = {cast.person_ids["leader"], cast.person_ids["deputy_leader"]}
    assert (change.state, change.outgoing, change.starts_on) == (SeatChangeState.PROPOSED, "钱广源", TODAY)
    assert told(session, "seat.proposed") == leaders
    approve(cast, change, "deputy_leader", remark="同意")
    office = {cast.person_ids[name] for name in ("office_director", "office_clerk", "office_secondee")}
    unit = {successor.id, cast.person_ids["finance_deputy"], cast.person_ids["finance_liaison"]}
    assert told(session, "seat.approved") == office | unit
    assert roles(cast, successor.id) == set()
    notice = issue(cast, [change])
    assert roles(cast, successor.id) == {"member"}
    assert (change.state, change.notice, old.ends_on) == (SeatChangeState.ISSUED, notice, YESTERDAY)
    new = session.scalars(sa.select(Seat).where(Seat.instrument == NUMBER)).one()
    assert (new.role, new.post_id, new.position, new.starts_on) == (old.role, old.post_id, old.position, TODAY)
    assert told(session, "seat.issued") == unit
    assert [entry.act.rpartition(".")[2] for entry in history("seat_change", change.id)] == [
        "propose_seat_change",
        "approve_seat_change",
        "issue_seat_change",
    ]
    unread = sa.select(InboxItem.kind).where(InboxItem.subject_kind == "seat_change", InboxItem.read_at.is_(None))
    assert set(session.scalars(unread)) == {"seat.issued"}


def test_a_seat_goes_by_name_to_a_deputy_and_not_before_the_notice(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    change = propose(cast, session, starts_on=TODAY - timedelta(days=7))
    approve(cast, change)
    issue(cast, [change])
    new = session.scalars(sa.select(Seat).where(Seat.instrument == NUMBER)).one()
    assert (new.person_id, new.post_id, new.starts_on) == (cast.person_ids["finance_deputy"], None, TODAY)
    assert new.title == "澄江区财政局副局长"
    assert roles(cast, cast.person_ids["finance_head"]) == set()


def test_a_later_day_than_the_notice_stands(cast: Cast, group: LeadershipGroup, session: Session) -> None:
    change = propose(cast, session, starts_on=TOMORROW)
    approve(cast, change)
    issue(cast, [change])
    assert roles(cast, cast.person_ids["finance_head"]) == {"member"}
    assert roles(cast, cast.person_ids["finance_deputy"]) == set()
    assert queries.seat_holders(group.id, day=TOMORROW, roles=[SeatRole.MEMBER]) == [cast.person_ids["finance_deputy"]]


def test_who_proposed_takes_over_or_belongs_to_the_unit_does_not_decide(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    own = commands.seat(
        group, role=SeatRole.MEMBER, unit=cast.unit("government"), starts_on=YESTERDAY, by=SYSTEM, now=NOW
    )
    successor = post_held(session, cast.person_ids["deputy_leader"])
    change = commands.propose_seat_change(own, successor=successor, reason="分工调整", by=cast.actor("leader"), now=NOW)
    assert queries.deciders(change, day=TODAY) == []
    for name in ("leader", "deputy_leader", "office_director", "supervisor", "finance_head"):
        with pytest.raises(NotAllowed):
            approve(cast, change, name)
    other = propose(cast, session)
    assert [person.name for person in queries.deciders(other, day=TODAY)] == ["罗正川", "乔若兰"]
    approve(cast, other)
    assert other.decided_by_id == cast.person_ids["leader"]


def test_a_leader_refuses_with_a_reason(cast: Cast, group: LeadershipGroup, session: Session) -> None:
    change = propose(cast, session)
    with pytest.raises(Invalid) as refusal:
        approve(cast, change, approve=False)
    assert "remark" in refusal.value.errors
    with pytest.raises(Stale):
        approve(cast, change, version=change.version + 1)
    approve(cast, change, approve=False, remark="请由主要负责人参加")
    assert change.state is SeatChangeState.REFUSED
    assert cast.person_ids["finance_head"] in told(session, "seat.refused")
    assert cast.person_ids["office_clerk"] not in told(session, "seat.refused")
    with pytest.raises(Stale):
        approve(cast, change)
    assert roles(cast, cast.person_ids["finance_head"]) == {"member"}
    assert propose(cast, session).state is SeatChangeState.PROPOSED


def test_the_office_enters_what_a_leader_signed_on_paper(cast: Cast, group: LeadershipGroup, session: Session) -> None:
    change = propose(cast, session, "office_clerk")
    leader = cast.person_ids["leader"]
    for name in ("office_clerk", "finance_head", "supervisor"):
        with pytest.raises(NotAllowed):
            approve(cast, change, name, signatory_id=leader)
    for nobody in (0, cast.person_ids["supervisor"]):
        with pytest.raises(Invalid) as refusal:
            approve(cast, change, "office_director", signatory_id=nobody)
        assert "signatory" in refusal.value.errors
    approve(cast, change, "office_director", signatory_id=leader)
    assert (change.decided_by_id, change.decision_recorded_by_id) == (leader, cast.person_ids["office_director"])


def test_unit_and_office_take_a_proposal_back_with_a_reason(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    change = propose(cast, session)
    facts: dict[str, Any] = {"remark": "人选另定", "version": change.version, "now": NOW}
    for name in ("finance_liaison", "construction_head", "leader"):
        with pytest.raises(NotAllowed):
            commands.withdraw_seat_change(change, **facts, by=cast.actor(name))
    with pytest.raises(Invalid):
        commands.withdraw_seat_change(change, **{**facts, "remark": ""}, by=cast.actor("finance_deputy"))
    with undone(session, Stale):
        commands.withdraw_seat_change(change, **{**facts, "version": 9}, by=cast.actor("finance_deputy"))
    approve(cast, change)
    facts["version"] = change.version
    commands.withdraw_seat_change(change, **facts, by=cast.actor("office_director"))
    assert change.state is SeatChangeState.WITHDRAWN
    assert cast.person_ids["finance_head"] in told(session, "seat.withdrawn")
    assert cast.person_ids["office_director"] not in told(session, "seat.withdrawn")
    with undone(session, Stale):
        commands.withdraw_seat_change(change, **{**facts, "version": change.version}, by=cast.actor("finance_head"))
    with undone(session, Stale):
        issue(cast, [change])


def test_the_office_alone_issues_a_notice_with_its_number_and_date(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    change = propose(cast, session)
    with undone(session, Stale):
        issue(cast, [change])
    approve(cast, change)
    for name in ("leader", "finance_head", "supervisor", "g2_office_clerk"):
        with pytest.raises(NotAllowed):
            issue(cast, [change], name)
    for field, facts in (
        ("document_number", {"document_number": " "}),
        ("issued_on", {"issued_on": TOMORROW}),
        ("issued_on", {"issued_on": YESTERDAY}),
    ):
        with undone(session, Invalid) as refusal:
            issue(cast, [change], **facts)
        assert field in refusal.value.errors
    with undone(session, Invalid) as refusal:
        issue(cast, [])
    assert "change_ids" in refusal.value.errors
    issue(cast, [change])
    again = propose(cast, session, successor=post_held(session, cast.person_ids["finance_head"]), now=LATER)
    approve(cast, again, now=LATER)
    with undone(session, Invalid) as refusal:
        issue(cast, [again], now=LATER)
    assert "document_number" in refusal.value.errors
    with undone(session, Stale):
        issue(cast, [change], document_number="澄优办〔2026〕5号")
    issue(cast, [again], document_number="澄优办〔2026〕5号", now=LATER)
    commands.end_group(group, version=group.version, by=cast.actor("office_director"), now=LATER)
    with undone(session, Stale):
        issue(cast, [change], document_number="澄优办〔2026〕6号")


def test_one_notice_carries_out_several_changes_or_none(cast: Cast, group: LeadershipGroup, session: Session) -> None:
    ours = sa.select(Seat).where(Seat.group_id == group.id)
    supervision = session.scalars(ours.where(Seat.role == SeatRole.SUPERVISOR)).one()
    long_ago = YESTERDAY - timedelta(days=1)
    inspector = make_person(cast.unit("supervision"), "符巡视", "副主任", PostRank.DEPUTY, starts_on=long_ago)
    second = commands.propose_seat_change(
        supervision,
        successor=post_held(session, inspector.id),
        reason="分工调整",
        by=cast.actor("supervisor"),
        now=NOW,
    )
    first = propose(cast, session)
    for change in (first, second):
        approve(cast, change)
    left = post_held(session, inspector.id)
    left.ends_on = YESTERDAY
    session.flush()
    with undone(session, Invalid) as refusal:
        issue(cast, [first, second])
    assert "change_ids" in refusal.value.errors
    left = post_held(session, inspector.id)
    left.ends_on = None
    notice = issue(cast, [first, second])
    assert [change.state for change in notice.changes] == [SeatChangeState.ISSUED, SeatChangeState.ISSUED]
    assert queries.seat_holders(group.id, day=TODAY, roles=[SeatRole.SUPERVISOR]) == [inspector.id]


def test_the_direct_road_stays_open_for_seats_of_the_superior_body_alone(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    by = cast.actor("office_clerk")
    with pytest.raises(NotAllowed):
        commands.change_holder(
            finance_seat(cast, session), person=cast.person("finance_deputy"), instrument="X", by=by, now=NOW
        )
    staff = session.scalars(sa.select(Seat).where(Seat.person_id == cast.person_ids["office_secondee"])).one()
    with pytest.raises(NotAllowed):
        commands.change_holder(staff, person=cast.person("finance_staff"), by=cast.actor("leader"), now=NOW)
    row = commands.change_holder(
        staff, person=cast.person("finance_staff"), instrument="澄政办〔2026〕9号", by=by, now=NOW
    )
    assert (row.role, row.instrument) == (SeatRole.OFFICE_STAFF, "澄政办〔2026〕9号")


def test_a_seat_does_not_end_while_it_is_being_changed_and_keeps_its_proposals(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    change, by = propose(cast, session), cast.actor("office_clerk")
    seat = change.seat
    with pytest.raises(Stale):
        commands.end_seat(seat, by=by, now=NOW)
    commands.withdraw_seat_change(change, remark="撤回", version=change.version, by=by, now=NOW)
    commands.end_seat(seat, last_day=date(2020, 1, 1), by=by, now=NOW)
    assert (change.seat_id, seat.ends_on) == (seat.id, seat.starts_on)


def test_proposals_are_seen_by_the_unit_and_those_who_watch_over_the_group(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    change = propose(cast, session)
    for name in ("finance_staff", "finance_liaison", "leader", "supervisor", "office_clerk", "registrar"):
        assert queries.seat_change(cast.actor(name), change.id) is change
        assert queries.seat_changes(cast.actor(name), group.id, states=OPEN_CHANGES) == [change]
    for name in ("construction_head", "g2_office_director", "d2_office_director", "outsider", "administrator"):
        with pytest.raises(NotVisible):
            queries.seat_change(cast.actor(name), change.id)
    rows, _past = queries.seats(group, day=TODAY)
    hidden = queries.standings(cast.actor("construction_head"), rows, day=TODAY)[change.seat_id]
    assert (hidden.under_way, hidden.change, bool(hidden.may_propose)) == (True, None, False)


def test_what_waits_stands_on_the_desks_of_leaders_and_office(
    cast: Cast, group: LeadershipGroup, session: Session
) -> None:
    change = propose(cast, session)
    people = ("leader", "office_clerk", "finance_head", "supervisor")
    assert {n for n in people if queries.seat_changes_waiting(cast.actor(n), group.id)} == {"leader"}
    approve(cast, change)
    assert {n for n in people if queries.seat_changes_waiting(cast.actor(n), group.id)} == {"office_clerk"}
    notice = issue(cast, [change])
    assert not any(queries.seat_changes_waiting(cast.actor(n), group.id) for n in people)
    assert queries.seat_notice(cast.actor("construction_head"), notice.id) is notice
    assert queries.seat_notices(group.id) == [notice]
    with pytest.raises(NotVisible):
        queries.seat_notice(cast.actor("d2_office_director"), notice.id)
