"""The letters of the story: signed by most units, late with some, sent back, replaced, withdrawn, expired."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from tracker.demo.letter_batches import SIGN_WORKING_DAYS, answer_views, ask_views, clerk_of, issue
from tracker.demo.stage import Stage
from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.letters import commands, policy, queries
from tracker.letters.commands import Judged, Piece, Seen
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import ClauseOutcome, LetterKind, LetterState, Side
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment, Person
from tracker.organisation.queries import seat_holders, unit_people
from tracker.organisation.rules import PostRank
from tracker.tasks.commands import adjust_time
from tracker.tasks.models import Task
from tracker.tasks.rules import OPEN

OUT, EXPIRING_OUT = -48, -90
"""Days, from today, on which the letters of the first and of the second group go out."""
SCHOOLS, CLAUSES, PIECE_DAYS, FAR_OFF = 2, 2, 40, 50
"""So many schools get so many clauses of a bureau's letter, to be done within so many days."""
SILENT = 2
"""So many units have not signed though the date has passed."""
RECONCILED = 2
"""So many letters of the second group are reconciled; the leader has confirmed one."""

Days = Sequence[tuple[int, Callable[[Stage], None]]]


def letters_of(group_id: int, second_id: int, *, today: date) -> Days:
    """What happens to letters, by day from today."""
    return (
        (EXPIRING_OUT, lambda stage: issue(stage, second_id, year=today.year, ends=today - timedelta(days=6))),
        (EXPIRING_OUT + 2, lambda stage: _units_sign(stage, second_id, leave=1)),
        (EXPIRING_OUT + 4, lambda stage: _leader_signs(stage, second_id)),
        (OUT, lambda stage: issue(stage, group_id, year=today.year, ends=None)),
        (OUT + 1, lambda stage: _send_back(stage, group_id)),
        (OUT + 3, lambda stage: _units_sign(stage, group_id, leave=SILENT + 2)),
        (OUT + 6, lambda stage: _leader_signs(stage, group_id)),
        (OUT + 8, lambda stage: _withdraw(stage, group_id)),
        (-15, lambda stage: _replace(stage, group_id)),
        (-12, lambda stage: _urge(stage, group_id)),
        (-10, lambda stage: _hand_on(stage, group_id)),
        (-8, lambda stage: _one_school_signs(stage, group_id)),
        (-5, lambda stage: _reconcile(stage, second_id)),
        (-4, lambda stage: _confirm(stage, second_id)),
        (-3, lambda stage: _succeed(stage, group_id)),
        (-3, lambda stage: ask_views(stage, second_id, year=today.year)),
        (-2, lambda stage: _one_more_signs(stage, group_id)),
        (-2, lambda stage: _draw_up(stage, group_id)),
        (-1, lambda stage: answer_views(stage, second_id)),
        (-1, lambda stage: _move_a_date(stage, group_id)),
    )


def _letters(group_id: int, *states: LetterState, handed_on: bool = False) -> Sequence[Letter]:
    """The letters of a group in some states, or those in which units hand clauses on."""
    which = Letter.parent_id.is_not(None) if handed_on else Letter.parent_id.is_(None)
    query = sa.select(Letter).join(LetterBatch).where(Letter.group_id == group_id, which, Letter.state.in_(states))
    return db.session.scalars(query.options(*queries.whole()).order_by(Letter.id)).all()


def _sign(stage: Stage, letter: Letter, side: Side) -> None:
    """Everybody who is to sign for a party signs."""
    text = policy.text_of(letter)
    for person_id in sorted(queries.people_to_sign(letter, side, now=stage.now)):
        by = stage.actor(person_id)
        if text is not None:
            ticket = commands.ticket_for(text, by=by, now=stage.now)
            commands.sign_letter(Seen(letter, text.id, text.sha256, ticket), by=by, now=stage.now)


def _units_sign(stage: Stage, group_id: int, *, leave: int) -> None:
    """All but the first few; who has schools and sections below signs, to hand clauses on later."""
    with write_transaction():
        issued = _letters(group_id, LetterState.ISSUED)
        silent = [letter.id for letter in issued if not queries.units_to_hand_on_to(letter)][:leave]
        for letter in issued:
            if letter.id not in silent:
                _sign(stage, letter, Side.SECOND)


