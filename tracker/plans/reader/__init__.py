"""Reads a plan document: rules over the customary form, no database and no settings needed."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from .docx import read_docx
from .errors import REASONS, UnreadableDocument
from .findings import (
    Cadence,
    Doubtful,
    Findings,
    Group,
    Phase,
    Posting,
    Role,
    Seat,
    Suggestion,
    Target,
    TaskFinding,
    findings_to_json,
)
from .gate import MAX_CHARACTERS, decode, load
from .lines import Line, text_lines

__all__ = [
    "REASONS",
    "Cadence",
    "Doubtful",
    "Findings",
    "Group",
    "Phase",
    "Posting",
    "Role",
    "Seat",
    "Suggestion",
    "Target",
    "TaskFinding",
    "UnreadableDocument",
    "findings_to_json",
    "read_file",
    "read_text",
]


@cache
def _reading() -> Any:
    """Its tables of words take a third of a second to prepare: nobody waits for that who reads no plan."""
    return import_module("tracker.plans.reader.reading")


def _read(lines: list[Line]) -> Findings:
    findings: Findings = _reading().read_lines(lines)
    return findings


def read_text(text: str) -> Findings:
    """Read a plan from pasted text."""
    if not text.strip("\ufeff \t\r\n\u3000\u00a0\u200b"):
        raise UnreadableDocument("empty")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableDocument("too_long")
    return _read(text_lines(text))


def read_file(source: str | Path | bytes, filename: str | None = None) -> Findings:
    """Read a plan from a .txt or .docx file; bytes need the file's name."""
    data, suffix = load(source, filename)
    if suffix == ".docx":
        return _read(read_docx(data))
    return read_text(decode(data))
