"""The two databases that tests run on: migrated once a session, put back to that state before every test."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from flask import Flask
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url

from config import ROOT, Settings
from tracker.app import create_app
from tracker.kernel.db import db

ENGINES = ("sqlite", "postgresql")

# Templates, compiled once for the applications of all workers; a changed one is compiled anew.
_COMPILED = ROOT / ".pytest_cache" / "templates"

# Tables of the house's own that hold no data of a test.
_KEPT = {"alembic_version"}

PATIENCE = 120
"""Seconds for a server to begin or to end; one that fell is noticed at once."""


@event.listens_for(Engine, "connect")
def _prepare_soon(connection: object, _record: object) -> None:
    """PostgreSQL: keep what was asked twice prepared, for tests ask the same over and over."""
    if isinstance(connection, psycopg.Connection):
        connection.prepare_threshold, connection.prepared_max = 1, 1000


def wait_longer_for_rows() -> None:
    """Let whoever waits for a row on PostgreSQL wait as long as a statement may take.

    In a race each may wait for all the others: on a busy machine for longer than somebody at a page ought to.
    """

    def connect(_dialect: object, _record: object, _said: object, named: dict[str, Any]) -> None:
        if "options" in named:
            named["options"] += " -c lock_timeout=29000"

    event.listen(Engine, "do_connect", connect)


def build_app(database_url: str, instance_dir: Path) -> Flask:
    """Build the application on a database, with the settings that tests share.

    A name that no template is given is a fault here; in production it is a blank, which is better than no page.
    """
    app = create_app(
        Settings(
            database_url=database_url,
            instance_dir=instance_dir,
            files_dir=instance_dir / "files",
            secret_key="a key for tests, not a secret at all",
            seal_keys=("a key that seals in tests, not a secret",),
            log_level="ERROR",
            testing=True,
        )
    )
    app.jinja_env.undefined = StrictUndefined
    _COMPILED.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(_COMPILED))
    return app


def migrate(app: Flask, revision: str = "head") -> None:
    """Bring the schema up to a revision."""
    with app.app_context():
        command.upgrade(app.extensions["migrate"].migrate.get_config(), revision)


class Database:
    """An application on one engine, and the way back to its migrated, otherwise empty state."""

    name: str
    url: str
    app: Flask

    def reset(self) -> None:
        """Forget everything that tests wrote."""
        raise NotImplementedError

    def release(self) -> None:
        """Hold no connection, until the next reset."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


class Sqlite(Database):
    """One file; a reset copies it anew."""

    name = "sqlite"

    def __init__(self, folder: Path, *, like: "Sqlite | None" = None) -> None:
        """On a file of its own: migrated, or as another one is after a reset."""
        self._file = folder / "zeren.sqlite3"
        self._template = folder / "template.sqlite3"
        self.url = f"sqlite:///{self._file}"
        self.app = build_app(self.url, folder)
        if like is None:
            migrate(self.app)
        else:
            shutil.copyfile(like._template, self._file)
        self.keep()

    def keep(self) -> None:
        """Let what is there now be what a reset goes back to."""
        # The last connection to close writes the log back into the file.
        self.release()
        shutil.copyfile(self._file, self._template)

    def reset(self) -> None:
        """Put the migrated file back."""
        # The last connection to close writes the log back into the file.
        self.release()
        for rest in ("-wal", "-shm"):
            Path(f"{self._file}{rest}").unlink(missing_ok=True)
        shutil.copyfile(self._template, self._file)