def _leader_signs(stage: Stage, group_id: int) -> None:
    with write_transaction():
        for letter in _letters(group_id, LetterState.HALF_SIGNED):
            _sign(stage, letter, Side.FIRST)


def _one_more_signs(stage: Stage, group_id: int) -> None:
    """A unit signs late; the leader has yet to."""
    with write_transaction():
        for letter in _letters(group_id, LetterState.ISSUED)[SILENT : SILENT + 1]:
            _sign(stage, letter, Side.SECOND)


def _send_back(stage: Stage, group_id: int) -> None:
    """A head objects to a clause."""
    with write_transaction():
        letter = _letters(group_id, LetterState.ISSUED)[-1]
        people = queries.people_to_sign(letter, Side.SECOND, now=stage.now)
        remark = "第一项任务的完成标准与部门职责不一致，请核实后重新下发。"
        commands.send_back(letter, remark=remark, version=letter.version, by=stage.actor(min(people)), now=stage.now)


def _withdraw(stage: Stage, group_id: int) -> None:
    """One letter turns out to have been a mistake."""
    with write_transaction():
        [*_others, letter] = _letters(group_id, LetterState.ISSUED)
        remark, by = "该单位任务改由其他单位牵头，责任书撤回。", clerk_of(stage, group_id)
        commands.withdraw_letter(letter, remark=remark, version=letter.version, by=by, now=stage.now)


def _replace(stage: Stage, group_id: int) -> None:
    """A letter is signed anew with a further term; the old one is superseded."""
    with write_transaction():
        letter = next(one for one in _letters(group_id, LetterState.IN_FORCE) if not queries.units_to_hand_on_to(one))
        tasks = [task.id for task in queries.tasks_to_promise(letter)]
        by, free = clerk_of(stage, group_id), "乙方每季度末向领导小组办公室书面报告一次落实情况。"
        kind = LetterKind.REPLACEMENT
        new = commands.follow_letter(letter, kind=kind, task_ids=tasks, free=free, by=by, now=stage.now)
        commands.issue_letter(new, version=new.version, by=by, now=stage.now)
        _sign(stage, new, Side.SECOND)
        _sign(stage, new, Side.FIRST)


def _hand_on(stage: Stage, group_id: int) -> None:
    """A bureau hands two clauses of its letter on to two of its schools; its head issues the letters."""
    with write_transaction():
        today = local_date(stage.now)
        for letter in _letters(group_id, LetterState.IN_FORCE):
            below = [unit.id for unit in queries.units_to_hand_on_to(letter)]
            schools = [unit_id for unit_id, posts in queries.head_posts(below).items() if posts][:SCHOOLS]
            to_hand_on = queries.clauses_to_hand_on(letter, day=today)
            clauses = [one for one in to_hand_on if _can_hand_on(one.task, today)][:CLAUSES]
            if not (schools and clauses):
                continue
            [line] = [one for one in letter.signatories if one.side is Side.SECOND]
            head = stage.actor(queries.holders([line], day=today)[line.id][0].id)
            pieces = [
                Piece(
                    one.clause.id,
                    schools,
                    "按校建立清单，逐项销号，材料报区教育局存档。",
                    today + timedelta(days=PIECE_DAYS),
                )
                for one in clauses
            ]
            sign_by = working_days().shift(today, SIGN_WORKING_DAYS)
            batch = commands.hand_on(letter, pieces, sign_by=sign_by, by=head, now=stage.now)
            commands.issue_batch(batch, version=batch.version, by=head, now=stage.now)
            return


def _can_hand_on(task: Task, today: date) -> bool:
    """Work that goes on beyond the story: a task is not handed in before its pieces are done."""
    return task.due_on is not None and task.due_on > today + timedelta(days=FAR_OFF)


def _one_school_signs(stage: Stage, group_id: int) -> None:
    """The first school signs, and so does the bureau; the other school has yet to."""
    with write_transaction():
        for letter in _letters(group_id, LetterState.ISSUED, handed_on=True)[:1]:
            _sign(stage, letter, Side.SECOND)
            _sign(stage, letter, Side.FIRST)


