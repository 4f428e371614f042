"""The facts that the rules of flags look at, read for many subjects at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.prepared import Prepared
from tracker.kernel.registry import registry
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
from tracker.tasks.models import Crossing, DelayExplanation, DueDateChange, Extension, Submission
from tracker.tasks.models import Verification as Checked
from tracker.tasks.rules import CrossingKind, DueDateCause, Outcome, RequestState

MAKE_GOOD = (DueDateCause.RECTIFICATION, DueDateCause.RETURN)
"""Why a date is one to make good by (限期整改)."""

By = Mapping[int, Sequence[Happening]]


def group_setting(group_id: int) -> AccountabilitySetting:
    """How a group works with flags: its row, or the defaults (not kept)."""
    return db.session.get(AccountabilitySetting, group_id) or default_group_setting(group_id)


def default_group_setting(group_id: int) -> AccountabilitySetting:
    """The defaults, as a row that is not kept."""
    columns = AccountabilitySetting.__table__.c
    names = ("statement_days", "review_days", "decide_within_days", "uses_cards", "version")
    return AccountabilitySetting(group_id=group_id, **{name: columns[name].default.arg for name in names})


_SETTINGS = Prepared(
    lambda: sa.select(
        FlagRuleSetting.rule, FlagRuleSetting.enabled, FlagRuleSetting.threshold, FlagRuleSetting.since
    ).where(FlagRuleSetting.group_id == sa.bindparam("group_id"))
)


def rule_settings(group_id: int) -> dict[FlagRule, RuleSetting]:
    """How a group has set each rule."""
    kept = _SETTINGS.rows(group_id=group_id)
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
