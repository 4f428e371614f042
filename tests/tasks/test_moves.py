"""Every state × every move: what the table allows happens, and nothing else changes anything."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, Cast
from tests.tasks.stories import IN_STATE, draft, head_of, refuses
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Stale
from tracker.tasks import commands
from tracker.tasks.models import SignOffBatch, Task
from tracker.tasks.rules import MOVES, BatchState, Move, TaskState, can

LATER = NOW + timedelta(days=1)


def _batch_of(task: Task, cast: Cast) -> SignOffBatch:
    """The task's batch, or one that holds it against all rules, so that only the task's own state can refuse."""
    if task.batch is not None and task.batch.state is BatchState.PROPOSED:
        return task.batch
    batch = SignOffBatch(group_id=task.group_id, title="强行", state=BatchState.PROPOSED, proposed_at=NOW)
    batch.tasks = [task]
    with write_transaction() as session:
        task.batch = batch
        session.add(batch)
    return batch


def _propose(task: Task, cast: Cast) -> None:
    commands.propose_batch(task.group, [task], title="再送", by=cast.actor("office_clerk"), now=LATER)


def _sign_off(task: Task, cast: Cast) -> None:
    batch = db.session.get_one(SignOffBatch, task.batch_id)
    commands.sign_off_batch(batch, version=batch.version, by=cast.actor("leader"), now=LATER)


def _send_back(task: Task, cast: Cast) -> None:
    batch = db.session.get_one(SignOffBatch, task.batch_id)
    commands.send_back_batch(batch, remark="请再核实。", version=batch.version, by=cast.actor("leader"), now=LATER)


def _accept(task: Task, cast: Cast) -> None:
    commands.accept_task(task, version=task.version, by=cast.actor(head_of(cast, task)), now=LATER)


def _submit(task: Task, cast: Cast) -> None:
    by = cast.actor(head_of(cast, task))
    commands.submit_completion(task, statement="完成。", version=task.version, by=by, now=LATER)


def _verify(task: Task, cast: Cast) -> None:
    commands.verify_completion(task, version=task.version, by=cast.actor("leader"), now=LATER)


def _return(task: Task, cast: Cast) -> None:
    commands.return_for_rework(task, remark="不实。", version=task.version, by=cast.actor("leader"), now=LATER)


def _suspend(task: Task, cast: Cast) -> None:
    commands.suspend_task(task, reason="暂缓。", version=task.version, by=cast.actor("leader"), now=LATER)


def _resume(task: Task, cast: Cast) -> None:
    commands.resume_task(task, new_due_on=None, version=task.version, by=cast.actor("leader"), now=LATER)


def _cancel(task: Task, cast: Cast) -> None:
    by = "office_clerk" if task.state in {TaskState.DRAFT, TaskState.PROPOSED} else "leader"
    commands.cancel_task(task, reason="撤销。", version=task.version, by=cast.actor(by), now=LATER)


def _take_over(task: Task, cast: Cast) -> None:
    commands.take_over(task, new_due_on=date(2026, 6, 1), version=task.version, by=cast.actor("leader"), now=LATER)


def _enter_done(task: Task, cast: Cast) -> None:
    commands.enter_done(
        task, done_on=date(2026, 1, 9), remark="", version=task.version, by=cast.actor("leader"), now=LATER
    )


ACTS: dict[Move, Callable[[Task, Cast], None]] = {
    Move.PROPOSE: _propose,
    Move.SEND_BACK: _send_back,
    Move.SIGN_OFF: _sign_off,
    Move.TAKE_OVER: _take_over,
    Move.ENTER_DONE: _enter_done,
    Move.ACCEPT: _accept,
    Move.SUBMIT: _submit,
    Move.VERIFY: _verify,
    Move.RETURN: _return,
    Move.SUSPEND: _suspend,
    Move.RESUME: _resume,
    Move.CANCEL: _cancel,
}

PAST_DATES = {Move.TAKE_OVER, Move.ENTER_DONE}
BATCHED = {Move.SIGN_OFF, Move.SEND_BACK}


def _prepared(state: TaskState, step: Move, cast: Cast) -> Task:
    task = IN_STATE[state](cast)
    if step in PAST_DATES:
        # Only work whose date has gone by is taken over; the date must not be what refuses.
        with write_transaction() as session:
            session.execute(sa.update(Task).where(Task.id == task.id).values(due_on=TODAY - timedelta(days=30)))
    if step in BATCHED:
        _batch_of(task, cast)
    db.session.expire_all()
    return task


@pytest.mark.parametrize("step", list(Move))
@pytest.mark.parametrize("state", list(TaskState))
def test_a_move_happens_from_its_sources_and_from_nowhere_else(cast: Cast, state: TaskState, step: Move) -> None:
    task = _prepared(state, step, cast)
    version = task.version
    if can(step, state):
        with write_transaction():
            ACTS[step](task, cast)
        target = MOVES[step][1] or TaskState.ACTIVE
        assert (task.state, task.version > version) == (target, True)
        return
    if step is Move.SEND_BACK:
        # Sending a batch back leaves alone what is not in it to be signed off.
        with write_transaction():
            ACTS[step](task, cast)
        assert (task.state, task.version) == (state, version)
        return
    with refuses(Stale):
        ACTS[step](task, cast)


def test_the_table_of_moves_is_the_diagram_of_the_domain() -> None:
    assert {step: (set(sources), target) for step, (sources, target) in MOVES.items()} == {
        Move.PROPOSE: ({"draft"}, "proposed"),
        Move.SEND_BACK: ({"proposed"}, "draft"),
        Move.SIGN_OFF: ({"proposed"}, "issued"),
        Move.TAKE_OVER: ({"draft"}, "active"),
        Move.ENTER_DONE: ({"draft"}, "completed"),
        Move.ACCEPT: ({"issued"}, "active"),
        Move.SUBMIT: ({"active", "returned"}, "submitted"),
        Move.VERIFY: ({"submitted"}, "completed"),
        Move.RETURN: ({"submitted"}, "returned"),
        Move.SUSPEND: ({"issued", "active", "returned"}, "suspended"),
        Move.RESUME: ({"suspended"}, None),
        Move.CANCEL: (set(TaskState) - {"completed", "cancelled"}, "cancelled"),
    }


def test_a_suspended_task_resumes_where_it_was(cast: Cast) -> None:
    for state in (TaskState.ISSUED, TaskState.ACTIVE, TaskState.RETURNED):
        task = IN_STATE[state](cast)
        with write_transaction():
            _suspend(task, cast)
        with write_transaction():
            _resume(task, cast)
        assert (task.state, task.suspended_from) == (state, None)


def test_a_draft_nobody_leads_can_be_left_out_by_the_office(cast: Cast) -> None:
    task = draft(cast, lead=None, due_on=None)
    with write_transaction():
        _cancel(task, cast)
    assert task.state is TaskState.CANCELLED
