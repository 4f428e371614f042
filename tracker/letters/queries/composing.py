"""What a letter is composed of: the tasks a unit promises, who signs, and what is missing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from tracker.kernel.db import db
from tracker.letters import policy
from tracker.letters.models import Letter, LetterBatch, LetterTemplate
from tracker.letters.queries.parties import holders
from tracker.letters.rules import (
    DEFAULT_TEMPLATE,
    EDITABLE,
    PROMISING,
    ClauseKind,
    Contents,
    Gap,
    LetterKind,
    Side,
    Signer,
    Template,
    composed,
    deadline_words,
    filled,
    places,
    recurring_words,
)
from tracker.organisation.models import MemberUnit, Post, Seat, Unit, on_day
from tracker.organisation.rules import LEADERS, PostRank
from tracker.tasks.models import Milestone, Task
from tracker.tasks.queries import of_the_group
from tracker.tasks.rules import LIVE, TaskState


def template_of(group_id: int) -> tuple[int, Template]:
    """The words of a group's letters with their version: its own, or (version 0) those to begin with."""
    row = db.session.get(LetterTemplate, group_id)
    if row is None:
        return 0, DEFAULT_TEMPLATE
    return row.version, Template(row.purpose, row.safeguards, row.accountability, row.closing)


def promised_tasks(
    group_id: int, unit_ids: Collection[int], *, plan_id: int | None, year: int | None
) -> dict[int, list[Task]]:
    """The tasks that units lead and would promise, by unit: under way, and due in the year or before it.

    A continuous task and one with a milestone in the year are promised too; of a recurring task the latest period
    stands for all. Without a year, everything that is under way. A piece that the unit above handed down is promised
    to that unit, and not here again.
    """
    query = sa.select(Task).where(
        Task.group_id == group_id, of_the_group, Task.lead_unit_id.in_(unit_ids), Task.state.in_(sorted(LIVE))
    )
    if plan_id is not None:
        query = query.where(Task.plan_id == plan_id)
    if year is not None:
        first, last = date(year, 1, 1), date(year, 12, 31)
        steps = sa.select(Milestone.task_id).where(Milestone.due_on.between(first, last))
        query = query.where(sa.or_(Task.continuous, Task.due_on <= last, Task.id.in_(steps)))
    rows = db.session.scalars(query.options(selectinload(Task.targets)).order_by(Task.sort_on, Task.id))
    found: dict[int, list[Task]] = {unit_id: [] for unit_id in unit_ids}
    seen: dict[int, int] = {}
    for task in rows:
        tasks = found[task.lead_unit_id or 0]
        if task.series_id in seen and task.series_id is not None:
            tasks[seen[task.series_id]] = task
            continue
        if task.series_id is not None:
            seen[task.series_id] = len(tasks)
        tasks.append(task)
    return found


def deadline_of(task: Task) -> str:
    """When a task is due, in the words of a letter; of a recurring one how often."""
    if task.cadence_every is not None and not task.continuous:
        return task.deadline_text or recurring_words(task.cadence_every, task.cadence_month, task.cadence_day)
    return deadline_words(task.due_on, task.deadline_text, continuous=task.continuous)


