"""SELECTs that every page asks: built once, because building one costs more than running it."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import db

Statement = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]


class Prepared:
    """A SELECT of columns whose values come by name: `Prepared(lambda: sa.select(…).where(… == sa.bindparam("id")))`.

    A list for IN is `sa.bindparam("unit_ids", expanding=True)`. It is built when first asked, so that a command of the
    shell that asks nothing does not wait for all of them.
    """

    def __init__(self, build: Callable[[], Statement]) -> None:
        self._build = build

    @cached_property
    def _statement(self) -> Statement:
        return self._build()

    def rows(self, **values: object) -> Sequence[Any]:
        """Ask, and fetch every row; what the session has not saved yet is saved before, as with any other query."""
        db.session.flush()
        return db.session.connection().execute(self._statement, values).all()
