"""Two at once, on two connections: one wins, the other is told, nothing is half done."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.tasks.stories import (
    act,
    active,
    active_part,
    again,
    crossings,
    day,
    draft,
    everything,
    issued,
    propose,
    submitted,
)
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Stale
from tracker.tasks import commands
from tracker.tasks.commands import NewReport
from tracker.tasks.models import (
    ConsultedTask,
    ConsultedUnit,
    Crossing,
    DelayExplanation,
    Extension,
    ProgressReport,
    SignOffBatch,
    Task,
    TaskPart,
)
from tracker.tasks.rules import BatchState, Every, OpinionKind, PartState, TaskState

pytestmark = pytest.mark.postgres

Try = Callable[[Any, Actor], object]
"""An act on a row as this side read it."""

LATE = day("2026-04-20")


def race(app: Flask, cast: Cast, row: Any, *tries: tuple[str, Try]) -> list[str]:
    """Each side reads the row in a transaction of its own; when all have read it, all act. How it ended for each."""
    model, key = type(row), row.id
    db.session.rollback()
    ends = [""] * len(tries)
    start = threading.Barrier(len(tries))

    def side(index: int) -> None:
        name, command = tries[index]
        with app.app_context():
            try:
                with write_transaction() as session:
                    seen = session.get_one(model, key)
                    _read_around(seen)
                    by = cast.actor(name)
                    start.wait(timeout=20)
                    command(seen, by)
                ends[index] = "done"
            except Stale:
                ends[index] = "stale"
            except Exception as error:  # noqa: BLE001 - whatever else happens is what the test must show
                ends[index] = repr(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=side, args=(index,)) for index in range(len(tries))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    db.session.expire_all()
    return ends


def _read_around(row: Any) -> None:
    """What an act will look at is read before the start, so that it may well be out of date."""
    for name in ("task", "part", "parts", "tasks", "group", "batch"):
        getattr(row, name, None)
    if isinstance(row, TaskPart | Extension | DelayExplanation | ProgressReport):
        _read_around(row.task)


def _verify(task: Task, by: Actor) -> None:
    commands.verify_completion(task, version=task.version, by=by, now=NOW)


def _return(task: Task, by: Actor) -> None:
    commands.return_for_rework(task, remark="缺台账。", version=task.version, by=by, now=NOW)


def _cancel(task: Task, by: Actor) -> None:
    commands.cancel_task(task, reason="撤销。", version=task.version, by=by, now=NOW)


def _submit(task: Task, by: Actor) -> None:
    commands.submit_completion(task, statement="完成。", version=task.version, by=by, now=NOW)


def _accept(task: Task, by: Actor) -> None:
    commands.accept_task(task, version=task.version, by=by, now=NOW)


def _ask(task: Task, by: Actor) -> None:
    commands.ask_extension(task, reason="资金。", new_due_on=date(2026, 5, 8), version=task.version, by=by, now=NOW)


def _adjust(task: Task, by: Actor) -> None:
    commands.adjust_time(task, new_due_on=date(2026, 5, 8), basis="市通知。", by=by, now=NOW)


def _report(task: Task, by: Actor) -> None:
    commands.report_progress(task, NewReport(text="在办。"), version=task.version, by=by, now=NOW)


def _assign(task: Task, by: Actor) -> None:
    commands.assign_owner(task, None, version=task.version, by=by, now=NOW)


PAIRS: dict[str, tuple[Callable[..., Task], tuple[str, Try], tuple[str, Try]]] = {
    "two verifiers": (submitted, ("supervisor", _verify), ("leader", _verify)),
    "one passes, one returns": (submitted, ("supervisor", _verify), ("leader", _return)),
    "one passes, one cancels": (submitted, ("supervisor", _verify), ("leader", _cancel)),
    "a double click": (active, ("finance_head", _submit), ("finance_head", _submit)),
    "head and deputy hand in": (active, ("finance_head", _submit), ("finance_deputy", _submit)),
    "one hands in, one cancels": (active, ("finance_head", _submit), ("leader", _cancel)),
    "one hands in, one reassigns": (active, ("finance_head", _submit), ("finance_deputy", _assign)),
    "one hands in, one reports": (active, ("finance_head", _submit), ("finance_deputy", _report)),
    "two sign for it": (issued, ("finance_head", _accept), ("finance_liaison", _accept)),
    "two ask for time": (active, ("finance_head", _ask), ("finance_deputy", _ask)),
    "one asks for time, one changes it": (active, ("finance_head", _ask), ("leader", _adjust)),
    "two change the time in bulk": (active, ("leader", _adjust), ("office_clerk", _adjust)),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_of_two_on_one_task_one_wins_and_one_is_told(app: Flask, cast: Cast, pair: str) -> None:
    make, *tries = PAIRS[pair]
    task = make(cast)
    version, acts = task.version, len(everything()["audit_entry"])
    assert sorted(race(app, cast, task, *tries)) == ["done", "stale"]
    assert again(task).version == version + 1
    assert len(everything()["audit_entry"]) == acts + 1


def test_a_form_from_before_somebody_elses_act_is_stale(cast: Cast) -> None:
    task = submitted(cast)
    old = task.version
    act(commands.return_for_rework, task, remark="缺台账。", by=cast.actor("supervisor"))
    act(_resubmit, task, by=cast.actor("finance_head"))
    with pytest.raises(Stale), write_transaction():
        commands.verify_completion(task, version=old, by=cast.actor("leader"), now=NOW)
    act(commands.verify_completion, task, by=cast.actor("leader"))
    assert task.state is TaskState.COMPLETED


def _resubmit(task: Task, *, by: Actor, now: Any) -> None:
    commands.submit_completion(task, statement="补齐。", version=task.version, by=by, now=now)


def _grant(row: Extension, by: Actor) -> None:
    commands.decide_extension(row, approve=True, version=row.version, by=by, now=NOW)


def _refuse(row: Extension, by: Actor) -> None:
    commands.decide_extension(row, approve=False, remark="不同意。", version=row.version, by=by, now=NOW)


def test_an_extension_is_decided_once(app: Flask, cast: Cast) -> None:
    row = _asked(cast)
    assert sorted(race(app, cast, row, ("leader", _grant), ("office_clerk", _refuse))) == [
        "done",
        "stale",
    ]
    assert (row.state == "approved") == (row.task.due_on == date(2026, 5, 8))


def test_an_extension_decided_while_the_task_is_handed_in_ends_in_one_way(app: Flask, cast: Cast) -> None:
    row = _asked(cast)
    ends = race(app, cast, row, ("leader", _grant), ("finance_head", lambda seen, by: _submit(seen.task, by)))
    assert sorted(ends) == ["done", "stale"]
    assert (row.state, row.task.state) in {("approved", TaskState.ACTIVE), ("withdrawn", TaskState.SUBMITTED)}


def _asked(cast: Cast) -> Extension:
    task = active(cast)
    return act(
        commands.ask_extension, task, reason="资金。", new_due_on=date(2026, 5, 8), by=cast.actor("finance_head")
    )


def test_an_explanation_is_answered_once(app: Flask, cast: Cast) -> None:
    task = active(cast)
    row = act(commands.explain_delay, task, text="受阻。", by=cast.actor("finance_head"), now=LATE)

    def answer(seen: DelayExplanation, by: Actor) -> None:
        new = date(2026, 5, 8)
        commands.answer_explanation(seen, remark="已阅。", new_due_on=new, version=1, by=by, now=LATE)

    assert sorted(race(app, cast, row, ("leader", answer), ("supervisor", answer))) == ["done", "stale"]
    assert again(task).cycle == 2


def test_a_draft_report_is_confirmed_once(app: Flask, cast: Cast) -> None:
    row = act(commands.report_progress, active(cast), report=NewReport(text="在办。"), by=cast.actor("finance_liaison"))

    def confirm(seen: ProgressReport, by: Actor) -> None:
        commands.confirm_report(seen, version=seen.version, by=by, now=NOW)

    assert sorted(race(app, cast, row, ("finance_head", confirm), ("finance_deputy", confirm))) == ["done", "stale"]


def test_a_batch_is_signed_off_once_and_whole(app: Flask, cast: Cast) -> None:
    batch = propose(cast, draft(cast), draft(cast))
    ends = race(app, cast, batch, ("leader", _sign), ("office_director", _send_back))
    assert sorted(ends) == ["done", "stale"]
    batch = db.session.get_one(SignOffBatch, batch.id)
    states = {task.state for task in db.session.scalars(sa.select(Task))}
    assert states == ({TaskState.ISSUED} if batch.state is BatchState.SIGNED else {TaskState.DRAFT})


def test_a_batch_from_which_a_task_is_being_left_out_goes_out_whole_or_not_at_all(app: Flask, cast: Cast) -> None:
    batch = propose(cast, draft(cast), draft(cast))
    ends = race(app, cast, batch, ("leader", _sign), ("office_clerk", lambda seen, by: _cancel(seen.tasks[0], by)))
    assert sorted(ends) == ["done", "stale"]
    states = sorted(task.state for task in db.session.scalars(sa.select(Task)))
    assert states in (["issued", "issued"], ["cancelled", "proposed"])


def _sign(batch: SignOffBatch, by: Actor) -> None:
    commands.sign_off_batch(batch, version=batch.version, by=by, now=NOW)


def _send_back(batch: SignOffBatch, by: Actor) -> None:
    commands.send_back_batch(batch, remark="再核。", version=batch.version, by=by, now=NOW)


def test_a_part_completed_while_its_task_is_cancelled_is_one_or_the_other(app: Flask, cast: Cast) -> None:
    part = active_part(cast)
    act(commands.report_part, part, report=NewReport(text="已提供。"), by=cast.actor("construction_head"))

    def complete(seen: TaskPart, by: Actor) -> None:
        commands.complete_part(seen, version=seen.version, by=by, now=NOW)

    ends = race(app, cast, part, ("construction_head", complete), ("leader", lambda seen, by: _cancel(seen.task, by)))
    assert sorted(ends) == ["done", "stale"]
    assert (part.state, part.task.state) in {
        (PartState.DONE, TaskState.ACTIVE),
        (PartState.CANCELLED, TaskState.CANCELLED),
    }


def test_a_part_is_not_signed_for_once_its_task_rests(app: Flask, cast: Cast) -> None:
    part = issued(cast, parts=("construction",)).parts[0]

    def accept(seen: TaskPart, by: Actor) -> None:
        commands.accept_part(seen, version=seen.version, by=by, now=NOW)

    def suspend(seen: TaskPart, by: Actor) -> None:
        commands.suspend_task(seen.task, reason="暂缓。", version=seen.task.version, by=by, now=NOW)

    accepted, rested = race(app, cast, part, ("construction_head", accept), ("leader", suspend))
    assert (rested, part.task.state) == ("done", TaskState.SUSPENDED)
    assert (accepted, part.state) in {("done", PartState.ACTIVE), ("stale", PartState.ISSUED)}


def test_two_cooperating_units_do_not_stand_in_each_others_way(app: Flask, cast: Cast) -> None:
    task = issued(cast, parts=("construction", "town"))

    def accept(index: int) -> Try:
        return lambda seen, by: commands.accept_part(seen.parts[index], version=1, by=by, now=NOW)

    ends = race(app, cast, task, ("construction_head", accept(0)), ("town_head", accept(1)), ("finance_head", _accept))
    assert ends == ["done", "done", "done"]


def test_a_task_split_while_it_is_handed_in_keeps_no_open_piece_behind(app: Flask, cast: Cast) -> None:
    task = active(cast, lead="education")

    def split(seen: Task, by: Actor) -> None:
        said: dict[str, Any] = {"title": "一小", "content": "", "due_on": date(2026, 4, 3)}
        unit = cast.unit_ids["school_one"]
        commands.split_task(seen, unit_id=unit, **said, version=seen.version, by=by, now=NOW)

    assert sorted(race(app, cast, task, ("education_head", split), ("education_head", _submit))) == ["done", "stale"]
    pieces = db.session.scalar(sa.select(sa.func.count()).where(Task.parent_id == task.id))
    assert (again(task).state is TaskState.SUBMITTED) == (pieces == 0)


def test_the_sweep_and_a_late_unit_write_one_crossing_between_them(app: Flask, cast: Cast) -> None:
    task = active(cast)

    def sweep(seen: Task, by: Actor) -> None:
        commands.record_crossings(seen.group, now=LATE)

    def submit(seen: Task, by: Actor) -> None:
        commands.submit_completion(seen, statement="完成。", version=seen.version, by=by, now=LATE)

    ends = race(app, cast, task, ("leader", sweep), ("leader", sweep), ("finance_head", submit))
    assert ends == ["done", "done", "done"]
    assert crossings(task) == [("task", task.due_on)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Crossing)) == 1


def test_two_sweeps_issue_one_task_a_period(app: Flask, cast: Cast) -> None:
    task = issued(cast, due_on=None, cadence_every=Every.MONTH, cadence_day=28)

    def sweep(_seen: Task, _by: Actor) -> None:
        commands.issue_due_periods(now=day("2026-04-01"))

    assert race(app, cast, task, ("leader", sweep), ("leader", sweep)) == ["done", "done"]
    assert db.session.scalars(sa.select(Task.period).order_by(Task.id)).all() == ["2026-03", "2026-04"]


def test_a_draft_is_proposed_or_its_unit_s_answer_changed_but_not_both(app: Flask, cast: Cast) -> None:
    task = draft(cast)
    with write_transaction():
        consultation = commands.open_consultation(
            cast.group(), [task], title="征求意见", reply_by=date(2026, 3, 23), by=cast.actor("office_clerk"), now=NOW
        )
    [asked] = consultation.units
    [row] = asked.rows
    none, opinion = (OpinionKind.NONE, ""), (OpinionKind.TIME, "时限偏紧。")
    act(commands.answer_consultation, asked, opinions={row.id: none}, by=cast.actor("finance_head"))
    asked_id, row_id = asked.id, row.id

    def says(_task: Task, by: Actor) -> None:
        found = db.session.get_one(ConsultedUnit, asked_id)
        commands.answer_consultation(found, opinions={row_id: opinion}, version=found.version, by=by, now=NOW)

    def proposes(found: Task, by: Actor) -> None:
        commands.propose_batch(found.group, [found], title="一批", by=by, now=NOW)

    ends = race(app, cast, task, ("office_clerk", proposes), ("finance_head", says))
    proposed = db.session.get_one(Task, task.id).state is TaskState.PROPOSED
    assert proposed == (ends[0] == "done"), ends
    assert proposed == (db.session.get_one(ConsultedTask, row_id).opinion is OpinionKind.NONE), ends
