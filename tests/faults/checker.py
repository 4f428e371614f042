"""The independent checker: reads the history by plain SQL and from what the servers received, and finds what is wrong.

It knows nothing of the product's code. What ought to have happened is counted by the model beside it (`model.py`).
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

TABLES = {
    "reminder": "subject_kind, subject_id, rung, repeat, recipient_id, state, scheduled_for",
    "inbox_item": "id, recipient_id, key, channels, created_at",
    "delivery": "id, recipient_id, state, message_id, digest_key",
    "delivery_item": "delivery_id, item_id, channel, included",
    "delivery_attempt": "delivery_id, attempt, outcome",
    "job_run": "job, slot, state",
}
ENDED = {"sent", "uncertain", "failed", "cancelled"}

Expected = tuple[int, int, int, str]
"""A reminder that ought to be: task, rung, person, day."""


@dataclass
class History:
    """What happened: rows by table, and what each message id was received as."""

    tables: dict[str, list[dict[str, Any]]]
    receipts: list[dict[str, Any]] = field(default_factory=list)


def read_history(url: str, receipts: Path) -> History:
    """Read what stands in a database, and what the servers wrote down before they answered."""
    rows = {table: list(_rows(url, table, columns)) for table, columns in TABLES.items()}
    lines = [line for file in sorted(receipts.glob("*")) for line in file.read_text(encoding="utf-8").splitlines()]
    return History(rows, [json.loads(line) for line in lines])


def _rows(url: str, table: str, columns: str) -> Iterator[dict[str, Any]]:
    query, names = f"SELECT {columns} FROM {table}", columns.split(", ")
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            yield from (dict(zip(names, map(str, row), strict=True)) for row in connection.execute(query))
        return
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        yield from (dict(zip(names, map(str, row), strict=True)) for row in connection.execute(query.encode()))


def faults(history: History, expected: Iterable[Expected], *, kills: int, slots: Iterable[str] = ()) -> list[str]:
    """Everything in which a history is not as it ought to be."""
    return [
        *_faults_of_reminders(history, set(expected)),
        *_faults_of_inboxes(history),
        *_faults_of_deliveries(history, kills),
        *_faults_of_receipts(history),
        *_faults_of_slots(history, set(slots)),
    ]


def _active(history: History) -> list[dict[str, Any]]:
    return [row for row in history.tables["reminder"] if row["state"] == "active" and row["subject_kind"] == "task"]


def _faults_of_reminders(history: History, expected: set[Expected]) -> Iterator[str]:
    found = Counter(
        (int(row["subject_id"]), int(row["rung"]), int(row["recipient_id"]), row["scheduled_for"])
        for row in _active(history)
    )
    yield from (f"lost reminder {one}" for one in sorted(expected - found.keys()))
    yield from (f"unexpected reminder {one}" for one in sorted(found.keys() - expected))
    yield from (f"reminder written {times} times {one}" for one, times in found.items() if times > 1)


def _faults_of_inboxes(history: History) -> Iterator[str]:
    found = Counter((row["recipient_id"], row["key"]) for row in history.tables["inbox_item"])
    yield from (f"in an inbox {times} times {one}" for one, times in found.items() if times > 1)
    keys = {(recipient, tuple(key.split(":")[1:6])) for recipient, key in found if key.startswith("reminder:")}
    for row in _active(history):
        task = next((key for key in keys if key[0] == row["recipient_id"] and _about(key[1], row)), None)
        if task is None:
            yield f"reminder in no inbox {row}"


def _about(key: tuple[str, ...], row: dict[str, Any]) -> bool:
    again = key[4] if len(key) > 4 else "0"
    return (key[0], key[1], key[3], again) == (row["subject_kind"], row["subject_id"], row["rung"], row["repeat"])


def _faults_of_deliveries(history: History, kills: int) -> Iterator[str]:
    items = Counter((row["item_id"], row["channel"]) for row in history.tables["delivery_item"])
    yield from (f"in {times} digests: message {one}" for one, times in items.items() if times > 1)
    for row in history.tables["delivery"]:
        if row["state"] not in ENDED:
            yield f"delivery {row['id']} is {row['state']}"
    days: dict[str, set[str]] = {}
    for row in history.tables["delivery"]:
        days.setdefault(row["recipient_id"], set()).add(row["digest_key"])
    for row in history.tables["inbox_item"]:
        # There is one digest a day: what comes after it waits for the next, and what then is left out is lost.
        had, day = days.get(row["recipient_id"], set()), row["created_at"][:10]
        is_late = bool(had) and (day not in had or max(had) > day)
        if is_late and "mail" in row["channels"].split(",") and (row["id"], "mail") not in items:
            yield f"message {row['id']} for somebody with mail is in no digest"
    unknown = [row for row in history.tables["delivery_attempt"] if row["outcome"] == "unknown"]
    if len(unknown) > kills:
        yield f"{len(unknown)} attempts of unknown end after {kills} kills"


def _faults_of_receipts(history: History) -> Iterator[str]:
    received = Counter(receipt["id"] for receipt in history.receipts)
    deliveries = {row["message_id"]: row for row in history.tables["delivery"] if row["message_id"]}
    outcomes: dict[str, list[str]] = {}
    for row in history.tables["delivery_attempt"]:
        outcomes.setdefault(row["delivery_id"], []).append(row["outcome"])
    yield from (f"received and never sent {one}" for one in received.keys() - deliveries.keys())
    for message_id, row in deliveries.items():
        tries = outcomes.get(row["id"], [])
        doubts = tries.count("unknown")
        if row["state"] == "sent" and not received[message_id]:
            yield f"said to be sent and never received: delivery {row['id']}"
        if received[message_id] > 1 + doubts:
            yield f"received {received[message_id]} times: delivery {row['id']} with {doubts} doubts"
        if row["state"] == "uncertain" and not doubts:
            yield f"uncertain without an attempt: delivery {row['id']}"
        if received[message_id] and row["state"] in {"failed", "cancelled"} and not doubts:
            yield f"received though {row['state']}: delivery {row['id']}"


def _faults_of_slots(history: History, slots: set[str]) -> Iterator[str]:
    found = Counter(row["slot"] for row in history.tables["job_run"] if row["job"] == "sweep")
    done = {row["slot"] for row in history.tables["job_run"] if row["job"] == "sweep" and row["state"] == "finished"}
    yield from (f"slot {slot} was run {times} times" for slot, times in found.items() if times > 1)
    yield from (f"slot {slot} was not done" for slot in sorted(slots - done))
