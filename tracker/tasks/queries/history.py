"""The history of a task in the reader's language: who did what as what, when, and what changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import format_date

from tracker.audit.models import AuditEntry
from tracker.kernel.db import db
from tracker.kernel.files import BY_CONTENT, OFFICE, StoredFile
from tracker.kernel.registry import registry
from tracker.kernel.text import _, _l
from tracker.organisation.models import Person, Unit
from tracker.tasks.rules import LABELS, AdjustmentKind, Handling, OpinionKind, TaskState, VerificationMode

NEWEST = 200
"""So many acts are shown; the whole history stands in the record of acts."""

CHANGES: Mapping[str, object] = {
    "state": _l("状态"),
    "due_on": _l("完成时限"),
    "new_due_on": _l("完成时限"),
    "lead_unit_id": _l("牵头单位"),
    "standard": _l("完成标准"),
    "title": _l("任务"),
}
"""Values that are shown as old → new."""

SAID: Mapping[str, object] = {
    "text": "",
    "statement": "",
    "reason": _l("理由"),
    "basis": _l("依据"),
    "remark": _l("意见"),
    "sentence": "",
    "answer": _l("对方答复"),
    "difficulty": _l("困难"),
    "coordination": _l("需协调"),
    "spoke_with": _l("通话对象"),
    "owner": _l("责任人"),
    "verifier": _l("核验人"),
    "leader": _l("牵头领导"),
    "milestone": _l("节点"),
    "unit": _l("单位"),
    "consultation": "",
    "document_number": _l("文号"),
    "signed_as": _l("签发"),
    "signed_by": _l("纸质签批"),
    "decided_by": _l("决定人"),
    "percent": _l("进度（%）"),
    "period": _l("周期"),
}
"""Words that are shown as they were said, with what they are, where that needs saying."""

CODES: Mapping[str, type[StrEnum]] = {
    "state": TaskState,
    "mode": VerificationMode,
    "kind": AdjustmentKind,
    "opinion": OpinionKind,
    "handling": Handling,
}

ENDINGS: Mapping[str, str] = {media: endings[0] for media, endings in BY_CONTENT.items()} | {
    media: ending for ending, (_part, media) in OFFICE.items()
}

DOTS: Mapping[str, str] = {
    "task.verify": "green",
    "task.enter_done": "green",
    "task.return": "yellow",
    "task.crossing": "red",
    "task.cancel": "grey",
    "task.suspend": "grey",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value, before and after."""

    label: object
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as the timeline shows it."""

    act: object
    by: str
    seat: str
    at: datetime
    text: str
    changes: Sequence[Change]
    code: str = ""
    next: bool = False
    paper: str = ""
    """Hash of the scan, where it was decided on paper."""


def acts_on(task_id: int) -> Sequence[Any]:
    """The newest acts on a task as they were recorded, oldest first: one query."""
    columns = (
        AuditEntry.act,
        AuditEntry.actor_name,
        AuditEntry.actor_capacity,
        AuditEntry.at,
        AuditEntry.old,
        AuditEntry.new,
    )
    rows = db.session.execute(
        sa.select(*columns)
        .where(AuditEntry.subject_kind == "task", AuditEntry.subject_id == task_id)
        .order_by(AuditEntry.id.desc())
        .limit(NEWEST)
    ).all()
    return rows[::-1]


def timeline(rows: Sequence[Any]) -> list[Entry]:
    """The acts as entries to read, oldest first."""
    units = _names(Unit, (values.get("lead_unit_id") for row in rows for values in (row.old, row.new)))
    return [_entry(row, units) for row in rows]


def owner_names(rows: Iterable[int | None]) -> dict[int, str]:
    """Names of people by id."""
    return _names(Person, rows)


def _names(model: type[Unit] | type[Person], ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {found for found in ids if found is not None}
    if not wanted:
        return {}
    rows = db.session.execute(sa.select(model.id, model.name).where(model.id.in_(sorted(wanted))))
    return {row[0]: row[1] for row in rows}


def _entry(row: Any, units: Mapping[int, str]) -> Entry:
    new, old = row.new, row.old
    return Entry(
        registry.acts.get(row.act, row.act),
        row.actor_name or str(_("系统")),
        row.actor_capacity,
        row.at,
        _said(old, new),
        _changes(old, new, units),
        DOTS.get(row.act, ""),
        paper=new.get("paper") or "",
    )


def _said(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    parts = [
        _named(CHANGES[key], _word(key, new[key], {}))
        for key in ("due_on", "new_due_on")
        if new.get(key) and not old.get(key)
    ]
    if new.get("no_change"):
        parts.append(str(_("无变化")))
    if "approved" in new:
        parts.append(str(_("同意")) if new["approved"] else str(_("不同意")))
    for key in ("mode", "kind", "opinion", "handling"):
        if new.get(key):
            parts.append(_word(key, new[key], {}) or "")
    for key, label in SAID.items():
        value = new.get(key)
        if value not in (None, ""):
            parts.append(_named(label, value) if label else str(value))
    return str(_("；")).join(part for part in parts if part)


def _named(label: object, value: object) -> str:
    return str(_("%(label)s：%(value)s", label=label, value=value))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], units: Mapping[int, str]) -> list[Change]:
    found = []
    for key, label in CHANGES.items():
        before, after = old.get(key), new.get(key)
        if before in (None, "") or before == after or key not in new:
            continue
        found.append(Change(label, _word(key, before, units), _word(key, after, units)))
    return found


def _word(key: str, value: Any, units: Mapping[int, str]) -> str | None:
    """A recorded value as people read it; a code nobody knows any more stands as it is."""
    if value is None or value == "":
        return None
    if key in CODES:
        members = CODES[key]
        return str(LABELS[members(value)]) if value in set(members) else str(value)
    if key == "lead_unit_id":
        return units.get(value, str(value))
    if key in {"due_on", "new_due_on"}:
        return str(format_date(date.fromisoformat(value), "long"))
    return str(value)


def paper_name(task_id: int, sha256: str) -> str | None:
    """What to call the scan of a paper on which somebody decided about a task; None if it belongs to no act on it."""
    belongs = any(row.new.get("paper") == sha256 for row in acts_on(task_id))
    return name_of_paper(sha256) if belongs else None


def name_of_paper(sha256: str) -> str:
    """What to call the scan of a signed paper: papers are kept without the name they were uploaded under."""
    stored = db.session.get(StoredFile, sha256)
    return str(_("纸质签批")) + (ENDINGS.get(stored.media_type, "") if stored is not None else "")