class Postgresql(Database):
    """One database on a server; a reset empties its tables in one round trip."""

    name = "postgresql"

    def __init__(self, folder: Path, server_url: str, database: str) -> None:
        server = make_url(server_url).set(drivername="postgresql")
        with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        address = server.set(database=database)
        self.url = address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        self.app = build_app(self.url, folder)
        migrate(self.app)
        self._address = address.render_as_string(hide_password=False)
        self._connection = self._connected()
        self._write_reset()

    def _connected(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self._address, autocommit=True, options="-c lock_timeout=10s")

    def release(self) -> None:
        """Hold no connection, so that the database itself may be put elsewhere."""
        super().release()
        self._connection.close()

    def reset(self) -> None:
        """Empty the tables, but for what migrations put there."""
        if self._connection.closed:
            self._connection = self._connected()
        with self.app.app_context():
            db.session.remove()
        self._connection.execute("SELECT zeren_tests.reset()")

    def _write_reset(self) -> None:
        """Write the reset as one function.

        Deleting from small tables is several times faster than TRUNCATE. Each table's ids start at a number of its
        own, so that a test which confuses a task's id with a unit's fails.
        """
        execute = self._connection.execute
        execute("CREATE SCHEMA zeren_tests")
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        tables = [row[0] for row in execute(query) if row[0] not in _KEPT]
        steps = [f'DELETE FROM public."{table}";' for table in tables]
        for table in tables:
            if execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))).fetchone():
                seed = f'zeren_tests."{table}"'
                execute(f'CREATE TABLE {seed} AS TABLE public."{table}"'.encode())
                steps.append(f'INSERT INTO public."{table}" SELECT * FROM {seed};')
        query = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NULL ORDER BY 1"
        for number, row in enumerate(execute(query).fetchall(), start=1):
            steps.append(f"PERFORM setval('public.\"{row[0]}\"', {number * 1000}, true);")
        # As a replica: no triggers, no foreign keys, so append-only tables can be emptied and the order is free.
        execute(
            "CREATE FUNCTION zeren_tests.reset() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica "
            f"AS $reset$ BEGIN {' '.join(steps)} END $reset$".encode()
        )


class PostgresqlMissingError(Exception):
    """PostgreSQL's programs are not on this machine."""


class Cluster:
    """A PostgreSQL server of our own: in a temporary folder, on a socket alone, gone with this process."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder, self._durable = folder, durable
        programs = _postgresql_programs()
        self._account = _unprivileged_account()
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir(mode=0o700)
        if self._account is not None:
            for path in (folder, data):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        trusting = ("-U", "postgres", "-A", "trust", "-N", "--locale=C.UTF-8", "-E", "UTF8")
        self._run(programs / "initdb", "-D", data, *trusting)
        self._program, self._data = programs / "postgres", data
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        self.begin()

    def begin(self) -> None:
        """Serve, after a halt with what was committed before; returns when it does."""
        self._server = self._start(self._program, self._data)
        self._wait()

    def halt(self) -> None:
        """Let the server break off, as in a power cut: what it begins with again it must find in its log."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(timeout=PATIENCE)

    def stop(self) -> None:
        """Stop the server at once; nothing in it is worth a clean shutdown."""
        self.halt()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, *command_line: str | Path) -> None:
        done = subprocess.run(command_line, cwd="/", capture_output=True, text=True, check=False, **self._as_account())
        if done.returncode:
            raise RuntimeError(f"{command_line[0]} failed:\n{done.stdout}{done.stderr}")

    def _start(self, program: Path, data: Path) -> "subprocess.Popen[bytes]":
        settings = {
            "unix_socket_directories": str(self._folder),
            "listen_addresses": "",
            "fsync": "off",
            "full_page_writes": "off",
            # What is in the machine's memory outlives the server, so this much is enough to keep what was committed.
            "synchronous_commit": "on" if self._durable else "off",
            "max_connections": "60",
            "autovacuum_naptime": "10s",
            "timezone": "UTC",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                [program, "-D", data, *options],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it makes one system call
                **self._as_account(),
            )

    def _as_account(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start:\n{(self._folder / 'log').read_text()}")


def _postgresql_programs() -> Path:
    """Where initdb and postgres are: on the PATH, or where Debian keeps the newest version."""
    found = shutil.which("initdb")
    if found and Path(found).with_name("postgres").exists():
        return Path(found).resolve().parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not kept:
        raise PostgresqlMissingError("PostgreSQL is not installed (no initdb on the PATH or under /usr/lib/postgresql)")
    return kept[-1].parent


def _unprivileged_account() -> pwd.struct_passwd | None:
    """The account that runs the server: this one, or for root, which PostgreSQL refuses, its own or nobody."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _die_with_parent() -> None:
    """Runs in the child: should the tests be killed, the server follows them."""
    if _prctl is not None:
        _prctl(1, signal.SIGQUIT)


_prctl: Callable[[int, int], int] | None = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
