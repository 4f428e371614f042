"""The session that all work is done in, and what it makes of a connection that is gone."""

from contextlib import suppress

import sqlalchemy as sa
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.exc import InterfaceError, OperationalError

AWAY = (
    sa.exc.OperationalError,
    sa.exc.InterfaceError,
    sa.exc.DisconnectionError,
    sa.exc.IllegalStateChangeError,
    sa.exc.PendingRollbackError,
    sa.exc.ResourceClosedError,
)
"""The database is away, busy or full, or the session still has a line that broke off.

It says nothing of what was asked of it, which may go well when it is back.
"""


class LenientSession(FlaskSession):
    """A session for which there is nothing left to take back on a connection that is gone.

    The database undoes by itself what was open there. Without this whoever is done, and only lets go, falls of it: a
    page that was read, a process between two turns.
    """

    def rollback(self) -> None:
        """Take back what is open."""
        with suppress(InterfaceError, OperationalError):
            super().rollback()

    def close(self) -> None:
        """Take back what is open, and forget what was read."""
        with suppress(InterfaceError, OperationalError):
            super().close()
