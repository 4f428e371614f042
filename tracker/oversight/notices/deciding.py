"""Who hears what a unit said about a flag, what is proposed and what was decided."""

from collections.abc import Iterable
from datetime import datetime

from tracker.kernel.clock import local_date
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import administrators, seat_holders, sitting
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS, SeatRole
from tracker.outbox.commands import enqueue
from tracker.outbox.rules import Channel
from tracker.oversight import policy
from tracker.oversight.models import Flag, FlagDecision, FlagProposal, FlagReview, Statement
from tracker.oversight.notices.flagging import flag_listeners
from tracker.oversight.rules import DecisionKind, ReviewOutcome
from tracker.tasks import policy as tasks

ALL_WAYS = (Channel.MAIL, Channel.CHAT)
URGENT, GRAVE = 2, 3


def _message(sentence: object, icon: str) -> Message:
    return Message(sentence, "oversight.flag", "flag_id", icon)


MESSAGES = {
    "flag.statement_drafted": _message(_l("情况说明待您确认：%(title)s"), "pencil"),
    "flag.stated": _message(_l("%(unit)s已作情况说明：%(title)s"), "message"),
    "flag.entered": _message(_l("领导小组办公室代录了您单位签字的纸质材料，请核对：%(title)s"), "pencil"),
    "flag.proposed": _message(_l("处理建议待您决定：%(title)s（%(unit)s）"), "gavel"),
    "flag.turned_down": _message(_l("处理建议被退回：%(title)s（%(unit)s）"), "arrow-back-up"),
    "flag.withdrawn": _message(_l("预警已撤销：%(title)s"), "arrow-back-up"),
    "flag.decided_no_action": _message(_l("预警处理决定：不予追究（%(title)s）"), "gavel"),
    "flag.decided_urge": _message(_l("预警处理决定：督促（%(title)s）"), "gavel"),
    "flag.decided_interview": _message(_l("预警处理决定：约谈（%(title)s）"), "gavel"),
    "flag.decided_circular": _message(_l("预警处理决定：通报批评（%(title)s）"), "gavel"),
    "flag.decided_referral": _message(_l("预警处理决定：移送问责（%(title)s）"), "gavel"),
    "flag.review_asked": _message(_l("%(unit)s申请复核：%(title)s"), "gavel"),
    "flag.reviewed_upheld": _message(_l("复核结果：维持原决定（%(title)s）"), "gavel"),
    "flag.reviewed_changed": _message(_l("复核结果：变更决定（%(title)s）"), "gavel"),
    "flag.reviewed_lifted": _message(_l("复核结果：撤销原决定（%(title)s）"), "gavel"),
    "flag.undecided": _message(_l("预警超过 %(days)s 个工作日没有处理：%(title)s（%(unit)s）"), "clock"),
    "flag.nobody_decides": _message(
        _l("领导和督导（督查）席位空缺，预警超过 %(days)s 个工作日无人处理：%(title)s（%(unit)s）"), "alert-triangle"
    ),
    "flag.nobody_there": Message(
        _l("%(group)s席位全部空缺，%(count)s 条预警超过 %(days)s 个工作日无人处理，请联系登记员补齐席位"),
        "organisation.duties",
        "",
        "alert-triangle",
    ),
}
DECIDED = {kind: f"flag.decided_{kind.value}" for kind in DecisionKind}
REVIEWED = {outcome: f"flag.reviewed_{outcome.value}" for outcome in ReviewOutcome}


def _tell(
    kind: str, flag: Flag, people: Iterable[int], *, now: datetime, urgency: int = 1, key: str = "", **more: object
) -> int:
    return enqueue(
        kind,
        people,
        subject=("flag", flag.id),
        params={"title": flag.evidence["title"], "unit": flag.unit.name, **more},
        key=f"{kind}:{flag.id}:{key or flag.version}",
        now=now,
        group_id=flag.group_id,
        channels=ALL_WAYS,
        urgency=urgency,
    )


def supervisors_of(flag: Flag, *, now: datetime) -> list[int]:
    """Who supervises a flag: the supervisors who are free to, else the leaders."""
    day = local_date(now)
    return policy.able_supervisors(flag, day=day) or seat_holders(flag.group_id, day=day, roles=LEADERS)


def deciders_of(flag: Flag, *, now: datetime) -> list[int]:
    """Who decides about interviews and circulars: the leader, the executive deputy, the leader in charge."""
    day = local_date(now)
    people = set(seat_holders(flag.group_id, day=day, roles=(SeatRole.LEADER, SeatRole.EXECUTIVE_DEPUTY)))
    if flag.task.leader_seat is not None:
        people |= {person.id for person in sitting(flag.task.leader_seat, day=day)}
    return sorted(people)


