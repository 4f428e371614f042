"""Fresh databases to measure on: a file of SQLite, or a database of a PostgreSQL server started for the purpose."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy.engine import make_url

from config import Settings
from tests.engines import Cluster
from tracker.app import create_app
from tracker.kernel.db import db

SECRET = "bench " * 8


def environment_for(address: str) -> dict[str, str]:
    """The settings of a process that works on a database."""
    return {"DATABASE_URL": address, "SECRET_KEY": SECRET, "ZEREN_SEAL_KEYS": SECRET, "ZEREN_LOG_LEVEL": "ERROR"}


def settings_for(address: str) -> Settings:
    """The same settings for this process."""
    return Settings.from_environment(environment_for(address))


@contextmanager
def fresh_databases(engine: str) -> Iterator[Callable[[str], str]]:
    """Call the result with a name for the address of an empty database; all of them are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="zeren-bench-") as folder:
        if engine == "sqlite":
            yield lambda name: f"sqlite:///{folder}/{name}.sqlite3"
            return
        cluster = Cluster(Path(folder))
        try:
            yield lambda name: _created(cluster.url, name)
        finally:
            cluster.stop()


def copied(address: str, name: str) -> str:
    """The address of a copy of a database that nobody has open."""
    url = make_url(address)
    if url.drivername == "sqlite":
        copy = Path(str(url.database)).with_name(f"{name}.sqlite3")
        shutil.copyfile(str(url.database), copy)
        return f"sqlite:///{copy}"
    return _created(url.set(database="postgres").render_as_string(hide_password=False), name, like=url.database)


def _created(url: str, name: str, like: str | None = None) -> str:
    app = create_app(replace(settings_for(url), database_url=url))
    with app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {like or 'template1'}")
    return make_url(url).set(database=name).render_as_string(hide_password=False)
