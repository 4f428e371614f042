"""The database's part of a backup, for each engine: copy it while people work, count what is in a copy, put it back."""

import os
import shutil
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from tracker.kernel.db import db
from tracker.kernel.installation import settings
from tracker.upkeep.backup.manifest import Unusable, sync

MARKERS = "job_run"
"""The table that holds markers, as runs of the job `backup`."""
_COUNTED = 'SELECT count(*) FROM "{}"'


@dataclass(slots=True)
class Contents:
    """What a copy holds: rows by table, whether the marker is among them, the hashes of uploaded files."""

    tables: dict[str, int] = field(default_factory=dict)
    has_marker: bool = False
    files: dict[str, int] = field(default_factory=dict)
    fault: str = ""


class Engine(ABC):
    """How one engine is copied, looked into and filled."""

    name: str
    file: str

    @abstractmethod
    def copy(self, target: Path, marker: str) -> Contents:
        """Write a copy, as of one moment; returns what it holds."""

    @abstractmethod
    def contents(self, source: Path, marker: str) -> Contents:
        """Read a copy from end to end."""

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether the installation's own database holds nothing yet."""

    @abstractmethod
    def fill(self, source: Path, then: Sequence[str]) -> None:
        """Put a copy into the installation's own, empty database, and change it: all of it, or nothing."""


class Sqlite(Engine):
    """One file, copied by SQLite's own backup: copying the file itself silently loses what stands in the log."""

    name = "sqlite"
    file = "database.sqlite3"

    def _own(self) -> Path:
        return Path(make_url(settings().database_url).database or "")

    def copy(self, target: Path, marker: str) -> Contents:
        with closing(sqlite3.connect(self._own(), timeout=30)) as source, closing(sqlite3.connect(target)) as copied:
            source.backup(copied)
            # A file for itself, without a log beside it.
            copied.execute("PRAGMA journal_mode=DELETE")
        sync(target)
        return self.contents(target, marker)

    def contents(self, source: Path, marker: str) -> Contents:
        found = Contents()
        try:
            with closing(sqlite3.connect(f"file:{source}?mode=ro&immutable=1", uri=True)) as opened:
                if (state := opened.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                    found.fault = str(state)
                names = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
                for (name,) in names:
                    if not name.startswith("sqlite_"):
                        found.tables[name] = opened.execute(_COUNTED.format(name)).fetchone()[0]
                marked = "SELECT count(*) FROM job_run WHERE job = 'backup' AND slot = ?"
                found.has_marker = opened.execute(marked, (marker,)).fetchone()[0] == 1
                found.files = dict(opened.execute("SELECT sha256, size FROM stored_file").fetchall())
        except sqlite3.DatabaseError as fault:
            found.fault = str(fault)
        return found

    def is_empty(self) -> bool:
        path = self._own()
        if not path.exists():
            return True
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
            return bool(opened.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])

    def fill(self, source: Path, then: Sequence[str]) -> None:
        path = self._own()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            shutil.copyfile(source, partial)
            partial.chmod(0o600)
            with closing(sqlite3.connect(partial, isolation_level=None)) as opened:
                for statement in then:
                    opened.execute(statement)
            sync(partial)
            # A link, unlike a rename, never replaces what another put there meanwhile.
            if self.is_empty():
                for rest in ("", "-wal", "-shm"):
                    Path(f"{path}{rest}").unlink(missing_ok=True)
            os.link(partial, path)
            sync(path.parent)
        finally:
            partial.unlink(missing_ok=True)


class Postgresql(Engine):
    """pg_dump in its own format; what is counted and listed is of the very snapshot that it dumps."""

    name = "postgresql"
    file = "database.dump"

    def copy(self, target: Path, marker: str) -> Contents:
        url = make_url(settings().database_url)
        found = Contents()
        with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            # The dump may take long, and this transaction must outlive it.
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            snapshot: str = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
            for name in sorted(sa.inspect(connection).get_table_names()):
                found.tables[name] = connection.exec_driver_sql(_COUNTED.format(name)).scalar_one()
            marked = sa.text("SELECT count(*) FROM job_run WHERE job = 'backup' AND slot = :marker")
            found.has_marker = connection.execute(marked, {"marker": marker}).scalar_one() == 1
            rows = connection.exec_driver_sql("SELECT sha256, size FROM stored_file").all()
            found.files = dict(tuple(row) for row in rows)
            _run(url, "pg_dump", "--format=custom", "--schema=public", f"--snapshot={snapshot}", f"--file={target}")
        sync(target)
        return found

    def contents(self, source: Path, marker: str) -> Contents:
        found = Contents()
        table = ""
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        command = [_program("pg_restore"), "--data-only", "--file=-", str(source)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:  # noqa: S603 - found on the PATH
            assert process.stdout is not None
            assert process.stderr is not None
            for line in process.stdout:
                if table and line == b"\\.\n":
                    table = ""
                elif table:
                    found.tables[table] += 1
                    _note_row(found, table, line, marker)
                elif line.startswith(b"COPY "):
                    table = line.split()[1].decode().rpartition(".")[2].strip('"')
                    found.tables[table] = 0
            said = process.stderr.read().decode(errors="replace")
        if process.returncode:
            found.fault = said.strip() or f"pg_restore {process.returncode}"
        return found

    def is_empty(self) -> bool:
        with db.engine.connect() as connection:
            return not sa.inspect(connection).get_table_names()

    def fill(self, source: Path, then: Sequence[str]) -> None:
        url = make_url(settings().database_url)
        listed = _run(url, "pg_restore", "--list", str(source))
        # The schema itself is there already; what is in it comes in one transaction.
        lines = [line for line in listed.splitlines() if " SCHEMA - " not in line and " COMMENT - SCHEMA " not in line]
        with TemporaryDirectory(prefix="zeren-restore-") as folder:
            wanted, script = Path(folder) / "list", Path(folder) / "restore.sql"
            wanted.write_text("\n".join(lines), encoding="utf-8")
            options = ("--no-owner", "--no-privileges", f"--use-list={wanted}", f"--file={script}")
            _run(url, "pg_restore", *options, str(source))
            with script.open("a", encoding="utf-8") as out:
                # The dump's script looks nothing up by its bare name, and ours does.
                out.write("".join(f"{statement};\n" for statement in ("SET search_path = public", *then)))
            _run(
                url,
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                f"--file={script}",
            )


def _note_row(found: Contents, table: str, line: bytes, marker: str) -> None:
    """A row of the copy: is it the marker, or an uploaded file's."""
    cells = line.rstrip(b"\n").split(b"\t")
    if table == MARKERS and marker.encode() in cells:
        found.has_marker = True
    elif table == "stored_file":
        found.files[cells[0].decode()] = int(cells[1])


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise Unusable(f"找不到 {name}：请安装 PostgreSQL 的客户端程序。")
    return path


def _run(url: URL, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs on the installation's database; the password is in no command line."""
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **_connection_of(url)}
    done = subprocess.run(  # noqa: S603 - found on the PATH
        [_program(program), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unusable(f"{program}：{done.stderr.strip()}")
    return done.stdout


def _connection_of(url: URL) -> Mapping[str, str]:
    host = url.query.get("host", url.host)
    wanted = {
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: value for name, value in wanted.items() if value}


def engine() -> Engine:
    """The engine of this installation."""
    return Sqlite() if settings().is_sqlite else Postgresql()
