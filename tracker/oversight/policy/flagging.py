"""Who sees a flag, who states a unit's case, who proposes and who decides."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.models import Person, Unit
from tracker.organisation.queries import seat_holders, units_by_person
from tracker.organisation.rules import LEADERS, OFFICE_DIRECTORS, SeatRole
from tracker.oversight.models import Flag, FlagDecision, FlagProposal, FlagReview
from tracker.oversight.rules import LIGHT_KINDS, UNDECIDED, Card, DecisionKind, FlagColour, ProposalState, is_heavier
from tracker.tasks import policy as tasks
from tracker.tasks.models import Task

OWN_UNIT = refused(_l("您是相关单位的人员，不能对本单位的预警提出建议或者作出决定。"))
NOT_SUPERVISOR = refused(_l("由督导（督查）人员办理；没有可以办理的督导（督查）人员时由领导办理。"))
NOT_DECIDER = refused(_l("约谈、通报批评由组长、常务副组长或者牵头领导决定。"))
NOT_LEADER = refused(_l("移送问责由组长决定。"))
NOT_OFFICE = refused(_l("只有领导小组办公室可以代录纸质签批。"))
PROPOSER = refused(_l("处理建议由您提出，须由他人决定。"))
PROPOSER_ENTERS = refused(_l("处理建议由您提出，对它的纸质签批须由他人代录。"))
TO_BE_PROPOSED = refused(_l("约谈、通报批评须先由督导（督查）人员提出建议。"))
ANSWERS_ONLY = refused(_l("不予追究、督促由督导（督查）人员决定；领导只在答复处理建议时可以改为较轻的处理。"))


def flags_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The flags that somebody sees: their group's if they watch over it, their unit's, and those of units below it."""
    units = sorted(actor.unit_ids)
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    return sa.or_(
        Flag.group_id.in_(sorted(actor.groups_as(*tasks.OVERSEERS))),
        Flag.unit_id.in_(units),
        Flag.unit_id.in_(below),
    )


def untouched(actor: Actor, flag: Flag) -> Verdict:
    """Nobody proposes or decides on their own unit: neither the flagged one nor any other that does the task."""
    if actor.unit_ids & {flag.unit_id} or not tasks.uninvolved(actor, flag.task):
        return OWN_UNIT
    return ALLOWED


def free_of(flag: Flag, people: Collection[int], *, day: date) -> list[int]:
    """Those of some people (by id) whom `untouched` lets act on a flag, in their order."""
    barred = sa.select(Person.id).join(Task, Task.id == flag.task_id)
    doers = set(db.session.scalars(barred.where(Person.id.in_(people), tasks.is_barred(Task, Person.id))))
    units = units_by_person(people, day=day)
    return [person for person in people if person not in doers and flag.unit_id not in units[person]]


def able_supervisors(flag: Flag, *, day: date) -> list[int]:
    """The supervisors of the group (person ids) who have no part in the task."""
    return free_of(flag, seat_holders(flag.group_id, day=day, roles=(SeatRole.SUPERVISOR,)), day=day)


def may_supervise(actor: Actor, flag: Flag, *, day: date) -> Verdict:
    """Propose, decide lightly, withdraw, close: a supervisor; a leader where no supervisor is free to."""
    roles = actor.roles_in(flag.group_id)
    if SeatRole.SUPERVISOR not in roles and (not roles & LEADERS or able_supervisors(flag, day=day)):
        return NOT_SUPERVISOR
    return untouched(actor, flag)


def may_state(actor: Actor, flag: Flag) -> Verdict:
    """State a unit's case: its head or deputy in charge; the liaison and the task's owner draft it."""
    if tasks.may_draft_for(actor, flag.group_id, flag.unit_id, flag.owner_id):
        return ALLOWED
    return refused(_l("情况说明由被预警单位提出：联络员、责任人起草，主要负责人或者分管负责人确认。"))


def may_give_statement(actor: Actor, flag: Flag) -> Verdict:
    """Give what was drafted: head or deputy in charge of the unit."""
    if tasks.may_confirm_for(actor, flag.group_id, flag.unit_id):
        return ALLOWED
    return refused(_l("情况说明由本单位主要负责人或者分管负责人确认后提交。"))


def may_withdraw(actor: Actor, flag: Flag, *, day: date) -> Verdict:
    """Withdraw a wrong flag: a supervisor or a leader who is not involved, also who proposed what should follow.

    That takes a charge back and decides nothing; whoever sees that the flag is wrong need not wait for a leader.
    """
    if actor.roles_in(flag.group_id) & LEADERS:
        return untouched(actor, flag)
    return may_supervise(actor, flag, day=day)


def sits_to_decide(actor: Actor, flag: Flag) -> bool:
    """Whether somebody decides about interviews and circulars: the leader, the executive deputy, who is in charge."""
    return any(
        seat.group_id == flag.group_id
        and (
            seat.role in {SeatRole.LEADER, SeatRole.EXECUTIVE_DEPUTY}
            or (seat.role in LEADERS and seat.seat_id == flag.task.leader_seat_id)
        )
        for seat in actor.seats
    )


def sees_suggestion(actor: Actor, flag: Flag, *, answered: bool) -> bool:
    """Whether somebody is shown that a red flag suggests an interview: supervisors and leaders, until one proposed."""
    if flag.colour is not FlagColour.RED or flag.state not in UNDECIDED or answered:
        return False
    return bool(actor.roles_in(flag.group_id) & (LEADERS | {SeatRole.SUPERVISOR}))


