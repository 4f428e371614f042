"""One of each thing of accountability, for the walk over all routes."""

from typing import Any

import sqlalchemy as sa

from tests.clock import NOW, TODAY
from tracker.kernel.db import db
from tracker.organisation.models import Person
from tracker.oversight.models import Flag, FlagDecision, FlagProposal, FlagReview, Statement, StatementFile
from tracker.oversight.rules import DecisionKind, FlagColour, FlagRule, FlagState, FlagSubject, StatementState
from tracker.tasks.models import Task

EVIDENCE: dict[str, Any] = {
    "rule": "overdue_yellow",
    "rule_version": 1,
    "threshold": 3,
    "rung": 3,
    "as_of": TODAY.isoformat(),
    "title": "落实学位保障",
    "unit": "单位",
    "state": "active",
    "light": "red",
    "due_on": "2026-03-09",
    "first_due_on": "2026-03-09",
    "milestone": False,
    "late_days": 7,
    "issued_on": None,
    "reported_on": None,
    "urges": 0,
    "explanations": 0,
    "returns": 0,
    "extensions": 0,
    "rests_on": [],
}


def of_flags(task: Task, unit_id: int, person_id: int, digest: str) -> dict[str, int | str]:
    """A flag about a late task, and what hangs on one: a statement with a file, a draft, a proposal, a review."""
    flag = a_flag(task, unit_id, FlagRule.OVERDUE_YELLOW)
    decided = a_flag(task, unit_id, FlagRule.RETURNED, state=FlagState.DECIDED, decided_at=NOW, period_used_at=NOW)
    drafted: dict[str, Any] = {"flag_id": flag.id, "drafted_by_id": person_id, "drafted_at": NOW}
    said = Statement(text="说明", state=StatementState.GIVEN, given_by_id=person_id, given_at=NOW, **drafted)
    draft = Statement(text="草稿", state=StatementState.DRAFT, **drafted)
    proposer, decider = _another(person_id, 1), _another(person_id, 2)
    proposal = FlagProposal(
        flag_id=flag.id, kind=DecisionKind.INTERVIEW, reason="建议", proposed_by_id=proposer, proposed_at=NOW
    )
    decision = FlagDecision(
        flag_id=decided.id,
        kind=DecisionKind.URGE,
        reason="督促",
        decided_by_id=decider,
        decided_at=NOW,
        decided_on=TODAY,
        told_at=NOW,
        statement_by=TODAY,
        period_used=True,
        review_until=TODAY,
        scan=digest,
    )
    review = FlagReview(
        flag_id=decided.id,
        decision_id=_add(decision),
        grounds="理由",
        asked_by_id=person_id,
        asked_at=NOW,
        first_decided_by_id=decider,
    )
    file = StatementFile(
        statement_id=_add(said), sha256=digest, name="说明.pdf", size=1, uploaded_by_id=person_id, uploaded_at=NOW
    )
    return {
        "flag_id": flag.id,
        "decided_id": decided.id,
        "statement_id": _add(draft),
        "statement_file_id": _add(file),
        "proposal_id": _add(proposal),
        "review_id": _add(review),
    }


def _another(person_id: int, number: int) -> int:
    """Somebody else, not of the cast's walkers."""
    others = sa.select(Person.id).where(Person.id != person_id, Person.name.in_(["江以宁", "雷震泽", "史安澜"]))
    return db.session.scalars(others.order_by(Person.id)).all()[number - 1]


def _add(row: Any) -> int:
    db.session.add(row)
    db.session.flush()
    made: int = row.id
    return made


def a_flag(task: Task, unit_id: int, rule: FlagRule, **said: Any) -> Flag:
    """A flag about a late task of which its unit was told today."""
    row: dict[str, Any] = {"state": FlagState.AWAITING, "notified_at": NOW, "statement_by": TODAY, **said}
    flag = Flag(
        group_id=task.group_id,
        rule=rule,
        rule_version=1,
        colour=FlagColour.YELLOW,
        subject_kind=FlagSubject.TASK,
        subject_id=task.id,
        task_id=task.id,
        unit_id=unit_id,
        due_on=task.due_on,
        evidence=EVIDENCE,
        raised_at=NOW,
        **row,
    )
    db.session.add(flag)
    db.session.flush()
    return flag
