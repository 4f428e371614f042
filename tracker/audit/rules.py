"""The exact bytes of the record that its digests are over: the same whichever database keeps it.

Changing anything here makes every mark made before wrong.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from tracker.kernel.text import Labels, _l


class Purpose(StrEnum):
    """What a mark on the record says; a mark of one kind is none of another."""

    ACT = "audit"
    """This act was recorded so, by the application, with the act itself."""
    ACT_FROM_BEFORE = "audit from before"
    """So the row stood when the installation began to mark acts; nothing is known about it before."""
    PLACE = "audit place"
    SEAL = "audit seal"


LABELS = Labels(
    {
        Purpose.ACT: _l("记录"),
        Purpose.ACT_FROM_BEFORE: _l("启用校验之前的记录"),
        Purpose.PLACE: _l("序号"),
        Purpose.SEAL: _l("封存"),
    }
)

COLUMNS = (
    "id",
    "at",
    "act",
    "subject_kind",
    "subject_id",
    "group_id",
    "account_id",
    "person_id",
    "actor_name",
    "actor_capacity",
    "old",
    "new",
    "request_id",
)
"""The columns of an act in the order in which they are marked: all but the mark."""

NOTHING_BEFORE = "0" * 64
"""What the first seal names as the digest of the one before it."""


def act_bytes(act: Mapping[str, Any]) -> bytes:
    """The bytes of an act, by column."""
    return _bytes([_instant(act["at"]) if name == "at" else act[name] for name in COLUMNS])


def place_bytes(sequence: int, entry_id: int, seal_number: int, act_mark: str) -> bytes:
    """The bytes of the place of an act in the chain."""
    return _bytes([sequence, entry_id, seal_number, act_mark])


@dataclass(frozen=True, slots=True)
class Head:
    """What a seal says beside the acts that it covers. previous is the digest of the seal before it."""

    number: int
    first_sequence: int
    last_sequence: int
    last_id: int
    previous: str
    sealed_at: datetime


class ChainDigest:
    """The digest of a seal, fed act by act: over its head, and the sequence, id and mark of each act in order.

    Since the head names the digest before, it stands for the whole record up to here. Anybody can recompute it.
    """

    def __init__(self, head: Head) -> None:
        parts = [head.number, head.first_sequence, head.last_sequence, head.last_id, head.previous]
        self._digest = sha256(_bytes([*parts, _instant(head.sealed_at)]))

    def add(self, sequence: int, entry_id: int, act_mark: str) -> None:
        """Take in the next act."""
        self._digest.update(_bytes([sequence, entry_id, act_mark]))

    def hexdigest(self) -> str:
        """The digest so far, SHA-256 in hexadecimal."""
        return self._digest.hexdigest()


def chain_digest(head: Head, acts: Iterable[tuple[int, int, str]]) -> str:
    """The digest of a seal over acts as (sequence, id, mark)."""
    digest = ChainDigest(head)
    for act in acts:
        digest.add(*act)
    return digest.hexdigest()


def seal_bytes(number: int, last_sequence: int, digest: str, sealed_at: datetime) -> bytes:
    """The bytes of a seal that its mark is over: what an anchor shows of it."""
    return _bytes([number, last_sequence, digest, _instant(sealed_at)])


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


# Without spaces, keys in order, everything but ASCII escaped.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _bytes(parts: list[Any]) -> bytes:
    return _encode(parts).encode("ascii")
