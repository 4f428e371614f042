"""Write the phases, clauses and draft tasks of a plan."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tracker.plans.commands import NewMeasure, NewPhase, add_measure, add_phase
from tracker.plans.guesses import title_of
from tracker.plans.models import Plan
from tracker.plans.study.names import lead_of, unit_list
from tracker.tasks.commands import NewPart, NewTarget, TaskDraft
from tracker.tasks.commands.drafting import write_draft
from tracker.tasks.intake.desk import Desk, at
from tracker.tasks.rules import Every, TaskSource


def day_of(value: str | None) -> date | None:
    """A day of the form, which is kept as text."""
    return date.fromisoformat(value) if value else None


def enter_phases(desk: Desk, plan: Plan) -> list[int]:
    """The plan's stages; gives back their ids in the order of the form."""
    ids = []
    for row in desk.choices["phases"]:
        with at("phases", row["name"]):
            phase = add_phase(
                plan,
                phase=NewPhase(row["name"], day_of(row["starts_on"]), day_of(row["ends_on"]), row["line"]),
                by=desk.by,
                now=desk.now,
            )
        desk.note("phases", phase.id)
        ids.append(phase.id)
    return ids


def enter_tasks(desk: Desk, plan: Plan, phases: list[int]) -> None:
    """The plan's clauses, and a draft task for each that is ticked."""
    for row in desk.choices["tasks"]:
        if not row["take"] and row["kind"] != "task":
            continue
        with at("tasks", row["title"] or title_of(row["text"])):
            measure = add_measure(
                plan,
                measure=NewMeasure(row["text"] or row["title"], row["number"], row["path"], row["line"]),
                by=desk.by,
                now=desk.now,
            )
            desk.note("measures", measure.id)
            if row["take"]:
                draft = _draft(desk, plan, row, measure.id, phases)
                task = write_draft(plan.group, draft, by=desk.by, now=desk.now, source=TaskSource.PLAN)
                desk.note("tasks", task.id)


def _draft(desk: Desk, plan: Plan, row: Mapping[str, Any], measure_id: int, phases: list[int]) -> TaskDraft:
    lead = lead_of(row, desk.choices)
    lead_id = desk.units[lead].id if lead else None
    helpers = dict.fromkeys(desk.units[name].id for name in unit_list(row["cooperating"]))
    cadence = row["cadence"]
    continuous = cadence == "continuous"
    recurring = cadence if isinstance(cadence, dict) else {}
    return TaskDraft(
        title=row["title"] or title_of(row["text"]),
        content=row["text"],
        basis=f"《{plan.title}》"[:300],
        number=row["number"],
        lead_unit_id=lead_id,
        due_on=None if continuous else day_of(row["due_on"]),
        deadline_text=row["deadline_text"][:60],
        continuous=continuous,
        cadence_every=Every(recurring["every"]) if recurring else None,
        cadence_month=recurring.get("month"),
        cadence_day=recurring.get("day") if recurring.get("day") != "last" else None,
        plan_id=plan.id,
        measure_id=measure_id,
        phase_id=phases[row["phase"]] if row["phase"] is not None else None,
        parts=[NewPart(unit_id) for unit_id in helpers if unit_id != lead_id],
        targets=[
            NewTarget(
                target["quantity"],
                target["operator"],
                float(target["value"]),
                target["unit"],
                target["scope"][:60],
                day_of(target["due_on"]),
            )
            for target in row["targets"]
        ],
    )
