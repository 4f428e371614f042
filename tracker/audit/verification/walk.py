"""The walk along the chain: from the first seal to the last, and then the acts that wait for theirs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.audit.rules import LABELS, NOTHING_BEFORE, ChainDigest, Head, Purpose, act_bytes, place_bytes, seal_bytes
from tracker.audit.verification.anchors import Anchor
from tracker.audit.verification.faults import Fault, Finding
from tracker.audit.verification.reading import Ahead, one_moment, placed_acts, seal_rows, unsealed_acts
from tracker.kernel import seals

KEYS_NAMED = 20
"""Unknown keys that are kept to be named at the end."""

_A_MARK = re.compile(r"[0-9a-f]{8}\.[0-9a-f]{64}")


@dataclass(slots=True)
class Verification:
    """A walk along the chain. Ask for its findings to the end; then the counts stand."""

    anchors: list[Anchor] = field(default_factory=list)
    rows: int = 0
    """Acts in the chain."""
    from_before: int = 0
    """Acts among all, recorded before the installation marked them."""
    seal_count: int = 0
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    unknown_keys: set[str] = field(default_factory=set)
    _next: int = 1
    found: int = 0
    """Findings so far."""

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong, in the order of the chain; memory does not grow with the record."""
        with one_moment() as connection:
            for finding in self._walk(connection):
                self.found += 1
                yield finding

    def _walk(self, connection: sa.Connection) -> Iterator[Finding]:
        for anchor in self.anchors:
            data = seal_bytes(anchor.seal, anchor.rows, anchor.digest, anchor.sealed_at)
            yield from self._mark(Purpose.SEAL, data, anchor.mark, anchor.seal, Fault.ANCHOR_ALTERED, seal=anchor.seal)
        places = Ahead(placed_acts(connection))
        number, digest = 0, NOTHING_BEFORE
        for row in seal_rows(connection):
            yield from self._seal(row, number + 1, digest)
            yield from self._batch(row, places)
            number, digest = row["number"], str(row["digest"])
            self.seal_count += 1
        for place in places.up_to(None):
            yield from self._place(place)
            yield Finding(Fault.PLACE_UNSEALED, {"sequence": place["sequence"], "id": place["entry_id"]})
        for anchor in self.anchors:
            if anchor.seal > number:
                yield Finding(Fault.ANCHOR_CUT, {"seal": anchor.seal, "rows": anchor.rows})
        yield from self._tail(connection)

    def _seal(self, row: Mapping[str, Any], expected: int, digest: str) -> Iterator[Finding]:
        """The seal itself: its mark, its number, its link to the one before, and whether it is the one anchored."""
        number = row["number"]
        if row["unreadable"]:
            yield Finding(Fault.SEAL_ALTERED, {"seal": number})
        else:
            data = seal_bytes(number, row["last_sequence"], row["digest"], row["sealed_at"])
            yield from self._mark(Purpose.SEAL, data, row["mark"], number, Fault.SEAL_ALTERED, seal=number)
        if number != expected:
            yield Finding(Fault.SEALS_REMOVED, {"first": expected, "last": number - 1})
        elif row["previous"] != digest:
            yield Finding(Fault.SEAL_UNCHAINED, {"seal": number})
        for anchor in self.anchors:
            if anchor.seal == number and anchor.digest != row["digest"]:
                yield Finding(Fault.ANCHOR_REPLACED, {"seal": number})

    def _batch(self, row: Mapping[str, Any], places: Ahead) -> Iterator[Finding]:
        """The acts that a seal covers, and that they are those it was made over."""
        if row["unreadable"]:
            return
        head = Head(**{name: row[name] for name in Head.__slots__})
        found, digest = self.found, ChainDigest(head)
        for place in places.up_to(head.last_sequence):
            yield from self._place(place)
            if place["sequence"] >= head.first_sequence:
                digest.add(place["sequence"], place["entry_id"], str(place["act_mark"]))
        yield from self._gap(head.last_sequence + 1)
        # Where a row was named already, that the whole does not fit is no news.
        if digest.hexdigest() != row["digest"] and self.found == found:
            where = {"seal": head.number, "first": head.first_sequence, "last": head.last_sequence}
            yield Finding(Fault.SEAL_MISMATCH, where)

    def _place(self, place: Mapping[str, Any]) -> Iterator[Finding]:
        """One act in the chain, and its place there."""
        self.rows += 1
        sequence, entry_id, act_mark = place["sequence"], place["entry_id"], place["act_mark"]
        where = {"sequence": sequence, "id": entry_id}
        yield from self._gap(sequence)
        self._next = sequence + 1
        if act_mark is None:
            yield Finding(Fault.ROW_REMOVED, where)
            return
        found = self.found
        yield from self._act(place, act_mark, Fault.ROW_ALTERED, **where)
        if self.found == found:
            data = place_bytes(sequence, entry_id, place["seal_number"], act_mark)
            yield from self._mark(Purpose.PLACE, data, place["place_mark"], sequence, Fault.PLACE_ALTERED, **where)

    def _gap(self, sequence: int) -> Iterator[Finding]:
        """Places that are missing before a sequence."""
        if sequence > self._next:
            yield Finding(Fault.PLACES_REMOVED, {"first": self._next, "last": sequence - 1})
            self._next = sequence

    def _tail(self, connection: sa.Connection) -> Iterator[Finding]:
        """Acts that wait for their seal."""
        for row in unsealed_acts(connection):
            self.unsealed += 1
            at = row.get("at")
            if isinstance(at, datetime) and (self.oldest_unsealed is None or at < self.oldest_unsealed):
                self.oldest_unsealed = at
            yield from self._act(row, row["act_mark"], Fault.ROW_FOREIGN, id=row["id"])

    def _act(self, row: Mapping[str, Any], mark: object, fault: Fault, **where: Any) -> Iterator[Finding]:
        """Whether an act's columns are those that its mark was made over."""
        try:
            data = act_bytes(row)
        except (KeyError, TypeError, AttributeError, ValueError):
            # Not even of the kind that the application writes; or it could not be read at all.
            yield Finding(fault, where)
            return
        if seals.is_marked(Purpose.ACT, data, str(mark)):
            return
        if seals.is_marked(Purpose.ACT_FROM_BEFORE, data, str(mark)):
            self.from_before += 1
            return
        yield from self._unmarked(Purpose.ACT, str(mark), row["id"], fault, **where)

    def _mark(
        self, purpose: Purpose, data: bytes, given: object, number: int, fault: Fault, **where: Any
    ) -> Iterator[Finding]:
        """Whether a mark is that of these bytes."""
        if not seals.is_marked(purpose, data, str(given)):
            yield from self._unmarked(purpose, str(given), number, fault, **where)

    def _unmarked(self, purpose: Purpose, mark: str, number: int, fault: Fault, **where: Any) -> Iterator[Finding]:
        """What a mark that does not hold means: with a key of ours, or none at all, a fault; else nothing certain."""
        if seals.is_key_known(mark) or not _A_MARK.fullmatch(mark):
            yield Finding(fault, where)
            return
        key = mark.partition(".")[0]
        if len(self.unknown_keys) < KEYS_NAMED:
            self.unknown_keys.add(key)
        yield Finding(Fault.KEY_UNKNOWN, {"what": LABELS[purpose], "id": number, "key": key})
