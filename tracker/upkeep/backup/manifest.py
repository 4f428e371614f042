"""What a backup says of itself: what is in it, of which schema, under which keys; and how its files are written."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024


class Unusable(Exception):  # noqa: N818 - an answer, not a fault
    """This cannot be backed up, checked or brought back; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup in words: counts of rows by table, digests of every file in it, and a marker that a copy must hold."""

    format: int
    made_at: str
    engine: str
    """sqlite or postgresql: a backup goes back to the engine that it came from."""
    revision: str
    key_ids: list[str]
    """Which keys seal it, by their ids; the keys themselves are never in a backup."""
    database: str
    """Name of the database's file in the backup."""
    database_sha256: str
    marker: str
    """Was written into the database just before it was copied."""
    tables: dict[str, int]
    files: dict[str, int]
    """Uploaded files by their SHA-256, with their size in bytes."""
    damaged: list[str]
    """Files that were lost or altered already when the backup was made."""

    def write(self, folder: Path) -> None:
        """Keep it beside what it speaks of, with a digest of its own."""
        body = asdict(self)
        body["sha256"] = _digest_of(body)
        text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)
        written(folder / MANIFEST, lambda out: out.write(text.encode()))


def _digest_of(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup; raises Unusable where there is none or it was altered."""
    path = folder / MANIFEST
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        given = body.pop("sha256")
        found = Manifest(**body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Unusable(f"{folder} 不是完整的备份：读不出 {MANIFEST}。") from fault
    if given != _digest_of(body):
        raise Unusable(f"{path} 被改动过。")
    if found.format != FORMAT:
        raise Unusable(f"备份的格式是 {found.format}，本版本只认得 {FORMAT}。")
    return found


def written(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file beside its place, sync it, and put it there: it is whole or not there at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Let what is in a file or folder be on the disk before anything goes on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def pieces(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    with path.open("rb") as stream:
        while data := stream.read(CHUNK):
            yield data


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    found = hashlib.sha256()
    for data in pieces(path):
        found.update(data)
    return found.hexdigest()
