"""Reads a plan document: rules over the customary form, no database and no settings needed."""

from pathlib import Path

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
from .lines import text_lines
from .reading import read_lines

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


def read_text(text: str) -> Findings:
    """Read a plan from pasted text."""
    if not text.strip("\ufeff \t\r\n\u3000\u00a0\u200b"):
        raise UnreadableDocument("empty")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableDocument("too_long")
    return read_lines(text_lines(text))


def read_file(source: str | Path | bytes, filename: str | None = None) -> Findings:
    """Read a plan from a .txt or .docx file; bytes need the file's name."""
    data, suffix = load(source, filename)
    if suffix == ".docx":
        return read_lines(read_docx(data))
    return read_text(decode(data))
