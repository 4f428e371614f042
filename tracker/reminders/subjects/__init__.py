"""What can be reminded of: for each kind one query of rows with the date that its ladder follows.

Rows: subject_id, task_id (what a message leads to), unit_id, owner_id, leader_seat_id and above_unit_id (0: none),
title, cycle, due_on. They hold only what is still to be done: what was handed in, rests or is closed is not among them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from tracker.reminders.recipients import owners
from tracker.reminders.rules import Audience, LadderKind, SubjectName
from tracker.reminders.subjects import owed, papers, work
from tracker.reminders.subjects.rows import GROUP, NUMBERS, Rows, Which, asked

__all__ = [
    "GROUP",
    "KIND_OF",
    "LEADING",
    "NUMBERS",
    "SUBJECTS",
    "Judging",
    "SubjectKind",
    "Which",
    "asked",
    "own_people",
    "table",
]

OFFICE_DAYS = 3
"""Working days in which the office verifies or decides what has no limit of its own."""


LEADING = (Audience.LEADER, Audience.DEPUTY_LEADER)


@dataclass(frozen=True, slots=True)
class Judging:
    """What only somebody who has no part in the work may do, as `tasks.policy` has it.

    in_line: who does it in place of people of a rung who may not: the first of whom somebody may. appointed: rows
    (subject_id, person_id) of those named for a subject. for_leaders: rows (subject_id) of what is a leader's alone.
    """

    in_line: tuple[tuple[Audience, ...], ...]
    appointed: Callable[[], Rows] | None = None
    for_leaders: Callable[[], Rows] | None = None


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """Something that can be reminded of.

    own: the audience that is each subject's own, and the query from subjects to its people. message: the kind of
    message before the date and after it. grace: working days after the date in which the work is to be done. judging:
    of what the doer never does.
    """

    name: SubjectName
    ladder: LadderKind
    rows: Callable[[Which], Rows]
    messages: tuple[str, str]
    leads_to: str = "task"
    own: Audience | None = None
    people: Callable[[sa.FromClause], Rows] = owners
    grace: int = 0
    judging: Judging | None = None

    @property
    def rolls(self) -> bool:
        """Whether the group's own rule for due dates on free days counts."""
        return self.ladder is LadderKind.DEADLINE


_K, _N = LadderKind, SubjectName
_WORK = ("reminder.near", "reminder.late")
_PART = ("reminder.part_near", "reminder.part_late")
_MILESTONE = ("reminder.milestone_near", "reminder.milestone_late")

SUBJECTS = (
    SubjectKind(_N.TASK, _K.DEADLINE, work.tasks, _WORK, own=Audience.OWNER),
    SubjectKind(_N.MILESTONE, _K.DEADLINE, work.milestones, _MILESTONE, own=Audience.OWNER),
    SubjectKind(_N.PART, _K.DEADLINE, work.parts, _PART, own=Audience.OWNER),
    SubjectKind(
        _N.LETTER,
        _K.LETTER,
        papers.letters,
        ("reminder.letter_near", "reminder.letter_late"),
        leads_to="letter",
        own=Audience.SIGNATORY,
        people=papers.signers,
    ),
    SubjectKind(
        _N.VERIFICATION,
        _K.OFFICE,
        owed.verifications,
        ("reminder.verify",) * 2,
        grace=OFFICE_DAYS,
        judging=Judging(((Audience.OFFICE, Audience.SUPERVISOR), LEADING), appointed=owed.appointed_verifiers),
    ),
    SubjectKind(
        _N.EXTENSION,
        _K.OFFICE,
        owed.extensions,
        ("reminder.extension",) * 2,
        grace=OFFICE_DAYS,
        judging=Judging(((Audience.OFFICE,), LEADING), for_leaders=owed.further_extensions),
    ),
    SubjectKind(
        _N.ADJUSTMENT,
        _K.OFFICE,
        owed.adjustments,
        ("reminder.adjustment",) * 2,
        judging=Judging(((Audience.OFFICE_DIRECTOR,), LEADING)),
    ),
    SubjectKind(_N.COORDINATION, _K.OFFICE, owed.coordinations, ("reminder.coordination",) * 2, grace=OFFICE_DAYS),
)
"""Everything that is reminded of, in the order in which a sweep looks at it."""

KIND_OF = {kind.name: kind for kind in SUBJECTS}


@cache
def table(kind: SubjectKind, which: Which) -> sa.FromClause:
    """The subjects of a kind as a table in other statements, which run with the values that `asked` names.

    PostgreSQL reads those of a chunk once and then looks at what it read. What a sweep has just written it knows no
    figures of; believing that there is next to nothing, it would read the chunk anew for every reminder.
    """
    rows = kind.rows(which)
    if which.numbered:
        return rows.cte("chunk").prefix_with("MATERIALIZED", dialect="postgresql")
    return rows.subquery()


@cache
def own_people(kind: SubjectKind, subjects: sa.FromClause) -> sa.Subquery:
    """The people (person_id) who are each subject's own on the day asked for."""
    return kind.people(subjects).subquery()