def unissued_tasks(group_id: int, unit_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By unit, how many of its tasks are not signed off yet, and how many of these have no deadline."""
    undated = sa.and_(Task.due_on.is_(None), sa.not_(Task.continuous), Task.cadence_every.is_(None))
    rows = db.session.execute(
        sa.select(Task.lead_unit_id, sa.func.count(), sa.func.sum(sa.case((undated, 1), else_=0)))
        .where(
            Task.group_id == group_id,
            Task.lead_unit_id.in_(unit_ids),
            Task.state.in_([TaskState.DRAFT, TaskState.PROPOSED]),
        )
        .group_by(Task.lead_unit_id)
    )
    return {unit_id: (number, int(without)) for unit_id, number, without in rows}


def head_posts(unit_ids: Collection[int]) -> dict[int, list[Post]]:
    """The posts of heads, by unit: one, or two where party and government stand beside each other (党政一把手)."""
    rows = db.session.scalars(
        sa.select(Post)
        .where(Post.unit_id.in_(unit_ids), Post.rank == PostRank.HEAD)
        .options(joinedload(Post.unit))
        .order_by(Post.id)
    )
    found: dict[int, list[Post]] = {unit_id: [] for unit_id in unit_ids}
    for post in rows:
        found[post.unit_id].append(post)
    return found


def leaders_to_sign(group_id: int, *, day: date) -> Sequence[Seat]:
    """The seats of leaders who may sign for the first party."""
    return db.session.scalars(
        sa.select(Seat)
        .where(Seat.group_id == group_id, Seat.role.in_(sorted(LEADERS)), on_day(Seat, day))
        .options(joinedload(Seat.post).joinedload(Post.unit), joinedload(Seat.person))
        .order_by(Seat.position, Seat.id)
    ).all()


def units_to_promise(group_id: int, *, day: date) -> Sequence[tuple[Unit, bool]]:
    """The units that letters may go to, with whether each is a member of the group: members, and units below them."""
    members = sa.select(MemberUnit.unit_id).where(MemberUnit.group_id == group_id, on_day(MemberUnit, day))
    rows = db.session.execute(
        sa.select(Unit, Unit.id.in_(members))
        .where(sa.or_(Unit.id.in_(members), Unit.parent_id.in_(members)), Unit.ended_on.is_(None))
        .order_by(Unit.id.in_(members).desc(), Unit.id)
    )
    return [(unit, bool(member)) for unit, member in rows]


def promised_already(
    group_id: int, unit_ids: Collection[int], *, plan_id: int | None, period: str, beside: int = 0
) -> dict[int, Letter]:
    """By unit, the letter that it has for a plan and period, on its way or standing, in another batch than beside.

    A batch without a plan is about all of them. What units hand on to those below is no letter of the group.
    """
    query = (
        sa.select(Letter)
        .join(Letter.batch)
        .where(
            Letter.group_id == group_id,
            Letter.unit_id.in_(unit_ids),
            Letter.batch_id != beside,
            Letter.parent_id.is_(None),
            Letter.kind != LetterKind.SUPPLEMENT,
            Letter.state.in_(sorted(PROMISING)),
            LetterBatch.period == period,
        )
        .options(contains_eager(Letter.batch).joinedload(LetterBatch.plan))
        .order_by(Letter.id)
    )
    if plan_id is not None:
        query = query.where(sa.or_(LetterBatch.plan_id == plan_id, LetterBatch.plan_id.is_(None)))
    return {letter.unit_id: letter for letter in db.session.scalars(query)}


def already_beside(batch: LetterBatch, letters: Sequence[Letter]) -> dict[int, Letter]:
    """By letter, the one of the same plan and period that its unit has already; one query for all."""
    first = [letter for letter in letters if letter.kind is LetterKind.LETTER and letter.parent_id is None]
    if not first:
        return {}
    units = {letter.unit_id for letter in first}
    found = promised_already(batch.group_id, units, plan_id=batch.plan_id, period=batch.period, beside=batch.id)
    return {letter.id: found[letter.unit_id] for letter in first if letter.unit_id in found}


def gaps(batch: LetterBatch, letters: Sequence[Letter], *, day: date) -> dict[int, list[Gap]]:
    """What letters lack, by letter: a flat number of queries whatever their number."""
    waiting = unissued_tasks(batch.group_id, {letter.unit_id for letter in letters})
    people = holders([one for letter in letters for one in letter.signatories], day=day)
    already = already_beside(batch, letters)
    found: dict[int, list[Gap]] = {}
    for letter in letters:
        missing = []
        second = [one for one in letter.signatories if one.side is Side.SECOND]
        if not second:
            missing.append(Gap.NO_SIGNATORY)
        elif not all(people[one.id] for one in second):
            missing.append(Gap.POST_EMPTY)
        first = {person.id for one in letter.signatories if one.side is Side.FIRST for person in people[one.id]}
        if any(person.id in first for one in second for person in people[one.id]):
            missing.append(Gap.BOTH_SIDES)
        if not letter.clauses:
            missing.append(Gap.NO_CLAUSE)
        number, undated = waiting.get(letter.unit_id, (0, 0)) if letter.parent_id is None else (0, 0)
        missing += [Gap.UNISSUED_TASKS] * bool(number) + [Gap.UNDATED_TASKS] * bool(undated)
        missing += [Gap.PROMISED_ALREADY] * (letter.id in already)
        found[letter.id] = missing
    return found


def places_of(letter: Letter) -> dict[int, str]:
    """By clause, where it stands in the letter as the letter numbers it; in a draft, where it would stand."""
    text = policy.text_of(letter)
    fixed = text is not None and letter.state not in EDITABLE
    words = text.text if text is not None and fixed else text_for(letter, number="")
    found = places(words, [clause.text for clause in letter.clauses])
    return {clause.id: place for clause, place in zip(letter.clauses, found, strict=True)}


def text_for(letter: Letter, *, number: str) -> str:
    """The canonical text of a letter as its rows stand now."""
    batch = letter.batch
    values: Mapping[str, str] = {
        "【单位】": letter.unit.name,
        "【期间】": batch.period,
        "【领导小组】": batch.group.name,
        "【甲方】": batch.first_party,
    }
    said = {kind: [clause.text for clause in letter.clauses if clause.kind is kind] for kind in ClauseKind}
    return composed(
        Contents(
            title=batch.title,
            number=number,
            first_party=batch.first_party,
            second_party=letter.unit.name,
            template=Template(
                *(filled(text, values) for text in (batch.purpose, batch.safeguards)),
                *(filled(text, values) for text in (batch.accountability, batch.closing)),
            ),
            targets=said[ClauseKind.TARGET],
            tasks=said[ClauseKind.TASK],
            others=said[ClauseKind.FREE],
            first_signers=[Signer(one.party, one.title) for one in letter.signatories if one.side is Side.FIRST],
            second_signers=[Signer(one.party, one.title) for one in letter.signatories if one.side is Side.SECOND],
            ends_on=batch.ends_on,
            follows=(letter.follows.number or "") if letter.follows is not None else "",
        )
    )
