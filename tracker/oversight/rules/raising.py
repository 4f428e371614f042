"""The rules that raise flags: each a pure function over facts, with a name, a version and a threshold.

A rule sees something and says what it saw; it decides nothing. Unsigned tasks and unreported rounds are lists to
phone, and have no rule here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.kernel.calendar import WorkingDays
from tracker.kernel.text import _l
from tracker.oversight.rules.flags import FlagColour, FlagSubject


class FlagRule(StrEnum):
    """What a rule looks at."""

    OVERDUE_YELLOW = "overdue_yellow"
    OVERDUE_RED = "overdue_red"
    RETURNED = "returned"
    EXTENDED = "extended"
    RECTIFICATION = "rectification"
    TWO_YELLOWS = "two_yellows"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something dated that happened to a subject: on which day, and for which due date."""

    on: date
    due_on: date
    ref: int = 0
    """Id of the row that the facts stand in."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, for one subject.

    late_days: working days late (0: not late). rectifications: dates set to make good by that passed undone.
    yellows: yellow warnings that still stand, counted: those that a red one rests on already.
    """

    due_on: date | None = None
    late_days: int = 0
    returns: Sequence[Happening] = ()
    extensions: Sequence[Happening] = ()
    rectifications: Sequence[Happening] = ()
    yellows: Sequence[Happening] = ()
    counted: frozenset[int] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw: the due date it is about, the day on which it became true, and the facts it rests on."""

    due_on: date
    on: date
    rests_on: tuple[Happening, ...] = ()


Look = Callable[[Facts, int, date], Finding | None]


def overdue(facts: Facts, threshold: int, today: date) -> Finding | None:
    """Late by so many working days: a rung of the ladder was reached."""
    if facts.due_on is None or threshold < 1 or facts.late_days < threshold:
        return None
    return Finding(facts.due_on, today)


def reached_on(due_on: date, threshold: int, calendar: WorkingDays, *, roll: bool) -> date:
    """The day on which something due on a day is so many working days late; threshold: from 1."""
    first = calendar.on_or_after(calendar.late_from(due_on, roll=roll))
    return calendar.shift(first, threshold - 1)


def returned(facts: Facts, threshold: int, today: date) -> Finding | None:  # noqa: ARG001 - all rules are asked alike
    """Handed in and returned so many times."""
    return _reached(facts.returns, threshold)


def extended(facts: Facts, threshold: int, today: date) -> Finding | None:  # noqa: ARG001
    """More extensions granted than so many."""
    return _reached(facts.extensions, threshold + 1)


def rectification_missed(facts: Facts, threshold: int, today: date) -> Finding | None:  # noqa: ARG001
    """A date set to make good by (限期整改) passed undone; the newest that did."""
    if len(facts.rectifications) < threshold:
        return None
    last = facts.rectifications[-1]
    return Finding(last.due_on, last.on, (last,))


def two_yellows(facts: Facts, threshold: int, today: date) -> Finding | None:  # noqa: ARG001
    """So many yellow warnings on one subject, about different due dates, that no red one rests on yet.

    Several about one due date are one delay that several rules saw, and count once.
    """
    by_date: dict[date, Happening] = {}
    for yellow in facts.yellows:
        if yellow.ref not in facts.counted:
            by_date.setdefault(yellow.due_on, yellow)
    if len(by_date) < threshold:
        return None
    rests_on = tuple(sorted(by_date.values(), key=lambda yellow: (yellow.on, yellow.due_on)))
    return Finding(rests_on[-1].due_on, rests_on[-1].on, rests_on)


def _reached(happenings: Sequence[Happening], count: int) -> Finding | None:
    """The happening that made the count full: later ones are the same finding, and raise nothing anew."""
    if len(happenings) < count:
        return None
    decisive = happenings[count - 1]
    return Finding(decisive.due_on, decisive.on, tuple(happenings[:count]))


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """A rule of the table: its function, version and colour; threshold, and between what a group may set it.

    by_ladder: raised by a rung of the ladder, whose offset is the threshold.
    """

    look: Look
    version: int
    colour: FlagColour
    threshold: int
    least: int
    most: int
    by_ladder: bool = False


FLAG_RULES: Mapping[FlagRule, RuleDefinition] = {
    FlagRule.OVERDUE_YELLOW: RuleDefinition(overdue, 1, FlagColour.YELLOW, 3, 1, 120, by_ladder=True),
    FlagRule.OVERDUE_RED: RuleDefinition(overdue, 1, FlagColour.RED, 15, 1, 120, by_ladder=True),
    FlagRule.RETURNED: RuleDefinition(returned, 1, FlagColour.YELLOW, 2, 1, 9),
    FlagRule.EXTENDED: RuleDefinition(extended, 1, FlagColour.YELLOW, 2, 1, 9),
    FlagRule.RECTIFICATION: RuleDefinition(rectification_missed, 1, FlagColour.YELLOW, 1, 1, 9),
    FlagRule.TWO_YELLOWS: RuleDefinition(two_yellows, 1, FlagColour.RED, 2, 2, 9),
}
"""Every rule that raises a flag. Thresholds: working days for the ladder's, else a count of facts."""

