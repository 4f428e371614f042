"""One subject that cannot be reminded of stops no other: it steps aside, and administrators hear of it once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW
from tests.oversight.flag_stories import LATE as LONG_AGO
from tests.oversight.flag_stories import late, raise_on
from tests.oversight.test_raising_by_rules import returned_again
from tests.reminders.worlds import running_task
from tests.tasks.stories import active
from tracker.kernel.db import write_transaction
from tracker.outbox.models import InboxItem
from tracker.oversight import commands
from tracker.oversight.models import Flag
from tracker.oversight.rules import FlagRule, FlagState, FlagSubject
from tracker.reminders import reminding
from tracker.reminders import sweep as sweeping
from tracker.reminders.models import Reminder, Stumble
from tracker.reminders.rules import SubjectName
from tracker.reminders.sweep import Unfinished, sweep

LATE = date(2026, 3, 17)


def _others_task(cast: Cast) -> int:
    """A task of another group."""
    with write_transaction():
        task = running_task(cast, due_on=LATE, unit="water")
        task.group_id = cast.group_ids["g2"]
        return task.id


def _sweep(hours: float = 0) -> dict[str, int]:
    return sweep(now=NOW + timedelta(hours=hours), pause=lambda _seconds: None)


def _tasks(cast: Cast, count: int) -> list[int]:
    with write_transaction():
        return [running_task(cast, due_on=LATE, title=f"第{n}项").id for n in range(count)]


def _poison(session: Session, *ids: int) -> None:
    """Let the database itself refuse every reminder of some tasks."""
    with write_transaction():
        if session.get_bind().dialect.name == "sqlite":
            for task_id in ids:
                session.execute(
                    sa.text(
                        f"CREATE TRIGGER poison{task_id} BEFORE INSERT ON reminder"
                        f" WHEN NEW.subject_id = {task_id} BEGIN SELECT RAISE(ABORT, 'poison'); END"
                    )
                )
        else:
            listed = ", ".join(str(task_id) for task_id in ids)
            session.execute(
                sa.text(f"ALTER TABLE reminder ADD CONSTRAINT poison CHECK (subject_id NOT IN ({listed})) NOT VALID")
            )


def _cure(session: Session, *ids: int) -> None:
    with write_transaction():
        if session.get_bind().dialect.name == "sqlite":
            for task_id in ids:
                session.execute(sa.text(f"DROP TRIGGER poison{task_id}"))
        else:
            session.execute(sa.text("ALTER TABLE reminder DROP CONSTRAINT poison"))


@pytest.fixture
def poison(session: Session) -> Any:
    """Poison some tasks until the test is over."""
    poisoned: list[int] = []

    def give(*ids: int) -> None:
        _poison(session, *ids)
        poisoned.extend(ids)

    yield give
    if poisoned:
        _cure(session, *poisoned)


def _reminded(session: Session) -> set[int]:
    found = set(session.scalars(sa.select(Reminder.subject_id)))
    session.rollback()
    return found


def test_the_others_are_told_in_the_same_run_and_administrators_hear_once(
    cast: Cast, session: Session, poison: Callable[..., None]
) -> None:
    ids = _tasks(cast, 9)
    poison(ids[4])
    counts = _sweep()
    assert (counts["failed"], counts["reminders"]) == (0, 8 * 2)
    assert _reminded(session) == {*ids} - {ids[4]}
    row = session.scalars(sa.select(Stumble)).one()
    assert (row.subject_id, row.times, row.until) == (ids[4], 1, NOW + timedelta(hours=1))
    session.rollback()
    _sweep(0.5)
    assert session.scalars(sa.select(Stumble.times)).one() == 1
    session.rollback()
    _sweep(3)
    assert session.scalars(sa.select(Stumble.times)).one() == 2
    told = session.scalars(sa.select(InboxItem.recipient_id).where(InboxItem.kind == "sweep.stumbled")).all()
    assert told == [cast.person_ids["administrator"]]


def test_once_it_is_well_again_it_is_told_too(cast: Cast, session: Session) -> None:
    ids = _tasks(cast, 2)
    _poison(session, ids[0])
    _sweep()
    _cure(session, ids[0])
    assert _sweep(0.5)["reminders"] == 0
    assert _sweep(2)["reminders"] == 2
    assert _reminded(session) == set(ids)


def _returned_twice(cast: Cast) -> int:
    """A task that the rules warn of."""
    task = active(cast, now=LONG_AGO)
    for _ in range(2):
        returned_again(cast, task)
    return task.id


@pytest.mark.parametrize("looked_at", ["a task by a rule", "a flag of which nobody could be told"])
def test_what_the_rules_of_flags_die_of_steps_aside_and_the_others_are_flagged(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch, looked_at: str
) -> None:
    if looked_at == "a task by a rule":
        name, known = "raise_flags_by_rule", [_returned_twice(cast) for _ in range(5)]
    else:
        name = "tell_untold"
        assert raise_on(cast, *(late(cast).id for _ in range(5))) == 5
        with write_transaction():
            session.execute(sa.update(Flag).values(state=FlagState.RAISED, notified_at=None, statement_by=None))
        known = list(commands.untold_flags(cast.group_ids["g1"]))
        session.rollback()
    whole = getattr(sweeping, name)

    def fails(*about: Any, now: datetime) -> int:
        if known[2] in about[-1]:
            raise ValueError("a row that cannot be read")
        return int(whole(*about, now=now))

    monkeypatch.setattr(sweeping, name, fails)
    counts = _sweep()
    assert (counts["failed"], counts["flags"] + counts["told"]) == (0, 4)
    row = session.scalars(sa.select(Stumble)).one()
    assert (row.subject_id, row.error) == (known[2], "ValueError('a row that cannot be read')")
    session.rollback()
    _sweep(3)
    told = session.scalars(sa.select(InboxItem.recipient_id).where(InboxItem.kind == "sweep.stumbled")).all()
    assert told == [cast.person_ids["administrator"]]
    session.rollback()
    monkeypatch.setattr(sweeping, name, whole)
    again = _sweep(6)
    assert (again["failed"], again["flags"] + again["told"]) == (0, 1)


def test_a_rule_that_fails_for_a_group_stops_no_other_rule(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _returned_twice(cast)
    whole = commands.to_look_at

    def fails(group_id: int, rule: FlagRule, kind: FlagSubject) -> list[int]:
        if rule is FlagRule.EXTENDED:
            raise ValueError("a rule that cannot be read")
        return whole(group_id, rule, kind)

    monkeypatch.setattr(sweeping, "to_look_at", fails)
    counts = _sweep()
    assert counts["flags"] == 1
    assert counts["failed"] == len(cast.group_ids) * len(FlagSubject)
    assert [flag.rule for flag in session.scalars(sa.select(Flag)) if flag.rung is None] == [FlagRule.RETURNED]


def test_where_everything_fails_the_group_is_given_up_and_counted(
    cast: Cast, session: Session, poison: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminding, "MOST_STUMBLES", 2)
    poison(*_tasks(cast, 5))
    other_id = _others_task(cast)
    assert _sweep()["failed"] == 1
    assert _reminded(session) == {other_id}
    assert session.scalar(sa.select(sa.func.count()).select_from(Stumble)) == 2


def test_where_the_database_is_away_for_one_group_the_others_are_told_and_the_sweep_is_not_done(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, others = _tasks(cast, 1), _others_task(cast)
    whole = reminding.remind_group

    def away(group_id: int, **more: Any) -> int:
        if group_id == cast.group_ids["g1"]:
            raise sa.exc.OperationalError("INSERT INTO reminder", {}, ConnectionError("server closed the connection"))
        return whole(group_id, **more)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(sweeping, "remind_group", away)
        with pytest.raises(Unfinished):
            _sweep()
    assert _reminded(session) == {others}
    _sweep()
    assert _reminded(session) == {*own, others}


def test_what_is_gone_at_the_second_try_was_not_the_subjects_fault(cast: Cast, session: Session) -> None:
    tries: list[list[int]] = []

    def cut_once(ids: Sequence[int]) -> int:
        tries.append(list(ids))
        if len(tries) == 1:
            raise sa.exc.IntegrityError("INSERT INTO reminder", {}, ValueError("another row was there first"))
        return len(ids)

    writer = reminding.Writer(cast.group_ids["g1"], NOW, write_transaction, pause=lambda _seconds: None)
    assert writer.write(cut_once, SubjectName.TASK, [7]) == 1
    assert (tries, writer.stumbles, session.scalars(sa.select(Stumble)).all()) == ([[7], [7]], 0, [])
