"""Databases for one application each, put back to a kept state in an instant."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

WAL_LOG_SINCE = 150000


def keep(url: str) -> None:
    """Remember how a database stands, beside it. Nobody may be connected."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(_file(url))) as source, closing(sqlite3.connect(f"{_file(url)}.kept")) as kept:
            source.backup(kept)
        return
    _recreate(url, f"{make_url(url).database}_kept", str(make_url(url).database))


def put_back(url: str) -> None:
    """Let a database stand as it was kept. Nobody may be connected."""
    if url.startswith("sqlite"):
        for rest in ("-wal", "-shm"):
            Path(f"{_file(url)}{rest}").unlink(missing_ok=True)
        shutil.copyfile(f"{_file(url)}.kept", _file(url))
        return
    _recreate(url, str(make_url(url).database), f"{make_url(url).database}_kept")


def forget(url: str) -> None:
    """Remove what was kept on a server."""
    if not url.startswith("sqlite"):
        with server(url) as connection:
            name = sql.Identifier(f"{make_url(url).database}_kept")
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    """A statement in plain SQL, for good; what it gives back."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(_file(url), timeout=20, isolation_level=None)) as connection:
            return list(connection.execute(statement))
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        done = connection.execute(statement.encode())
        return list(done.fetchall()) if done.description else []


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


def server(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection to the server of a database, and not to it."""
    address = make_url(url).set(drivername="postgresql", database="postgres")
    return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


def _recreate(url: str, name: str, template: str) -> None:
    """Copy a database, files as they are.

    The other way of PostgreSQL 15 and later writes the pages of sequences to its log as they stand. They say that the
    next 32 numbers are in the log already, which the copy's are not, so a crash soon after would give them out again.
    """
    with server(url) as connection:
        new, old = sql.Identifier(name), sql.Identifier(template)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
        how = sql.SQL("STRATEGY FILE_COPY" if connection.info.server_version >= WAL_LOG_SINCE else "")
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(new, old, how))
