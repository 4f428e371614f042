"""The database: types, engine settings and the one way to write."""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, registry
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from tracker.kernel.errors import Stale
from tracker.kernel.sessions import LenientSession
from tracker.kernel.sqlite import BUSY_SECONDS


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Naive values are refused; SQLite would give them back naive."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _codes(members: type[StrEnum]) -> list[str]:
    return [member.value for member in members]


def coded(members: type[StrEnum], name: str) -> sa.Enum:
    """The column type of a second column of the same enum in one table; name makes its CHECK a name of its own."""
    return sa.Enum(members, native_enum=False, length=32, create_constraint=True, values_callable=_codes, name=name)


class Base(DeclarativeBase):
    """Every table: named constraints, aware instants, enums as checked codes."""

    metadata = sa.MetaData(naming_convention=NAMING)
    registry = registry(
        metadata=metadata,
        type_annotation_map={
            datetime: UtcDateTime(),
            StrEnum: sa.Enum(StrEnum, native_enum=False, length=32, create_constraint=True, values_callable=_codes),
            dict[str, Any]: sa.JSON(),
            list[str]: sa.JSON(),
            list[dict[str, Any]]: sa.JSON(),
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=False, session_options={"class_": LenientSession})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def engine_options(database_url: str) -> dict[str, Any]:
    """Connection settings for the engine that an address names."""
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    # A server that vanished from the network says nothing; whoever waits for it must notice all the same.
    noticing = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    limits = "-c statement_timeout=30000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
    # No query here runs long enough to earn back the tenths of a second that compiling it takes PostgreSQL.
    connect_args = {**noticing, "tcp_user_timeout": 20_000, "options": f"{limits} -c jit=off"}
    return {"pool_pre_ping": True, "pool_recycle": 1800, "connect_args": connect_args}


_LOOKED_UP = "looked_up"
T = TypeVar("T")


@contextmanager
def write_transaction() -> Iterator[Session]:
    """The only way to write: everything inside happens, or nothing does.

    What was read before it began is forgotten, so that a decision inside rests on rows as they stand
    once the write lock is held. No network inside.
    """
    session = db.session()
    if session.in_transaction():
        session.rollback()
    session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
    session.info[_LOOKED_UP] = {}
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(_LOOKED_UP, None)


def count_anew(*tables: type[Any]) -> None:
    """Let PostgreSQL look at tables of which much has just been written, and plan by what is there now.

    It looks by itself once a minute or so; until then it takes them for as small as they were.
    """
    db.session.execute(sa.text(f"ANALYZE {', '.join(table.__tablename__ for table in tables)}"))


Step = Callable[[], AbstractContextManager[Session]]
"""A write transaction, or one that counts only under a condition: what long work is given to write in."""


def is_writing() -> bool:
    """Whether a write transaction is open."""
    return _LOOKED_UP in db.session().info


def looked_up_once(key: Hashable, look_up: Callable[[], T]) -> T:
    """Look something up once per write transaction, such as who hears for a unit, when an act asks for it many times.

    Only for what the act itself does not change. Outside a write transaction it is looked up each time.
    """
    known: dict[Hashable, T] | None = db.session().info.get(_LOOKED_UP)
    if known is None:
        return look_up()
    if key not in known:
        known[key] = look_up()
    return known[key]


def affected(statement: sa.Executable, values: Mapping[str, Any] | None = None) -> int:
    """Carry out a writing statement, with values that it asks for by name; returns how many rows it wrote."""
    options = {"preserve_rowcount": True, "synchronize_session": False}
    result: Any = db.session.execute(statement, values, execution_options=options)
    return int(result.rowcount)


class Versioned(Protocol):
    """A row that counts its changes, so that a stale form is noticed."""

    id: Mapped[int]
    version: Mapped[int]


@cache
def _claim(table: sa.Table, *, in_state: bool) -> sa.Update:
    """Built once for each table: every act begins with it, and building it costs more than running it."""
    [key] = table.primary_key
    condition = [key == sa.bindparam("wanted_id"), table.c.version == sa.bindparam("seen")]
    if in_state:
        condition.append(table.c.state.in_(sa.bindparam("states", expanding=True)))
    return sa.update(table).where(*condition).values(version=table.c.version + 1)


def take(thing: Any, *, version: int | None = None, states: Collection[str] = ()) -> None:
    """Claim a row for a change: exactly as the user saw it, or not at all.

    One conditional UPDATE on id, version and (where given) state; of two who race, one wins and the
    other raises Stale. Without a version, the one read in this transaction counts.
    """
    model = cast("Any", type(thing))
    expected = thing.version if version is None else version
    values: dict[str, object] = {"wanted_id": thing.id, "seen": expected}
    if states:
        values["states"] = [str(state) for state in states]
    session = db.session()
    session.flush()
    if session.connection().execute(_claim(bare(model), in_state=bool(states)), values).rowcount != 1:
        raise Stale
    set_committed_value(thing, "version", expected + 1)


def has_one_writer() -> bool:
    """Whether this engine lets in one writer at a time, so that whoever writes much must leave room for the others."""
    return bool(db.session.get_bind().dialect.name == "sqlite")


def bare(model: type[Base]) -> sa.Table:
    """The table of a model, for an INSERT from a SELECT with named values: the ORM would take these for a row."""
    return cast("sa.Table", model.__table__)


def insert_if_new(model: type[Base] | sa.Table) -> Any:
    """An INSERT that leaves alone what is there already under the same unique key, also when two race."""
    dialect = db.session.get_bind().dialect.name
    return _INSERTS[dialect](model).on_conflict_do_nothing()


_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class json_row(FunctionElement[Any]):  # noqa: N801 - reads like the SQL function it is
    """A JSON object made in SQL from names and columns in turn; each engine has its own word for it."""

    name = "json_row"
    type = sa.JSON()
    inherit_cache = True


@compiles(json_row, "sqlite")
def _json_row_sqlite(element: json_row, compiler: Any, **kw: Any) -> str:
    return f"json_object({compiler.process(element.clauses, **kw)})"


@compiles(json_row, "postgresql")
def _json_row_postgresql(element: json_row, compiler: Any, **kw: Any) -> str:
    return f"json_build_object({compiler.process(element.clauses, **kw)})"


class day_number(FunctionElement[int]):  # noqa: N801 - reads like the SQL function it is
    """The number of a date as a day, counted from 1 January 1970."""

    name = "day_number"
    type = sa.Integer()
    inherit_cache = True


@compiles(day_number, "sqlite")
def _day_number_sqlite(element: day_number, compiler: Any, **kw: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **kw)}) - 2440587.5 AS INTEGER)"


@compiles(day_number, "postgresql")
def _day_number_postgresql(element: day_number, compiler: Any, **kw: Any) -> str:
    return f"(CAST({compiler.process(element.clauses, **kw)} AS DATE) - DATE '1970-01-01')"


class local_day(FunctionElement[date]):  # noqa: N801 - reads like the SQL function it is
    """The day in China on which an instant falls; there it has been UTC+8 without summer time since 1991."""

    name = "local_day"
    type = sa.Date()
    inherit_cache = True


@compiles(local_day, "sqlite")
def _local_day_sqlite(element: local_day, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.clauses, **kw)}, '+8 hours')"


@compiles(local_day, "postgresql")
def _local_day_postgresql(element: local_day, compiler: Any, **kw: Any) -> str:
    return f"CAST(({compiler.process(element.clauses, **kw)}) AT TIME ZONE 'Asia/Shanghai' AS DATE)"
