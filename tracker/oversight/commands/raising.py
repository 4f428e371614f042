"""Raise flags (问责预警): by a rung of the ladder, and by the rules that look at a group's history.

Software sees and tells; it decides nothing. Every flag is written once for its subject, due date and rule, with its
evidence, and the unit and the person are told in the same transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, insert_if_new
from tracker.organisation.models import LeadershipGroup
from tracker.oversight import notices
from tracker.oversight.models import Flag, FlagEvent
from tracker.oversight.queries import flag_facts, flag_subjects
from tracker.oversight.queries.flag_subjects import Subject
from tracker.oversight.rules import (
    FLAG_RULES,
    OVERDUE_RULES,
    Facts,
    Finding,
    FlagColour,
    FlagMove,
    FlagRule,
    FlagState,
    FlagSubject,
    Matter,
    RuleSetting,
    last_day_to_state,
    look_with,
    looks_at,
    reached_on,
)
from tracker.tasks.models import Task
from tracker.tasks.queries.lights import of_the_group
from tracker.tasks.rules import OPEN, days_overdue

INSERT_ROWS = 200
"""So many rows in one INSERT."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a rule saw in a subject, under a threshold."""

    rule: FlagRule
    subject: Subject
    finding: Finding
    threshold: int
    late_days: int
    rung: int | None = None


def raise_overdue_flags(
    group_id: int,
    kind: str,
    subject_ids: Sequence[int],
    *,
    colour: FlagColour,
    rung: int,
    now: datetime,
    since: date = date.min,
) -> int:
    """Flag what stands on a rung of the ladder; returns how many flags were new.

    Everything is looked at again: what was handed in meanwhile, waits for an extension or was due before the group
    used the product is not flagged, and what was flagged before for this due date is left alone. since: the rung warns
    from this day on; what reached it before, or before the rule was set as it is, is not flagged.
    """
    group = db.session.get_one(LeadershipGroup, group_id)
    rule = OVERDUE_RULES[colour]
    setting = flag_facts.rule_settings(group_id)[rule]
    if group.ended_on is not None or not setting.enabled:
        return 0
    today = local_date(now)
    subjects = flag_subjects.on_the_ladder(group, Matter(kind), subject_ids, today=today)
    known = flag_facts.flagged(flag_subjects.flagged_as(Matter(kind)), {subject.id for subject in subjects}, rule)
    since, roll = max(since, setting.since or since), group.roll_due_dates
    setting = RuleSetting(enabled=True, threshold=rung, since=setting.since)
    due_dates = {subject.due_on for subject in subjects}
    late = _late_days(group, due_dates, today=today)
    in_time = {day for day in due_dates if reached_on(day, rung, working_days(), roll=roll) >= since}
    seen = []
    for subject in subjects:
        days = late[subject.due_on]
        if subject.due_on not in in_time:
            continue
        facts = Facts(due_on=subject.due_on, late_days=days)
        found = look_with(rule, setting, facts, uses_from=group.uses_from, today=today)
        if found is not None and (subject.id, found.due_on) not in known:
            seen.append(_Seen(rule, subject, found, rung, days, rung=rung))
    return _raise(group, seen, now=now)


def to_look_at(group_id: int, rule: FlagRule, kind: FlagSubject) -> list[int]:
    """The subjects of a group that have anything a rule looks at; none where the rule is off or the group has ended."""
    group = db.session.get_one(LeadershipGroup, group_id) if looks_at(rule, kind) else None
    if group is None or group.ended_on is not None or not flag_facts.rule_settings(group_id)[rule].enabled:
        return []
    return sorted(_facts(group, rule, kind))


def raise_flags_by_rule(
    group_id: int, rule: FlagRule, kind: FlagSubject, subject_ids: Sequence[int], *, now: datetime
) -> int:
    """Look at some subjects of a group by a rule that no rung of the ladder stands for.

    Safe to do at any time and twice: what was flagged is not flagged again. Returns how many flags were new.
    """
    group = db.session.get_one(LeadershipGroup, group_id)
    setting = flag_facts.rule_settings(group_id)[rule]
    return _raise(group, _look(group, rule, setting, kind, subject_ids, now=now), now=now)


