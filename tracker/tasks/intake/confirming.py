"""Confirm a plan document: everything that it founds and asks for, entered in one transaction."""

from datetime import date, datetime

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup
from tracker.plans import policy
from tracker.plans.commands import make_plan, note_made
from tracker.plans.models import Plan, PlanDocument
from tracker.plans.proposal import Choices
from tracker.plans.refusals import CONFIRMED
from tracker.plans.rules import DocumentState
from tracker.plans.study import study
from tracker.tasks.intake.desk import Desk
from tracker.tasks.intake.directory import enter_units
from tracker.tasks.intake.drafting import day_of, enter_phases, enter_tasks
from tracker.tasks.intake.seating import enter_members, enter_posts, enter_seats, enter_staff, group_of


def confirm_document(
    document: PlanDocument, choices: Choices | None = None, *, version: int | None = None, by: Actor, now: datetime
) -> Plan:
    """Make units, people, posts, groups, seats, the plan and its draft tasks from a document and a clerk's choices.

    Without choices those kept with the document count. Raises Invalid while a question is open (which unit, which
    person, which group), Stale when the document was confirmed already. The plan belongs to the first group ticked.
    """
    choices = document.corrections if choices is None else choices
    found = study(document, choices, actor=by, day=local_date(now))
    for asked in found.groups:
        if asked.taken:
            require(policy.may_confirm_for(by, found.region, asked.group))
    if document.state is not DocumentState.READ:
        raise Stale(CONFIRMED)
    questions = found.open_questions()
    if questions:
        raise Invalid(questions)
    desk = Desk(found, choices, by, now)
    enter_units(desk)
    group = _enter_groups(desk)
    heading = {**choices, "issued_on": day_of(choices["issued_on"])}
    plan = make_plan(
        document, group, heading=heading, version=document.version if version is None else version, by=by, now=now
    )
    enter_tasks(desk, plan, enter_phases(desk, plan))
    note_made(plan, made=desk.made, by=by, now=now)
    return plan


def _enter_groups(desk: Desk) -> LeadershipGroup:
    taken = [(row, found) for row, found in zip(desk.choices["groups"], desk.study.groups, strict=True) if row["take"]]
    groups = []
    for place, (row, found) in enumerate(taken):
        group = group_of(desk, row, found, goal_on=_goal(desk) if place == 0 else None)
        enter_members(desk, group, row, with_tasks=place == 0)
        enter_posts(desk, row)
        enter_seats(desk, group, row, found)
        groups.append(group)
    enter_staff(desk, groups[0])
    return groups[0]


def _goal(desk: Desk) -> date | None:
    """The year by which the group must be done: the end of the plan's last stage."""
    ends = [day for row in desk.choices["phases"] if (day := day_of(row["ends_on"])) is not None]
    return max(ends, default=None)
