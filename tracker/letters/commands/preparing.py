"""Write letters before they go out: the template, a batch with one draft a unit, and the clauses of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line, paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import policy, queries
from tracker.letters.commands.codes import new_code
from tracker.letters.commands.steps import hold, note, step
from tracker.letters.models import Letter, LetterBatch, LetterClause, LetterTemplate, Signatory
from tracker.letters.rules import (
    EDITABLE,
    MAX_CLAUSE,
    MAX_CLAUSES,
    MAX_SECTION,
    MAX_SIGNATORIES,
    MAX_TITLE,
    BatchState,
    ClauseKind,
    LetterMove,
    LetterState,
    Side,
    SigningOrder,
    Template,
    target_words,
    task_words,
)
from tracker.organisation.models import LeadershipGroup, Post, Seat, Unit
from tracker.organisation.rules import PostRank
from tracker.plans.models import Plan
from tracker.tasks.commands import require_at_work
from tracker.tasks.models import Task

FIRST_YEAR, LAST_YEAR = 2000, 2100
MAX_FREE = 50_000
SECTIONS = ("purpose", "safeguards", "accountability", "closing")


@dataclass(frozen=True, slots=True)
class BatchWords:
    """What the office writes of a batch; year none means the whole campaign, named by period."""

    title: str
    first_party: str
    number_prefix: str
    sign_by: date | None
    template: Template
    year: int | None = None
    period: str = ""
    ends_on: date | None = None
    signing_order: SigningOrder = SigningOrder.ANY
    plan: Plan | None = None
    seats: Sequence[Seat] = field(default_factory=tuple)
    posts: Sequence[Post] = field(default_factory=tuple)
    """Who signs for the first party: seats of the group's leaders, or posts of a parent unit's heads."""


def set_template(group: LeadershipGroup, *, words: Template, version: int, by: Actor, now: datetime) -> None:
    """Change the words that frame a group's letters; letters already written keep theirs. version 0: none was kept."""
    require(policy.may_manage(by, group.id))
    require_at_work(group)
    clean = _clean_template(words)
    hold(group)
    row = db.session.get(LetterTemplate, group.id, populate_existing=True)
    if (row.version if row is not None else 0) != version:
        raise Stale
    if row is None:
        db.session.add(LetterTemplate(group_id=group.id, updated_at=now, **clean))
    else:
        row.version += 1
        row.updated_at = now
        for name, text in clean.items():
            setattr(row, name, text)
    db.session.flush()
    record("letter.set_template", "group", group.id, by=by, now=now, group_id=group.id, new=clean)


def _clean_template(words: Template) -> dict[str, str]:
    return {
        name: paragraphs(getattr(words, name), name, limit=MAX_SECTION, required=name == "purpose") for name in SECTIONS
    }


def prepare_batch(
    group: LeadershipGroup, units: Sequence[Unit], *, words: BatchWords, by: Actor, now: datetime
) -> LetterBatch:
    """Write one letter a unit, its clauses being the unit's tasks and targets as they stand; nothing goes out yet."""
    require(policy.may_manage(by, group.id))
    require_at_work(group)
    _check_parties(group, units, words, day=local_date(now))
    batch = LetterBatch(
        group_id=group.id,
        plan_id=words.plan.id if words.plan is not None else None,
        title=one_line(words.title, "title", limit=MAX_TITLE, required=True),
        year=_sensible_year(words.year),
        period=f"{words.year}年度" if words.year else one_line(words.period, "period", limit=40, required=True),
        first_party=one_line(words.first_party, "first_party", limit=120, required=True),
        number_prefix=one_line(words.number_prefix, "number_prefix", limit=60, required=True),
        signing_order=words.signing_order,
        **_dates(words, today=local_date(now)),
        **_clean_template(words.template),
        state=BatchState.DRAFT,
        created_by_id=by.person_id,
        created_at=now,
    )
    batch.group = group
    db.session.add(batch)
    db.session.flush()
    unit_ids = [unit.id for unit in units]
    promised = queries.promised_tasks(group.id, unit_ids, plan_id=batch.plan_id, year=batch.year)
    heads = queries.head_posts(unit_ids)
    for unit in units:
        lines = [*_first_signatories(words), *_second_signatories(unit, heads[unit.id])]
        letter = Letter(group_id=group.id, batch=batch, unit_id=unit.id, check_code=new_code())
        letter.unit, letter.signatories = unit, lines
        write_clauses(letter, promised[unit.id], ())
        db.session.add(letter)
    db.session.flush()
    new = {"title": batch.title, "period": batch.period, "units": unit_ids, "sign_by": batch.sign_by}
    record("letter.prepare", "letter_batch", batch.id, by=by, now=now, group_id=group.id, new=new)
    return batch


def _check_parties(group: LeadershipGroup, units: Sequence[Unit], words: BatchWords, *, day: date) -> None:
    known = {unit.id for unit, _member in queries.units_to_promise(group.id, day=day)}
    if not units or len({unit.id for unit in units}) != len(units) or not {unit.id for unit in units} <= known:
        raise Invalid({"units": _l("请选择本领导小组的成员单位或者其下属单位。")})
    if not 1 <= len(words.seats) + len(words.posts) <= MAX_SIGNATORIES:
        raise Invalid({"signatories": _l("甲方签署人为一人或者两人。")})
    leaders = {seat.id for seat in queries.leaders_to_sign(group.id, day=day)}
    if not {seat.id for seat in words.seats} <= leaders:
        raise Invalid({"signatories": _l("请选择本领导小组的领导。")})
    parents = {unit.parent_id for unit in units}
    if any(post.rank is not PostRank.HEAD or {post.unit_id} != parents for post in words.posts):
        raise Invalid({"signatories": _l("由上级单位负责人签署的，签订单位须是其下属单位。")})
    if words.plan is not None and words.plan.group_id != group.id:
        raise Invalid({"plan": _l("请选择本领导小组的方案。")})