def untold_flags(group_id: int) -> Sequence[int]:
    """The flags of a group at work of which nobody could be told when they were raised: the posts were empty."""
    return db.session.scalars(
        sa.select(Flag.id)
        .join(LeadershipGroup, LeadershipGroup.id == Flag.group_id)
        .where(Flag.group_id == group_id, Flag.state == FlagState.RAISED, LeadershipGroup.ended_on.is_(None))
        .order_by(Flag.id)
    ).all()


def tell_untold(group_id: int, flag_ids: Sequence[int], *, now: datetime) -> int:
    """Tell units of such flags, where there is somebody now; returns of how many."""
    flags = db.session.scalars(
        sa.select(Flag).where(Flag.id.in_(flag_ids), Flag.state == FlagState.RAISED).order_by(Flag.id)
    ).all()
    told, statement_by = 0, _statement_by(group_id, now=now)
    for flag in flags:
        people = notices.flag_listeners(flag.group_id, flag.unit_id, flag.owner_id, now=now)
        if not people:
            continue
        flag.state, flag.notified_at, flag.statement_by = FlagState.AWAITING, now, statement_by
        flag.version += 1
        db.session.add(_event(flag.id, FlagMove.NOTIFY, FlagState.RAISED, FlagState.AWAITING, now=now))
        db.session.flush()
        notices.tell_flagged([(flag, people)], now=now)
        told += 1
    return told


def _look(
    group: LeadershipGroup,
    rule: FlagRule,
    setting: RuleSetting,
    kind: FlagSubject,
    subject_ids: Sequence[int],
    *,
    now: datetime,
) -> list[_Seen]:
    """What one rule sees in some subjects today and has not flagged before."""
    seen = []
    today = local_date(now)
    facts = _facts(group, rule, kind, only=frozenset(subject_ids))
    subjects = flag_subjects.subjects_at_work(group, kind, list(facts), today=today)
    known = flag_facts.flagged(kind, list(subjects), rule)
    late = _late_days(group, {subject.due_on for subject in subjects.values()}, today=today)
    for subject_id, subject in subjects.items():
        found = look_with(rule, setting, facts[subject_id], uses_from=group.uses_from, today=today)
        if rule is FlagRule.RECTIFICATION and found is not None and found.due_on != subject.due_on:
            continue  # that date has been moved since: what counts is the one that stands
        if found is not None and (subject_id, found.due_on) not in known:
            seen.append(_Seen(rule, subject, found, setting.threshold, late[subject.due_on]))
    return seen


def _facts(
    group: LeadershipGroup, rule: FlagRule, kind: FlagSubject, *, only: Collection[int] | None = None
) -> dict[int, Facts]:
    """What a rule looks at in a group, or only in some subjects; empty where it does not look at such subjects."""
    if rule is FlagRule.TWO_YELLOWS:
        found = flag_facts.yellows_of(kind, group.id)
        yellows = {key: rows for key, rows in found.items() if len(rows) > 1 and (only is None or key in only)}
        counted = flag_facts.counted_yellows(kind, list(yellows)) if yellows else {}
        return {key: Facts(yellows=rows, counted=counted.get(key, frozenset())) for key, rows in yellows.items()}
    if not looks_at(rule, kind):
        return {}
    some = sa.true() if only is None else Task.id.in_(only)
    running = sa.select(Task.id).where(Task.group_id == group.id, of_the_group, Task.state.in_(sorted(OPEN)), some)
    if rule is FlagRule.RETURNED:
        return {key: Facts(returns=rows) for key, rows in flag_facts.returns_of(running).items()}
    if rule is FlagRule.EXTENDED:
        return {key: Facts(extensions=rows) for key, rows in flag_facts.extensions_of(running).items()}
    missed = flag_facts.missed_rectifications_of(running, roll=group.roll_due_dates)
    return {key: Facts(rectifications=rows) for key, rows in missed.items()}


def _late_days(group: LeadershipGroup, dates: Iterable[date], *, today: date) -> dict[date, int]:
    """How late, in working days, what is due on some days is today; 0 where it is not."""
    calendar, roll = working_days(), group.roll_due_dates
    late_through = flag_subjects.marks_of(group, today).late_through
    return {day: days_overdue(day, today, calendar, roll=roll) if day <= late_through else 0 for day in dates}


