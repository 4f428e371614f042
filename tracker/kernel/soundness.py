"""What must hold of database and machine before a process may work: looked at before it starts, and by the doctor."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from config import ROOT
from tracker.kernel import leases
from tracker.kernel.db import db
from tracker.kernel.installation import settings
from tracker.kernel.jobs import Heartbeat
from tracker.kernel.leases import LeaderLease

CLOCKS_APART = timedelta(seconds=60)
ALIVE = timedelta(seconds=60)
NETWORK = frozenset(
    "nfs nfs4 cifs smb smb2 smb3 smbfs afs ceph glusterfs lustre gpfs fuse.sshfs fuse.s3fs fuse.glusterfs".split()
)
MOUNTS = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something wrong: whether work must not begin with it, what, and what to do about it."""

    grave: bool
    what: str


def grave(what: str) -> Symptom:
    """Something with which work must not begin."""
    return Symptom(grave=True, what=what)


def note(what: str) -> Symptom:
    """Something to know or to mend."""
    return Symptom(grave=False, what=what)


Look = Callable[[datetime], Iterator[Symptom]]


def revisions() -> tuple[str | None, str | None]:
    """The revision of the database, and the one that this code expects."""
    context = MigrationContext.configure(db.session.connection())
    return context.get_current_revision(), _expected()


@cache
def _expected() -> str | None:
    """Read once: to know the head every migration is executed, and who watches over an installation asks all the time.

    A process goes on with the code that it began with, whatever is put in its place on the disk.
    """
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def schema(_now: datetime) -> Iterator[Symptom]:
    """The database's revision is the one that this code expects, and no migration was left half-way."""
    connection = db.session.connection()
    revision, expected = revisions()
    if revision != expected:
        found = f"数据库版本是 {revision}" if revision else "数据库是空的"
        yield grave(f"{found}，程序需要 {expected}：请运行 flask db upgrade 或换回原程序。")
    left = [name for name in sa.inspect(connection).get_table_names() if name.startswith("_alembic_tmp_")]
    if left:
        yield grave(f"有未完成的迁移（{'、'.join(left)}）：请从升级前的备份恢复后重新升级。")


def sqlite_settings(_now: datetime) -> Iterator[Symptom]:
    """SQLite keeps what was committed and refuses what leads nowhere only with these."""
    if not settings().is_sqlite:
        return
    connection = db.session.connection()
    if (mode := connection.exec_driver_sql("PRAGMA journal_mode").scalar()) != "wal":
        yield grave(f"SQLite 的日志方式是 {mode}，应为 wal：数据库文件所在的磁盘可能不支持。")
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar() != 1:
        yield grave("SQLite 的外键检查没有打开。")


def sqlite_place(_now: datetime) -> Iterator[Symptom]:
    """SQLite's file lies on a disk of this machine, and only this machine works on it."""
    if not settings().is_sqlite:
        return
    path = Path(make_url(settings().database_url).database or "")
    if (kind := filesystem_of(path)) in NETWORK:
        yield grave(f"SQLite 数据库在网络磁盘（{kind}）上，会损坏数据：请改放本机磁盘，或改用 PostgreSQL。")


def one_host(now: datetime) -> Iterator[Symptom]:
    """Nobody on another machine gives signs of life on a SQLite database."""
    if not settings().is_sqlite:
        return
    fresh = sa.select(Heartbeat.holder).where(Heartbeat.at > now - ALIVE)
    leading = sa.select(LeaderLease.holder).where(LeaderLease.expires_at > leases.database_now())
    holders = {*db.session.scalars(fresh), *db.session.scalars(leading)} - {""}
    hosts = {holder.rpartition(":")[0] for holder in holders}
    if others := sorted(hosts - {socket.gethostname()}):
        yield grave(f"另一台机器（{'、'.join(others)}）也在使用这个 SQLite 数据库：多台机器请改用 PostgreSQL。")


def clocks(now: datetime) -> Iterator[Symptom]:
    """This machine and the database agree on what time it is."""
    apart = abs(leases.database_now() - now)
    if apart > CLOCKS_APART:
        yield grave(f"本机与数据库的时钟相差 {int(apart.total_seconds())} 秒：请校准时间（NTP）。")


def time_zones(_now: datetime) -> Iterator[Symptom]:
    """The calendar of China is known to this machine."""
    try:
        offset = ZoneInfo("Asia/Shanghai").utcoffset(datetime(2026, 1, 1, tzinfo=UTC))
    except ZoneInfoNotFoundError:
        offset = None
    if offset != timedelta(hours=8):
        yield grave("缺少时区数据（tzdata），不能换算北京时间。")


LOOKS: tuple[Look, ...] = (schema, sqlite_settings, sqlite_place, one_host, clocks, time_zones)


def symptoms(now: datetime) -> list[Symptom]:
    """Everything that is wrong with database and machine; where the schema is another, that alone can be said."""
    found = list(schema(now))
    if not found:
        found = [symptom for look in LOOKS[1:] for symptom in look(now)]
    db.session.rollback()
    return found


def refuse_unsound(now: datetime) -> None:
    """Do not begin to work where something is gravely wrong; the process ends with what it is."""
    found = [symptom.what for symptom in symptoms(now) if symptom.grave]
    if found:
        raise SystemExit("\n".join(found))


def refuse_other_schema(now: datetime) -> None:
    """Do not compute on tables of another time, or on none; the command ends with 1 and says what to do."""
    found = [symptom.what for symptom in schema(now)]
    db.session.rollback()
    if found:
        raise SystemExit("\n".join(found))


def filesystem_of(path: Path) -> str:
    """The kind of file system on which a path lies, or will lie; empty where the machine does not say."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    place, best, kind = path.resolve(), -1, ""
    for line in lines:
        fields, _dash, rest = line.partition(" - ")
        mounted = Path(fields.split()[4].replace("\\040", " "))
        depth = len(mounted.parts)
        if depth >= best and place.is_relative_to(mounted):
            best, kind = depth, rest.split()[0]
    return kind
