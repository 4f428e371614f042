"""A document with its choices, held against what is on file: the one place that both page and confirming ask."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.organisation import policy
from tracker.organisation.models import Region
from tracker.plans.guesses import rank_of_post
from tracker.plans.models import PlanDocument
from tracker.plans.proposal import Choices
from tracker.plans.study.groups import GroupStudy, ask_group, groups_to_choose
from tracker.plans.study.names import people_units, taken_groups, taken_seats, unit_names
from tracker.plans.study.people import HeldPost, PersonQuestion, ask_people, held_by_others
from tracker.plans.study.units import UnitQuestion, ask_units


@dataclass(frozen=True, slots=True)
class Study:
    """What the names in a document mean, as far as it is known."""

    region: Region
    units: list[UnitQuestion]
    people: list[PersonQuestion]
    holders: list[HeldPost]
    groups: list[GroupStudy]

    def unit_ids(self) -> dict[str, int | None]:
        """The unit on file (or None: new, or not yet said) of every name in the paper."""
        return {name: question.unit_id for question in self.units for name in question.names}

    def open_questions(self) -> dict[str, object]:
        """What must be said before the document can be confirmed, by the part of the page where it is asked."""
        found: dict[str, object] = {}
        units = [question.name for question in self.units if not question.choice]
        people = [question.name for question in self.people if not question.choice]
        if units:
            found["units"] = _l("请选择这些单位是哪一个：%(names)s。", names="、".join(units))
        if people:
            found["people"] = _l("请确认这些人是否为在册人员：%(names)s。", names="、".join(people))
        if not any(group.taken for group in self.groups) or any(
            group.taken and not group.choice for group in self.groups
        ):
            found["groups"] = _l("请选择方案属于哪个领导小组。")
        return found


def study(document: PlanDocument, choices: Choices, *, actor: Actor, day: date) -> Study:
    """Hold a document's choices against the units, people and groups on file."""
    region = db.session.get_one(Region, document.region_id)
    units = ask_units(region, unit_names(choices), choices["units"])
    ids = {name: question.unit_id for question in units for name in question.names}
    people = ask_people(region, people_units(choices), ids, choices["people"], day)
    known = {question.name: question.person_id for question in people}
    holders = held_by_others(list(_heads(choices)), ids, known, day)
    options = groups_to_choose(actor, region)
    may_found = bool(policy.may_found_group(actor, region))
    groups = [ask_group(row, options, may_found=may_found, units=ids, day=day) for row in choices["groups"]]
    return Study(region, units, people, holders, groups)


def _heads(choices: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    for group in taken_groups(choices):
        for seat in taken_seats(group):
            for post in seat["posts"]:
                if seat["person"] and post["unit"] and rank_of_post(post["post"]) == "head":
                    yield post["unit"], post["post"], seat["person"]
