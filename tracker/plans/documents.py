"""A file or a pasted text, read: lines for the page, findings for the clerk, bytes to keep."""

from dataclasses import dataclass
from typing import Any

from tracker.kernel.errors import Invalid
from tracker.kernel.files import shown_name
from tracker.plans.reader import Findings, UnreadableDocument, findings_to_json, read_file
from tracker.plans.reader.docx import read_docx
from tracker.plans.reader.gate import decode, load
from tracker.plans.reader.lines import text_lines
from tracker.plans.refusals import UNREADABLE

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that the reader has read, not yet kept anywhere."""

    name: str
    data: bytes
    media_type: str
    lines: list[str]
    findings: dict[str, Any]


def read_document(data: bytes, name: str, *, field: str) -> ReadDocument:
    """Read a document; raises Invalid on the field with the reader's sentence when it cannot be read.

    Slow (up to two seconds), hence to be called before a write transaction.
    """
    shown = shown_name(name)
    try:
        found = read_file(data, shown)
        data, suffix = load(data, shown)
        lines = read_docx(data) if suffix == ".docx" else text_lines(decode(data))
    except UnreadableDocument as refusal:
        raise Invalid({field: UNREADABLE[refusal.reason_code]}) from refusal
    media_type = WORD if suffix == ".docx" else TEXT
    return ReadDocument(shown, data, media_type, [line.raw.rstrip() for line in lines], _kept(found))


def _kept(found: Findings) -> dict[str, Any]:
    """The JSON form of findings, with what a page needs to say the warnings in its reader's language."""
    kept = findings_to_json(found)
    kept["warnings"] = [
        {"line": item.line, "text": item.text, "msgid": item.msgid, "values": dict(item.values)}
        for item in found.warnings
    ]
    return kept
