"""The facts that the rules of flags look at, read for many subjects at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.registry import registry
from tracker.organisation.models import LeadershipGroup
from tracker.oversight.models import AccountabilitySetting, Flag, FlagDecision, FlagReview, FlagRuleSetting, Urge
from tracker.oversight.rules import (
    OVERDUE_RULES,
    DecisionKind,
    FlagColour,
    FlagRule,
    FlagState,
    FlagSubject,
    Happening,
    ReviewOutcome,
    RuleSetting,
    default_setting,
)
from tracker.tasks.models import Crossing, DelayExplanation, DueDateChange, Extension, Submission, Task, TaskPart
from tracker.tasks.models import Verification as Checked
from tracker.tasks.queries.lights import of_the_group
from tracker.tasks.rules import (
    OPEN,
    CrossingKind,
    DayMarks,
    DueDateCause,
    Light,
    LightFacts,
    Outcome,
    PartState,
    RequestState,
    day_marks,
    light_of,
    part_facts,
)

MAKE_GOOD = (DueDateCause.RECTIFICATION, DueDateCause.RETURN)
"""Why a date is one to make good by (限期整改)."""

By = Mapping[int, Sequence[Happening]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a flag would be about, as it stands: late_on is the date that the ladder follows."""

    kind: FlagSubject
    id: int
    task_id: int
    part_id: int | None
    unit_id: int
    unit: str
    owner_id: int | None
    title: str
    state: str
    light: Light
    due_on: date
    """The date that the ladder follows: the due date, or the milestone that comes before it."""
    first_due_on: date | None
    milestone: bool
    issued_on: date | None
    reported_on: date | None


def marks_of(group: LeadershipGroup, today: date) -> DayMarks:
    """What is late and near in a group on a day."""
    return day_marks(today, working_days(), yellow_days=group.yellow_days, roll=group.roll_due_dates)


def group_setting(group_id: int) -> AccountabilitySetting:
    """How a group works with flags: its row, or the defaults (not kept)."""
    return db.session.get(AccountabilitySetting, group_id) or default_group_setting(group_id)


def default_group_setting(group_id: int) -> AccountabilitySetting:
    """The defaults, as a row that is not kept."""
    columns = AccountabilitySetting.__table__.c
    names = ("statement_days", "review_days", "decide_within_days", "uses_cards", "version")
    return AccountabilitySetting(group_id=group_id, **{name: columns[name].default.arg for name in names})


def rule_settings(group_id: int) -> dict[FlagRule, RuleSetting]:
    """How a group has set each rule."""
    kept = db.session.scalars(sa.select(FlagRuleSetting).where(FlagRuleSetting.group_id == group_id))
    found = {rule: default_setting(rule) for rule in FlagRule}
    return found | {row.rule: RuleSetting(row.enabled, row.threshold, row.since) for row in kept}


def rules_at_work(group_id: int) -> dict[FlagRule, RuleSetting]:
    """The same, those of lateness with the day on which the group's own ladder has their rung; 0 where it has none."""
    settings = rule_settings(group_id)
    if registry.rungs is None:
        return settings
    rungs = registry.rungs(group_id)
    own = {
        rule: replace(settings[rule], threshold=rungs.get(colour.value, 0)) for colour, rule in OVERDUE_RULES.items()
    }
    return settings | own


def subjects_at_work(
    group: LeadershipGroup, kind: FlagSubject, ids: Collection[int], *, today: date
) -> dict[int, Subject]:
    """Those of some tasks or parts that may be flagged at all: being worked on, and no extension waits.

    Pieces that a unit handed down to its sections and schools are left out: the group asks its member unit, and the
    unit asks them.
    """
    marks = marks_of(group, today)
    if kind is FlagSubject.TASK:
        tasks = sa.select(Task).where(Task.id.in_(ids), *_at_work(group.id)).options(sa.orm.joinedload(Task.lead_unit))
        return {task.id: _task_subject(task, marks) for task in db.session.scalars(tasks) if task.lead_unit_id}
    parts = (
        sa.select(TaskPart)
        .join(TaskPart.task)
        .where(TaskPart.id.in_(ids), *_at_work(group.id), TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE]))
        .options(sa.orm.contains_eager(TaskPart.task), sa.orm.joinedload(TaskPart.unit))
    )
    return {part.id: _part_subject(part, marks) for part in db.session.scalars(parts) if part.due_on}


