"""Check a backup: everything in it is read again and held against its manifest."""

from collections.abc import Iterator
from pathlib import Path

from tracker.kernel.files import path_of
from tracker.upkeep.backup.databases import Engine, Postgresql, Sqlite
from tracker.upkeep.backup.manifest import Manifest, sha256_of

ENGINES: dict[str, type[Engine]] = {"sqlite": Sqlite, "postgresql": Postgresql}


def faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Everything in which a backup is not what its manifest says; nothing: it can be brought back."""
    copy = folder / manifest.database
    if not copy.is_file():
        yield f"缺少 {manifest.database}。"
        return
    if sha256_of(copy) != manifest.database_sha256:
        yield f"{manifest.database} 与清单不一致。"
    found = ENGINES[manifest.engine]().contents(copy, manifest.marker)
    if found.fault:
        yield f"{manifest.database} 读不出来：{found.fault}"
        return
    for table in sorted(manifest.tables.keys() | found.tables.keys()):
        wanted, there = manifest.tables.get(table), found.tables.get(table)
        if wanted != there:
            yield f"{table}：清单上 {wanted} 行，实有 {there} 行。"
    if not found.has_marker:
        yield "缺少备份时写入的标记：副本不是清单所说的那一刻。"
    if found.files != manifest.files:
        yield "附件登记与清单不一致。"
    yield from _faults_of_files(folder, manifest)


def _faults_of_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    for digest, size in manifest.files.items():
        path = path_of(digest, folder / "files")
        if digest in manifest.damaged:
            continue
        if not path.is_file():
            yield f"缺少附件 {digest}。"
        elif path.stat().st_size != size or sha256_of(path) != digest:
            yield f"附件 {digest} 的内容不对。"
