"""An act on record in the reader's words: what it was done to, and each value before and after."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.audit.models import AuditEntry
from tracker.kernel.registry import registry
from tracker.kernel.text import _

DIGEST = re.compile(r"(?:[0-9a-f]{8}\.)?[0-9a-f]{64}")
SHOWN = 12
"""So much of a digest stands on the page; the whole stands in its title."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is shown; whole: what was cut short."""

    text: str
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing noted of an act; old or new is None where the act has none."""

    label: str
    old: Value | None
    new: Value | None


def subject(entry: AuditEntry) -> str:
    """What an act was done to: its kind and number."""
    return f"{registry.subjects.get(entry.subject_kind, entry.subject_kind)} {entry.subject_id}"


def noted(entry: AuditEntry) -> Sequence[Noted]:
    """What was noted, in the order of the record; what is new and empty says nothing."""
    keys = dict.fromkeys([*entry.old, *entry.new])
    return [
        Noted(
            str(registry.keys.get(key, key)),
            _value(entry.subject_kind, key, entry.old[key]) if key in entry.old else None,
            _value(entry.subject_kind, key, entry.new[key]) if key in entry.new else None,
        )
        for key in keys
        if key in entry.old or entry.new[key] not in (None, "")
    ]


def _value(kind: str, key: str, value: object) -> Value:
    if value is None or value == "":
        return Value("—")
    if isinstance(value, bool):
        return Value(_("是") if value else _("否"))
    if isinstance(value, str):
        if DIGEST.fullmatch(value):
            return Value(f"{value[:SHOWN]}…", value)
        return Value(str(registry.codes.get(f"{kind}.{key}", {}).get(value, value)))
    if isinstance(value, list) and all(isinstance(item, (int, str)) for item in value):
        return Value("、".join(str(item) for item in value))
    return Value(json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value))
