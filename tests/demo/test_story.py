"""The demo story: what a stranger sees after the first start, on whatever day that is."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.clock import Clock
from tests.demo.told import ORDINARY, ordinary_story
from tracker.accounts import queries as accounts
from tracker.audit.models import AuditEntry
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.demo.story import load
from tracker.kernel.clock import LOCAL, local_date
from tracker.kernel.db import write_transaction
from tracker.kernel.registry import registry
from tracker.letters import queries as letters
from tracker.letters.models import Handover, Letter, LetterConsultation
from tracker.letters.rules import HandoverState, LetterState
from tracker.organisation.models import LeadershipGroup, Unit
from tracker.organisation.rules import UnitKind
from tracker.oversight.models import (
    Flag,
    FlagDecision,
    FlagProposal,
    FlagReview,
    Statement,
    StatementFile,
    SupervisionNotice,
)
from tracker.oversight.rules import FlagColour, FlagState, NoticeState, ProposalState, StatementState
from tracker.plans.models import Plan
from tracker.reminders import ticks
from tracker.reminders.jobs import all_jobs
from tracker.reminders.sweep import sweep
from tracker.tasks.models import Crossing, Milestone, Task
from tracker.tasks.queries import UnitLights, counts_by_unit
from tracker.tasks.rules import ConsultationState, CrossingKind, Light, TaskSource, TaskState
from tracker.upkeep import overlooked
from tracker.upkeep.rules import Code

AFTER_LABOUR_DAY = datetime(2026, 5, 6, 8, 0, tzinfo=LOCAL)
IN_SPRING_FESTIVAL = datetime(2026, 2, 18, 23, 0, tzinfo=LOCAL)
UNPUBLISHED_YEAR = datetime(2031, 1, 1, 0, 30, tzinfo=LOCAL)


def _count(session: Session, *conditions: sa.ColumnElement[bool], of: type) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(of).where(*conditions)) or 0


def _lights(session: Session, now: datetime) -> list[UnitLights]:
    groups = session.scalars(sa.select(LeadershipGroup.id)).all()
    return [unit for group in groups for unit in counts_by_unit(group, today=local_date(now))]


def _handed_on(session: Session) -> set[LetterState]:
    """The states of the letters in which a unit hands clauses on."""
    return set(session.scalars(sa.select(Letter.state).where(Letter.parent_id.is_not(None)).distinct()))


def test_the_story_has_everything_that_happens_to_tasks(session: Session, tmp_path: Path) -> None:
    ordinary_story(tmp_path)
    assert set(session.scalars(sa.select(Task.state).distinct())) == set(TaskState)
    assert {light for unit in _lights(session, ORDINARY) for light in unit.lights} >= set(Light) - {Light.GREY}
    assert _count(session, of=Task) >= 60
    assert _count(session, Task.source == TaskSource.PLAN, of=Task) >= 20
    assert _count(session, of=LeadershipGroup) == 2
    assert _count(session, of=Plan) == 1
    assert _count(session, Unit.kind == UnitKind.SCHOOL, of=Unit) >= 20
    assert _count(session, Unit.kind != UnitKind.SCHOOL, of=Unit) >= 15
    assert _count(session, Milestone.done_on.is_not(None), of=Milestone) == 1
    assert _count(session, Crossing.kind == CrossingKind.MILESTONE, of=Crossing) >= 1
    assert set(session.scalars(sa.select(Letter.state).distinct())) == set(LetterState)
    assert _handed_on(session) == {LetterState.IN_FORCE, LetterState.ISSUED}
    assert list(letters.faults(root=tmp_path)) == []
    _assert_letters_are_under_way(session, ORDINARY)
    known = accounts.installation()
    assert known is not None
    assert known.demo
    _assert_supervised(session)
    _assert_delivered(session)
    _assert_record_has_words(session)


def _assert_supervised(session: Session) -> None:
    """Warnings of both colours, and everything that may come of one; notices on their way."""
    assert set(session.scalars(sa.select(Flag.colour).distinct())) == set(FlagColour)
    assert set(session.scalars(sa.select(Flag.state).distinct())) == set(FlagState) - {FlagState.RAISED}
    assert set(session.scalars(sa.select(Statement.state).distinct())) == set(StatementState)
    assert _count(session, of=StatementFile) == 1
    assert _count(session, FlagProposal.state == ProposalState.PENDING, of=FlagProposal) == 1
    assert _count(session, FlagDecision.recorded_by_id.is_not(None), of=FlagDecision) == 1
    assert _count(session, FlagReview.outcome.is_(None), of=FlagReview) == 1
    assert set(session.scalars(sa.select(SupervisionNotice.state).distinct())) >= {
        NoticeState.DRAFT,
        NoticeState.PROPOSED,
        NoticeState.ISSUED,
        NoticeState.RECEIVED,
        NoticeState.CLOSED,
    }


def _assert_delivered(session: Session) -> None:
    """Some messages arrived, some did not; and nothing is left that a worker could send."""
    states = set(session.scalars(sa.select(Delivery.state).distinct()))
    assert {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN} <= states
    assert not states & {DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SENDING}
    endpoints = session.scalars(sa.select(ChannelEndpoint)).all()
    assert {endpoint.kind for endpoint in endpoints} == {EndpointKind.MAIL, EndpointKind.WECOM}
    assert not any(endpoint.enabled for endpoint in endpoints)
    assert all(endpoint.host.endswith(".example") for endpoint in endpoints)


def _assert_letters_are_under_way(session: Session, now: datetime) -> None:
    """Units are asked for their views and one has answered, a handover waits for its successor, one letter deviates."""
    today = local_date(now)
    [consultation] = session.scalars(sa.select(LetterConsultation)).all()
    assert (consultation.state, consultation.reply_by >= today) == (ConsultationState.OPEN, True)
    asked = letters.asked_by_letter(consultation, today=today).values()
    assert [one.unhandled for one in asked if one.asked.answered_at] == [1]
    assert any(one.asked.answered_at is None for one in asked)
    [handover] = session.scalars(sa.select(Handover)).all()
    assert handover.state is HandoverState.OPEN
    in_force = session.scalars(sa.select(Letter).where(Letter.state == LetterState.IN_FORCE)).all()
    assert any(letters.deviations(letter) for letter in in_force)
    unsigned = sa.select(Letter.id).where(Letter.state == LetterState.ISSUED, Letter.sign_by < today)
    assert len(session.scalars(unsigned).all()) >= 2


def _assert_record_has_words(session: Session) -> None:
    entries = session.scalars(sa.select(AuditEntry)).all()
    assert {entry.subject_kind for entry in entries} - registry.subjects.keys() == set()
    assert {key for entry in entries for key in (*entry.old, *entry.new)} - registry.keys.keys() == set()
    assert {entry.act for entry in entries} - registry.acts.keys() == set()


@pytest.mark.sqlite
def test_in_the_story_nothing_is_overlooked(session: Session, tmp_path: Path, one_clock: Clock) -> None:
    one_clock.now = ORDINARY
    ordinary_story(tmp_path)
    job = next(job for job in all_jobs() if job.name == "sweep")
    counts, error = ticks.run_by_hand(job, f"{ORDINARY:%Y-%m-%dT%H:%M}", holder="here:1", now=ORDINARY)
    assert (counts["failed"], error) == (0, "")
    with write_transaction() as writing:
        writing.execute(sa.update(ChannelEndpoint).values(enabled=True))
    later = ORDINARY + timedelta(hours=1)
    assert {found.code for found in overlooked.messages(later)} == {Code.MESSAGE_LEFT_OUT}
    assert plan_deliveries(ORDINARY) > 0
    assert [*overlooked.messages(later), *overlooked.steps(later)] == []


@pytest.mark.sqlite
@pytest.mark.parametrize("now", [AFTER_LABOUR_DAY, IN_SPRING_FESTIVAL, UNPUBLISHED_YEAR])
def test_the_story_can_begin_on_any_day(session: Session, tmp_path: Path, now: datetime) -> None:
    load(now=now, root=tmp_path)
    lights = _lights(session, now)
    assert sum(unit.lights.get(Light.RED, 0) for unit in lights) >= 3
    assert sum(unit.lights.get(Light.GREEN, 0) for unit in lights) >= 10
    assert _handed_on(session) == {LetterState.IN_FORCE, LetterState.ISSUED}
    assert not _count(session, AuditEntry.at > now, of=AuditEntry)
    session.rollback()
    done = sweep(now=now, pause=lambda _seconds: None)
    assert (done["crossings"], done["issued"], done["reminders"], done["failed"]) == (0, 0, 0, 0)
