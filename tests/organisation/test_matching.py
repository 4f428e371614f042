"""Names in papers and the units they mean."""

import pytest

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_unit
from tracker.kernel.actor import SYSTEM
from tracker.organisation import commands
from tracker.organisation.matching import Certainty, UnitMatch, find_people, find_units
from tracker.organisation.rules import UnitKind


def found(cast: Cast, name: str) -> list[tuple[str, Certainty]]:
    """What a name may mean in the first district, by names of the cast."""
    known = {number: key for key, number in cast.unit_ids.items()}
    return [
        (known.get(match.unit_id, match.name), match.certainty) for match in find_units(cast.region_ids["d1"], name)
    ]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("澄江区财政局", "finance"),
        ("区财政局", "finance"),
        ("财政局", "finance"),
        ("区 财 政 局", "finance"),
        ("区住建局", "construction"),
        ("住房和城乡建设局", "construction"),
        ("柳溪镇", "town"),
        ("区政府办", "government_office"),
        ("区督导室", "supervision"),
        ("区应急局", "emergency"),
    ],
)
def test_the_same_name_is_exact_with_or_without_the_districts_prefix(cast: Cast, name: str, unit: str) -> None:
    assert found(cast, name)[0] == (unit, Certainty.EXACT)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("区教体局", "education"),
        ("区教育和体育局", "education"),
        ("区教委", "education"),
        ("区住房城乡建设委", "construction"),
        ("住建交通局", "construction"),
        ("区政府教育督导室", "supervision"),
        ("区人民政府教育督导委员会办公室", "supervision"),
        ("柳溪镇政府", "town"),
        ("水务局", "water"),
    ],
)
def test_another_customary_name_of_the_same_office_is_likely(cast: Cast, name: str, unit: str) -> None:
    assert found(cast, name)[0] == (unit, Certainty.LIKELY)


@pytest.mark.parametrize(("name", "unit"), [("czj", "finance"), ("caizhengju", "finance"), ("区材政局", "finance")])
def test_letters_and_slips_of_the_pen_are_offered_and_asked_about(cast: Cast, name: str, unit: str) -> None:
    assert (unit, Certainty.UNSURE) in found(cast, name)


@pytest.mark.parametrize("name", ["", " ", "区", "档案局", "火星事务局"])
def test_what_is_not_known_is_not_guessed(cast: Cast, name: str) -> None:
    assert found(cast, name) == []


def test_the_same_certainty_twice_is_unsure(cast: Cast) -> None:
    make_unit(cast.region(), "澄江区教育和体育局")
    assert {certainty for _unit, certainty in found(cast, "区教委")} == {Certainty.UNSURE}


def test_a_citys_branch_in_the_district_is_recognised(cast: Cast) -> None:
    branch = make_unit(cast.region(), "江州市公安局澄江分局")
    assert find_units(cast.region_ids["d1"], "区公安局") == [
        UnitMatch(branch.id, "江州市公安局澄江分局", Certainty.LIKELY)
    ]


def test_shi_is_a_prefix_or_part_of_a_name(cast: Cast) -> None:
    market = make_unit(cast.region(), "澄江区市场监督管理局")
    assert find_units(cast.region_ids["d1"], "市场监管局")[0].unit_id == market.id


def test_units_of_other_regions_and_units_that_ended_are_not_found(cast: Cast) -> None:
    assert [match.unit_id for match in find_units(cast.region_ids["d2"], "财政局")] == [cast.unit_ids["d2_finance"]]
    school = cast.unit("school_two")
    commands.end_unit(school, version=school.version, by=SYSTEM, now=NOW)
    assert found(cast, "澄江区实验中学") == []


def test_a_town_that_bears_the_districts_name_is_not_mistaken(cast: Cast) -> None:
    town = make_unit(cast.region(), "澄江街道办事处", UnitKind.TOWN)
    make_unit(cast.region(), "临河街道办事处", UnitKind.TOWN)
    assert find_units(cast.region_ids["d1"], "澄江街道")[0] == UnitMatch(town.id, "澄江街道办事处", Certainty.LIKELY)


def test_people_are_found_by_name_and_by_name_in_a_unit(cast: Cast) -> None:
    d1, finance = cast.region_ids["d1"], cast.unit_ids["finance"]
    twin = commands.add_person(cast.region(), name="钱广源", by=SYSTEM, now=NOW)
    assert find_people(d1, "钱广源", day=TODAY) == [cast.person_ids["finance_head"], twin.id]
    assert find_people(d1, "钱广源", unit_id=finance, day=TODAY) == [cast.person_ids["finance_head"]]
    assert find_people(cast.region_ids["d2"], "钱广源", day=TODAY) == []
