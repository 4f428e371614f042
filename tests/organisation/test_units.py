"""Regions and units: who enters, renames, moves and ends them."""

from datetime import date

import pytest

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_region, make_unit
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation import commands, queries
from tracker.organisation.rules import RegionLevel, UnitKind


def test_a_registrar_adds_regions_below_their_own_and_nobody_else_does(cast: Cast) -> None:
    region = cast.region()
    for name in ("office_director", "administrator", "d2_office_director", "leader"):
        with pytest.raises(NotAllowed):
            commands.add_region(
                code="990302101", name="柳溪镇", level=RegionLevel.TOWN, parent=region, by=cast.actor(name), now=NOW
            )
    town = commands.add_region(
        code="990302101", name="柳溪镇", level=RegionLevel.TOWN, parent=region, by=cast.actor("registrar"), now=NOW
    )
    assert town.parent is region
    assert [entry.act for entry in history("region", town.id)] == ["organisation.add_region"]


def test_the_topmost_region_comes_with_the_installation_alone(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        commands.add_region(code="88", name="海州", level=RegionLevel.PROVINCE, by=cast.actor("registrar"), now=NOW)
    assert commands.add_region(code="88", name="海州", level=RegionLevel.PROVINCE, by=SYSTEM, now=NOW).id


@pytest.mark.parametrize("code", ["99030", "99030a", "9903020", ""])
def test_a_region_needs_a_code_after_the_national_standard(cast: Cast, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make_region(code, "新区")
    assert "code" in refusal.value.errors
    assert make_region("990305", "新区").code == "990305"


def test_a_region_code_is_taken_once(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        make_region("990302", "重码区")
    assert "code" in refusal.value.errors


def test_a_registrar_corrects_a_regions_name(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        commands.rename_region(cast.region("d2"), name="别名", by=cast.actor("registrar"), now=NOW)
    commands.rename_region(cast.region(), name="澄江新区", by=cast.actor("registrar"), now=NOW)
    assert cast.region().name == "澄江新区"


def test_a_registrar_and_a_group_office_enter_units_of_their_own_region(cast: Cast) -> None:
    for name in ("registrar", "office_clerk"):
        unit = commands.add_unit(
            cast.region(), name=f"区{name}局", kind=UnitKind.DEPARTMENT, by=cast.actor(name), now=NOW
        )
        assert unit.pinyin.startswith("qu")
        with pytest.raises(NotAllowed):
            commands.add_unit(cast.region("d2"), name="外区局", kind=UnitKind.DEPARTMENT, by=cast.actor(name), now=NOW)
    for name in ("leader", "finance_head", "supervisor", "administrator", "auditor", "outsider"):
        with pytest.raises(NotAllowed):
            commands.add_unit(cast.region(), name="某局", kind=UnitKind.DEPARTMENT, by=cast.actor(name), now=NOW)


def test_two_units_of_a_region_cannot_share_a_name(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        make_unit(cast.region(), "澄江区财政局")
    assert "name" in refusal.value.errors
    assert make_unit(cast.region("d2"), "澄江区财政局").id


def test_a_unit_stands_under_or_is_hosted_by_units_of_its_own_region_alone(cast: Cast) -> None:
    foreign = cast.unit("d2_education")
    with pytest.raises(Invalid) as refusal:
        make_unit(cast.region(), "某小学", UnitKind.SCHOOL, parent=foreign)
    assert "parent_id" in refusal.value.errors
    with pytest.raises(Invalid) as refusal:
        make_unit(cast.region(), "某督导室", hosted_by=foreign)
    assert "hosted_by_id" in refusal.value.errors
    with pytest.raises(Invalid) as refusal:
        make_unit(cast.region(), "基教科", UnitKind.SECTION)
    assert "parent_id" in refusal.value.errors
    section = make_unit(cast.region(), "基教科", UnitKind.SECTION, parent=cast.unit("education"))
    assert section in queries.units_below(cast.unit("education"))


def _change(cast: Cast, who: str, **other: object) -> None:
    unit = cast.unit("school_one")
    facts = {
        "name": unit.name,
        "kind": unit.kind,
        "parent": unit.parent,
        "hosted_by": None,
        "phone": "",
        "version": unit.version,
    }
    commands.change_unit(unit, **{**facts, **other}, by=cast.actor(who), now=NOW)  # type: ignore[arg-type]


def test_a_renamed_unit_keeps_its_old_name_as_a_short_name(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        _change(cast, "office_clerk", name="澄江区中心小学")
    _change(cast, "registrar", name="澄江区中心小学")
    unit = cast.unit("school_one")
    assert unit.name == "澄江区中心小学"
    assert [short.name for short in unit.short_names] == ["澄江区第一小学"]


def test_a_unit_cannot_come_under_itself_take_a_taken_name_or_be_changed_from_a_stale_page(cast: Cast) -> None:
    bureau = cast.unit("education")
    below = make_unit(cast.region(), "教学点", UnitKind.SCHOOL, parent=cast.unit("school_one"))
    with pytest.raises(Invalid):
        _change(cast, "registrar", parent=below)
    with pytest.raises(Invalid):
        _change(cast, "registrar", hosted_by=cast.unit("school_one"))
    cast_version = cast.unit("school_one").version
    with pytest.raises(Invalid):
        _change(cast, "registrar", name=bureau.name)
    with pytest.raises(Stale):
        _change(cast, "registrar", version=cast_version - 1)


def test_a_change_that_keeps_the_name_adds_no_short_name(cast: Cast) -> None:
    _change(cast, "registrar", phone="0999-1234567")
    unit = cast.unit("school_one")
    assert (unit.phone, unit.short_names) == ("0999-1234567", [])


def test_a_unit_ends_once_nothing_lives_under_it_and_no_group_has_it(cast: Cast) -> None:
    for name in ("education", "finance"):
        with pytest.raises(Stale):
            commands.end_unit(cast.unit(name), version=cast.unit(name).version, by=cast.actor("registrar"), now=NOW)
    school = cast.unit("school_two")
    with pytest.raises(NotAllowed):
        commands.end_unit(school, version=school.version, by=cast.actor("office_director"), now=NOW)
    commands.end_unit(school, version=school.version, by=cast.actor("registrar"), now=NOW)
    assert school.ended_on == TODAY
    with pytest.raises(Stale):
        commands.end_unit(school, version=school.version, by=cast.actor("registrar"), now=NOW)


def test_a_unit_may_end_on_a_day_that_is_said(cast: Cast) -> None:
    school = cast.unit("school_two")
    commands.end_unit(school, on=date(2026, 7, 1), version=school.version, by=SYSTEM, now=NOW)
    assert school.ended_on == date(2026, 7, 1)


def test_short_names_are_added_once_and_only_a_registrar_drops_them(cast: Cast) -> None:
    unit = cast.unit("finance")
    with pytest.raises(NotAllowed):
        commands.add_short_name(unit, name="财局", by=cast.actor("finance_head"), now=NOW)
    commands.add_short_name(unit, name="财局", by=cast.actor("office_clerk"), now=NOW)
    commands.add_short_name(unit, name="财局", by=cast.actor("office_clerk"), now=NOW)
    assert [short.name for short in unit.short_names].count("财局") == 1
    with pytest.raises(NotAllowed):
        commands.drop_short_name(unit, name="财局", by=cast.actor("office_clerk"), now=NOW)
    commands.drop_short_name(unit, name="财局", by=cast.actor("registrar"), now=NOW)
    with pytest.raises(Stale):
        commands.drop_short_name(unit, name="财局", by=cast.actor("registrar"), now=NOW)


def test_names_lose_what_cannot_be_seen_and_may_not_be_empty_or_endless(cast: Cast) -> None:
    unit = make_unit(cast.region(), "区\u202e档案\x00局\n")
    assert unit.name == "区档案局"
    for wrong in ("", "\u200b", "局" * 101):
        with pytest.raises(Invalid) as refusal:
            make_unit(cast.region(), wrong)
        assert "name" in refusal.value.errors
