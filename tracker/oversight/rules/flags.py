"""The life of a flag (问责预警): colours, states, moves, and the people's words that end it. Pure tables."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from tracker.kernel.calendar import WorkingDays
from tracker.kernel.text import _l

STATEMENT_DAYS = 5
REVIEW_DAYS = 30
DECIDE_WITHIN_DAYS = 5
"""A group's defaults: working days to state one's case, days to ask for a review, working days until supervisors and
leaders are reminded that nothing was decided."""


class FlagColour(StrEnum):
    """How grave a warning is. A flag is not a decision: cards (黄牌/红牌) exist only as decisions."""

    YELLOW = "yellow"
    RED = "red"


class FlagSubject(StrEnum):
    """What a flag is about: a task, or the part that a cooperating unit owes to one."""

    TASK = "task"
    PART = "part"


class FlagState(StrEnum):
    """Where a flag stands."""

    RAISED = "raised"
    AWAITING = "awaiting"
    DECIDED = "decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class FlagMove(StrEnum):
    """A step in the life of a flag."""

    RAISE = "raise"
    NOTIFY = "notify"
    STATE = "state"
    PROPOSE = "propose"
    TURN_DOWN = "turn_down"
    DECIDE = "decide"
    ASK_REVIEW = "ask_review"
    REVIEW = "review"
    CLOSE = "close"
    WITHDRAW = "withdraw"


class StatementState(StrEnum):
    """What a unit says (陈述申辩): drafted by a liaison, or given by a head."""

    DRAFT = "draft"
    GIVEN = "given"


class ProposalState(StrEnum):
    """What a supervisor proposed: awaiting a leader, decided, or turned down."""

    PENDING = "pending"
    DECIDED = "decided"
    TURNED_DOWN = "turned_down"


class DecisionKind(StrEnum):
    """What people decide about a flag, from the lightest to the gravest."""

    NO_ACTION = "no_action"
    URGE = "urge"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    REFERRAL = "referral"


class Card(StrEnum):
    """The card that goes with an interview or a circular, in groups that use them."""

    NONE = "none"
    YELLOW = "yellow_card"
    RED = "red_card"


class ReviewOutcome(StrEnum):
    """What a review of a decision found."""

    UPHELD = "upheld"
    CHANGED = "changed"
    LIFTED = "lifted"


S = FlagState

FLAG_MOVES: Mapping[FlagMove, tuple[frozenset[FlagState], FlagState | None]] = {
    FlagMove.RAISE: (frozenset(), S.RAISED),
    FlagMove.NOTIFY: (frozenset({S.RAISED}), S.AWAITING),
    FlagMove.STATE: (frozenset({S.AWAITING}), None),
    FlagMove.PROPOSE: (frozenset({S.AWAITING}), None),
    FlagMove.TURN_DOWN: (frozenset({S.AWAITING}), None),
    FlagMove.DECIDE: (frozenset({S.AWAITING}), S.DECIDED),
    FlagMove.ASK_REVIEW: (frozenset({S.DECIDED}), None),
    FlagMove.REVIEW: (frozenset({S.DECIDED}), None),
    FlagMove.CLOSE: (frozenset({S.DECIDED}), S.CLOSED),
    FlagMove.WITHDRAW: (frozenset({S.RAISED, S.AWAITING}), S.WITHDRAWN),
}
"""From each move to the states it may start in (none: it begins the flag) and where it ends (None: it stays)."""

UNDECIDED = frozenset({S.RAISED, S.AWAITING})
"""Flags about which nobody has decided yet."""

BY_THE_SYSTEM = frozenset({FlagMove.RAISE, FlagMove.NOTIFY})
"""The moves that software makes; every other one has a person. Software proposes, people decide."""

LIGHT_KINDS = frozenset({DecisionKind.NO_ACTION, DecisionKind.URGE})
"""Decided by a supervisor."""
PROPOSED_KINDS = frozenset({DecisionKind.INTERVIEW, DecisionKind.CIRCULAR})
"""Proposed by a supervisor, decided by a leader or the deputy in charge; only these may carry a card."""

GRAVITY: Mapping[DecisionKind, int] = {kind: number for number, kind in enumerate(DecisionKind)}
CARD_GRAVITY: Mapping[Card, int] = {card: number for number, card in enumerate(Card)}

FLAG_WORDS: tuple[Mapping[StrEnum, object], ...] = (
    {FlagColour.YELLOW: _l("黄色预警"), FlagColour.RED: _l("红色预警")},
    {FlagSubject.TASK: _l("任务"), FlagSubject.PART: _l("配合事项")},
    {
        FlagState.RAISED: _l("已预警，待告知"),
        FlagState.AWAITING: _l("陈述申辩和处理"),
        FlagState.DECIDED: _l("已决定"),
        FlagState.CLOSED: _l("已办结"),
        FlagState.WITHDRAWN: _l("已撤销"),
    },
    {
        FlagMove.RAISE: _l("预警"),
        FlagMove.NOTIFY: _l("告知"),
        FlagMove.STATE: _l("提交情况说明"),
        FlagMove.PROPOSE: _l("提出处理建议"),
        FlagMove.TURN_DOWN: _l("退回处理建议"),
        FlagMove.DECIDE: _l("作出处理决定"),
        FlagMove.ASK_REVIEW: _l("申请复核"),
        FlagMove.REVIEW: _l("作出复核决定"),
        FlagMove.CLOSE: _l("办结存档"),
        FlagMove.WITHDRAW: _l("撤销预警"),
    },
    {StatementState.DRAFT: _l("待负责人确认"), StatementState.GIVEN: _l("已提交")},
    {
        ProposalState.PENDING: _l("待领导决定"),
        ProposalState.DECIDED: _l("已决定"),
        ProposalState.TURNED_DOWN: _l("已退回"),
    },
    {
        DecisionKind.NO_ACTION: _l("不予追究"),
        DecisionKind.URGE: _l("督促"),
        DecisionKind.INTERVIEW: _l("约谈"),
        DecisionKind.CIRCULAR: _l("通报批评"),
        DecisionKind.REFERRAL: _l("移送问责"),
    },
    {Card.NONE: _l("不用牌"), Card.YELLOW: _l("黄牌"), Card.RED: _l("红牌")},
    {
        ReviewOutcome.UPHELD: _l("维持原决定"),
        ReviewOutcome.CHANGED: _l("变更决定"),
        ReviewOutcome.LIFTED: _l("撤销原决定"),
    },
)
"""Words for all of these, one table an enum."""


def may_take(move: FlagMove, state: FlagState) -> bool:
    """Whether a move may start in a state."""
    return state in FLAG_MOVES[move][0]


def last_day_to_state(told_on: date, calendar: WorkingDays, *, days: int = STATEMENT_DAYS) -> date:
    """The last day of the period in which a unit states its case, told on a day; in working days."""
    return calendar.shift(told_on, days)


def period_is_over(today: date, *, statement_by: date | None, used: bool) -> bool:
    """Whether a decision may be taken: the unit was told, and its period ran out or it says that it has said all."""
    return statement_by is not None and (used or today > statement_by)


def last_day_to_ask_review(decided_on: date, *, days: int = REVIEW_DAYS) -> date:
    """The last day on which a review may be asked for, in calendar days."""
    return decided_on + timedelta(days=days)


def is_heavier(kind: DecisionKind, card: Card, than: DecisionKind, than_card: Card) -> bool:
    """Whether a decision weighs more than another. A review never makes things worse for who asked."""
    return (GRAVITY[kind], CARD_GRAVITY[card]) > (GRAVITY[than], CARD_GRAVITY[than_card])


class InForce(NamedTuple):
    """What stands about a flag: a decision, or what a review changed it to."""

    kind: DecisionKind
    card: Card


def decision_in_force(
    kind: DecisionKind, card: Card, outcome: ReviewOutcome | None, new_kind: DecisionKind | None, new_card: Card | None
) -> InForce | None:
    """What stands of a decision after its review; None: it was lifted. A review that waits changes nothing yet.

    Whatever counts, lists or prints decisions asks here; outcome and what follows: the review's, None where there is
    none.
    """
    if outcome is ReviewOutcome.LIFTED:
        return None
    return InForce(kind, card) if new_kind is None else InForce(new_kind, new_card or Card.NONE)
