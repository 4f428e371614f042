"""Make a backup while people work: first the database as of one moment, then the files that its rows speak of."""

import os
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

from tracker.kernel.db import write_transaction
from tracker.kernel.files import path_of
from tracker.kernel.installation import settings
from tracker.kernel.jobs import JobRun, RunState
from tracker.kernel.seals import key_ids
from tracker.kernel.soundness import revisions
from tracker.upkeep.backup.databases import engine
from tracker.upkeep.backup.manifest import FORMAT, Manifest, Unusable, sha256_of, sync, written


def create(parent: Path, *, now: datetime) -> tuple[Path, Manifest]:
    """Make a backup in a new folder below one, named by the moment; returns both.

    A row is written only when its file is safe, and files never change: so the files of a database's copy are there
    for whoever copies them later. Until all is written and synced the folder has another name.

    Raises:
        Unusable: the place is none, or the database does not hold what it should.
    """
    name = f"zeren-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    place, partial = parent / name, parent / f".{name}.{os.getpid()}"
    if place.exists():
        raise Unusable(f"{place} 已经存在。")
    try:
        partial.mkdir(mode=0o700, parents=True)
        manifest = _fill(partial, now=now)
        manifest.write(partial)
        sync(partial)
        partial.rename(place)
        sync(parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return place, manifest


def _fill(folder: Path, *, now: datetime) -> Manifest:
    own = engine()
    revision, expected = revisions()
    if revision is None or revision != expected:
        raise Unusable(f"数据库版本是 {revision}，程序需要 {expected}：请用与数据库相配的程序备份。")
    marker = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{secrets.token_hex(6)}"
    with write_transaction() as session:
        session.add(
            JobRun(
                job="backup", slot=marker, state=RunState.FINISHED, started_at=now, finished_at=now, counts={}, error=""
            )
        )
    contents = own.copy(folder / own.file, marker)
    if contents.fault or not contents.has_marker:
        raise Unusable(f"数据库的副本不完整：{contents.fault or '缺少刚写入的标记'}。")
    damaged = [digest for digest, size in sorted(contents.files.items()) if not _keep(digest, size, folder)]
    return Manifest(
        format=FORMAT,
        made_at=now.astimezone(UTC).isoformat(),
        engine=own.name,
        revision=revision,
        key_ids=key_ids(),
        database=own.file,
        database_sha256=sha256_of(folder / own.file),
        marker=marker,
        tables=contents.tables,
        files=contents.files,
        damaged=damaged,
    )


def _keep(digest: str, size: int, folder: Path) -> bool:
    """Copy an uploaded file; False where it is lost or is not what was kept."""
    source = path_of(digest, settings().files_dir)
    if not source.is_file() or source.stat().st_size != size or sha256_of(source) != digest:
        return False
    target = path_of(digest, folder / "files")
    with source.open("rb") as stream:
        written(target, lambda out: shutil.copyfileobj(stream, out))
    return True
