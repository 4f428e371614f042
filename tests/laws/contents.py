"""What the tables of a database hold, row by row, and what of it each migration may change or fill."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

Contents = dict[str, dict[tuple[object, ...], dict[str, object]]]
"""Rows by table and primary key, as the driver gives them."""

MILESTONES = "what was told of a milestone is its own, and the task's in the schema before"
CHANGED: dict[str, dict[str, str]] = {
    "0006 down": {"letter.state": "what was reconciled is in force again: the schema before knows no other"},
    "0012 down": {"letter_clause.kind": "what is handed on without a task of its own is a sentence of its own"},
    "0014 down": {
        "reminder.*": "what was told to nobody, or of a kind that the schema before does not know, goes",
        "reminder.cycle": "the date that counts has its small number again",
    },
    "0014 up": {"reminder.cycle": "a cycle is the number of the day that its ladder follows"},
    "0035 down": dict.fromkeys(("reminder.subject_kind", "reminder.subject_id", "inbox_item.key"), MILESTONES),
    "0035 up": dict.fromkeys(("reminder.subject_kind", "reminder.subject_id", "inbox_item.key"), MILESTONES),
}
"""What a migration changes on purpose of columns that are there before and after, and why; `table.*`: rows that go."""

OF_A_PART = "SELECT t.group_id FROM task t JOIN task_part p ON p.task_id = t.id WHERE p.id = subject_id"
OF_A_TASK = "SELECT t.group_id FROM task t WHERE t.id = subject_id"
FILLED: dict[str, dict[str, str]] = {
    "0002": {"leadership_group.consult_days": "3"},
    # What such a mark is worth, the test of acts from before marks says.
    "0004": {"audit_entry.mark": "mark"},
    "0008": {"letter.sign_by": "(SELECT b.sign_by FROM letter_batch b WHERE b.id = batch_id)"},
    "0012": {"letter_clause.standard": "''"},
    "0014": {
        "reminder.group_id": f"CASE subject_kind WHEN 'part' THEN ({OF_A_PART}) ELSE ({OF_A_TASK}) END",
        "reminder.policy_version": "0",
    },
    "0016": {"leadership_group.notice_prefix": "'督'"},
    "0020": {"inbox_item.channels": "''", "inbox_item.urgency": "0"},
    "0021": {
        "leadership_group.messages_from": "8",
        "leadership_group.messages_until": "20",
        "person.email": "''",
    },
    "0030": {"job_run.epoch": "0", "job_run.holder": "''", "job_run.cursor": "0"},
    "0036": {"flag_review.proposed_by_id": "(SELECT d.proposed_by_id FROM flag_decision d WHERE d.id = decision_id)"},
    "0037": {"task_part.first_due_on": "due_on"},
}
"""What a migration writes into a column that it adds to rows that are there, as SQL; into others it writes nothing."""


def contents(engine: sa.Engine, schema: dict[str, Any]) -> Contents:
    """Everything that the tables of a schema hold."""
    with engine.connect() as connection:
        # By the driver itself: a result of SQLAlchemy's costs more than the few rows in it.
        cursor = connection.connection.cursor()
        found = {table: dict(_rows(cursor, table, said["primary key"])) for table, said in schema.items()}
        cursor.close()
    return found


def _rows(cursor: Any, table: str, key: list[str]) -> Iterator[tuple[tuple[object, ...], dict[str, object]]]:
    cursor.execute(f'SELECT * FROM "{table}"')
    columns = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        yield tuple(row[column] for column in key), row


def changed(before: Contents, after: Contents) -> set[str]:
    """Columns that are there before and after, and whose values are others; `table.*` where rows came or went.

    A table that is new begins empty.
    """
    found = {f"{table}.*" for table in after.keys() - before.keys() if after[table]}
    for table in before.keys() & after.keys():
        old, new = before[table], after[table]
        if old == new:
            continue
        found |= {f"{table}.*"} if old.keys() != new.keys() else set()
        found |= {
            f"{table}.{column}"
            for key in old.keys() & new.keys()
            for column in old[key].keys() & new[key].keys()
            if old[key][column] != new[key][column]
        }
    return found


def meant(revision: str, *, down: bool = False) -> set[str]:
    """What a migration may change on its way up, or down."""
    return set(CHANGED.get(f"{revision} {'down' if down else 'up'}", ()))


def ill_filled(engine: sa.Engine, revision: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Columns that a migration added between two schemas, and whose values are not those that it is to write."""
    added = {
        f"{table}.{column}": (table, column)
        for table in before.keys() & after.keys()
        for column in after[table]["columns"].keys() - before[table]["columns"].keys()
    }
    wanted = FILLED.get(revision, {})
    yield from (f"{name} is not added" for name in wanted.keys() - added.keys())
    with engine.connect() as connection:
        for name, (table, column) in added.items():
            values = f'SELECT "{column}", {wanted.get(name, "NULL")} FROM "{table}"'
            if any(is_there != ought for is_there, ought in connection.exec_driver_sql(values)):
                yield name
