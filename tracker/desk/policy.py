"""Who sees which desk: it follows from today's seats, posts and duties."""

from dataclasses import dataclass

from tracker.desk.rules import HatKind
from tracker.kernel.actor import Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.models import Unit
from tracker.organisation.rules import LEADERS, OFFICE, DutyKind, SeatRole
from tracker.tasks.policy import OVERSEERS

WATCHERS = LEADERS | {SeatRole.SUPERVISOR}
"""Who comes to see how a group stands, rather than to run it."""


@dataclass(frozen=True, slots=True)
class Hat:
    """One of the ways in which somebody looks at the product; group_id for the desks of a group."""

    kind: HatKind
    group_id: int | None = None

    @property
    def code(self) -> str:
        """The hat as an address says it."""
        return f"{self.kind}-{self.group_id}" if self.group_id is not None else str(self.kind)


def hats_of(actor: Actor) -> list[Hat]:
    """Everything that somebody is today, the most pressing first: office, overview, unit, duties."""
    hats = [Hat(HatKind.OFFICE, group_id) for group_id in sorted(actor.groups_as(*OFFICE))]
    hats += [Hat(HatKind.OVERVIEW, group_id) for group_id in sorted(actor.groups_as(*WATCHERS))]
    works_for_a_unit = bool(actor.member_units or actor.contacts)
    if works_for_a_unit or (actor.unit_ids and not hats and not actor.duties):
        hats.append(Hat(HatKind.UNIT))
    if actor.duties:
        hats.append(Hat(HatKind.DUTY))
    return hats


def watches(actor: Actor) -> bool:
    """Whether somebody watches over any group."""
    return bool(actor.groups_as(*OVERSEERS))


def may_oversee(actor: Actor, group_id: int) -> Verdict:
    """Open a group's overview, its one page and its office's lists: office, supervisors and leaders."""
    if actor.roles_in(group_id) & OVERSEERS:
        return ALLOWED
    return refused(_l("本页供领导小组办公室、督导（督查）人员和领导查看。"))


def may_see_portrait(actor: Actor, group_id: int, unit: Unit) -> Verdict:
    """Look at a unit's portrait: who watches over its group, the unit itself, and the unit above it."""
    if actor.roles_in(group_id) & OVERSEERS or actor.unit_ids & {unit.id, unit.parent_id}:
        return ALLOWED
    return refused(_l("单位画像供领导小组办公室、督导（督查）人员、领导和本单位查看。"))


def duties_of(actor: Actor) -> list[DutyKind]:
    """The installation duties of somebody, in their order."""
    return [duty for duty in DutyKind if duty in actor.duties]