def _at_work(group_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (Task.group_id == group_id, of_the_group, Task.state.in_(sorted(OPEN)), ~Task.extension_pending)


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else local_date(instant)


def light_facts(task: Task) -> LightFacts:
    """What the light of a task depends on."""
    return LightFacts(
        task.state,
        task.due_on,
        next_milestone_on=task.next_milestone_on,
        behind_on=task.behind_on,
        extension_pending=task.extension_pending,
        continuous=task.continuous,
        late=task.late,
    )


def _task_subject(task: Task, marks: DayMarks) -> Subject:
    due_on = task.next_milestone_on or task.sort_on
    return Subject(
        kind=FlagSubject.TASK,
        id=task.id,
        task_id=task.id,
        part_id=None,
        unit_id=task.lead_unit_id or 0,
        unit=task.lead_unit.name if task.lead_unit else "",
        owner_id=task.owner_id,
        title=task.title,
        state=task.state,
        light=light_of(light_facts(task), marks),
        due_on=due_on,
        first_due_on=task.first_due_on,
        milestone=task.next_milestone_on is not None,
        issued_on=_day(task.issued_at),
        reported_on=_day(task.reported_at),
    )


def _part_subject(part: TaskPart, marks: DayMarks) -> Subject:
    due_on = part.due_on or marks.today
    facts = part_facts(part.state, part.due_on, late=part.late, of=light_facts(part.task))
    return Subject(
        kind=FlagSubject.PART,
        id=part.id,
        task_id=part.task_id,
        part_id=part.id,
        unit_id=part.unit_id,
        unit=part.unit.name,
        owner_id=None,
        title=part.task.title,
        state=part.state,
        light=light_of(facts, marks),
        due_on=due_on,
        first_due_on=None,
        milestone=False,
        issued_on=_day(part.task.issued_at),
        reported_on=_day(part.reported_at),
    )


def flagged(kind: FlagSubject, ids: Collection[int], rule: FlagRule) -> set[tuple[int, date]]:
    """Those of some subjects and due dates that a rule has flagged before."""
    rows = db.session.execute(
        sa.select(Flag.subject_id, Flag.due_on).where(
            Flag.subject_kind == kind, Flag.subject_id.in_(ids), Flag.rule == rule
        )
    )
    return {(row[0], row[1]) for row in rows}


def _gathered(rows: Any) -> dict[int, list[Happening]]:
    """Happenings by subject, oldest first, from rows (subject, instant or day, due date, id)."""
    found: dict[int, list[Happening]] = defaultdict(list)
    for subject_id, at, due_on, ref in rows:
        on = local_date(at) if isinstance(at, datetime) else at
        found[subject_id].append(Happening(on, due_on or on, ref))
    return {key: sorted(rows, key=lambda row: (row.on, row.ref)) for key, rows in found.items()}


def returns_of(tasks: Any) -> By:
    """When the tasks of a selection (of ids) were returned, and which due date held then."""
    rows = (
        sa.select(Checked.task_id, Checked.at, Submission.due_on, Checked.id)
        .join(Submission, Submission.id == Checked.submission_id)
        .where(Checked.outcome == Outcome.RETURNED, Checked.task_id.in_(tasks))
    )
    return _gathered(db.session.execute(rows))


def extensions_of(tasks: Any) -> By:
    """When the tasks of a selection were granted more time, and until when."""
    rows = sa.select(Extension.task_id, Extension.decided_at, Extension.granted_due_on, Extension.id).where(
        Extension.state == RequestState.APPROVED, Extension.task_id.in_(tasks)
    )
    return _gathered(db.session.execute(rows))


def missed_rectifications_of(tasks: Any, *, roll: bool) -> By:
    """Dates set to make good by (限期整改) that passed undone; true from the first day of being late again."""
    rows = db.session.execute(
        sa.select(Crossing.task_id, Crossing.due_on, Crossing.id)
        .where(
            Crossing.kind == CrossingKind.TASK,
            Crossing.task_id.in_(tasks),
            sa.exists().where(
                DueDateChange.task_id == Crossing.task_id,
                DueDateChange.new_due_on == Crossing.due_on,
                DueDateChange.cause.in_(MAKE_GOOD),
            ),
        )
        .order_by(Crossing.due_on)
    )
    calendar = working_days()
    return _gathered((task_id, calendar.late_from(due_on, roll=roll), due_on, ref) for task_id, due_on, ref in rows)


def standing(flag: type[Flag] = Flag) -> sa.ColumnElement[bool]:
    """Flags that still count: not withdrawn, nobody decided to take no action, and no review lifted the decision."""
    forgiven = sa.exists().where(FlagDecision.flag_id == flag.id, FlagDecision.kind == DecisionKind.NO_ACTION)
    lifted = sa.exists().where(
        FlagReview.flag_id == flag.id,
        sa.or_(FlagReview.outcome == ReviewOutcome.LIFTED, FlagReview.new_kind == DecisionKind.NO_ACTION),
    )
    return sa.and_(flag.state != FlagState.WITHDRAWN, ~forgiven, ~lifted)


def yellows_of(kind: FlagSubject, group_id: int) -> By:
    """The yellow warnings of a group that still count, by subject."""
    rows = sa.select(Flag.subject_id, Flag.raised_at, Flag.due_on, Flag.id).where(
        Flag.group_id == group_id, Flag.subject_kind == kind, Flag.colour == FlagColour.YELLOW, standing()
    )
    return _gathered(db.session.execute(rows))


def counted_yellows(kind: FlagSubject, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """By subject, the yellow warnings on which a red one rests already, whatever became of it."""
    rows = sa.select(Flag.subject_id, Flag.evidence).where(
        Flag.subject_kind == kind, Flag.subject_id.in_(ids), Flag.rule == FlagRule.TWO_YELLOWS
    )
    found: dict[int, frozenset[int]] = {}
    for subject_id, evidence in db.session.execute(rows):
        refs = frozenset(int(fact["ref"]) for fact in evidence.get("rests_on", ()))
        found[subject_id] = found.get(subject_id, frozenset()) | refs
    return found


def counts_of(task_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """By task, how often it was urged, explained, returned and extended: what a flag keeps beside its own facts."""
    found: dict[int, dict[str, int]] = {
        task_id: {"urges": 0, "explanations": 0, "returns": 0, "extensions": 0} for task_id in task_ids
    }
    counted: tuple[tuple[str, Any, Any], ...] = (
        ("urges", Urge.task_id, sa.true()),
        ("explanations", DelayExplanation.task_id, sa.true()),
        ("returns", Checked.task_id, Checked.outcome == Outcome.RETURNED),
        ("extensions", Extension.task_id, Extension.state == RequestState.APPROVED),
    )
    for name, column, condition in counted:
        rows = sa.select(column, sa.func.count()).where(column.in_(task_ids), condition).group_by(column)
        for task_id, number in db.session.execute(rows):
            found[task_id][name] = number
    return found
