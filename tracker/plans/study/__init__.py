"""What a document's names mean among the units, people and groups on file, and what only a clerk can say."""

from tracker.plans.study.groups import GroupStudy
from tracker.plans.study.people import HeldPost, PersonQuestion
from tracker.plans.study.studying import Study, study
from tracker.plans.study.units import UnitQuestion

__all__ = ["GroupStudy", "HeldPost", "PersonQuestion", "Study", "UnitQuestion", "study"]
