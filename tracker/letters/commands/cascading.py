"""Handing clauses of a letter in force on to the unit's sections and schools (层层分解): letters and sub-tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.clauses import content_of
from tracker.letters.commands.codes import new_code
from tracker.letters.commands.preparing import checked_day
from tracker.letters.models import Letter, LetterBatch, LetterClause, Signatory
from tracker.letters.queries import ToHandOn
from tracker.letters.rules import (
    MAX_CLAUSE,
    MAX_SIGNATORIES,
    MAX_TITLE,
    BatchState,
    ClauseKind,
    LetterState,
    Side,
    SigningOrder,
    deadline_words,
    task_words,
    together,
)
from tracker.organisation.models import Post, Unit
from tracker.organisation.rules import UnitKind
from tracker.tasks.commands import cancel_task, require_at_work, split_task
from tracker.tasks.models import Task


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause to be handed on: to which units (by id), to what standard, by when."""

    clause_id: int
    unit_ids: Sequence[int]
    standard: str
    due_on: date | None


def hand_on(letter: Letter, pieces: Sequence[Piece], *, sign_by: date, by: Actor, now: datetime) -> LetterBatch:
    """Write one letter for each receiving unit out of clauses that its unit signed; nothing goes out yet.

    The letter handed on stays its unit's own promise. What is handed on is not handed on further.
    """
    require(policy.may_hand_on(by, letter))
    require_at_work(letter.group)
    require_divisible(letter)
    today = local_date(now)
    take(letter, states=[LetterState.IN_FORCE])
    parts = _checked(letter, pieces, today=today)
    batch = _batch(letter, by=by, now=now)
    batch.sign_by = checked_day(batch, sign_by, today=today)
    db.session.add(batch)
    db.session.flush()
    units = {unit.id: unit for unit in queries.units_to_hand_on_to(letter)}
    receiving = [unit_id for unit_id in units if any(unit_id in piece.unit_ids for piece, _found in parts)]
    heads = queries.head_posts([letter.unit_id, *receiving])
    for unit_id in receiving:
        mine = [(piece, found) for piece, found in parts if unit_id in piece.unit_ids]
        db.session.add(_letter(letter, batch, units[unit_id], mine, heads=heads))
    db.session.flush()
    new = {"follows": letter.number, "units": receiving, "sign_by": batch.sign_by}
    group_id, unit_id = batch.group_id, letter.unit_id
    record("letter.hand_on", "letter_batch", batch.id, by=by, now=now, group_id=group_id, unit_id=unit_id, new=new)
    if not policy.may_issue(by, batch):
        notices.tell_drafted(batch, now=now)
    return batch


def require_divisible(letter: Letter) -> None:
    """A letter is handed on once: not by a section, nor by whom it was handed on to."""
    if letter.parent_id is not None:
        raise Stale(_l("分解下达的责任书不再向下分解。"))
    if letter.unit.kind is UnitKind.SECTION:
        raise Stale(_l("科室的责任书不再向下分解。"))
    if letter.state is not LetterState.IN_FORCE:
        raise Stale(_l("双方签署生效的责任书才能分解。"))


def _checked(letter: Letter, pieces: Sequence[Piece], *, today: date) -> list[tuple[Piece, ToHandOn]]:
    known = {found.clause.id: found for found in queries.clauses_to_hand_on(letter, day=today)}
    below = {unit.id: unit for unit in queries.units_to_hand_on_to(letter)}
    wanted = [piece for piece in pieces if piece.unit_ids]
    if not wanted:
        raise Invalid({"pieces": _l("请至少勾选一个条款的承接单位。")})
    if not {piece.clause_id for piece in wanted} <= known.keys():
        raise Stale(_l("有条款已不能分解，请重新打开。"))
    found = [(piece, known[piece.clause_id]) for piece in wanted]
    parts = [(_checked_piece(piece, one, below, today=today), one) for piece, one in found]
    _require_one_date(parts)
    return parts


def _require_one_date(parts: Sequence[tuple[Piece, ToHandOn]]) -> None:
    """A target and its task that go to one unit together become one sub-task, which has one date."""
    dates: dict[tuple[int, int], date | None] = {}
    for piece, found in parts:
        for unit_id in piece.unit_ids:
            if dates.setdefault((found.task.id, unit_id), piece.due_on) != piece.due_on:
                sentence = _l("同一任务的条款分解给同一单位时合为一项子任务，时限须一致。")
                raise Invalid({f"due_on_{piece.clause_id}": sentence})


