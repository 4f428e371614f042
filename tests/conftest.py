"""What every test may ask for: an application on either engine, a browser, a still clock.

A test that asks for `app`, `client`, `session` or `database` runs twice, on SQLite and on PostgreSQL; marked `postgres`
or `sqlite` it runs on that one. `browser` tests run on SQLite. With ZEREN_REQUIRE_ALL=1 a skip is a failure.
"""

import gc
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from contextvars import Context
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from config import ROOT
from tests.cast import Cast, enter_cast
from tests.clock import Clock
from tests.engines import (
    ENGINES,
    Cluster,
    Database,
    Postgresql,
    PostgresqlMissingError,
    Sqlite,
    build_app,
    wait_longer_for_rows,
)
from tests.retelling import curtain
from tests.visitors import signed_in
from tracker.kernel import clock as kernel_clock
from tracker.kernel import leases
from tracker.kernel.db import db, write_transaction

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

REQUIRE_ALL = os.environ.get("ZEREN_REQUIRE_ALL") == "1"

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Two busy cores make any deadline a matter of luck. A run that decides (nothing may be skipped) says the same of the
# same tree; at a desk, each run goes on searching.
hypothesis_settings.register_profile("house", deadline=None, print_blob=True, derandomize=REQUIRE_ALL)
hypothesis_settings.load_profile("house")

wait_longer_for_rows()


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: while storms are played or a browser draws, a worker mostly waits for others."""
    return (os.cpu_count() or 1) + 2


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs a database on both engines, unless marked for one."""
    if "engine_name" not in metafunc.fixturenames:
        return
    marked = {mark.name for mark in metafunc.definition.iter_markers()}
    if "browser" in marked or "sqlite" in marked:
        names: tuple[str, ...] = ("sqlite",)
    else:
        names = ("postgresql",) if "postgres" in marked else ENGINES
    metafunc.parametrize("engine_name", names)


ROUNDABOUT = frozenset(
    (
        *("demo", "journeys", "laws", "pages", "test_bench"),
        *("test_answers", "test_life_machine", "test_papers", "test_reference", "test_silence", "test_tampering"),
    )
)
"""Folders and files of tests that go the long way round, and reach no branch that others do not reach."""

WEB = frozenset(("client", "client_as", "live_server"))
"""Tests that ask for one of these come through pages: the same commands, with all that a page costs besides."""

DOORS = frozenset(
    (
        *("accounts", "organisation", "outbox", "reminders", "upkeep"),
        *("test_all_papers", "test_dry_run", "test_flag_pages", "test_inbox", "test_issuing_many", "test_piles"),
    )
)
"""Folders and files in which pages alone reach some command or policy."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage where it should grow: by tests of commands, policies and rules themselves.

    Following every call costs a test a third of its time again, so neither the second engine's turn nor the long way
    round is measured, with all that these set up. What only PostgreSQL can show stays measured.
    """
    plugin = item.config.pluginmanager.getplugin("_cov")
    measuring = plugin and plugin.cov_controller
    measured = _is_measured(item)
    curtain(measured=measured)
    if not measuring or measured:
        return (yield)
    measuring.pause()
    try:
        return (yield)
    finally:
        measuring.resume()


