"""Member units of a group, their deputies in charge and liaisons."""

from datetime import date, timedelta

import pytest

from tests.cast import FOUNDED, NOW, TODAY, Cast
from tests.factories import make_person, make_unit
from tracker.audit.queries import history
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation import commands, queries
from tracker.organisation.models import MemberUnit
from tracker.organisation.rules import ContactRole, UnitKind

YESTERDAY = TODAY - timedelta(days=1)


def member_of(cast: Cast, unit: str, group: str = "g1") -> MemberUnit:
    """A member unit of a group of the cast."""
    return next(
        row.member for row in queries.members(cast.group(group), day=TODAY) if row.member.unit_id == cast.unit_ids[unit]
    )


def liaisons(cast: Cast, day: date = TODAY) -> list[int]:
    """The liaisons of the finance bureau in the first group."""
    return queries.contacts(cast.group_ids["g1"], cast.unit_ids["finance"], day=day, roles=[ContactRole.LIAISON])


def test_the_office_adds_member_units_of_the_region_once(cast: Cast) -> None:
    by = cast.actor("office_clerk")
    for name in ("leader", "finance_head", "g2_office_clerk", "administrator"):
        with pytest.raises(NotAllowed):
            commands.add_member_unit(cast.group(), unit=cast.unit("water"), by=cast.actor(name), now=NOW)
    member = commands.add_member_unit(cast.group(), unit=cast.unit("water"), duties="保障供水", by=by, now=NOW)
    assert (member.starts_on, member.duties) == (TODAY, "保障供水")
    for wrong in (cast.unit("water"), cast.unit("d2_finance")):
        with pytest.raises(Invalid) as refusal:
            commands.add_member_unit(cast.group(), unit=wrong, by=by, now=NOW)
        assert "unit_id" in refusal.value.errors


def test_neither_a_section_nor_a_unit_that_ended_becomes_a_member(cast: Cast) -> None:
    by = cast.actor("registrar")
    section = make_unit(cast.region(), "基教科", UnitKind.SECTION, parent=cast.unit("education"))
    ended = make_unit(cast.region(), "旧局")
    commands.end_unit(ended, version=ended.version, by=by, now=NOW)
    for wrong in (section, ended):
        with pytest.raises(Invalid):
            commands.add_member_unit(cast.group(), unit=wrong, by=by, now=NOW)


def test_a_member_units_duties_are_kept_by_the_office(cast: Cast) -> None:
    member = member_of(cast, "finance")
    for name in ("finance_head", "leader"):
        with pytest.raises(NotAllowed):
            commands.change_member_unit(
                member, duties="", section="", working_team="", version=1, by=cast.actor(name), now=NOW
            )
    commands.change_member_unit(
        member,
        duties="保障经费",
        section="教科文科",
        working_team="组长钱广源",
        version=member.version,
        by=cast.actor("office_clerk"),
        now=NOW,
    )
    assert (member.duties, member.section, member.working_team) == ("保障经费", "教科文科", "组长钱广源")
    with pytest.raises(Stale):
        commands.change_member_unit(
            member, duties="", section="", working_team="", version=1, by=cast.actor("office_clerk"), now=NOW
        )


def test_a_unit_that_leaves_takes_its_contacts_with_it_and_may_come_back(cast: Cast) -> None:
    member, by = member_of(cast, "finance"), cast.actor("office_clerk")
    with pytest.raises(NotAllowed):
        commands.end_member_unit(member, version=member.version, by=cast.actor("finance_head"), now=NOW)
    commands.end_member_unit(member, version=member.version, by=by, now=NOW)
    assert member.ends_on == YESTERDAY
    assert cast.unit_ids["finance"] not in queries.member_unit_ids(cast.group_ids["g1"], day=TODAY)
    assert liaisons(cast) == []
    with pytest.raises(Stale):
        commands.end_member_unit(member, version=member.version, by=by, now=NOW)
    with pytest.raises(Stale):
        commands.set_contact(member, role=ContactRole.LIAISON, person=cast.person("finance_staff"), by=by, now=NOW)
    again = commands.add_member_unit(cast.group(), unit=cast.unit("finance"), by=by, now=NOW)
    assert (again.id, again.starts_on, again.ends_on) == (member.id, local_date(FOUNDED), None)


def test_a_new_liaison_begins_where_the_old_one_ends(cast: Cast) -> None:
    member, staff = member_of(cast, "finance"), cast.person("finance_staff")
    for name in ("finance_head", "supervisor", "g2_office_clerk"):
        with pytest.raises(NotAllowed):
            commands.set_contact(member, role=ContactRole.LIAISON, person=staff, by=cast.actor(name), now=NOW)
    commands.set_contact(member, role=ContactRole.LIAISON, person=staff, by=cast.actor("office_clerk"), now=NOW)
    assert liaisons(cast) == [staff.id]
    assert liaisons(cast, YESTERDAY) == [cast.person_ids["finance_liaison"]]
    acts = [entry.act for entry in history("member_unit", member.id)]
    assert acts[-2:] == ["organisation.end_contact", "organisation.set_contact"]


def test_a_contact_works_in_the_unit_and_is_named_once(cast: Cast) -> None:
    member, by = member_of(cast, "finance"), cast.actor("office_clerk")
    with pytest.raises(Invalid) as refusal:
        commands.set_contact(member, role=ContactRole.LIAISON, person=cast.person("town_head"), by=by, now=NOW)
    assert "person_id" in refusal.value.errors
    with pytest.raises(Invalid):
        commands.set_contact(member, role=ContactRole.LIAISON, person=cast.person("finance_liaison"), by=by, now=NOW)
    section = make_unit(cast.region(), "教科文科", UnitKind.SECTION, parent=cast.unit("finance"))
    person = make_person(section, "科里人")
    assert commands.set_contact(member, role=ContactRole.LIAISON, person=person, by=by, now=NOW).id
    assert person.id in dict(queries.member_candidates(member, day=TODAY))


def test_a_contact_may_end_without_a_successor(cast: Cast) -> None:
    member = member_of(cast, "finance")
    [contact] = [row for row in queries.contact_history(member) if row.role == ContactRole.LIAISON]
    with pytest.raises(NotAllowed):
        commands.end_contact(contact, by=cast.actor("finance_head"), now=NOW)
    commands.end_contact(contact, by=cast.actor("office_clerk"), now=NOW)
    assert liaisons(cast) == []
    assert queries.member_row(member, day=TODAY).liaisons == []