def office_of(flag: Flag, *, now: datetime) -> list[int]:
    """Who hears of a flag where nobody could act on it: the office director and deputies, else the office."""
    day = local_date(now)
    directors = seat_holders(flag.group_id, day=day, roles=OFFICE_DIRECTORS)
    return directors or seat_holders(flag.group_id, day=day, roles=OFFICE)


def tell_drafted_statement(statement: Statement, *, now: datetime) -> None:
    """Tell head and deputy in charge that a statement waits for them."""
    flag = statement.flag
    people = tasks.confirmers(flag.group_id, flag.unit_id, day=local_date(now))
    _tell("flag.statement_drafted", flag, people, now=now, urgency=URGENT)


def tell_stated(statement: Statement, *, now: datetime) -> None:
    """Tell who supervises that the unit has spoken."""
    _tell("flag.stated", statement.flag, supervisors_of(statement.flag, now=now), now=now)


def tell_entered(flag: Flag, *, now: datetime) -> None:
    """Tell unit and person that somebody else entered in their name what they had signed on paper."""
    people = flag_listeners(flag.group_id, flag.unit_id, flag.owner_id, now=now)
    _tell("flag.entered", flag, people, now=now, urgency=URGENT)


def tell_proposed(proposal: FlagProposal, *, now: datetime) -> None:
    """Tell who may decide that a proposal waits for them."""
    people = set(deciders_of(proposal.flag, now=now)) - {proposal.proposed_by_id}
    _tell("flag.proposed", proposal.flag, people, now=now, urgency=URGENT)


def tell_turned_down(proposal: FlagProposal, *, now: datetime) -> None:
    """Tell who proposed that it came back."""
    _tell("flag.turned_down", proposal.flag, [proposal.proposed_by_id], now=now)


def tell_decided(decision: FlagDecision, *, now: datetime) -> None:
    """Tell unit and person what was decided; and who proposed it."""
    flag = decision.flag
    people = flag_listeners(flag.group_id, flag.unit_id, flag.owner_id, now=now)
    if decision.proposed_by_id is not None:
        people |= {decision.proposed_by_id}
    _tell(DECIDED[decision.kind], flag, people, now=now, urgency=GRAVE)


def tell_withdrawn(flag: Flag, *, now: datetime) -> None:
    """Tell unit and person that a flag was wrong."""
    _tell("flag.withdrawn", flag, flag_listeners(flag.group_id, flag.unit_id, flag.owner_id, now=now), now=now)


def tell_review_asked(review: FlagReview, *, now: datetime) -> None:
    """Tell the leaders who may decide a review."""
    people = policy.other_leaders(review, day=local_date(now)) or [review.first_decided_by_id]
    _tell("flag.review_asked", review.flag, people, now=now, urgency=URGENT)


def tell_reviewed(review: FlagReview, *, now: datetime) -> None:
    """Tell unit and person, and who decided first, what the review found."""
    flag = review.flag
    people = flag_listeners(flag.group_id, flag.unit_id, flag.owner_id, now=now) | {review.first_decided_by_id}
    _tell(REVIEWED[review.outcome or ReviewOutcome.UPHELD], flag, people, now=now, urgency=GRAVE)


def tell_undecided(flag: Flag, people: Iterable[int], *, days: int, now: datetime) -> int:
    """Tell supervisors and leaders that a flag has waited too long."""
    key = local_date(now).isoformat()
    return _tell("flag.undecided", flag, people, now=now, urgency=URGENT, key=key, days=days)


def tell_nobody_decides(flag: Flag, people: Iterable[int], *, days: int, now: datetime) -> int:
    """Tell the office that a flag waits and that the seats are empty of whoever could act on it."""
    key = local_date(now).isoformat()
    return _tell("flag.nobody_decides", flag, people, now=now, urgency=URGENT, key=key, days=days)


def tell_nobody_there(group: LeadershipGroup, count: int, *, days: int, now: datetime) -> int:
    """Tell the administrators that flags wait in a group in which nobody is left. They see the number, and no flag."""
    day = local_date(now)
    return enqueue(
        "flag.nobody_there",
        administrators(day),
        subject=("group", group.id),
        params={"group": group.short_name or group.name, "count": count, "days": days},
        key=f"flag.nobody_there:{group.id}:{day.isoformat()}",
        now=now,
        channels=ALL_WAYS,
        urgency=URGENT,
    )