def _is_measured(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    again = callspec is not None and callspec.params.get("engine_name") == "postgresql"
    if again and not item.get_closest_marker("postgres"):
        return False
    names = {item.path.parent.name, item.path.stem}
    by_the_web = WEB & set(getattr(item, "fixturenames", ()))
    return not names & ROUNDABOUT and (not by_the_web or bool(names & DOORS))


WAITING = ("test_faults", "test_processes", "test_silence")
"""Files of tests that mostly wait: for processes to start, to die, to take over, for answers that do not come."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Strew the tests that wait among the files of those that work: in a row, they leave half the machine idle.

    Between files alone, for what a file sets up once would have to be set up again.
    """
    waiting = [item for item in items if item.path.stem in WAITING]
    working = [item for item in items if item.path.stem not in WAITING]
    strewn, done = list[pytest.Item](), 0
    for _path, file in groupby(working, key=lambda item: item.path):
        by_now = len(waiting) * done // len(working) + 1
        strewn += waiting[len(strewn) - done : by_now]
        some = list(file)
        strewn += some
        done += len(some)
    items[:] = strewn + waiting[len(strewn) - done :]


def pytest_collection_finish() -> None:
    """Look for garbage only in what tests make: going over everything imported, too, takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    # Rows and pages are made by the thousand in every test; to go over them every 700 costs more than to keep them.
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is required, count a skip as a failure."""
    report = yield
    return _required(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Likewise where a whole file would be skipped."""
    report = yield
    return _required(report)


def _required(report: Report) -> Report:
    if report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if REQUIRE_ALL:
        report.outcome = "failed"
        report.longrepr = f"{reason}; with ZEREN_REQUIRE_ALL=1 nothing may be skipped"
    else:
        # Under one place and reason pytest prints one line, however many tests it holds for.
        report.longrepr = ("tests", 0, reason.removeprefix("Skipped: "))
    return report


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    """Let it be NOW, until the test says otherwise."""
    still = Clock()
    kernel_clock.set_source(lambda: still.now)
    yield still
    kernel_clock.set_source(None)


@pytest.fixture
def one_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """One machine has one clock: the database's, by which leases are measured, stands and jumps with the product's."""
    monkeypatch.setattr(leases, "database_now", lambda: clock.now)
    return clock


@pytest.fixture(scope="session")
def worker() -> str:
    """Name of this process among those that share a server."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder for SQLite files, in memory where the machine offers that: it may be small, so keep little in it."""
    shared_memory = Path("/dev/shm")
    place = shared_memory if os.access(shared_memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="zeren-sqlite-", dir=place) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_database(memory: Path) -> Database:
    """The application on a SQLite file."""
    folder = memory / "database"
    folder.mkdir()
    return Sqlite(folder)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Address of a server: TEST_DATABASE_URL (a superuser's), or one started for this session."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="zeren-postgresql-"))
    try:
        cluster = Cluster(folder)
    except PostgresqlMissingError as error:
        folder.rmdir()
        pytest.skip(str(error))
    yield cluster.url
    cluster.stop()


@pytest.fixture(scope="session")
def postgresql_database(
    postgresql_server: str, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The application on a PostgreSQL database of this worker's own."""
    database = Postgresql(tmp_path_factory.mktemp("postgresql"), postgresql_server, f"zeren_test_{worker}")
    yield database
    database.release()


@pytest.fixture
def database(engine_name: str, request: pytest.FixtureRequest) -> Database:
    """The engine's application and its way back; freshly migrated and otherwise empty."""
    chosen: Database = request.getfixturevalue(f"{engine_name}_database")
    chosen.reset()
    return chosen


@pytest.fixture
def app(database: Database) -> Flask:
    """The application on a fresh database."""
    database.app.test_client_class = _Visitor
    return database.app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a page: keeps cookies, follows nothing."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database session, with the application's context around the test."""
    with app.app_context():
        yield db.session()
        db.session.remove()


@pytest.fixture
def cast(session: Session) -> Cast:
    """The people of all tests, entered and committed."""
    with write_transaction():
        found = enter_cast()
    curtain()
    return found


@pytest.fixture
def client_as(app: Flask, cast: Cast) -> Callable[[str], FlaskClient]:
    """A signed-in browser of somebody of the cast, by name."""
    return lambda name: signed_in(app, cast.person_ids[name])


class _Visitor(FlaskClient):
    """A client whose requests know nothing of the test around them, as if they came from outside.

    Flask would let a request share the test's context: its `g`, its signed-in person and its database session.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        _finish_reading()
        kwargs["buffered"] = True
        response: TestResponse = Context().run(super().open, *args, **kwargs)
        _finish_reading()
        return response


def _finish_reading() -> None:
    """End the test's own transaction, so that test and request each see what the other has written."""
    if not has_app_context():
        return
    session = db.session()
    assert not (session.new or session.dirty or session.deleted), "the test wrote something and did not commit it"
    session.rollback()


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """Address of the application, served on loopback for a browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="live-server")
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Playwright starts the system's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (no chromium on the PATH)")
    return {"executable_path": program, "args": list(CHROMIUM_FLAGS)}


@pytest.fixture
def browser_context_args(live_server: str) -> dict[str, Any]:
    """A Chinese browser in China, at the address of the live server."""
    return {"base_url": live_server, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def real_plans() -> Path:
    """Folder of the three real plans, which lie beside the repository and never in it."""
    folder = ROOT.parent / "shared" / "plans"
    if not folder.is_dir():
        pytest.skip("the real plans are not beside this repository (../shared/plans)")
    return folder


@pytest.fixture
def elsewhere(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An installation on another, empty database."""
    folder = tmp_path / "elsewhere"
    name = f"zeren_restored_{request.getfixturevalue('worker')}"
    if engine_name == "sqlite":
        url, server = f"sqlite:///{folder / 'zeren.sqlite3'}", None
    else:
        address = make_url(request.getfixturevalue("postgresql_server")).set(drivername="postgresql+psycopg")
        server = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        url = address.set(database=name).render_as_string(hide_password=False)
    app = build_app(url, folder)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    if server is not None:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
