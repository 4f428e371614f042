"""“提醒记录” on a task's page: which rungs were reached, who heard, and who heard for whom."""

from itertools import chain

from flask import render_template
from markupsafe import Markup

from tracker.kernel.actor import Actor
from tracker.reminders.queries.ladders import ladder_of
from tracker.reminders.queries.trail import note_unset, trails
from tracker.reminders.rules import LABELS, LadderKind, SubjectName
from tracker.tasks.models import Task
from tracker.tasks.policy import OVERSEERS


def panel(task: Task, actor: Actor) -> str:
    """For whoever watches over the group and for the lead unit; a cooperating unit sees that of its own part."""
    leads = task.group_id in actor.groups_as(*OVERSEERS) or task.lead_unit_id in actor.unit_ids
    seen = [part for part in task.parts if leads or part.unit_id in actor.unit_ids]
    own = trails(SubjectName.TASK, {task.id: task.due_on})[task.id] if leads else []
    steps = task.milestones if leads else []
    stepped = trails(SubjectName.MILESTONE, {step.id: step.due_on for step in steps})
    milestones = [(step.name, stepped[step.id]) for step in steps if stepped[step.id]]
    found = trails(SubjectName.PART, {part.id: part.due_on for part in seen})
    parts = [(part.unit.name, found[part.id]) for part in seen if found[part.id]]
    if not (own or milestones or parts):
        return ""
    if task.leader_seat_id is None:
        every = [own, *(trail for _name, trail in (*milestones, *parts))]
        note_unset(chain.from_iterable(every), ladder_of(task.group_id, LadderKind.DEADLINE))
    return Markup(  # noqa: S704 - written by our own template, which escapes
        render_template("reminders/_panel.html", rungs=own, milestones=milestones, parts=parts, labels=LABELS)
    )
