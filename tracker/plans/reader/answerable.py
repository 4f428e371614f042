"""Who answers for a task, and how a lead is settled from what was printed."""

from dataclasses import dataclass, field

from .errors import N_

NO_SINGLE_LEAD = N_("“%(text)s”没有写明哪个单位牵头，牵头单位留空，请指定。")

SEVERAL_LEADS = N_("有几个牵头单位（%(text)s），取第一个为牵头，其余列为配合，请核对。")


@dataclass(slots=True)
class Responsible:
    """Units and persons answerable for a task, and where in the text they were printed."""

    leads: list[str] = field(default_factory=list)
    responsible: list[str] = field(default_factory=list)
    coop: list[str] = field(default_factory=list)
    owner: str | None = None
    leaders: str | None = None
    deadline: str | None = None
    standard: str | None = None
    shared: str | None = None
    first_leads: bool = False
    labelled: bool = False
    strong: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def found(self) -> bool:
        """Whether any unit was named."""
        return bool(self.leads or self.responsible or self.coop)

    def settle(self, *, first_rule: bool) -> tuple[str | None, list[str], tuple[str, str] | None]:
        """Lead, cooperating units, and a doubt where the text leaves the lead open."""
        doubt: tuple[str, str] | None = None
        lead: str | None = None
        rest = [*self.responsible, *self.coop]
        if self.leads:
            lead = self.leads[0]
            rest = [*self.leads[1:], *rest]
            if len(self.leads) > 1:
                doubt = (SEVERAL_LEADS, "、".join(self.leads))
        elif len(self.responsible) == 1 and not self.shared:
            lead, rest = self.responsible[0], list(self.coop)
        elif self.responsible and first_rule and not self.shared:
            lead, rest = self.responsible[0], [*self.responsible[1:], *self.coop]
        elif self.responsible:
            doubt = (NO_SINGLE_LEAD, "、".join(self.responsible))
        unique: list[str] = []
        for unit in rest:
            if unit != lead and unit not in unique:
                unique.append(unit)
        return lead, unique, doubt
