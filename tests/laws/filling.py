"""A row in every table in which every column says something, as far as the table's rules let it: for migrations."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.clock import NOW, TODAY
from tracker.kernel.db import Base

FIRST = object()
"""The first row that a key can lead to: somebody else than the newest, to whom keys lead otherwise."""
SAID: dict[str, dict[str, Any]] = {
    "delivery": {"state": "sending", "urgency": 2, "precedence": 1, "ended_at": None},
    "flag": {"subject_kind": "task", "state": "closed", "part_id": None, "withdrawn_by_id": None, "withdrawn_at": None},
    "flag_decision": {"kind": "interview", "proposed_by_id": FIRST, "recorded_by_id": None, "told_at": NOW},
    "flag_proposal": {"kind": "interview"},
    "flag_review": {
        "outcome": "changed",
        "new_kind": "interview",
        "recorded_by_id": None,
        "asked_by_id": FIRST,
        "proposed_by_id": FIRST,
    },
    "leadership_group": {"messages_from": 9, "messages_until": 21},
    "letter": {"state": "fulfilled"},
    "letter_handover": {"predecessor_id": FIRST},
    "letter_signatory": {"post_id": None},
    "seat": {"role": "member", "post_id": None, "person_id": None},
    "seat_change": {"state": "issued", "recorded_by_id": None},
    "supervision_notice": {
        "kind": "task",
        "origin": "ladder",
        "state": "closed",
        **dict.fromkeys(("part_id", "letter_id", "drafted_by_id", "fell_away")),
    },
    "target": {"operator": ">="},
    "task": {"state": "completed", "suspended_from": None, "continuous": False},
}
"""What a table's own rules ask for, beyond what types and keys tell."""
AGAIN: dict[str, dict[str, Any]] = {"letter_clause": {"kind": "task", "task_id": None, "target_id": None}}
"""Of what the first row cannot be, a second: a clause that is handed on and has no task yet."""
SAME = {"flag": ("subject_id", "task_id")}
"""A column that must say what another says."""
NUMBERS = (2, 1)
MOST_TRIES = 100


def fill_every_table(session: Session) -> list[str]:
    """Add the rows; the names of tables that took none, whose rules SAID does not know."""
    return [
        table.name
        for table in Base.metadata.sorted_tables
        for said in (SAID.get(table.name, {}), *([AGAIN[table.name]] if table.name in AGAIN else []))
        if not _took(session, table, said)
    ]


def _took(session: Session, table: sa.Table, said: dict[str, Any]) -> bool:
    for place, row in enumerate(_rows(session, table, said)):
        if place == MOST_TRIES:
            break
        try:
            with session.begin_nested():
                session.execute(sa.insert(table).values(row))
        except IntegrityError:
            continue
        return True
    return False


def _rows(session: Session, table: sa.Table, said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows to try, the fullest first: of each kind, with every column or with those alone that must say something."""
    columns = [column for column in table.columns if column is not table.autoincrement_column]
    known = {column.name: _led_to(session, column, said) for column in columns if column.foreign_keys}
    known = {**{name: value for name, value in said.items() if value is not FIRST}, **known}
    kinds = {
        column.name: column.type.enums
        for column in columns
        if isinstance(column.type, sa.Enum) and column.name not in known
    }
    for is_full, number, codes in product((True, False), NUMBERS, product(*kinds.values())):
        chosen = {**known, **dict(zip(kinds, codes, strict=True))}
        row = {
            column.name: chosen.get(column.name, _value(column, place, number))
            for place, column in enumerate(columns)
            if is_full or not column.nullable
        }
        if table.name in SAME:
            one, other = SAME[table.name]
            row[one] = row[other]
        yield row


def _led_to(session: Session, column: sa.Column[Any], said: dict[str, Any]) -> Any:
    """The newest row that a key can lead to: mostly one that was made here, to which nothing else leads."""
    wanted = said.get(column.name, column)
    if wanted is None:
        return None
    there = next(iter(column.foreign_keys)).column
    return session.scalar(sa.select((sa.func.min if wanted is FIRST else sa.func.max)(there)))


def _value(column: sa.Column[Any], place: int, number: int) -> Any:
    kind = column.type
    if isinstance(kind, sa.String):
        return f"{column.name} 𠮷"[: kind.length or 20]
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer | sa.Float):
        return number
    if isinstance(kind, sa.JSON):
        return {"a": number}
    return (TODAY if isinstance(kind, sa.Date) else NOW) + timedelta(days=place)
