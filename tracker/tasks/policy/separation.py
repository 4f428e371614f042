"""The doer never judges: who is barred from a task, and who could verify it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, local_day, looked_up_once
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.models import Appointment, MemberContact, MemberUnit, Person, Post, Unit
from tracker.organisation.queries import contacts, seat_holders, unit_people, units_by_person
from tracker.organisation.rules import ContactRole, PostRank, UnitKind
from tracker.tasks.models import Submission, Task, TaskPart
from tracker.tasks.policy.standing import OVERSEERS
from tracker.tasks.rules import FAR_FUTURE


def involved_units(task: Task) -> set[int]:
    """The lead unit and the cooperating units of a task."""
    units = {part.unit_id for part in task.parts}
    if task.lead_unit_id is not None:
        units.add(task.lead_unit_id)
    return units


def _of_the_doers(involved: Collection[int]) -> sa.ColumnElement[bool]:
    """The units involved, with their sections (科室), whose people are people of the unit."""
    return sa.or_(Unit.id.in_(involved), sa.and_(Unit.parent_id.in_(involved), Unit.kind == UnitKind.SECTION))


def uninvolved(actor: Actor, task: Task) -> Verdict:
    """The doer never judges: nobody of the lead or cooperating units, and nobody who handed the task in.

    Who belonged to one of these units at any time since the task was issued is one of the doers too.
    An institution that is only hosted by the lead unit is a unit of its own and not barred.
    """
    involved = involved_units(task)
    served, answered, handed_in = _ties(actor.person_id, task, involved)
    if served or answered or actor.unit_ids & involved:
        return refused(_l("您是本任务牵头单位或配合单位的人员，不能核验，也不能决定本任务的延期、调整、暂停和撤销。"))
    if handed_in or actor.person_id is None:
        return refused(_l("您曾经办或确认本任务的办结，不能由您核验。"))
    return ALLOWED


def is_another(actor: Actor, asked_by_id: int) -> Verdict:
    """Whoever asked for something does not decide it, whatever post they hold by then."""
    if actor.person_id == asked_by_id:
        return refused(_l("申请或说明由您提出，须由他人决定。"))
    return ALLOWED


def _ties(person_id: int | None, task: Task, involved: set[int]) -> tuple[bool, bool, bool]:
    """Whether a person held a post in an involved unit since issue, was its contact, or handed the task in."""
    since = local_date(task.issued_at) if task.issued_at is not None else FAR_FUTURE
    served = (
        sa.select(Appointment.id)
        .join(Post)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Appointment.person_id == person_id, _of_the_doers(involved), _lasts_to(Appointment, since))
    )
    answered = (
        sa.select(MemberContact.id)
        .join(MemberUnit)
        .join(Unit, Unit.id == MemberUnit.unit_id)
        .where(MemberContact.person_id == person_id, _of_the_doers(involved), _lasts_to(MemberContact, since))
    )
    handed_in = sa.select(Submission.id).where(
        Submission.task_id == task.id,
        sa.or_(Submission.drafted_by_id == person_id, Submission.confirmed_by_id == person_id),
    )
    row = db.session.execute(sa.select(served.exists(), answered.exists(), handed_in.exists())).one()
    return row[0], row[1], row[2]


def _lasts_to(model: type[Appointment] | type[MemberContact], day: Any) -> sa.ColumnElement[bool]:
    return sa.or_(model.ends_on.is_(None), model.ends_on >= day)


def is_barred(task: Any, person: Any) -> sa.ColumnElement[bool]:
    """Of tasks and people in one statement, whether somebody is not `uninvolved`; person: a column or a number."""
    unit = aliased(Unit)

    def takes_part(unit_id: Any) -> sa.ColumnElement[bool]:
        part = sa.select(TaskPart.id).where(TaskPart.task_id == task.id, TaskPart.unit_id == unit_id)
        return sa.or_(unit_id == task.lead_unit_id, part.correlate_except(TaskPart).exists())

    doing = sa.or_(takes_part(unit.id), sa.and_(unit.kind == UnitKind.SECTION, takes_part(unit.parent_id)))
    since = sa.func.coalesce(local_day(task.issued_at), FAR_FUTURE)
    served = (
        sa.select(Appointment.id)
        .join(Post, Post.id == Appointment.post_id)
        .join(unit, unit.id == Post.unit_id)
        .where(Appointment.person_id == person, doing, _lasts_to(Appointment, since))
        .correlate_except(Appointment, Post, unit)
    )
    answered = (
        sa.select(MemberContact.id)
        .join(MemberUnit, MemberUnit.id == MemberContact.member_unit_id)
        .join(unit, unit.id == MemberUnit.unit_id)
        .where(MemberContact.person_id == person, doing, _lasts_to(MemberContact, since))
        .correlate_except(MemberContact, MemberUnit, unit)
    )
    handed_in = (
        sa.select(Submission.id)
        .where(
            Submission.task_id == task.id,
            sa.or_(Submission.drafted_by_id == person, Submission.confirmed_by_id == person),
        )
        .correlate_except(Submission)
    )
    return sa.or_(served.exists(), answered.exists(), handed_in.exists())


def overseers(group_id: int, *, day: date) -> dict[int, frozenset[int]]:
    """Everybody who verifies in a group by seat, with the units that each belongs to."""
    return units_by_person(seat_holders(group_id, day=day, roles=OVERSEERS), day=day)


def able_to_verify(task: Task, by_seat: Mapping[int, frozenset[int]], *, day: date) -> list[int]:
    """The people who could verify a task: overseers, an appointed verifier, for a sub-task those of the unit above.

    Never anybody of the units that do it, nor who belonged to them since it was issued or handed it in.
    """
    doing = frozenset(involved_units(task))
    barred = looked_up_once(
        ("barred", doing), lambda: set(db.session.scalars(sa.select(Unit.id).where(_of_the_doers(doing))))
    )
    others = {task.verifier_id} if task.verifier_id is not None else set()
    if task.parent is not None and task.parent.lead_unit_id is not None:
        others |= confirmers(task.group_id, task.parent.lead_unit_id, day=day)
    units = {**by_seat, **units_by_person(sorted(others), day=day)}
    free = {person for person, own in units.items() if not own & barred}
    once = sa.select(Person.id).join(Task, Task.id == task.id).where(Person.id.in_(free), is_barred(Task, Person.id))
    return sorted(free - set(db.session.scalars(once)))


def confirmers(group_id: int, unit_id: int, *, day: date) -> set[int]:
    """Head and deputy in charge of a unit: an empty post has none."""

    def found() -> frozenset[int]:
        heads = unit_people(unit_id, day=day, ranks=(PostRank.HEAD,))
        return frozenset(heads) | set(contacts(group_id, unit_id, day=day, roles=(ContactRole.DEPUTY_IN_CHARGE,)))

    return set(looked_up_once(("confirmers", group_id, unit_id, day), found))
