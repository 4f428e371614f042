"""SELECTs that every page asks: built once, because building one costs more than running it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import db


class Prepared:
    """A SELECT of columns whose values come by name: `Prepared(sa.select(…).where(… == sa.bindparam("unit_id")))`.

    A list for IN is `sa.bindparam("unit_ids", expanding=True)`.
    """

    def __init__(self, statement: sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]) -> None:
        self._statement = statement

    def rows(self, **values: object) -> Sequence[Any]:
        """Ask, and fetch every row; what the session has not saved yet is saved before, as with any other query."""
        db.session.flush()
        return db.session.connection().execute(self._statement, values).all()
