"""Groups and seats: founding, settings, giving and passing on seats, archiving."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_post
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.organisation import commands, queries
from tracker.organisation.models import Seat
from tracker.organisation.rules import GroupSettings, SeatRole

YESTERDAY = TODAY - timedelta(days=1)


def seat_of(cast: Cast, session: Session, role: SeatRole) -> Seat:
    """The first seat of the first group with a role."""
    return session.scalars(
        sa.select(Seat).where(Seat.group_id == cast.group_ids["g1"], Seat.role == role).order_by(Seat.id)
    ).all()[0]


def test_a_registrar_founds_groups_in_their_region_and_nobody_else_does(cast: Cast) -> None:
    group = commands.found_group(cast.region(), name="澄江区河湖长制工作领导小组", by=cast.actor("registrar"), now=NOW)
    assert (group.starts_on, group.uses_from, group.sign_for_days) == (TODAY, TODAY, 3)
    for name in ("office_director", "leader", "administrator", "finance_head"):
        with pytest.raises(NotAllowed):
            commands.found_group(cast.region(), name="别的小组", by=cast.actor(name), now=NOW)
    with pytest.raises(NotAllowed):
        commands.found_group(cast.region("d2"), name="别的小组", by=cast.actor("registrar"), now=NOW)


def test_a_group_founded_long_ago_uses_the_product_from_today(cast: Cast) -> None:
    group = commands.found_group(cast.region(), name="老小组", starts_on=date(2024, 1, 1), by=SYSTEM, now=NOW)
    assert (group.starts_on, group.uses_from) == (date(2024, 1, 1), TODAY)


def test_a_groups_name_is_its_own_and_its_office_lies_in_the_region(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        commands.found_group(cast.region(), name=cast.group("g2").name, by=SYSTEM, now=NOW)
    assert "name" in refusal.value.errors
    with pytest.raises(Invalid) as refusal:
        commands.found_group(cast.region(), name="某组", host_unit=cast.unit("d2_finance"), by=SYSTEM, now=NOW)
    assert "host_unit_id" in refusal.value.errors


def _change(cast: Cast, who: str, **other: object) -> None:
    group = cast.group()
    facts = {
        "name": group.name,
        "short_name": group.short_name,
        "purpose": "统筹推进",
        "host_unit": group.host_unit,
        "goal_on": group.goal_on,
        "version": group.version,
    }
    commands.change_group(group, **{**facts, **other}, by=cast.actor(who), now=NOW)  # type: ignore[arg-type]


def test_the_offices_directors_change_the_group_and_its_staff_do_not(cast: Cast) -> None:
    for name in ("office_clerk", "leader", "g2_office_director", "finance_head"):
        with pytest.raises(NotAllowed):
            _change(cast, name)
    _change(cast, "office_director", name="澄江区优质均衡发展领导小组")
    group = cast.group()
    assert (group.name, group.purpose) == ("澄江区优质均衡发展领导小组", "统筹推进")
    with pytest.raises(Stale):
        _change(cast, "office_director", version=1)
    with pytest.raises(Invalid):
        _change(cast, "registrar", name=cast.group("g2").name)


def test_settings_stay_within_what_makes_sense(cast: Cast) -> None:
    group, by = cast.group(), cast.actor("office_director")
    with pytest.raises(NotAllowed):
        commands.change_group_settings(
            group, settings=GroupSettings(), version=group.version, by=cast.actor("office_clerk"), now=NOW
        )
    with pytest.raises(Invalid) as refusal:
        commands.change_group_settings(
            group, settings=GroupSettings(sign_for_days=0, yellow_days=61), version=group.version, by=by, now=NOW
        )
    assert set(refusal.value.errors) == {"sign_for_days", "yellow_days"}
    chosen = GroupSettings(sign_for_days=5, yellow_days=10, urge_cooldown_days=1, percent_enabled=True)
    commands.change_group_settings(group, settings=chosen, version=group.version, by=by, now=NOW)
    assert (group.sign_for_days, group.yellow_days, group.percent_enabled) == (5, 10, True)
    assert history("group", group.id)[-1].old["sign_for_days"] == 3


def test_an_archived_group_stands_still(cast: Cast) -> None:
    group, by = cast.group(), cast.actor("office_director")
    with pytest.raises(NotAllowed):
        commands.end_group(group, version=group.version, by=cast.actor("office_clerk"), now=NOW)
    commands.end_group(group, version=group.version, by=by, now=NOW)
    assert group.ended_on == TODAY
    with pytest.raises(Stale):
        commands.end_group(group, version=group.version, by=by, now=NOW)
    with pytest.raises(Stale):
        _change(cast, "office_director")
    with pytest.raises(Stale):
        commands.change_group_settings(group, settings=GroupSettings(), version=group.version, by=by, now=NOW)
    with pytest.raises(Stale):
        commands.seat(group, role=SeatRole.MEMBER, unit=cast.unit("town"), by=by, now=NOW)
    with pytest.raises(Stale):
        commands.add_member_unit(group, unit=cast.unit("water"), by=by, now=NOW)


def test_the_office_gives_seats_of_its_own_group_alone(cast: Cast) -> None:
    by = cast.actor("office_clerk")
    row = commands.seat(
        cast.group(), role=SeatRole.MEMBER, unit=cast.unit("town"), instrument="澄政办〔2026〕1号", by=by, now=NOW
    )
    assert (row.starts_on, row.position, row.instrument) == (TODAY, 8, "澄政办〔2026〕1号")
    for name in ("g2_office_director", "leader", "finance_head", "administrator"):
        with pytest.raises(NotAllowed):
            commands.seat(cast.group(), role=SeatRole.MEMBER, unit=cast.unit("town"), by=cast.actor(name), now=NOW)


def test_nobody_takes_a_seat_that_decides_for_themselves(cast: Cast) -> None:
    by = cast.actor("office_director")
    with pytest.raises(NotAllowed):
        commands.seat(cast.group(), role=SeatRole.SUPERVISOR, person=cast.person("office_director"), by=by, now=NOW)
    with pytest.raises(NotAllowed):
        commands.seat(
            cast.group(), role=SeatRole.LEADER, post=make_post(cast.unit("education"), "副局长"), by=by, now=NOW
        )
    assert commands.seat(
        cast.group(), role=SeatRole.SUPERVISOR, person=cast.person("school_one_head"), by=by, now=NOW
    ).id


def test_a_seat_has_one_holder_of_the_region_and_only_members_are_units(cast: Cast) -> None:
    by = cast.actor("registrar")
    wrong: list[dict[str, object]] = [
        {},
        {"person": cast.person("town_head"), "unit": cast.unit("town")},
        {"unit": cast.unit("d2_finance")},
        {"person": cast.person("d2_head")},
        {"post": make_post(cast.unit("d2_finance"))},
    ]
    for holder in wrong:
        with pytest.raises(Invalid) as refusal:
            commands.seat(cast.group(), role=SeatRole.MEMBER, **holder, by=by, now=NOW)  # type: ignore[arg-type]
        assert "holder" in refusal.value.errors
    with pytest.raises(Invalid):
        commands.seat(cast.group(), role=SeatRole.SUPERVISOR, unit=cast.unit("town"), by=by, now=NOW)
    assert commands.seat(cast.group(), role=SeatRole.MEMBER, unit=cast.unit("town"), by=by, now=NOW).id


def test_a_unit_that_sits_is_spoken_for_by_its_head(cast: Cast) -> None:
    commands.seat(cast.group("g2"), role=SeatRole.MEMBER, unit=cast.unit("water"), by=SYSTEM, now=NOW)
    assert queries.seat_holders(cast.group_ids["g2"], day=TODAY, roles=[SeatRole.MEMBER]) == [
        cast.person_ids["water_head"]
    ]
    [row] = [row for row in queries.seats(cast.group("g2"), day=TODAY)[0] if row.seat.role == SeatRole.MEMBER]
    assert not row.is_empty


def test_a_seat_ends_with_its_rights_at_once(cast: Cast, session: Session) -> None:
    row = seat_of(cast, session, SeatRole.OFFICE_STAFF)
    with pytest.raises(NotAllowed):
        commands.end_seat(row, by=cast.actor("supervisor"), now=NOW)
    commands.end_seat(row, by=cast.actor("office_director"), now=NOW)
    assert row.ends_on == YESTERDAY
    assert not cast.actor("office_clerk").roles_in(cast.group_ids["g1"])
    with pytest.raises(Stale):
        commands.end_seat(row, by=cast.actor("office_director"), now=NOW)


def test_a_seat_passes_on_in_its_place_and_stays_in_the_history(cast: Cast, session: Session) -> None:
    row = seat_of(cast, session, SeatRole.OFFICE_STAFF)
    new = commands.change_holder(
        row, person=cast.person("school_one_head"), instrument="调整通知", by=cast.actor("office_director"), now=NOW
    )
    assert (row.ends_on, new.starts_on, new.position, new.role) == (YESTERDAY, TODAY, row.position, row.role)
    current, past = queries.seats(cast.group(), day=TODAY)
    assert row in past
    assert new in [found.seat for found in current]


def test_a_seat_passes_on_only_after_it_began(cast: Cast, session: Session) -> None:
    row, by = seat_of(cast, session, SeatRole.OFFICE_STAFF), cast.actor("office_director")
    begun, successor = row.starts_on, cast.person("school_one_head")
    assert begun < YESTERDAY
    for day in (begun, begun - timedelta(days=365)):
        with pytest.raises(Invalid) as refusal:
            commands.change_holder(row, person=successor, starts_on=day, by=by, now=NOW)
        assert list(refusal.value.errors) == ["starts_on"]
    assert (row.starts_on, row.ends_on) == (begun, None)
    commands.change_holder(row, person=successor, starts_on=begun + timedelta(days=1), by=by, now=NOW)
    assert (row.starts_on, row.ends_on) == (begun, begun)


def test_an_empty_post_leaves_its_seat_visibly_empty_until_somebody_presides(cast: Cast, session: Session) -> None:
    def empty() -> list[SeatRole]:
        return [row.seat.role for row in queries.seats(cast.group(), day=TODAY)[0] if row.is_empty]

    assert empty() == []
    [head] = queries.person_history(cast.person("finance_head"))
    commands.end_appointment(head, by=SYSTEM, now=NOW)
    assert empty() == [SeatRole.MEMBER]
    [deputy] = queries.person_history(cast.person("finance_deputy"))
    commands.set_presiding(deputy, presiding=True, by=SYSTEM, now=NOW)
    assert empty() == []


def test_groups_are_known_by_seat_by_unit_and_to_the_registrar(cast: Cast) -> None:
    ids = cast.group_ids
    assert queries.visible_group_ids(cast.actor("office_clerk")) == {ids["g1"]}
    assert queries.visible_group_ids(cast.actor("construction_head")) == {ids["g1"], ids["g2"]}
    assert queries.visible_group_ids(cast.actor("registrar")) == {ids["g1"], ids["g2"]}
    assert queries.visible_group_ids(cast.actor("outsider")) == frozenset()
    assert queries.visible_group_ids(SYSTEM) == set(ids.values())
    with pytest.raises(NotVisible):
        queries.group_by_id(10**6)
