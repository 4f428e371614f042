"""Installation duties: dated rows, given by a system administrator, never by oneself, never both of two kept apart."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.factories import make_person
from tracker.kernel.actor import SYSTEM
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation import commands, queries
from tracker.organisation.models import InstallationDuty
from tracker.organisation.rules import DutyKind


def duty_of(cast: Cast, session: Session, name: str) -> InstallationDuty:
    """The duty of somebody in the cast."""
    return session.scalars(sa.select(InstallationDuty).where(InstallationDuty.person_id == cast.person_ids[name])).one()


def test_a_system_administrator_gives_duties_to_others_in_the_region(cast: Cast) -> None:
    for name in ("registrar", "auditor", "office_director", "leader"):
        with pytest.raises(NotAllowed):
            commands.grant_duty(cast.person("outsider"), duty=DutyKind.REGISTRAR, by=cast.actor(name), now=NOW)
    by = cast.actor("administrator")
    with pytest.raises(NotAllowed):
        commands.grant_duty(cast.person("administrator"), duty=DutyKind.REGISTRAR, by=by, now=NOW)
    with pytest.raises(NotAllowed):
        commands.grant_duty(cast.person("d2_head"), duty=DutyKind.REGISTRAR, by=by, now=NOW)
    commands.grant_duty(cast.person("outsider"), duty=DutyKind.REGISTRAR, by=by, now=NOW)
    assert cast.actor("outsider").duties == {"registrar"}


def test_nobody_keeps_the_accounts_and_audits_them(cast: Cast) -> None:
    for name, duty in (("auditor", DutyKind.SYSTEM_ADMINISTRATOR), ("administrator", DutyKind.AUDITOR)):
        with pytest.raises(Invalid) as refusal:
            commands.grant_duty(cast.person(name), duty=duty, by=SYSTEM, now=NOW)
        assert "duty" in refusal.value.errors
    assert commands.grant_duty(cast.person("auditor"), duty=DutyKind.REGISTRAR, by=SYSTEM, now=NOW).id


def test_a_duty_is_held_once(cast: Cast) -> None:
    with pytest.raises(Invalid):
        commands.grant_duty(cast.person("registrar"), duty=DutyKind.REGISTRAR, by=SYSTEM, now=NOW)


def test_the_last_administrator_stays(cast: Cast, session: Session) -> None:
    row, by = duty_of(cast, session, "administrator"), cast.actor("administrator")
    with pytest.raises(Stale):
        commands.end_duty(row, by=by, now=NOW)
    elsewhere = make_person(cast.unit("d2_education"), "云区管理员")
    commands.grant_duty(elsewhere, duty=DutyKind.SYSTEM_ADMINISTRATOR, by=SYSTEM, now=NOW)
    with pytest.raises(Stale):
        commands.end_duty(row, by=by, now=NOW)
    second = make_person(cast.unit("government_office"), "另一管理员")
    yesterday_enough = cast.actor("administrator")
    commands.grant_duty(second, duty=DutyKind.SYSTEM_ADMINISTRATOR, by=SYSTEM, now=NOW)
    commands.end_duty(row, by=yesterday_enough, now=NOW)
    assert cast.actor("administrator").duties == frozenset()


def test_an_administrator_ends_the_duties_of_others_and_nobody_else_does(cast: Cast, session: Session) -> None:
    row = duty_of(cast, session, "registrar")
    for name in ("registrar", "auditor", "leader", "d2_office_director"):
        with pytest.raises(NotAllowed):
            commands.end_duty(row, by=cast.actor(name), now=NOW)
    commands.end_duty(row, by=cast.actor("administrator"), now=NOW)
    assert cast.actor("registrar").duties == frozenset()
    assert duty_of(cast, session, "registrar").ends_on is not None


def test_duties_are_listed_within_the_region(cast: Cast) -> None:
    stranger = make_person(cast.unit("d2_education"), "云区登记员")
    commands.grant_duty(stranger, duty=DutyKind.REGISTRAR, by=SYSTEM, now=NOW)
    names = {row.person_id for row in queries.duties(cast.actor("administrator"), day=NOW.date())}
    assert names == {cast.person_ids[name] for name in ("administrator", "auditor", "registrar")}
