"""What waits for whom about flags: to be explained, proposed, decided, reviewed; and what has waited too long."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import db
from tracker.organisation.queries import seat_holders, units_by_person
from tracker.organisation.rules import LEADERS, ContactRole, PostRank, SeatRole
from tracker.oversight.models import Flag, FlagDecision, FlagProposal, FlagReview, Statement
from tracker.oversight.policy import other_leaders
from tracker.oversight.rules import FlagState, ProposalState, StatementState
from tracker.tasks.models import Task
from tracker.tasks.policy import is_barred

Condition = sa.ColumnElement[bool]


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)


def may_be_decided(today: date) -> Condition:
    """Flags whose unit was told and whose period ran out or was used."""
    return sa.and_(
        Flag.state == FlagState.AWAITING, sa.or_(Flag.period_used_at.is_not(None), Flag.statement_by < today)
    )


def waits_for_review() -> Condition:
    """Flags whose review nobody has decided yet."""
    pending = sa.exists().where(FlagReview.flag_id == Flag.id, FlagReview.outcome.is_(None))
    return sa.and_(Flag.state == FlagState.DECIDED, pending)


def waited_before(today: date, *, days: int) -> date:
    """The day before which something must have begun to wait, to have waited so many working days today."""
    calendar = working_days()
    return calendar.shift(calendar.on_or_before(today), 1 - days)


def has_waited(today: date, *, days: int) -> Condition:
    """Flags on which somebody could have acted for so many working days, and nobody did."""
    before = waited_before(today, days=days)
    since_ready = sa.or_(Flag.period_used_at < _start(before), Flag.statement_by < before - timedelta(days=1))
    asked = sa.exists().where(
        FlagReview.flag_id == Flag.id, FlagReview.outcome.is_(None), FlagReview.asked_at < _start(before)
    )
    return sa.or_(
        sa.and_(Flag.state == FlagState.RAISED, Flag.raised_at < _start(before)),
        sa.and_(Flag.state == FlagState.AWAITING, since_ready),
        sa.and_(Flag.state == FlagState.DECIDED, asked),
    )


def undecided_too_long(group_id: int, today: date, *, days: int) -> sa.Select[Flag]:
    """The flags of a group that have waited so many working days, the longest first."""
    query = sa.select(Flag).where(Flag.group_id == group_id, has_waited(today, days=days))
    return query.order_by(Flag.raised_at, Flag.id)


def not_chased_since(today: date, *, days: int) -> Condition:
    """Flags of which nobody was told for so many working days that they wait."""
    return sa.or_(Flag.chased_on.is_(None), Flag.chased_on < waited_before(today, days=days))


def proposed() -> Condition:
    """Flags with a proposal that nobody has answered."""
    return sa.exists().where(FlagProposal.flag_id == Flag.id, FlagProposal.state == ProposalState.PENDING)


def _own_work(person_id: int, units: Collection[int]) -> Condition:
    """Flags about work in which somebody has or had a part: nobody decides on that, as policy.untouched has it."""
    barred = sa.exists().where(Task.id == Flag.task_id, is_barred(Task, person_id))
    return sa.or_(Flag.unit_id.in_(sorted(units)), barred)


def to_handle(actor: Actor, today: date) -> Condition:
    """What a supervisor has to propose or decide on, and a leader where no supervisor is free to."""
    handles: list[Condition] = [Flag.group_id.in_(sorted(actor.groups_as(SeatRole.SUPERVISOR)))]
    for group_id in sorted(actor.groups_as(*LEADERS)):
        people = seat_holders(group_id, day=today, roles=(SeatRole.SUPERVISOR,))
        units = units_by_person(people, day=today)
        handles.append(sa.and_(Flag.group_id == group_id, *(_own_work(one, units[one]) for one in people)))
    ready = sa.and_(may_be_decided(today), ~proposed())
    return sa.and_(ready, sa.or_(*handles), ~_own_work(actor.person_id or 0, actor.unit_ids))


def _left_to(actor: Actor, today: date) -> list[int]:
    """The flags (by id) whose review falls to who decided first, because nobody else could look again."""
    own = sa.select(FlagReview).where(FlagReview.outcome.is_(None), FlagReview.first_decided_by_id == actor.person_id)
    return [one.flag_id for one in db.session.scalars(own) if not other_leaders(one, day=today)]


def to_decide(actor: Actor, today: date) -> Condition:
    """What a leader has to decide: proposals of others, and reviews of what others decided and proposed."""
    seats = [seat for seat in actor.seats if seat.role in LEADERS]
    first = sorted({seat.group_id for seat in seats if seat.role in {SeatRole.LEADER, SeatRole.EXECUTIVE_DEPUTY}})
    in_charge = sa.exists().where(Task.id == Flag.task_id, Task.leader_seat_id.in_([seat.seat_id for seat in seats]))
    own = sa.exists().where(
        FlagProposal.flag_id == Flag.id,
        FlagProposal.state == ProposalState.PENDING,
        FlagProposal.proposed_by_id == actor.person_id,
    )
    answers = sa.and_(Flag.state == FlagState.AWAITING, proposed(), ~own, sa.or_(Flag.group_id.in_(first), in_charge))
    another: Condition = sa.exists().where(
        FlagDecision.flag_id == Flag.id,
        FlagDecision.decided_by_id != actor.person_id,
        sa.or_(FlagDecision.proposed_by_id != actor.person_id, FlagDecision.proposed_by_id.is_(None)),
    )
    groups = sorted({seat.group_id for seat in seats})
    another = sa.or_(another, Flag.id.in_(_left_to(actor, today))) if groups else another
    looks_again = sa.and_(Flag.group_id.in_(groups), waits_for_review(), another)
    return sa.and_(sa.or_(answers, looks_again), ~_own_work(actor.person_id or 0, actor.unit_ids))


def to_explain(actor: Actor) -> Condition:
    """What somebody's unit has to state its case about: told, nothing said and nothing decided yet."""
    said = sa.exists().where(Statement.flag_id == Flag.id, Statement.state == StatementState.GIVEN)
    return sa.and_(Flag.state == FlagState.AWAITING, Flag.unit_id.in_(_answering(actor)), ~said)


def _answering(actor: Actor) -> list[int]:
    """The units for which somebody speaks: as head, deputy in charge or liaison."""
    heads = {post.unit_id for post in actor.posts if post.rank == PostRank.HEAD or post.presiding}
    contacts = {contact.unit_id for contact in actor.contacts if contact.role in set(ContactRole)}
    return sorted(heads | contacts)