def may_decide_at_all(actor: Actor, flag: Flag, *, proposal: FlagProposal | None, day: date) -> Verdict:
    """Open the form of a decision: whoever could take one of some kind."""
    if sits_to_decide(actor, flag) and not untouched(actor, flag):
        return OWN_UNIT
    verdicts = [may_decide_flag(actor, flag, kind, proposal=proposal, day=day) for kind in DecisionKind]
    return next((verdict for verdict in verdicts if verdict), verdicts[0])


def may_decide_flag(
    actor: Actor, flag: Flag, kind: DecisionKind, *, proposal: FlagProposal | None, day: date
) -> Verdict:
    """Take a decision of a kind; proposal: what a supervisor proposed and nobody has answered yet."""
    if proposal is not None and proposal.proposed_by_id == actor.person_id:
        return PROPOSER
    if kind in LIGHT_KINDS:
        return _may_decide_lightly(actor, flag, proposal, day=day)
    if kind is DecisionKind.REFERRAL:
        verdict = ALLOWED if SeatRole.LEADER in actor.roles_in(flag.group_id) else NOT_LEADER
    elif not sits_to_decide(actor, flag):
        verdict = NOT_DECIDER
    else:
        verdict = TO_BE_PROPOSED if proposal is None else ALLOWED
    return untouched(actor, flag) if verdict else verdict


def _may_decide_lightly(actor: Actor, flag: Flag, proposal: FlagProposal | None, *, day: date) -> Verdict:
    sits = sits_to_decide(actor, flag)
    if proposal is not None and sits:
        return untouched(actor, flag)
    verdict = may_supervise(actor, flag, day=day)
    return ANSWERS_ONLY if sits and verdict is NOT_SUPERVISOR else verdict


def may_turn_down(actor: Actor, proposal: FlagProposal) -> Verdict:
    """Turn a proposal down: who could decide as proposed."""
    if proposal.proposed_by_id == actor.person_id:
        return PROPOSER
    if not sits_to_decide(actor, proposal.flag):
        return NOT_DECIDER
    return untouched(actor, proposal.flag)


def may_record_paper(actor: Actor, flag: Flag) -> Verdict:
    """Enter what a leader decided on paper (代录): the office, nobody of the units concerned, nor who proposed it."""
    if not tasks.is_office(actor, flag.group_id):
        return NOT_OFFICE
    proposed = sa.exists().where(
        FlagProposal.flag_id == flag.id,
        FlagProposal.proposed_by_id == actor.person_id,
        FlagProposal.state != ProposalState.TURNED_DOWN,
    )
    return PROPOSER_ENTERS if db.session.scalar(sa.select(proposed)) else untouched(actor, flag)


def may_enter_for_unit(actor: Actor, flag: Flag) -> Verdict:
    """Enter what a unit said on paper (代录), its case or a request for review: the office, if uninvolved."""
    if not tasks.is_office(actor, flag.group_id):
        return NOT_OFFICE
    return untouched(actor, flag)


def may_ask_review(actor: Actor, flag: Flag) -> Verdict:
    """Ask for a review: head or deputy in charge of the unit."""
    if tasks.may_confirm_for(actor, flag.group_id, flag.unit_id):
        return ALLOWED
    return refused(_l("复核由本单位主要负责人或者分管负责人申请。"))


def other_leaders(review: FlagReview, *, day: date) -> list[int]:
    """The leaders (person ids) who could decide a review: uninvolved, neither who decided first nor who proposed."""
    flag, had_part = review.flag, {review.first_decided_by_id, review.decision.proposed_by_id}
    leaders = seat_holders(flag.group_id, day=day, roles=LEADERS)
    return free_of(flag, [person for person in leaders if person not in had_part], day=day)


def may_review_flag(actor: Actor, review: FlagReview, *, day: date) -> Verdict:
    """Decide a review: a leader other than who decided; where there is no other, the same. Never who proposed."""
    if not actor.roles_in(review.flag.group_id) & LEADERS:
        return refused(_l("复核由组长、副组长决定。"))
    if actor.person_id is not None and actor.person_id == review.decision.proposed_by_id:
        return PROPOSER
    if actor.person_id == review.first_decided_by_id and other_leaders(review, day=day):
        return refused(_l("原决定由您作出，复核须由其他领导决定。"))
    return untouched(actor, review.flag)


def may_change_to(decision: FlagDecision, kind: DecisionKind, card: Card) -> Verdict:
    """What a review may change a decision to: only something lighter. Who asks is never worse off for asking."""
    if is_heavier(kind, card, decision.kind, decision.card) or (kind, card) == (decision.kind, decision.card):
        return refused(_l("复核只能维持、减轻或者撤销原决定。"))
    return ALLOWED


def may_act_on_flags(actor: Actor) -> Verdict:
    """Propose or decide about many flags at once: supervisors and leaders; each flag is asked about again."""
    if actor.groups_as(*LEADERS, SeatRole.SUPERVISOR):
        return ALLOWED
    return refused(_l("批量处理预警由督导（督查）人员和领导进行。"))


def may_set_rules(actor: Actor, group_id: int) -> Verdict:
    """Set how a group works with flags: the office director or a leader."""
    if actor.roles_in(group_id) & (OFFICE_DIRECTORS | LEADERS):
        return ALLOWED
    return refused(_l("预警规则由办公室主任、副主任或者领导设置。"))


def may_see_rules(actor: Actor, group_id: int) -> Verdict:
    """Look at the rules and try them on the past: whoever watches over the group."""
    if actor.roles_in(group_id) & tasks.OVERSEERS:
        return ALLOWED
    return refused(_l("由领导小组办公室、督导（督查）人员和领导查看。"))