OVERDUE_RULES: Mapping[FlagColour, FlagRule] = {
    FlagColour.YELLOW: FlagRule.OVERDUE_YELLOW,
    FlagColour.RED: FlagRule.OVERDUE_RED,
}

RULE_WORDS: tuple[Mapping[StrEnum, object], ...] = (
    {
        FlagRule.OVERDUE_YELLOW: _l("逾期达到黄色预警级"),
        FlagRule.OVERDUE_RED: _l("逾期达到红色预警级"),
        FlagRule.RETURNED: _l("多次被退回重办"),
        FlagRule.EXTENDED: _l("多次延期"),
        FlagRule.RECTIFICATION: _l("限期整改逾期"),
        FlagRule.TWO_YELLOWS: _l("同一事项多次黄色预警"),
    },
)

THRESHOLD_WORDS: Mapping[FlagRule, object] = {
    FlagRule.OVERDUE_YELLOW: _l("逾期满 %(threshold)s 个工作日"),
    FlagRule.OVERDUE_RED: _l("逾期满 %(threshold)s 个工作日"),
    FlagRule.RETURNED: _l("退回满 %(threshold)s 次"),
    FlagRule.EXTENDED: _l("延期超过 %(threshold)s 次"),
    FlagRule.RECTIFICATION: _l("整改时限逾期满 %(threshold)s 次"),
    FlagRule.TWO_YELLOWS: _l("不同时限的黄色预警满 %(threshold)s 次"),
}
"""What a threshold means, in words."""

RULE_NOTES: Mapping[FlagRule, object] = {
    FlagRule.TWO_YELLOWS: _l(
        "同一时限的几条黄色预警，是几条规则看到的同一次拖延，只算一次；已计入一条红色预警的、撤销的和不予追究的不再计。"
    ),
}
"""What of a rule its threshold does not say."""


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """How a group has set a rule; since: only what becomes true from this day on is flagged (None: all of it)."""

    enabled: bool
    threshold: int
    since: date | None = None


def default_setting(rule: FlagRule) -> RuleSetting:
    """A rule as it stands where a group has set nothing: on, with the threshold of the table."""
    return RuleSetting(enabled=True, threshold=FLAG_RULES[rule].threshold)


def looks_at(rule: FlagRule, kind: FlagSubject) -> bool:
    """Whether a rule looks at such subjects. Parts are not returned or extended, and have no date to make good by."""
    return kind is FlagSubject.TASK or rule is FlagRule.TWO_YELLOWS


def look_with(rule: FlagRule, setting: RuleSetting, facts: Facts, *, uses_from: date, today: date) -> Finding | None:
    """What a rule finds under a group's setting.

    Nothing due before the group used the product, and nothing from before the setting: tuning re-raises nothing.
    """
    if not setting.enabled:
        return None
    found = FLAG_RULES[rule].look(facts, setting.threshold, today)
    if found is None or found.due_on < uses_from or found.on < uses_from:
        return None
    return None if setting.since is not None and found.on < setting.since else found


def replay(rule: FlagRule, setting: RuleSetting, facts: Facts, *, uses_from: date) -> list[Finding]:
    """What a rule of happenings would have found day by day, each due date once; what came later changes nothing."""
    found: dict[date, Finding] = {}
    counted = facts.counted
    histories = (facts.returns, facts.extensions, facts.rectifications, facts.yellows)
    for day in sorted({happening.on for history in histories for happening in history}):
        returns, extensions, rectifications, yellows = (
            [happening for happening in history if happening.on <= day] for history in histories
        )
        known = Facts(
            returns=returns, extensions=extensions, rectifications=rectifications, yellows=yellows, counted=counted
        )
        finding = look_with(rule, setting, known, uses_from=uses_from, today=day)
        if finding is not None and finding.due_on not in found:
            found[finding.due_on] = finding
            counted |= {happening.ref for happening in finding.rests_on}
    return list(found.values())
