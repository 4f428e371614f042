"""Bring a backup back into an empty installation. It comes up with outgoing messages held.

What was sent since the backup looks unsent in it. So nothing goes out until somebody says so, and what was under way
when the backup was made is uncertain, never pending.
"""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from flask import current_app

from config import ROOT
from tracker.kernel.db import db
from tracker.kernel.files import path_of
from tracker.kernel.installation import settings
from tracker.kernel.seals import key_ids
from tracker.upkeep.backup.checking import faults
from tracker.upkeep.backup.databases import engine
from tracker.upkeep.backup.manifest import Manifest, Unusable, written

AFTERWARDS = {
    "hold": "INSERT INTO hold (name, held_at, reason) VALUES ('deliveries', :now, 'restored') ON CONFLICT DO NOTHING",
    # Who lived and led when the backup was made does so no longer; the numbers of terms go on.
    "heartbeat": "DELETE FROM heartbeat",
    "leader_lease": "UPDATE leader_lease SET holder = '', expires_at = :now",
    "delivery": "UPDATE delivery SET state = 'uncertain', token = NULL, lease_until = NULL, ended_at = :now, "
    "provider_code = 'restored' WHERE state IN ('pending', 'claimed', 'sending')",
}
"""What is changed of each table that the copy has, in plain SQL: its schema may be older than this code's tables."""


def restore(folder: Path, manifest: Manifest, *, now: datetime, other_keys: bool = False) -> None:
    """Check a backup and bring it back: files first, then the database, brought up to this code's schema.

    other_keys: also where this installation lacks the keys that seal it; its seals cannot be checked then.

    Raises:
        Unusable: the backup is damaged or of another engine, or the installation is not empty. Nothing was changed.
    """
    own = engine()
    _refuse(manifest, own.name, other_keys=other_keys)
    if not own.is_empty():
        raise Unusable("数据库不是空的：恢复只写入空的安装，从不覆盖。请改用新的数据库。")
    if wrong := list(faults(folder, manifest)):
        raise Unusable("备份已损坏：\n" + "\n".join(wrong[:20]))
    for digest in manifest.files.keys() - set(manifest.damaged):
        _put_back(digest, folder)
    db.session.remove()
    db.engine.dispose()
    own.fill(folder / manifest.database, _afterwards(manifest, now))
    command.upgrade(current_app.extensions["migrate"].migrate.get_config(), "head")
    db.session.remove()
    db.engine.dispose()


def _afterwards(manifest: Manifest, now: datetime) -> Sequence[str]:
    """What is changed in the very transaction that brings the rows back, so that they never stand there unchanged."""
    utc = now.astimezone(UTC)
    moment = f"'{utc:%Y-%m-%d %H:%M:%S.%f}{'' if manifest.engine == 'sqlite' else '+00'}'"
    return [text.replace(":now", moment) for table, text in AFTERWARDS.items() if table in manifest.tables]


def _refuse(manifest: Manifest, engine_name: str, *, other_keys: bool) -> None:
    if manifest.engine != engine_name:
        raise Unusable(f"备份来自 {manifest.engine}，不能恢复到 {engine_name}。")
    known = {script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()}
    if manifest.revision not in known:
        raise Unusable(f"备份的数据库版本 {manifest.revision} 比程序新：请用当时或更新的程序恢复。")
    if not other_keys and not set(key_ids()) & set(manifest.key_ids):
        wanted = "、".join(manifest.key_ids)
        raise Unusable(
            f"缺少备份时的密钥（{wanted}）：请先放回 seal_key 或 ZEREN_SEAL_KEYS；确实没有时加 --other-keys。"
        )


def _put_back(digest: str, folder: Path) -> None:
    """An uploaded file; one that is there already has the same bytes, for its name is their hash."""
    target = path_of(digest, settings().files_dir)
    if not target.exists():
        with path_of(digest, folder / "files").open("rb") as stream:
            written(target, lambda out: shutil.copyfileobj(stream, out))
