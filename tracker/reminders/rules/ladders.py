"""Ladders: at which working-day offset who is told, by which ways, how often, and what else happens. Pure tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tracker.outbox.rules import Channel
from tracker.reminders.rules.words import Audience, Effect, LadderKind

MAIL = (Channel.MAIL,)
ALSO_CHAT = (Channel.MAIL, Channel.CHAT)
ALL = tuple(Channel)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder.

    offset: working days; up to 0 before the deadline, above from the day lateness starts. repeat_every: told again
    after so many working days while no higher rung is reached, repeat_times at most; 0: once. The inbox is always
    written, channels are the ways beside it.
    """

    offset: int
    audience: tuple[Audience, ...]
    effect: Effect = Effect.NONE
    channels: tuple[Channel, ...] = MAIL
    repeat_every: int = 0
    repeat_times: int = 0

    @property
    def urgency(self) -> int:
        """How loud: 0 before the date, 1 from the first late day, 2 from the third, 3 from the 15th or with red."""
        if self.effect is Effect.RED:
            return 3
        return sum(self.offset >= bound for bound in (1, 3, 15))


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder as a group has it. version 0: nobody ever changed it. Rungs stand in the order of their days."""

    kind: LadderKind
    rungs: tuple[Rung, ...]
    version: int = 0
    since: date | None = None
    """The day on which it was changed last."""
    warnings: tuple[tuple[int, date], ...] = ()
    """Offsets of warnings that were not always there, each with the day from which on it is."""

    def rung(self, offset: int) -> Rung | None:
        """The rung of an offset, if the ladder has one."""
        return next((rung for rung in self.rungs if rung.offset == offset), None)

    def warns_since(self, rung: Rung) -> date:
        """From which day on whatever reaches a rung is warned of: a group's change warns of nothing before it."""
        return dict(self.warnings).get(rung.offset, date.min)


A, K = Audience, LadderKind

DEADLINE_LADDER = (
    Rung(-7, (A.OWNER, A.LIAISON)),
    Rung(-1, (A.OWNER, A.LIAISON)),
    Rung(0, (A.OWNER, A.LIAISON)),
    Rung(1, (A.LIAISON, A.DEPUTY_IN_CHARGE), Effect.URGE, ALSO_CHAT),
    Rung(3, (A.UNIT_HEAD, A.OFFICE), Effect.YELLOW, ALSO_CHAT),
    Rung(7, (A.UNIT_HEAD, A.OFFICE, A.LEADER_IN_CHARGE), Effect.NOTICE, ALSO_CHAT),
    Rung(15, (A.LEADER, A.SUPERVISOR), Effect.RED, ALL),
)

DEFAULTS: Mapping[LadderKind, tuple[Rung, ...]] = {
    K.DEADLINE: DEADLINE_LADDER,
    K.LETTER: (
        Rung(-3, (A.SIGNATORY, A.LIAISON)),
        Rung(0, (A.SIGNATORY, A.LIAISON)),
        Rung(1, (A.SIGNATORY, A.UNIT_HEAD, A.OFFICE), channels=ALSO_CHAT),
        Rung(5, (A.OFFICE, A.LEADER), channels=ALSO_CHAT),
    ),
    K.OFFICE: (
        Rung(0, (A.OFFICE,)),
        Rung(2, (A.OFFICE_DIRECTOR,), channels=ALSO_CHAT),
        Rung(5, (A.LEADER_IN_CHARGE, A.LEADER), channels=ALSO_CHAT),
    ),
}
"""What a group has that changed nothing. Letters and the office's own duties make lists to phone, never flags."""

AUDIENCES: Mapping[LadderKind, tuple[Audience, ...]] = {
    K.DEADLINE: tuple(audience for audience in Audience if audience is not A.SIGNATORY),
    K.LETTER: tuple(audience for audience in Audience if audience not in {A.OWNER, A.LEADER_IN_CHARGE}),
    K.OFFICE: (A.OFFICE, A.OFFICE_DIRECTOR, A.SUPERVISOR, A.LEADER_IN_CHARGE, A.DEPUTY_LEADER, A.LEADER),
}
"""Who can hear on which ladder."""

