"""What the reader finds in a plan document, and its JSON form."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from .errors import N_

Role = Literal["leader", "deputy_leader", "member", "office_director", "office_deputy_director", "liaison"]
Operator = Literal["<=", ">=", "=", "<", ">"]
Every = Literal["month", "quarter", "year"]
Number = int | float

ROLE_NAMES: dict[Role, str] = {
    "leader": N_("组长"),
    "deputy_leader": N_("副组长"),
    "member": N_("成员"),
    "office_director": N_("办公室主任"),
    "office_deputy_director": N_("办公室副主任"),
    "liaison": N_("联络员"),
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One post that a person holds, with the unit as printed."""

    unit: str | None
    post: str | None


@dataclass(frozen=True, slots=True)
class Seat:
    """One place in the group: a person, a post without a person, or a unit."""

    role: Role
    person: str | None
    posts: tuple[Posting, ...]
    unit: str | None
    line: int


@dataclass(slots=True)
class Group:
    """A leadership group that the document founds or adjusts."""

    name: str | None
    office_unit: str | None = None
    office_director: str | None = None
    seats: list[Seat] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Phase:
    """A dated stage; an open end is None."""

    name: str
    starts_on: date | None
    ends_on: date | None
    line: int


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a recurring task falls due; in a quarter, month counts within the quarter."""

    every: Every
    month: int | None
    day: int | Literal["last"]


@dataclass(frozen=True, slots=True)
class Target:
    """A number that the task must reach."""

    quantity: str
    scope: str | None
    operator: Operator
    value: Number
    unit: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class TaskFinding:
    """A numbered task or measure of the document."""

    number: str | None
    path: tuple[str, ...]
    text: str
    lead_unit: str | None
    cooperating_units: tuple[str, ...]
    owner: str | None
    due_on: date | None
    deadline_text: str | None
    cadence: Cadence | Literal["continuous"] | None
    targets: tuple[Target, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence of prose that obliges somebody and could become a task."""

    text: str
    unit: str | None
    phase: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Something that a clerk should look at; msgid and values, so that pages can translate it."""

    line: int
    msgid: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The sentence in Chinese."""
        return self.msgid % dict(self.values) if self.values else self.msgid


def warning(line: int, msgid: str, **values: object) -> Doubtful:
    """Make a warning from a marked sentence and its named values."""
    return Doubtful(line, msgid, tuple((key, str(value)) for key, value in values.items()))


@dataclass(slots=True)
class Findings:
    """Everything found in one document."""

    title: str | None = None
    region: str | None = None
    issuer: str | None = None
    document_number: str | None = None
    issued_on: date | None = None
    groups: list[Group] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    tasks: list[TaskFinding] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    warnings: list[Doubtful] = field(default_factory=list)

    @property
    def group(self) -> Group | None:
        """The group that the plan is about: the first one of the document."""
        return self.groups[0] if self.groups else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "office_unit": group.office_unit,
        "office_director": group.office_director,
        "seats": [
            {
                "role": seat.role,
                "person": seat.person,
                "posts": [{"unit": posting.unit, "post": posting.post} for posting in seat.posts],
                "unit": seat.unit,
                "line": seat.line,
            }
            for seat in group.seats
        ],
    }


def _cadence_json(cadence: Cadence | Literal["continuous"] | None) -> Any:
    if isinstance(cadence, Cadence):
        return {"every": cadence.every, "month": cadence.month, "day": cadence.day}
    return cadence


def _task_json(task: TaskFinding) -> dict[str, Any]:
    return {
        "number": task.number,
        "path": list(task.path),
        "text": task.text,
        "lead_unit": task.lead_unit,
        "cooperating_units": list(task.cooperating_units),
        "owner": task.owner,
        "due_on": _iso(task.due_on),
        "deadline_text": task.deadline_text,
        "cadence": _cadence_json(task.cadence),
        "targets": [
            {
                "quantity": target.quantity,
                "scope": target.scope,
                "operator": target.operator,
                "value": target.value,
                "unit": target.unit,
                "due_on": _iso(target.due_on),
            }
            for target in task.targets
        ],
        "line": task.line,
    }


def findings_to_json(findings: Findings) -> dict[str, Any]:
    """The JSON form of findings; `groups` stands beside `group` when the document has several."""
    document: dict[str, Any] = {
        "title": findings.title,
        "region": findings.region,
        "issuer": findings.issuer,
        "document_number": findings.document_number,
        "issued_on": _iso(findings.issued_on),
        "group": _group_json(findings.group or Group(None)),
    }
    if len(findings.groups) > 1:
        document["groups"] = [_group_json(group) for group in findings.groups]
    document["phases"] = [
        {"name": phase.name, "starts_on": _iso(phase.starts_on), "ends_on": _iso(phase.ends_on), "line": phase.line}
        for phase in findings.phases
    ]
    document["tasks"] = [_task_json(task) for task in findings.tasks]
    document["suggestions"] = [
        {"text": item.text, "unit": item.unit, "phase": item.phase, "line": item.line} for item in findings.suggestions
    ]
    document["warnings"] = [{"line": item.line, "text": item.text} for item in findings.warnings]
    return document