def _reconcile(stage: Stage, group_id: int) -> None:
    """The office says what became of the clauses of a letter whose term is over, and of one more."""
    with write_transaction():
        clerk = clerk_of(stage, group_id)
        found = [
            letter
            for letter in _letters(group_id, LetterState.IN_FORCE, LetterState.EXPIRED)
            if policy.was_in_force(letter) and policy.may_reconcile(clerk, letter)
        ]
        for letter in found[:RECONCILED]:
            proposed = queries.proposals(letter, day=local_date(stage.now))
            judged = [
                Judged(clause_id, outcome or ClauseOutcome.PARTLY, sentence or "按约定推进。")
                for clause_id, (outcome, sentence) in proposed.items()
            ]
            commands.draft_reconciliation(letter, judged, version=0, by=clerk, now=stage.now)


def _confirm(stage: Stage, group_id: int) -> None:
    """The leader confirms the first of them; the rest still waits."""
    with write_transaction():
        leader = queries.leaders_to_sign(group_id, day=local_date(stage.now))[0]
        by = stage.actor(seat_holders(group_id, day=local_date(stage.now), roles=(leader.role,))[0])
        letter = queries.reconciliations_waiting_for(by)[0]
        commands.fulfil_letter(letter, version=1, by=by, now=stage.now)


def _succeed(stage: Stage, group_id: int) -> None:
    """A head retires and the deputy follows: the letter waits to be handed over."""
    with write_transaction() as session:
        for letter in _letters(group_id, LetterState.IN_FORCE)[::-1]:
            [line] = [one for one in letter.signatories if one.side is Side.SECOND]
            deputies = unit_people(letter.unit_id, day=local_date(stage.now), ranks=(PostRank.DEPUTY,))
            held = sa.select(Appointment).where(Appointment.post_id == line.post_id, Appointment.ends_on.is_(None))
            appointment = session.scalars(held).first()
            if deputies and appointment is not None:
                successor = session.get_one(Person, deputies[0])
                before = session.scalars(sa.select(Appointment).where(Appointment.person_id == successor.id)).all()
                organisation.hand_over(appointment, to=successor, by=SYSTEM, now=stage.now)
                for left in before:
                    organisation.end_appointment(left, by=SYSTEM, now=stage.now)
                stage.known.actors.clear()
                return


def _draw_up(stage: Stage, group_id: int) -> None:
    """The office draws up what passes to the head who came after; it waits to be signed."""
    with write_transaction():
        letters = _letters(group_id, LetterState.IN_FORCE)
        for due in queries.handovers_due(letters, day=local_date(stage.now))[:1]:
            by = clerk_of(stage, group_id)
            commands.open_handover(due.letter, signatory_id=due.signatory.id, by=by, now=stage.now)


def _urge(stage: Stage, group_id: int) -> None:
    with write_transaction():
        for letter in _letters(group_id, LetterState.ISSUED):
            commands.urge_letter(letter, by=clerk_of(stage, group_id), now=stage.now)


def _move_a_date(stage: Stage, group_id: int) -> None:
    """A promised task gets another date: the letter shows how it deviates, and a supplement is drafted."""
    with write_transaction():
        for letter in _letters(group_id, LetterState.IN_FORCE):
            tasks = [task for task in queries.tasks_to_promise(letter) if _can_move(task, local_date(stage.now))]
            if tasks and tasks[0].due_on is not None:
                adjust_time(
                    tasks[0],
                    new_due_on=tasks[0].due_on + timedelta(days=14),
                    basis="领导小组专题会议议定，配合全区统一安排顺延两周。",
                    by=stage.decider(tasks[0]),
                    now=stage.now,
                )
                by, kind = clerk_of(stage, group_id), LetterKind.SUPPLEMENT
                commands.follow_letter(letter, kind=kind, task_ids=[tasks[0].id], by=by, now=stage.now)
                return


def _can_move(task: Task, today: date) -> bool:
    settled = task.state in OPEN and task.series_id is None and not task.extension_pending
    return settled and task.due_on is not None and task.due_on > today