EFFECTS: Mapping[LadderKind, tuple[Effect, ...]] = {
    K.DEADLINE: tuple(Effect),
    K.LETTER: (Effect.NONE,),
    K.OFFICE: (Effect.NONE,),
}
"""What a rung of which ladder can do beside telling."""

FALLBACK: Mapping[Audience, tuple[Audience, ...]] = {
    A.OWNER: (A.LIAISON, A.DEPUTY_IN_CHARGE, A.UNIT_HEAD, A.OFFICE, A.LEADER),
    A.SIGNATORY: (A.UNIT_HEAD, A.DEPUTY_IN_CHARGE, A.LIAISON, A.OFFICE, A.LEADER),
    A.LIAISON: (A.DEPUTY_IN_CHARGE, A.UNIT_HEAD, A.OFFICE, A.LEADER),
    A.DEPUTY_IN_CHARGE: (A.UNIT_HEAD, A.LIAISON, A.OFFICE, A.LEADER),
    A.UNIT_HEAD: (A.DEPUTY_IN_CHARGE, A.LIAISON, A.OFFICE, A.LEADER),
    A.OFFICE: (A.LEADER, A.DEPUTY_LEADER),
    A.OFFICE_DIRECTOR: (A.OFFICE, A.LEADER, A.DEPUTY_LEADER),
    A.SUPERVISOR: (A.LEADER, A.DEPUTY_LEADER, A.OFFICE),
    A.LEADER_IN_CHARGE: (A.DEPUTY_LEADER, A.LEADER, A.OFFICE),
    A.DEPUTY_LEADER: (A.LEADER, A.OFFICE),
    A.LEADER: (A.DEPUTY_LEADER, A.OFFICE_DIRECTOR, A.OFFICE),
}
"""Who hears, in this order, where nobody is of an audience: an empty post never swallows a reminder."""

PERSONAL = frozenset({A.OWNER, A.SIGNATORY})
"""Audiences that are each subject's own; all others follow from its unit, the unit above and its leader's seat."""


WARNINGS = (Effect.YELLOW, Effect.RED)
"""Effects that raise a flag, the graver one last."""


def made_up(missed: Collection[Rung], *, then: Effect) -> list[Rung]:
    """Of rungs that were passed over in silence, those whose effect is made up for; then: what the one reached does.

    An outage may cost a message, never a fact: the draft of a notice and the warning come late rather than not at all.
    An urge is a message, which the one that goes out now replaces; and of two warnings at the same moment the
    graver stands alone, for a unit explains one lateness once.
    """
    in_order = sorted(missed, key=lambda rung: rung.offset)
    drafts = [rung for rung in in_order if rung.effect is Effect.NOTICE and then is not Effect.NOTICE]
    graver = WARNINGS[WARNINGS.index(then) + 1 :] if then in WARNINGS else WARNINGS
    warnings = sorted((rung for rung in in_order if rung.effect in graver), key=lambda rung: rung.effect is Effect.RED)
    return [*drafts[-1:], *warnings[-1:]]


def new_warnings(history: Sequence[Ladder]) -> tuple[tuple[int, date], ...]:
    """Of a ladder's warnings, those that were not always there, each with the day since when. history: newest first."""
    found = []
    for rung in history[0].rungs:
        changed = (newer.since for newer, older in pairwise(history) if not _warns_alike(rung, older))
        since = next(changed, None) if rung.effect in WARNINGS else None
        if since is not None:
            found.append((rung.offset, since))
    return tuple(found)


def _warns_alike(rung: Rung, older: Ladder) -> bool:
    before = older.rung(rung.offset)
    return before is not None and before.effect is rung.effect


def default_ladder(kind: LadderKind) -> Ladder:
    """The ladder of a group that changed nothing."""
    return Ladder(kind, DEFAULTS[kind])
