"""Which unit each name means: one on file, a new one, or a question for the clerk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.organisation.matching import Certainty, UnitDirectory, UnitMatch, directory_of_names, load_directory
from tracker.organisation.models import Region
from tracker.organisation.rules import UnitKind
from tracker.plans.guesses import full_name, kind_of_unit
from tracker.plans.study.names import NEW

SURE = (Certainty.EXACT, Certainty.LIKELY)


@dataclass(slots=True)
class UnitQuestion:
    """A name in the paper, and what it may mean. variants are other names for the same unit in this paper."""

    name: str
    variants: list[str] = field(default_factory=list)
    options: list[UnitMatch] = field(default_factory=list)
    choice: str = ""
    new_name: str = ""
    kind: UnitKind = UnitKind.DEPARTMENT

    @property
    def names(self) -> list[str]:
        """The name and its variants."""
        return [self.name, *self.variants]

    @property
    def unit_id(self) -> int | None:
        """The unit on file that it means; None where it is new or not yet said."""
        return int(self.choice) if self.choice not in {"", NEW} else None

    @property
    def chosen(self) -> UnitMatch | None:
        """The unit on file that it means, with how sure that is."""
        return next((match for match in self.options if str(match.unit_id) == self.choice), None)

    @property
    def chosen_name(self) -> str:
        """The name on file of the unit that it means."""
        return self.chosen.name if self.chosen is not None else ""

    @property
    def likely(self) -> bool:
        """Whether a unit of another customary name was taken for it, which a clerk should glance at."""
        return self.chosen is not None and self.chosen.certainty is not Certainty.EXACT


def ask_units(region: Region, names: Sequence[str], answers: Mapping[str, Any]) -> list[UnitQuestion]:
    """A question for each unit that the names stand for; most have their answer already."""
    directory = load_directory(region.id)
    questions: list[UnitQuestion] = []
    fresh: list[UnitQuestion] = []
    own = directory_of_names(region.id, names)
    places = {name: place for place, name in enumerate(names)}
    for name in names:
        matches = directory.find(name)
        same = _same_in_paper(own, places, fresh, name) if not matches else None
        if same is not None:
            same.variants.append(name)
            continue
        question = UnitQuestion(name, options=matches)
        questions.append(question)
        if not matches:
            fresh.append(question)
    for question in questions:
        _answer(question, region, answers.get(question.name) or {})
    return questions


def _same_in_paper(
    own: UnitDirectory, places: Mapping[str, int], fresh: Sequence[UnitQuestion], name: str
) -> UnitQuestion | None:
    """The earlier name of this paper that means the same new unit: 区教体局 and 区教育局."""
    earlier = {places[question.name]: question for question in fresh}
    among = UnitDirectory(own.places, tuple(known for known in own.units if known.unit_id in earlier))
    match = next(iter(among.find(name)), None)
    return earlier[match.unit_id] if match is not None and match.certainty in SURE else None


def _answer(question: UnitQuestion, region: Region, answer: Mapping[str, Any]) -> None:
    allowed = {NEW, *(str(match.unit_id) for match in question.options)}
    said = str(answer.get("choice") or "")
    question.new_name = str(answer.get("name") or "") or full_name(question.name, region.name)
    kind = str(answer.get("kind") or "")
    question.kind = UnitKind(kind) if kind in set(UnitKind) else kind_of_unit(question.name)
    if said in allowed:
        question.choice = said
    elif not question.options:
        question.choice = NEW
    elif question.options[0].certainty in SURE:
        question.choice = str(question.options[0].unit_id)
