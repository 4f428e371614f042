"""The processes beside the web: which one this is, which are known to be gone, and how one waits for the database."""

import os
import socket
from collections.abc import Callable
from threading import Event

from tracker.kernel.db import db
from tracker.kernel.logs import log
from tracker.kernel.sessions import AWAY

AGAIN_SECONDS = 1.0


def own_name() -> str:
    """This process, as host:pid."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(holder: str) -> bool:
    """Whether a process of this machine, named as host:pid, is known to be gone."""
    host, _colon, pid = holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def insist(act: Callable[[], object], *, over: Event) -> None:
    """Do what a process cannot go on without; where the database is away, again and again until it is told to stop."""
    while not over.is_set():
        try:
            act()
        except AWAY:
            db.session.rollback()
            log.warning("waiting", state="the database is away", exc_info=True)
            over.wait(AGAIN_SECONDS)
        else:
            return


def try_once(act: Callable[[], object]) -> None:
    """Do what a process that ends owes the others, who wait a little longer where the database is away."""
    try:
        act()
    except AWAY:
        db.session.rollback()
        log.warning("ending", state="the database is away", exc_info=True)
