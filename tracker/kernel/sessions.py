"""The session that all work is done in, and what it makes of a connection that is gone."""

from contextlib import suppress

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.exc import InterfaceError, OperationalError


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
