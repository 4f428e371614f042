"""Everything that `make run` starts: schema, demo story, web server, scheduler and worker, until Ctrl-C.

DEMO=0 starts with an empty installation; PORT and the other settings are those of config.py. All three
are forked from this process once it has the application, which saves each of them the seconds of loading it.
"""

import contextlib
import ctypes
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing import connection, get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from typing import NoReturn

from alembic import command
from click import ClickException
from flask import Flask
from flask.cli import ScriptInfo
from gunicorn.app.base import Application

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# Nothing that is loaded here is ever garbage, and looking for some meanwhile takes a sixth of the start.
gc.disable()

from config import Settings  # noqa: E402 - the folder above had to be found first
from tracker.accounts import queries as accounts  # noqa: E402
from tracker.app import create_app  # noqa: E402
from tracker.kernel.db import db  # noqa: E402
from tracker.kernel.environment import SettingsError  # noqa: E402 - as above

Work = Callable[[Flask], None]

GRACE = 15
"""Seconds that a child has to finish what it is doing."""


class Stopped(Exception):  # noqa: N818 - being told to stop is no error
    """Ctrl-C or TERM."""


class WebServer(Application):  # type: ignore[misc]
    """gunicorn with its settings from gunicorn.conf.py, around an application that is loaded already."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        super().__init__()

    def init(self, parser: object, opts: object, args: object) -> None:
        """Take no settings from a command line."""

    def load_config(self) -> None:
        """Read the same file that production reads."""
        self.load_config_from_file(str(ROOT / "gunicorn.conf.py"))

    def load(self) -> Flask:
        """Hand over the application."""
        return self._app


def main() -> int:
    """Start everything, wait, stop everything; 0 when told to stop, 1 when something died."""
    os.chdir(ROOT)
    _choose_port()
    wants_demo = os.environ.get("DEMO", "1").strip().lower() not in {"0", "no", "false", "off"}
    # Lets the story's people be entered, if the database turns out to be marked as holding them.
    os.environ["ZEREN_DEMO"] = "1" if wants_demo else "0"
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        _give_up(str(error))
    app = _prepare(settings, wants_demo=wants_demo)
    children: list[ForkProcess] = []
    try:
        for name, work in (("web server", _serve), ("scheduler", _schedule), ("worker", _work)):
            children.append(_start(name, work, app))
        if _answers(children, settings):
            _say(f"\n  责任台 Zeren   {settings.base_url}\n  Ctrl-C stops it.\n")
        dead = _wait_for_death(children)
        print(f"The {dead.name} ended by itself ({dead.exitcode}); stopping.", file=sys.stderr)
        return 1
    finally:
        _stop(children)


def _say(text: str) -> None:
    print(text, flush=True)


def _give_up(text: str) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(1)


def _choose_port() -> None:
    """Keep to PORT if it was given; otherwise take the first free one from 8000 on."""
    host = os.environ.get("ZEREN_HOST") or "127.0.0.1"
    given = os.environ.get("PORT", "").strip()
    first = int(given) if given.isdigit() and int(given) < 65536 else 8000
    free = next((port for port in range(first, min(first + 50, 65536)) if _is_free(host, port)), None)
    if free is None:
        _give_up(f"No port from {first} to {first + 49} is free on {host}.")
    if free == first:
        return
    if given:
        _give_up(f"Port {first} is in use. Another one: make run PORT={free}")
    _say(f"Port {first} is in use; taking {free}.")
    os.environ["PORT"] = str(free)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _prepare(settings: Settings, *, wants_demo: bool) -> Flask:
    """Bring the schema up; load the story, or say how an empty installation is entered."""
    app = create_app(settings)
    # From here on it is looked for, among what comes; what stands stays shared with the children.
    gc.freeze()
    gc.enable()
    is_demo, is_empty = _migrate(app)
    if is_demo and not wants_demo:
        _set_aside(settings)
        is_demo, is_empty = _migrate(app)
    if wants_demo and is_empty and settings.is_sqlite:
        _say("Loading the demo story; this once, it takes a while")
        try:
            _run_command(app, "demo", "load")
        except BaseException:
            _discard(settings)
            raise
    elif is_empty:
        _run_command(app, "accounts", "setup-code")
    elif wants_demo and not is_demo:
        _say("This database is an installation of its own, so there is no demo story in it.")
    return app


def _migrate(app: Flask) -> tuple[bool, bool]:
    """Bring the schema up; tell whether the database holds the demo story, and whether it waits for its set-up."""
    with app.app_context():
        command.upgrade(app.extensions["migrate"].migrate.get_config(), "head")
        known = accounts.installation()
        is_demo = known is not None and known.demo
        is_empty = not is_demo and accounts.setup_is_open()
    _let_go(app)
    return is_demo, is_empty


def _let_go(app: Flask) -> None:
    """Close every connection: none may be shared with a child."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _discard(settings: Settings) -> None:
    """Half a story is none: the database was empty before, so the next start begins it anew."""
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)


def _set_aside(settings: Settings) -> None:
    """Make room for an empty start; the demo story's file is kept under another name."""
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if not settings.is_sqlite or not file.is_file():
        _give_up("This database holds the demo story for good; name another one in DATABASE_URL for an empty start.")
    aside = file.with_name(f"{file.stem}-demo{file.suffix}")
    file.replace(aside)
    _say(f"The demo story is set aside as {aside}; starting empty.")


def _run_command(app: Flask, *arguments: str) -> None:
    """Run one of the `flask` commands in this process; a failure ends the start."""
    info = ScriptInfo(create_app=lambda: app)
    try:
        app.cli.main(args=list(arguments), prog_name="flask", obj=info, standalone_mode=False)
    except ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    _let_go(app)


def _serve(app: Flask) -> None:
    WebServer(app).run()


def _schedule(app: Flask) -> None:
    _run_command(app, "scheduler", "run")


def _work(app: Flask) -> None:
    _run_command(app, "worker", "run")


def _start(name: str, work: Work, app: Flask) -> ForkProcess:
    process = get_context("fork").Process(target=_become, args=(work, app), name=name)
    process.start()
    return process


def _become(work: Work, app: Flask) -> None:
    """In the child: a process group of its own, which ends with this start however it ends."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    work(app)


def _answers(children: list[ForkProcess], settings: Settings) -> bool:
    """Wait until the web server takes connections; False if a child died before that."""
    while all(child.exitcode is None for child in children):
        try:
            socket.create_connection((settings.host, settings.port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def _wait_for_death(children: list[ForkProcess]) -> ForkProcess:
    """Return the first child that ends."""
    ended = connection.wait([child.sentinel for child in children])
    dead = next(child for child in children if child.sentinel in ended)
    dead.join()
    return dead


def _stop(children: list[ForkProcess]) -> None:
    """End both process groups: politely, and after a while not."""
    _hear_no_more()
    for child in children:
        _signal_group(child, signal.SIGTERM)
    for child in children:
        child.join(GRACE)
        _signal_group(child, signal.SIGKILL)
        child.join()


def _signal_group(child: ForkProcess, number: signal.Signals) -> None:
    assert child.pid is not None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _on_signal(_number: int, _frame: FrameType | None) -> NoReturn:
    # Who stops `make` and its group tells this process twice; the second must not cut the stopping short.
    _hear_no_more()
    raise Stopped


def _hear_no_more() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _on_signal)
    signal.signal(signal.SIGTERM, _on_signal)
    try:
        sys.exit(main())
    except Stopped:
        sys.exit(0)