def _checked_piece(piece: Piece, found: ToHandOn, below: dict[int, Unit], *, today: date) -> Piece:
    number = piece.clause_id
    if not set(piece.unit_ids) <= below.keys():
        raise Invalid({f"units_{number}": _l("只能分解给本单位的科室或者所属学校。")})
    if again := [below[unit_id].name for unit_id in piece.unit_ids if unit_id in found.taken]:
        raise Invalid({f"units_{number}": _l("这一条已经分解给：%(units)s", units="、".join(again))})
    standard = paragraphs(piece.standard, f"standard_{number}", limit=MAX_CLAUSE)
    if piece.due_on is None:
        raise Invalid({f"due_on_{number}": _l("请填写日期。")})
    if piece.due_on < today:
        raise Invalid({f"due_on_{number}": _l("日期不能早于今天。")})
    if found.task.due_on is not None and piece.due_on > found.task.due_on:
        raise Invalid({f"due_on_{number}": _l("不能晚于本单位的时限 %(day)s。", day=found.task.due_on)})
    return Piece(number, piece.unit_ids, standard, piece.due_on)


def _batch(letter: Letter, *, by: Actor, now: datetime) -> LetterBatch:
    """A batch of the unit, in the words in which its own letter was written."""
    above, unit = letter.batch, letter.unit
    prefix = (letter.number or "").removesuffix("号")
    batch = LetterBatch(
        group_id=letter.group_id,
        unit_id=unit.id,
        plan_id=above.plan_id,
        title=f"{unit.name}{above.period}目标责任书"[:MAX_TITLE],
        year=above.year,
        period=above.period,
        first_party=unit.name,
        number_prefix=f"{prefix}-",
        signing_order=SigningOrder.SECOND_FIRST,
        ends_on=above.ends_on,
        purpose=above.purpose,
        safeguards=above.safeguards,
        accountability=above.accountability,
        closing=above.closing,
        state=BatchState.DRAFT,
        created_by_id=by.person_id,
        created_at=now,
    )
    batch.group, batch.unit = letter.group, unit
    return batch


def _letter(
    parent: Letter,
    batch: LetterBatch,
    unit: Unit,
    parts: Sequence[tuple[Piece, ToHandOn]],
    *,
    heads: dict[int, list[Post]],
) -> Letter:
    letter = Letter(group_id=batch.group_id, batch=batch, unit_id=unit.id, check_code=new_code(), sign_by=batch.sign_by)
    letter.unit, letter.parent_id = unit, parent.id
    letter.signatories = [
        Signatory(side=side, position=position, post_id=post.id, party=post.unit.name, title=post.title)
        for side, unit_id in ((Side.FIRST, parent.unit_id), (Side.SECOND, unit.id))
        for position, post in enumerate(heads[unit_id][:MAX_SIGNATORIES], 1)
    ]
    letter.clauses = [_clause(position, piece, found) for position, (piece, found) in enumerate(parts, 1)]
    return letter


def _clause(position: int, piece: Piece, found: ToHandOn) -> LetterClause:
    until = deadline_words(piece.due_on, "", continuous=False)
    return LetterClause(
        position=position,
        kind=ClauseKind.TASK,
        parent_clause_id=found.clause.id,
        standard=piece.standard,
        due_on=piece.due_on,
        text=task_words(found.task.title, content_of(found.clause), piece.standard, until),
    )


def make_pieces(letter: Letter, *, by: Actor, now: datetime) -> None:
    """Make the sub-tasks of a letter that hands clauses on, when it goes out; a clause that has one keeps it.

    Clauses about one task, such as a target and the task itself, become one sub-task that says all of it.
    """
    parent = letter.parent
    if parent is None:
        return
    pieces = _by_task(letter)
    if pieces and parent.state is not LetterState.IN_FORCE:
        raise Stale(_l("原责任书已不在生效状态，不能再分解。"))
    for task, clauses in pieces:
        origins = [clause.parent_clause for clause in clauses if clause.parent_clause is not None]
        # The task's own words come first, then the numbers to reach.
        origins.sort(key=lambda origin: origin.kind is ClauseKind.TARGET)
        piece = split_task(
            task,
            unit_id=letter.unit_id,
            title=task.title,
            content=together(map(content_of, origins)),
            standard=together(clause.standard for clause in clauses),
            due_on=clauses[0].due_on,
            version=task.version,
            by=by,
            now=now,
        )
        for clause in clauses:
            clause.task = piece
    db.session.flush()


def _by_task(letter: Letter) -> list[tuple[Task, list[LetterClause]]]:
    """The tasks of which a letter hands something on that is no sub-task yet, with the clauses about each."""
    found: dict[int, tuple[Task, list[LetterClause]]] = {}
    for clause in letter.clauses:
        above = clause.parent_clause
        if clause.task_id is None and above is not None and above.task is not None:
            found.setdefault(above.task.id, (above.task, []))[1].append(clause)
    return list(found.values())


def cancel_pieces(letter: Letter, *, reason: str, by: Actor, now: datetime) -> list[int]:
    """Cancel the sub-tasks of a letter that is withdrawn and that no other letter promises; gives back which."""
    cancelled = []
    for task in queries.pieces_of(letter):
        cancel_task(task, reason=reason, version=task.version, by=by, now=now)
        cancelled.append(task.id)
    return cancelled
