"""Pages of a list by key: as fast on the last page as on the first, and steady while rows come and go."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l

PAGE_SIZE = 50

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the place at which the next ones begin (None at the end)."""

    rows: Sequence[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """A column that a list is ordered by. The last key of a list must be unique."""

    column: Any
    descending: bool = False


def encode_cursor(values: Sequence[object]) -> str:
    """A place in a list as text for an address."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _is_sound(value: object) -> bool:
    """Neither a number beyond any row nor a character that PostgreSQL refuses."""
    return "\0" not in value if isinstance(value, str) else not isinstance(value, int) or abs(value) < 2**53


def decode_cursor(text: str, kinds: Sequence[type]) -> list[Any]:
    """The values of a place; raises Invalid when the address was tampered with."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(raw, list) or len(raw) != len(kinds):
            raise ValueError
        values: list[Any] = []
        for kind, value in zip(kinds, raw, strict=True):
            if kind is date:
                values.append(date.fromisoformat(value))
            elif type(value) is kind and _is_sound(value):
                values.append(value)
            else:
                raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise Invalid({"after": _l("页码有误，请回到第一页。")}) from error
    return values


def after(keys: Sequence[Key], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """The rows that come after a place; written out so that both engines use an index on the first key."""
    clauses: list[sa.ColumnElement[bool]] = []
    for depth, key in enumerate(keys):
        beyond = key.column < values[depth] if key.descending else key.column > values[depth]
        equal = [keys[n].column == values[n] for n in range(depth)]
        clauses.append(sa.and_(*equal, beyond))
    first = keys[0].column
    bound = first <= values[0] if keys[0].descending else first >= values[0]
    return sa.and_(bound, sa.or_(*clauses))
