"""From a person to an Actor: what is theirs on a day, through posts, names and units, and nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.cast import FOUNDED, Cast
from tests.clock import NOW, TODAY
from tests.factories import make_person, make_post
from tracker.accounts.identity import actor_of_person
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import NotVisible
from tracker.organisation import commands
from tracker.organisation.models import Appointment, MemberUnit, Seat
from tracker.organisation.rules import DutyKind, PostRank, SeatRole

DAY = timedelta(days=1)


def held_by(session: Session, person_id: int) -> Appointment:
    return session.scalars(sa.select(Appointment).where(Appointment.person_id == person_id)).one()


def test_a_seat_of_a_post_is_its_holders_today(cast: Cast) -> None:
    head = cast.actor("finance_head")
    [seat] = head.seats
    assert (seat.group_id, seat.role, seat.unit_id) == (cast.group_ids["g1"], "member", cast.unit_ids["finance"])
    assert seat.title == "优质均衡领导小组成员"
    [post] = head.posts
    assert (post.unit_id, post.rank, post.title) == (cast.unit_ids["finance"], "head", "澄江区财政局局长")
    assert head.member_units == {(cast.group_ids["g1"], cast.unit_ids["finance"])}
    assert (head.name, head.region_id, head.account_id) == ("钱广源", cast.region_ids["d1"], None)


def test_the_successor_sits_from_the_first_day_and_the_predecessor_no_longer(cast: Cast, session: Session) -> None:
    with write_transaction():
        commands.hand_over(
            held_by(session, cast.person_ids["finance_head"]),
            to=cast.person("finance_deputy"),
            starts_on=TODAY,
            by=cast.actor("registrar"),
            now=NOW,
        )
    assert not cast.actor("finance_head").seats
    assert not cast.actor("finance_head").posts
    assert cast.actor("finance_deputy").ranks_in(cast.unit_ids["finance"]) == {"head", "deputy"}
    assert cast.actor("finance_deputy").roles_in(cast.group_ids["g1"]) == {"member"}
    assert cast.actor("finance_head", day=TODAY - DAY).roles_in(cast.group_ids["g1"]) == {"member"}
    assert not cast.actor("finance_deputy", day=TODAY - DAY).seats


def test_who_presides_has_the_heads_rank_and_the_heads_seat(cast: Cast, session: Session) -> None:
    registrar = cast.actor("registrar")
    with write_transaction():
        commands.end_appointment(held_by(session, cast.person_ids["finance_head"]), by=registrar, now=NOW)
        commands.set_presiding(
            held_by(session, cast.person_ids["finance_deputy"]), presiding=True, by=registrar, now=NOW
        )
    acting = cast.actor("finance_deputy")
    assert acting.ranks_in(cast.unit_ids["finance"]) == {"head"}
    assert acting.roles_in(cast.group_ids["g1"]) == {"member"}
    assert not cast.actor("finance_staff").seats


def test_a_unit_that_sits_sits_through_its_head(cast: Cast, session: Session) -> None:
    with write_transaction():
        commands.seat(
            cast.group("g2"), role=SeatRole.MEMBER, unit=cast.unit("water"), by=cast.actor("registrar"), now=NOW
        )
        clerk = make_person(cast.unit("water"), "小科员", now=FOUNDED).id
    assert cast.actor("water_head").roles_in(cast.group_ids["g2"]) == {"member"}
    assert cast.actor("water_head").seats[0].unit_id == cast.unit_ids["water"]
    assert not actor_of_person(clerk, day=TODAY).seats


def test_a_seat_by_name_has_no_unit(cast: Cast) -> None:
    [seat] = cast.actor("office_secondee").seats
    assert (seat.role, seat.unit_id) == ("office_staff", None)


def test_two_posts_and_a_duty_are_told_once_each(cast: Cast, session: Session) -> None:
    registrar = cast.actor("registrar")
    with write_transaction():
        post = make_post(cast.unit("education"), "督学", PostRank.STAFF)
        commands.appoint(post, person=cast.person("supervisor"), by=registrar, now=NOW)
        by = cast.actor("administrator")
        commands.grant_duty(cast.person("supervisor"), duty=DutyKind.REGISTRAR, by=by, now=NOW)
    actor = cast.actor("supervisor")
    assert [held.title for held in actor.posts] == ["澄江区人民政府教育督导室主任", "澄江区教育局督学"]
    assert actor.duties == {"registrar"}
    assert actor.unit_ids == {cast.unit_ids["supervision"], cast.unit_ids["education"]}
    assert len(actor.seats) == 1


@pytest.mark.parametrize("duty", [DutyKind.SYSTEM_ADMINISTRATOR, DutyKind.AUDITOR])
def test_who_keeps_accounts_or_audits_does_no_business(cast: Cast, session: Session, duty: DutyKind) -> None:
    assert cast.actor("supervisor").seats
    with write_transaction():
        commands.grant_duty(cast.person("supervisor"), duty=duty, by=cast.actor("administrator"), now=NOW)
    actor = cast.actor("supervisor")
    assert (actor.seats, actor.contacts) == ((), ())
    assert {post.rank for post in actor.posts} == {"staff"}
    assert actor.duties == {duty}


def test_contacts_are_those_of_a_member_unit_in_force(cast: Cast, session: Session) -> None:
    group, unit = cast.group_ids["g1"], cast.unit_ids["finance"]
    assert cast.actor("finance_deputy").contact_roles(group, unit) == {"deputy_in_charge"}
    assert cast.actor("finance_liaison").contact_roles(group, unit) == {"liaison"}
    member = session.scalars(
        sa.select(MemberUnit).where(MemberUnit.group_id == group, MemberUnit.unit_id == unit)
    ).one()
    with write_transaction():
        commands.end_member_unit(
            session.get_one(MemberUnit, member.id), version=1, by=cast.actor("office_director"), now=NOW
        )
    liaison = cast.actor("finance_liaison")
    assert not liaison.contacts
    assert not liaison.member_units
    assert liaison.posts


def test_a_seat_that_begins_tomorrow_gives_nothing_today(cast: Cast, session: Session) -> None:
    with write_transaction():
        row = commands.seat(
            cast.group("g2"),
            role=SeatRole.OFFICE_STAFF,
            person=cast.person("outsider"),
            starts_on=TODAY + DAY,
            by=cast.actor("registrar"),
            now=NOW,
        )
        row_id = row.id
    assert not cast.actor("outsider").seats
    assert cast.actor("outsider", day=TODAY + DAY).roles_in(cast.group_ids["g2"]) == {"office_staff"}
    assert session.get_one(Seat, row_id).ends_on is None


def test_nobody_acts_as_somebody_who_is_not_there(cast: Cast) -> None:
    with pytest.raises(NotVisible):
        actor_of_person(2_000_000, day=TODAY)


def count_queries(work: Callable[[], Actor]) -> int:
    asked = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def test_three_queries_tell_whoever_it_is(cast: Cast) -> None:
    for name in ("outsider", "finance_liaison", "office_director", "leader", "administrator"):
        assert count_queries(lambda name=name: cast.actor(name)) == 3  # type: ignore[misc]