def _sensible_year(year: int | None) -> int | None:
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid({"year": _l("请核对年份。")})
    return year


def _dates(words: BatchWords, *, today: date) -> dict[str, date | None]:
    if words.sign_by is None:
        raise Invalid({"sign_by": _l("请填写日期。")})
    if words.sign_by < today:
        raise Invalid({"sign_by": _l("日期不能早于今天。")})
    if words.sign_by.year > LAST_YEAR:
        raise Invalid({"sign_by": _l("日期过远，请核对年份。")})
    if words.ends_on is not None and not words.sign_by <= words.ends_on <= date(LAST_YEAR, 12, 31):
        raise Invalid({"ends_on": _l("有效期不能早于签署期限。")})
    return {"sign_by": words.sign_by, "ends_on": words.ends_on}


def _first_signatories(words: BatchWords) -> list[Signatory]:
    lines = [
        Signatory(
            side=Side.FIRST,
            seat_id=seat.id,
            party="",
            title=f"{seat.post.unit.name}{seat.post.title}" if seat.post is not None else seat.title,
        )
        for seat in words.seats
    ]
    lines += [
        Signatory(side=Side.FIRST, post_id=post.id, party=post.unit.name, title=post.title) for post in words.posts
    ]
    return _in_order(lines)


def _second_signatories(unit: Unit, heads: Sequence[Post]) -> list[Signatory]:
    lines = [Signatory(side=Side.SECOND, post_id=post.id, party=unit.name, title=post.title) for post in heads]
    return _in_order(lines[:MAX_SIGNATORIES])


def _in_order(lines: list[Signatory]) -> list[Signatory]:
    for position, line in enumerate(lines, 1):
        line.position = position
    return lines


def write_clauses(letter: Letter, tasks: Sequence[Task], free: Sequence[str]) -> None:
    """Put a letter's clauses down anew: targets, tasks, then what was written by hand."""
    clauses = [
        LetterClause(
            kind=ClauseKind.TARGET,
            task_id=task.id,
            target_id=target.id,
            text=target_words(
                target.quantity, target.scope, target.operator, target.value, target.unit, target.due_on or task.due_on
            ),
            due_on=target.due_on or task.due_on,
        )
        for task in tasks
        for target in task.targets
    ]
    clauses += [
        LetterClause(
            kind=ClauseKind.TASK,
            task_id=task.id,
            text=task_words(
                task.title,
                task.content,
                task.standard,
                queries.deadline_of(task),
            ),
            due_on=task.due_on,
        )
        for task in tasks
    ]
    clauses += [LetterClause(kind=ClauseKind.FREE, text=text) for text in free]
    _check_clauses(clauses)
    if letter.clauses:
        letter.clauses = []
        # The old ones go before the new ones take their places.
        db.session.flush()
    for position, clause in enumerate(clauses, 1):
        clause.position = position
    letter.clauses = clauses


def _check_clauses(clauses: Sequence[LetterClause]) -> None:
    if len(clauses) > MAX_CLAUSES:
        raise Invalid({"free": _l("一份责任书最多 %(limit)s 条。", limit=MAX_CLAUSES)})
    for clause in clauses:
        if len(clause.text) > 3 * MAX_CLAUSE:
            raise Invalid({"free": _l("有一条过长，请先精简任务内容。")})


def free_clauses(text: str) -> list[str]:
    """What was written by hand, one clause a line."""
    lines = [line.strip() for line in paragraphs(text, "free", limit=MAX_FREE).split("\n") if line]
    if any(len(line) > MAX_CLAUSE for line in lines):
        raise Invalid({"free": _l("每条最多 %(limit)s 个字。", limit=MAX_CLAUSE)})
    return lines


def chosen_tasks(letter: Letter, task_ids: Sequence[int]) -> list[Task]:
    """The tasks that a letter is to promise; only what its unit leads and is at work on."""
    known = {task.id: task for task in queries.tasks_to_promise(letter)}
    if not set(task_ids) <= set(known):
        raise Invalid({"tasks": _l("请选择本单位正在办理的任务。")})
    return [task for task_id, task in known.items() if task_id in set(task_ids)]


def edit_letter(
    letter: Letter, *, task_ids: Sequence[int], free: str = "", version: int, by: Actor, now: datetime
) -> None:
    """Say which of the unit's tasks a letter promises, and what else, one clause a line; only before it goes out."""
    require(policy.may_manage(by, letter.group_id))
    require_at_work(letter.group)
    others, tasks = free_clauses(free), chosen_tasks(letter, task_ids)
    take(letter, version=version, states=EDITABLE)
    write_clauses(letter, tasks, others)
    db.session.flush()
    note("edit", letter, by=by, now=now, tasks=[task.id for task in tasks], free=others)


def discard_batch(batch: LetterBatch, *, version: int, by: Actor, now: datetime) -> None:
    """Give up a batch that has not gone out; its drafts are withdrawn with it."""
    require(policy.may_manage(by, batch.group_id))
    require_at_work(batch.group)
    take(batch, version=version, states=[BatchState.DRAFT])
    batch.state = BatchState.DISCARDED
    for letter in batch.letters:
        if letter.state is LetterState.DRAFT:
            step(letter, LetterMove.WITHDRAW)
    record("letter.discard", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id)
