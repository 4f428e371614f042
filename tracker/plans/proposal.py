"""The first proposal for a document: its findings in the form that a clerk corrects, ticked as most plans need it.

The form is plain JSON and is kept as the document's corrections: groups with seats, phases, rows of tasks (numbered
ones and sentences alike), warnings, the choices made for units and people, and the office's staff.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.plans.guesses import names_one_unit, title_of

Choices = dict[str, Any]

BLANK_STAFF: Mapping[str, str] = {"name": "", "unit": "", "post": "", "phone": ""}
BLANK_POST: Mapping[str, str] = {"unit": "", "post": ""}
BLANK_SEAT: Mapping[str, Any] = {
    "take": True,
    "role": "member",
    "person": "",
    "posts": [dict(BLANK_POST)],
    "line": None,
}
BLANK_PHASE: Mapping[str, Any] = {"name": "", "starts_on": None, "ends_on": None, "line": None}
BLANK_TASK: Mapping[str, Any] = {
    "take": True,
    "kind": "task",
    "number": "",
    "path": [],
    "title": "",
    "text": "",
    "lead": "",
    "cooperating": "",
    "due_on": None,
    "deadline_text": "",
    "cadence": None,
    "phase": None,
    "targets": [],
    "line": None,
}


def propose(findings: Mapping[str, Any]) -> Choices:
    """The findings as a clerk gets to see them, with what a clerk would mostly tick."""
    groups = findings.get("groups") or [findings.get("group") or {}]
    phases = [
        {key: phase.get(key) for key in ("name", "starts_on", "ends_on", "line")}
        for phase in findings.get("phases", ())
    ]
    return {
        "title": findings.get("title") or "",
        "issuer": findings.get("issuer") or "",
        "document_number": findings.get("document_number") or "",
        "issued_on": findings.get("issued_on"),
        "lead": "",
        "groups": [_group(group, first=place == 0) for place, group in enumerate(groups)],
        "phases": phases,
        "tasks": [
            *(_task(task) for task in findings.get("tasks", ())),
            *(_sentence(sentence, phases) for sentence in findings.get("suggestions", ())),
        ],
        "warnings": [{**warning, "seen": False} for warning in findings.get("warnings", ())],
        "units": {},
        "people": {},
        "staff": [dict(BLANK_STAFF)],
    }


def _group(group: Mapping[str, Any], *, first: bool) -> dict[str, Any]:
    return {
        "take": first,
        "target": "",
        "name": group.get("name") or "",
        "office_unit": group.get("office_unit") or "",
        "seats": [_seat(seat) for seat in group.get("seats", ())],
    }


def _seat(seat: Mapping[str, Any]) -> dict[str, Any]:
    posts = [{"unit": post.get("unit") or "", "post": post.get("post") or ""} for post in seat.get("posts", ())]
    if seat.get("unit"):
        posts = [{"unit": seat["unit"], "post": ""}]
    person = seat.get("person") or ""
    return {
        "take": bool(person) or any(names_one_unit(post["unit"]) for post in posts),
        "role": seat["role"],
        "person": person,
        "posts": posts or [dict(BLANK_POST)],
        "line": seat.get("line"),
    }


def _task(task: Mapping[str, Any]) -> dict[str, Any]:
    lead = task.get("lead_unit") or ""
    return {
        **BLANK_TASK,
        "number": task.get("number") or "",
        "path": list(task.get("path", ())),
        "title": title_of(task["text"]),
        "text": task["text"],
        "lead": lead if names_one_unit(lead) else "",
        "cooperating": "、".join(unit for unit in task.get("cooperating_units", ()) if names_one_unit(unit)),
        "due_on": task.get("due_on"),
        "deadline_text": task.get("deadline_text") or "",
        "cadence": task.get("cadence"),
        "targets": [
            {**target, "scope": target["scope"] or "", "unit": target["unit"] or ""}
            for target in task.get("targets", ())
        ],
        "line": task.get("line"),
    }


def _sentence(sentence: Mapping[str, Any], phases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    unit = sentence.get("unit") or ""
    one = names_one_unit(unit)
    phase = next((place for place, known in enumerate(phases) if known["name"] == sentence.get("phase")), None)
    return {
        **BLANK_TASK,
        "take": phase is not None or one,
        "kind": "sentence",
        "title": title_of(sentence["text"]),
        "text": sentence["text"],
        "lead": unit if one else "",
        "due_on": phases[phase]["ends_on"] if phase is not None else None,
        "phase": phase,
        "line": sentence.get("line"),
    }
