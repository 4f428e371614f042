"""Seals written down elsewhere, to hold the record against."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Anchor:
    """A seal as it was written down elsewhere."""

    seal: int
    rows: int
    digest: str
    sealed_at: datetime
    mark: str


def read_anchors(lines: Iterable[str]) -> list[Anchor]:
    """Anchors, one JSON object a line; ValueError for what is none."""
    found = []
    for line in filter(str.strip, lines):
        try:
            given = json.loads(line)
            moment = datetime.fromisoformat(given["sealed_at"])
            anchor = Anchor(int(given["seal"]), int(given["rows"]), str(given["digest"]), moment, str(given["mark"]))
        except (KeyError, TypeError) as error:
            raise ValueError(line) from error
        if moment.tzinfo is None:
            raise ValueError(line)
        found.append(anchor)
    return found
