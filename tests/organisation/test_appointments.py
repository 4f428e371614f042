"""People and posts: who takes up a post, who follows, who presides, and what goes with a post."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_person, make_post, make_unit
from tracker.accounts.identity import actor_of_person
from tracker.audit.queries import history
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation import commands, queries
from tracker.organisation.models import Appointment, MemberContact
from tracker.organisation.rules import ContactRole, PostRank, SeatRole, UnitKind

YESTERDAY = TODAY - timedelta(days=1)


def appointment_of(cast: Cast, session: Session, name: str) -> Appointment:
    """The one appointment in force of somebody in the cast."""
    return session.scalars(
        sa.select(Appointment).where(Appointment.person_id == cast.person_ids[name], Appointment.ends_on.is_(None))
    ).one()


def heads(cast: Cast, unit: str, day: date = TODAY) -> list[int]:
    """Who heads a unit of the cast."""
    return queries.unit_people(cast.unit_ids[unit], day=day, ranks=[PostRank.HEAD])


def test_registrar_office_and_administrator_enter_people_of_their_region(cast: Cast) -> None:
    for name in ("registrar", "office_clerk", "administrator"):
        person = commands.add_person(cast.region(), name="单 若水", by=cast.actor(name), now=NOW)
        assert (person.pinyin, person.initials) == ("danruoshui", "drs") or person.initials.endswith("rs")
        with pytest.raises(NotAllowed):
            commands.add_person(cast.region("d2"), name="甲", by=cast.actor(name), now=NOW)
    for name in ("finance_head", "leader", "outsider", "auditor"):
        with pytest.raises(NotAllowed):
            commands.add_person(cast.region(), name="甲", by=cast.actor(name), now=NOW)


def test_only_a_registrar_corrects_a_name_and_not_from_a_stale_page(cast: Cast) -> None:
    person = cast.person("finance_staff")
    with pytest.raises(NotAllowed):
        commands.rename_person(person, name="毕春雪", version=person.version, by=cast.actor("office_clerk"), now=NOW)
    with pytest.raises(Stale):
        commands.rename_person(person, name="毕春雪", version=99, by=cast.actor("registrar"), now=NOW)
    commands.rename_person(person, name="毕春雪", version=person.version, by=cast.actor("registrar"), now=NOW)
    assert (person.name, person.pinyin) == ("毕春雪", "bichunxue")


def test_a_phone_is_changed_by_its_owner_the_office_and_the_registrar(cast: Cast) -> None:
    person = cast.person("finance_liaison")
    for name in ("finance_liaison", "office_clerk", "registrar"):
        commands.set_phone(person, phone=f"139{name}", version=person.version, by=cast.actor(name), now=NOW)
        assert person.phone == f"139{name}"
    for name in ("finance_head", "g2_office_clerk", "leader", "outsider", "d2_office_director"):
        with pytest.raises(NotAllowed):
            commands.set_phone(person, phone="0", version=person.version, by=cast.actor(name), now=NOW)
    assert all("139" not in str(entry.new) for entry in history("person", person.id))


def test_a_post_is_set_up_once_and_keeps_its_rank(cast: Cast) -> None:
    unit = cast.unit("finance")
    with pytest.raises(NotAllowed):
        commands.ensure_post(unit, title="总会计师", rank=PostRank.DEPUTY, by=cast.actor("finance_head"), now=NOW)
    first = commands.ensure_post(unit, title="总会计师", rank=PostRank.DEPUTY, by=cast.actor("office_clerk"), now=NOW)
    again = commands.ensure_post(unit, title="总会计师", rank=PostRank.STAFF, by=cast.actor("registrar"), now=NOW)
    assert (again.id, again.rank) == (first.id, PostRank.DEPUTY)


def test_the_office_appoints_in_units_of_its_group_and_nowhere_else(cast: Cast) -> None:
    person = commands.add_person(cast.region(), name="葛新", by=cast.actor("office_clerk"), now=NOW)
    ours, theirs = (
        make_post(cast.unit("finance"), "副主任", PostRank.STAFF),
        make_post(cast.unit("water"), "科员", PostRank.STAFF),
    )
    with pytest.raises(NotAllowed):
        commands.appoint(theirs, person=person, by=cast.actor("office_clerk"), now=NOW)
    row = commands.appoint(ours, person=person, by=cast.actor("office_clerk"), now=NOW)
    assert (row.starts_on, row.ends_on) == (TODAY, None)


def test_the_office_does_not_appoint_people_of_another_region(cast: Cast) -> None:
    post = make_post(cast.unit("finance"), "顾问", PostRank.STAFF)
    with pytest.raises(NotAllowed):
        commands.appoint(post, person=cast.person("d2_head"), by=cast.actor("office_clerk"), now=NOW)


def test_nobody_gives_themselves_a_post_that_decides(cast: Cast) -> None:
    clerk = cast.actor("office_clerk")
    deputy = make_post(cast.unit("finance"), "二副局长", PostRank.DEPUTY)
    staff = make_post(cast.unit("finance"), "借调人员", PostRank.STAFF)
    with pytest.raises(NotAllowed):
        commands.appoint(deputy, person=cast.person("office_clerk"), by=clerk, now=NOW)
    with pytest.raises(NotAllowed):
        commands.appoint(staff, person=cast.person("office_clerk"), presiding=True, by=clerk, now=NOW)
    assert commands.appoint(staff, person=cast.person("office_clerk"), by=clerk, now=NOW).id
    assert commands.appoint(deputy, person=cast.person("finance_staff"), by=clerk, now=NOW).id


def test_a_heads_post_has_one_holder_and_a_persons_post_is_held_once(cast: Cast) -> None:
    head, staff = make_post(cast.unit("finance")), make_post(cast.unit("finance"), "科员", PostRank.STAFF)
    by = cast.actor("registrar")
    with pytest.raises(Invalid) as refusal:
        commands.appoint(head, person=cast.person("finance_deputy"), by=by, now=NOW)
    assert "person_id" in refusal.value.errors
    with pytest.raises(Invalid):
        commands.appoint(staff, person=cast.person("finance_staff"), by=by, now=NOW)
    assert commands.appoint(staff, person=cast.person("finance_liaison"), by=by, now=NOW).id


def test_nobody_is_appointed_in_a_unit_that_has_ended(cast: Cast, session: Session) -> None:
    school = cast.unit("school_two")
    post = make_post(school, "副校长", PostRank.DEPUTY)
    by = cast.actor("registrar")
    commands.end_unit(school, version=school.version, by=by, now=NOW)
    with pytest.raises(Invalid):
        commands.appoint(post, person=cast.person("school_one_head"), by=by, now=NOW)


def test_leaving_ends_rights_at_once_and_leaves_the_post_empty(cast: Cast, session: Session) -> None:
    row = appointment_of(cast, session, "finance_head")
    with pytest.raises(NotAllowed):
        commands.end_appointment(row, by=cast.actor("finance_deputy"), now=NOW)
    commands.end_appointment(row, by=cast.actor("office_clerk"), now=NOW)
    assert row.ends_on == YESTERDAY
    assert heads(cast, "finance") == []
    assert heads(cast, "finance", YESTERDAY) == [cast.person_ids["finance_head"]]
    assert "head" not in cast.actor("finance_head").ranks_in(cast.unit_ids["finance"])
    [post] = [row for row in queries.unit_posts(cast.unit("finance"), day=TODAY) if row.post.rank == PostRank.HEAD]
    assert post.is_empty
    with pytest.raises(Stale):
        commands.end_appointment(row, by=cast.actor("office_clerk"), now=NOW)


def test_an_appointment_that_never_held_is_taken_back(cast: Cast, session: Session) -> None:
    person = make_person(cast.unit("finance"), "误登", "驾驶员")
    [row] = queries.person_history(person)
    commands.end_appointment(row, by=cast.actor("registrar"), now=NOW)
    assert queries.person_history(person) == []
    assert "organisation.end_appointment" in [entry.act for entry in history("person", person.id)]


def test_a_slip_in_the_year_takes_nobodys_time_away(cast: Cast, session: Session) -> None:
    row, by = appointment_of(cast, session, "finance_head"), cast.actor("office_clerk")
    successor = commands.add_person(cast.region(), name="范接任", by=by, now=NOW)
    begun = row.starts_on
    assert begun < YESTERDAY
    for day in (begun, begun - timedelta(days=365)):
        with pytest.raises(Invalid) as refusal:
            commands.hand_over(row, to=successor, starts_on=day, by=by, now=NOW)
        assert list(refusal.value.errors) == ["starts_on"]
    with pytest.raises(Invalid) as refusal:
        commands.end_appointment(row, last_day=begun - timedelta(days=1), by=by, now=NOW)
    assert list(refusal.value.errors) == ["last_day"]
    assert (row.starts_on, row.ends_on) == (begun, None)
    assert heads(cast, "finance") == [cast.person_ids["finance_head"]]
    assert commands.hand_over(row, to=successor, starts_on=begun + timedelta(days=1), by=by, now=NOW).id
    assert (row.starts_on, row.ends_on) == (begun, begun)


def test_a_successor_begins_the_day_after_the_predecessor_ends(cast: Cast, session: Session) -> None:
    row = appointment_of(cast, session, "finance_head")
    successor = commands.add_person(cast.region(), name="范接任", by=cast.actor("office_clerk"), now=NOW)
    day = date(2026, 4, 1)
    new = commands.hand_over(
        row, to=successor, starts_on=day, instrument="澄政任〔2026〕5号", by=cast.actor("office_clerk"), now=NOW
    )
    assert (row.ends_on, new.starts_on, new.instrument) == (date(2026, 3, 31), day, "澄政任〔2026〕5号")
    assert heads(cast, "finance") == [cast.person_ids["finance_head"]]
    assert heads(cast, "finance", day) == [successor.id]


def test_a_seat_bound_to_the_post_passes_to_the_successor(cast: Cast, session: Session) -> None:
    row = appointment_of(cast, session, "leader")
    successor = commands.add_person(cast.region(), name="新区长", by=cast.actor("registrar"), now=NOW)
    commands.hand_over(row, to=successor, by=cast.actor("registrar"), now=NOW)
    g1 = cast.group_ids["g1"]
    assert queries.seat_holders(g1, day=TODAY, roles=[SeatRole.LEADER]) == [successor.id]
    assert queries.seat_holders(g1, day=YESTERDAY, roles=[SeatRole.LEADER]) == [cast.person_ids["leader"]]


def test_a_post_is_not_handed_over_to_its_own_holder(cast: Cast, session: Session) -> None:
    row = appointment_of(cast, session, "finance_head")
    with pytest.raises(Invalid):
        commands.hand_over(row, to=cast.person("finance_head"), by=cast.actor("registrar"), now=NOW)
    assert row.ends_on is None


def test_a_deputy_presides_only_while_there_is_no_head_and_until_one_comes(cast: Cast, session: Session) -> None:
    by, deputy = cast.actor("office_clerk"), cast.person_ids["finance_deputy"]
    row = appointment_of(cast, session, "finance_deputy")
    with pytest.raises(Invalid):
        commands.set_presiding(row, presiding=True, by=by, now=NOW)
    commands.end_appointment(appointment_of(cast, session, "finance_head"), by=by, now=NOW)
    with pytest.raises(NotAllowed):
        commands.set_presiding(row, presiding=True, by=cast.actor("finance_deputy"), now=NOW)
    presiding = commands.set_presiding(row, presiding=True, by=by, now=NOW)
    assert heads(cast, "finance") == [deputy]
    assert queries.seat_holders(cast.group_ids["g1"], day=TODAY, roles=[SeatRole.MEMBER]) == [deputy]
    with pytest.raises(Stale):
        commands.set_presiding(presiding, presiding=True, by=by, now=NOW)
    comes = commands.add_person(cast.region(), name="新局长", by=by, now=NOW)
    tomorrow = TODAY + timedelta(days=1)
    commands.appoint(make_post(cast.unit("finance")), person=comes, starts_on=tomorrow, by=by, now=NOW)
    assert heads(cast, "finance") == [deputy]
    assert heads(cast, "finance", tomorrow) == [comes.id]
    assert "deputy" in cast.actor("finance_deputy", day=tomorrow).ranks_in(cast.unit_ids["finance"])


def test_presiding_can_end_before_a_head_comes(cast: Cast, session: Session) -> None:
    by = cast.actor("office_clerk")
    commands.end_appointment(appointment_of(cast, session, "finance_head"), by=by, now=NOW)
    row = commands.set_presiding(appointment_of(cast, session, "finance_deputy"), presiding=True, by=by, now=NOW)
    again = commands.set_presiding(row, presiding=False, by=by, now=NOW)
    assert heads(cast, "finance") == []
    assert not again.presiding


def test_who_has_left_long_ago_cannot_preside(cast: Cast, session: Session) -> None:
    by = cast.actor("office_clerk")
    row = appointment_of(cast, session, "finance_deputy")
    commands.end_appointment(row, by=by, now=NOW)
    with pytest.raises(Stale):
        commands.set_presiding(row, presiding=True, by=by, now=NOW)


def test_leaving_the_last_post_in_a_unit_ends_being_its_contact(cast: Cast, session: Session) -> None:
    by, unit = cast.actor("office_clerk"), cast.unit_ids["finance"]
    g1 = cast.group_ids["g1"]
    liaison = appointment_of(cast, session, "finance_liaison")
    second = make_post(cast.unit("finance"), "预算科科长", PostRank.STAFF)
    other = commands.appoint(second, person=cast.person("finance_liaison"), by=by, now=NOW)
    commands.end_appointment(liaison, by=by, now=NOW)
    assert queries.contacts(g1, unit, day=TODAY, roles=[ContactRole.LIAISON]) == [cast.person_ids["finance_liaison"]]
    commands.end_appointment(other, by=by, now=NOW)
    assert queries.contacts(g1, unit, day=TODAY, roles=[ContactRole.LIAISON]) == []
    assert session.scalars(sa.select(MemberContact).where(MemberContact.role == ContactRole.LIAISON)).one().ends_on


def test_a_contact_from_a_section_ends_when_the_section_is_left(cast: Cast, session: Session) -> None:
    section = make_unit(cast.region(), "教科文科", UnitKind.SECTION, parent=cast.unit("finance"))
    person = make_person(section, "科里人", "科长", PostRank.HEAD)
    [member] = [
        row.member for row in queries.members(cast.group(), day=TODAY) if row.member.unit_id == cast.unit_ids["finance"]
    ]
    commands.set_contact(member, role=ContactRole.LIAISON, person=person, by=cast.actor("office_clerk"), now=NOW)
    [row] = queries.person_history(person)
    commands.end_appointment(row, by=cast.actor("office_clerk"), now=NOW)
    assert (
        queries.contacts(cast.group_ids["g1"], cast.unit_ids["finance"], day=TODAY, roles=[ContactRole.LIAISON]) == []
    )


def test_who_presides_sits_where_the_head_would_and_a_second_head_does_not(cast: Cast, session: Session) -> None:
    g1, by = cast.group_ids["g1"], cast.actor("office_clerk")
    make_person(cast.unit("finance"), "书记甲", "党组书记", PostRank.HEAD)
    assert queries.seat_holders(g1, day=TODAY, roles=[SeatRole.MEMBER]) == [cast.person_ids["finance_head"]]
    row = appointment_of(cast, session, "leader")
    second = make_person(cast.unit("government"), "书记乙", "党组书记", PostRank.HEAD)
    assert not actor_of_person(second.id, day=TODAY).roles_in(g1)
    commands.end_appointment(row, by=by, now=NOW)
    assert queries.seat_holders(g1, day=TODAY, roles=[SeatRole.LEADER]) == []
    assert not actor_of_person(second.id, day=TODAY).roles_in(g1)