def _raise(group: LeadershipGroup, seen: Sequence[_Seen], *, now: datetime) -> int:
    """Write flags with their evidence, events and messages; returns how many were new."""
    written = 0
    for start in range(0, len(seen), INSERT_ROWS):
        chunk = seen[start : start + INSERT_ROWS]
        counts = flag_facts.counts_of({one.subject.task_id for one in chunk})
        written += _write(
            group, [(one, _evidence(one, counts[one.subject.task_id], now=now)) for one in chunk], now=now
        )
    return written


def _evidence(one: _Seen, counts: Mapping[str, int], *, now: datetime) -> dict[str, Any]:
    """The facts as they stand at this moment, in codes and dates: this is what is shown for good."""
    subject = one.subject
    return {
        "rule": one.rule.value,
        "rule_version": FLAG_RULES[one.rule].version,
        "threshold": one.threshold,
        "rung": one.rung,
        "as_of": local_date(now).isoformat(),
        "title": subject.title,
        "unit": subject.unit,
        "state": subject.state,
        "light": subject.light.value,
        "due_on": subject.due_on.isoformat(),
        "first_due_on": _iso(subject.first_due_on),
        "milestone": subject.milestone is not None,
        "milestone_name": subject.milestone or "",
        "late_days": one.late_days,
        "issued_on": _iso(subject.issued_on),
        "reported_on": _iso(subject.reported_on),
        **counts,
        "rests_on": [
            {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(fact).items()}
            for fact in one.finding.rests_on
        ],
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _statement_by(group_id: int, *, now: datetime) -> date:
    days = flag_facts.group_setting(group_id).statement_days
    return last_day_to_state(local_date(now), working_days(), days=days)


def _write(group: LeadershipGroup, seen: Sequence[tuple[_Seen, dict[str, Any]]], *, now: datetime) -> int:
    statement_by = _statement_by(group.id, now=now)
    owners = notices.owners_at_work({(one.subject.owner_id, one.subject.unit_id) for one, _ in seen}, now=now)
    rows, listeners = [], {}
    for one, evidence in seen:
        subject = one.subject
        owner_id = subject.owner_id if (subject.owner_id, subject.unit_id) in owners else None
        people = notices.unit_listeners(group.id, subject.unit_id, now=now) | ({owner_id} if owner_id else set())
        listeners[subject.kind, subject.id] = people
        rows.append(
            {
                "group_id": group.id,
                "rule": one.rule,
                "rule_version": FLAG_RULES[one.rule].version,
                "colour": FLAG_RULES[one.rule].colour,
                "subject_kind": subject.kind,
                "subject_id": subject.id,
                "task_id": subject.task_id,
                "part_id": subject.part_id,
                "unit_id": subject.unit_id,
                "owner_id": owner_id,
                "due_on": one.finding.due_on,
                "rung": one.rung,
                "evidence": evidence,
                "state": FlagState.AWAITING if people else FlagState.RAISED,
                "raised_at": now,
                "notified_at": now if people else None,
                "statement_by": statement_by if people else None,
                "withdrawn_reason": "",
                "version": 1,
            }
        )
    new = db.session.scalars(insert_if_new(Flag).values(rows).returning(Flag)).all()
    events = []
    for flag in new:
        events.append(_event(flag.id, FlagMove.RAISE, None, FlagState.RAISED, now=now))
        if flag.state is FlagState.AWAITING:
            events.append(_event(flag.id, FlagMove.NOTIFY, FlagState.RAISED, FlagState.AWAITING, now=now))
        said = {"rule": flag.rule, "colour": flag.colour, "due_on": flag.due_on, "task_id": flag.task_id}
        record("flag.raise", "flag", flag.id, by=SYSTEM, now=now, group_id=flag.group_id, new=said)
    db.session.add_all(events)
    db.session.flush()
    notices.tell_flagged([(flag, listeners[flag.subject_kind, flag.subject_id]) for flag in new], now=now)
    return len(new)


def _event(flag_id: int, move: FlagMove, old: FlagState | None, new: FlagState, *, now: datetime) -> FlagEvent:
    return FlagEvent(flag_id=flag_id, move=move, old_state=old, new_state=new, details={}, by_id=None, by_as="", at=now)
