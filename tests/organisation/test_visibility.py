"""Who sees which units and people: the registrar the district, watchers their group, everybody their own unit."""

from tests.cast import TODAY, Cast
from tracker.kernel.actor import SYSTEM, Actor
from tracker.organisation import queries


def names(cast: Cast, actor: Actor) -> set[str]:
    """The units of the cast that somebody sees."""
    known = {number: key for key, number in cast.unit_ids.items()}
    return {known[row.unit.id] for row in queries.units(actor, day=TODAY).rows}


def people(cast: Cast, actor: Actor) -> set[str]:
    """The people of the cast that somebody sees."""
    known = {number: key for key, number in cast.person_ids.items()}
    return {known[row.person.id] for row in queries.people(actor, day=TODAY).rows}


def test_unit_people_see_their_own_unit_and_what_is_under_it(cast: Cast) -> None:
    assert names(cast, cast.actor("finance_staff")) == {"finance"}
    assert names(cast, cast.actor("education_head")) == {"education", "school_one", "school_two"}
    assert people(cast, cast.actor("finance_staff")) == {
        "finance_head",
        "finance_deputy",
        "finance_liaison",
        "finance_staff",
    }


def test_those_who_watch_a_group_see_its_units_and_nothing_of_another_group(cast: Cast) -> None:
    for name in ("office_director", "supervisor", "leader"):
        seen = names(cast, cast.actor(name))
        assert {"finance", "education", "school_one", "supervision", "town", "government"} <= seen
        assert not {"water", "emergency", "d2_finance"} & seen
        assert not {"water_head", "g2_office_clerk", "d2_head"} & people(cast, cast.actor(name))


def test_the_registrar_and_the_administrator_see_their_district_and_no_other(cast: Cast) -> None:
    for name in ("registrar", "administrator"):
        assert names(cast, cast.actor(name)) == set(cast.unit_ids) - {"d2_education", "d2_finance"}
        assert not {"d2_head", "d2_office_director"} & people(cast, cast.actor(name))


def test_the_product_itself_sees_everything(cast: Cast) -> None:
    assert names(cast, SYSTEM) == set(cast.unit_ids)
    assert people(cast, SYSTEM) == set(cast.person_ids)


def test_lists_are_searched_by_name_short_name_pinyin_and_initials(cast: Cast) -> None:
    actor = cast.actor("registrar")
    for text in ("财政", "区财政", "chengjiangqucaizheng", "czj", "caizhengju", "ＣＺＪ"):
        assert [row.unit.id for row in queries.units(actor, day=TODAY, text=text).rows] == [cast.unit_ids["finance"]]
    for text in ("%", "ai"):
        assert queries.units(actor, day=TODAY, text=text).rows == []
    assert [row.person.id for row in queries.people(actor, day=TODAY, text="qgy").rows] == [
        cast.person_ids["finance_head"]
    ]
