"""The world that all tests share is what its description says."""

from tests.cast import TODAY, Cast
from tracker.organisation import queries
from tracker.organisation.matching import Certainty, find_units
from tracker.organisation.rules import LEADERS, ContactRole, PostRank, SeatRole


def test_people_hold_the_seats_posts_and_contacts_that_the_cast_promises(cast: Cast) -> None:
    assert cast.actor("leader").roles_in(cast.group_ids["g1"]) == {"leader"}
    assert cast.actor("office_clerk").roles_in(cast.group_ids["g1"]) == {"office_staff"}
    assert cast.actor("supervisor").roles_in(cast.group_ids["g1"]) == {"supervisor"}
    assert cast.actor("finance_head").ranks_in(cast.unit_ids["finance"]) == {"head"}
    liaison = cast.actor("finance_liaison")
    assert liaison.contact_roles(cast.group_ids["g1"], cast.unit_ids["finance"]) == {"liaison"}
    assert cast.actor("auditor").duties == {"auditor"}
    assert not cast.actor("outsider").seats


def test_lookups_find_people_by_post_contact_and_seat(cast: Cast) -> None:
    g1, finance = cast.group_ids["g1"], cast.unit_ids["finance"]
    people = cast.person_ids
    assert queries.unit_people(finance, day=TODAY, ranks=[PostRank.HEAD]) == [people["finance_head"]]
    assert queries.contacts(g1, finance, day=TODAY, roles=list(ContactRole)) == [
        people["finance_deputy"],
        people["finance_liaison"],
    ]
    assert queries.seat_holders(g1, day=TODAY, roles=LEADERS) == [people["leader"], people["deputy_leader"]]
    assert queries.seat_holders(g1, day=TODAY, roles=[SeatRole.OFFICE_STAFF]) == [
        people["office_clerk"],
        people["office_secondee"],
    ]
    assert cast.unit_ids["finance"] in queries.member_unit_ids(g1, day=TODAY)


def test_a_district_bureau_is_found_under_its_customary_names(cast: Cast) -> None:
    [match] = find_units(cast.region_ids["d1"], "区教体局")
    assert (match.unit_id, match.certainty) == (cast.unit_ids["education"], Certainty.LIKELY)
