"""The independent checker: reads the history by plain SQL and from what the servers received, and finds what is wrong.

It knows nothing of the product's code. What ought to have happened is counted by the model beside it (`model.py`).
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from tests.faults.model import Effect, Ought, Reminder

TABLES = {
    "reminder": "subject_kind, subject_id, rung, repeat, recipient_id, state, scheduled_for",
    "inbox_item": "id, recipient_id, key, channels, group_id, created_at",
    "delivery": "id, recipient_id, channel, state, urgency, resent, message_id, digest_key, created_at",
    "delivery_item": "delivery_id, item_id, channel, included",
    "delivery_attempt": "delivery_id, attempt, outcome, at, holder",
    "job_run": "job, slot, state",
    "urge": "task_id, rung, at",
    "flag": "id, subject_kind, subject_id, colour, rung, raised_at",
    "flag_event": "flag_id, move",
    "supervision_notice": "kind, task_id, state, rung, drafted_at",
}
ENDED = {"sent", "uncertain", "failed", "cancelled"}
ZONE = ZoneInfo("Asia/Shanghai")
HOURS = range(9, 20)
"""Digests go out from nine, and the group closes at eight in the evening."""
A_SWEEP = timedelta(minutes=2)
"""So long ago may be what the moment of a sweep that still writes is."""
GRAVE = 2
"""From this urgency on what is in doubt goes out once more."""
AGAIN = "（可能重复）"
"""What everything begins with that may have come before."""
ELSEWHERE = frozenset({"reminder", "held_run"})
"""Messages of which something else is asked, or nothing: a sweep that is held is a scene's own doing."""
NEARLY_ALL = 0.9
OF_A_ROBOT, A_MINUTE = 20, timedelta(minutes=1)
"""A robot is told no more in any minute: its provider would shut it off."""


@dataclass
class History:
    """What happened: rows by table, and what each server was given, with the moment."""

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
        connection.execute("SET TIME ZONE 'UTC'")
        yield from (dict(zip(names, map(str, row), strict=True)) for row in connection.execute(query.encode()))


def _local(moment: str) -> datetime:
    """A moment as the clock on the wall shows it; what has no zone is UTC."""
    read = datetime.fromisoformat(moment)
    return (read.replace(tzinfo=UTC) if read.tzinfo is None else read).astimezone(ZONE)


def faults(
    history: History, ought: Ought, *, struck: Mapping[str, int] | None = None, slots: Iterable[str] = ()
) -> list[str]:
    """Everything in which a history is not as it ought to be.

    struck: by process, how often something befell it while it may have been sending; so often it may leave a doubt.
    """
    blows = struck or {}
    return [
        *_faults_of_reminders(history, "active", set(ought.reminders)),
        *_faults_of_reminders(history, "superseded", set(ought.passed_over)),
        *_faults_of_effects(history, set(ought.effects)),
        *_faults_of_inboxes(history),
        *_faults_of_messages(history, ought),
        *_faults_of_digests(history, ought),
        *_faults_of_deliveries(history, ought),
        *_faults_of_doubts(history, blows),
        *_faults_of_receipts(history, ought),
        *_faults_of_robots(history),
        *_faults_of_slots(history, set(slots)),
    ]


def _faults_of_reminders(history: History, state: str, expected: set[Reminder]) -> Iterator[str]:
    """Of all subjects alike: of what the model does not name nobody hears, nor of any step again."""
    name = {"active": "reminder", "superseded": "trace"}[state]
    found = Counter(
        (row["subject_kind"], *map(int, (row["subject_id"], row["rung"], row["repeat"], row["recipient_id"])), day)
        for row in history.tables["reminder"]
        if row["state"] == state
        for day in [row["scheduled_for"]]
    )
    wanted = {("task", task, rung, 0, person, day) for task, rung, person, day in expected}
    yield from (f"lost {name} {one}" for one in sorted(wanted - found.keys()))
    yield from (f"unexpected {name} {one}" for one in sorted(found.keys() - wanted))
    yield from (f"{name} written {times} times {one}" for one, times in found.items() if times > 1)
    if state == "active":
        others = [row for row in history.tables["reminder"] if row["state"] not in {"active", "superseded"}]
        yield from (f"a reminder of {row['subject_kind']} {row['subject_id']} is {row['state']}" for row in others)


def _faults_of_inboxes(history: History) -> Iterator[str]:
    found = Counter((row["recipient_id"], row["key"]) for row in history.tables["inbox_item"])
    yield from (f"in an inbox {times} times {one}" for one, times in found.items() if times > 1)
    told = {
        (row["recipient_id"], row["subject_kind"], row["subject_id"], row["rung"], row["repeat"])
        for row in history.tables["reminder"]
        if row["state"] == "active"
    }
    kept = {(recipient, *_about(key)) for recipient, key in found if key.startswith("reminder:")}
    yield from (f"reminder in no inbox {one}" for one in sorted(told - kept))
    yield from (f"in an inbox without a reminder {one}" for one in sorted(kept - told))


def _about(key: str) -> tuple[str, ...]:
    """Of what a key speaks: kind, number, rung, and which repetition of it."""
    _reminder, kind, number, _cycle, rung, *again = key.split(":")
    return kind, number, rung, *(again or ["0"])


def _faults_of_messages(history: History, ought: Ought) -> Iterator[str]:
    """Of each warning everybody whom it concerns was told, by a message; and nobody was told of anything else."""
    flags = {row["id"]: (int(row["subject_id"]), row["colour"]) for row in history.tables["flag"]}
    found = set()
    for row in history.tables["inbox_item"]:
        what, _colon, rest = row["key"].partition(":")
        number, _colon, which = rest.partition(":")
        person = int(row["recipient_id"])
        if what == "flag" and which == "told" and number in flags:
            found.add((*flags[number], person, _day(row["created_at"])))
        elif what not in ELSEWHERE and person in ought.people:
            yield f"unexpected message {row['key']} to {person}"
    yield from (f"not told of a warning {one}" for one in sorted(ought.warned - found))
    yield from (f"unexpected message of a warning {one}" for one in sorted(found - ought.warned))


def _faults_of_effects(history: History, expected: set[Effect]) -> Iterator[str]:
    """Warnings, drafts and records of urging: each once, by the right rung, on its day; of a warning all were told."""
    found = Counter(
        [
            *((int(row["task_id"]), "urge", int(row["rung"]), _day(row["at"])) for row in history.tables["urge"]),
            *(
                (
                    int(row["subject_id"]),
                    _of(row["subject_kind"], row["colour"]),
                    int(row["rung"]),
                    _day(row["raised_at"]),
                )
                for row in history.tables["flag"]
            ),
            *(
                (int(row["task_id"]), _of(row["kind"], "notice"), int(row["rung"]), _day(row["drafted_at"]))
                for row in history.tables["supervision_notice"]
            ),
        ]
    )
    yield from (f"lost effect {one}" for one in sorted(expected - found.keys()))
    yield from (f"unexpected effect {one}" for one in sorted(found.keys() - expected))
    yield from (f"left behind {times} times {one}" for one, times in found.items() if times > 1)
    moves = Counter((row["flag_id"], row["move"]) for row in history.tables["flag_event"])
    ids = {row["id"] for row in history.tables["flag"]}
    wanted = {(flag, move) for flag in ids for move in ("raise", "notify")}
    yield from (f"flag {flag} has no event {move}" for flag, move in sorted(wanted - moves.keys()))
    yield from (f"unexpected event of a flag {one}" for one in sorted(moves.keys() - wanted))
    yield from (f"event of a flag {times} times {one}" for one, times in moves.items() if times > 1)


def _of(kind: str, what: str) -> str:
    """What was left behind; of anything but a task itself the model knows nothing."""
    return what if kind == "task" else f"{what} of a {kind}"


def _day(moment: str) -> str:
    return _local(moment).date().isoformat()


def _faults_of_digests(history: History, ought: Ought) -> Iterator[str]:
    """Whoever must hear on a day has a digest of that day by each way, which was received or is in doubt."""
    found: dict[tuple[int, str, str], dict[str, Any]] = {
        (int(row["recipient_id"]), row["channel"], row["digest_key"]): row for row in history.tables["delivery"]
    }
    times = Counter((row["recipient_id"], row["channel"], row["digest_key"]) for row in history.tables["delivery"])
    yield from (f"{number} digests for {one}" for one, number in times.items() if number > 1)
    for one in sorted(ought.digests):
        row = found.get(one)
        if row is None:
            yield f"no digest for {one}"
        elif row["state"] in {"failed", "cancelled"}:
            yield f"unexpected end of the digest for {one}: {row['state']}"
    reachable = {"mail": ought.addresses, "chat": ought.names}
    for person, channel, day in found:
        if person not in reachable.get(channel, ()) or day not in ought.days:
            yield f"unexpected digest for {(person, channel, day)}"


def _faults_of_deliveries(history: History, ought: Ought) -> Iterator[str]:
    items = Counter((row["item_id"], row["channel"]) for row in history.tables["delivery_item"])
    yield from (f"in {times} digests: message {one}" for one, times in items.items() if times > 1)
    for row in history.tables["delivery"]:
        if row["state"] not in ENDED:
            yield f"delivery {row['id']} is {row['state']}"
    yield from _faults_of_items(history, ought, set(items))
    sent = {row["id"] for row in history.tables["delivery"] if row["state"] == "sent"}
    for row in history.tables["delivery_item"]:
        if row["delivery_id"] in sent and row["included"] != "1":
            yield f"left out of delivery {row['delivery_id']}: message {row['item_id']}"
    keys = {row["id"]: row["digest_key"] for row in history.tables["delivery"]}
    for row in history.tables["delivery_attempt"]:
        at, key = _local(row["at"]), keys.get(row["delivery_id"])
        if at.hour not in HOURS or at.date().isoformat() != key:
            yield f"unexpected hour: delivery {row['delivery_id']} of {key} at {at}"


def _faults_of_doubts(history: History, struck: Mapping[str, int]) -> Iterator[str]:
    """A doubt is left by whoever was struck while sending, one a blow; nearly all that no blow kept back is sent."""
    unknown = [row for row in history.tables["delivery_attempt"] if row["outcome"] == "unknown"]
    doubts = Counter(row["holder"].rpartition(":")[2] for row in unknown)
    for process, times in doubts.items():
        if times > struck.get(process, 0):
            yield f"uncertain: {times} ends by process {process}, which was struck {struck.get(process, 0)} times"
    if not history.receipts:
        yield "received by nobody: anything"
    kept_back = {row["delivery_id"] for row in unknown if row["holder"].rpartition(":")[2] in struck}
    states = [row["state"] for row in history.tables["delivery"] if row["id"] not in kept_back]
    if states.count("sent") < NEARLY_ALL * len(states):
        yield f"received too seldom: of {len(states)} digests that nothing kept back {states.count('sent')} were sent"


def _faults_of_items(history: History, ought: Ought, taken: set[tuple[str, str]]) -> Iterator[str]:
    """There is one digest a day: only what came when the last day's had been written may still wait for the next.

    A sweep has one moment for all that it writes, so that alone does not tell; but one writes at a time, so numbers do.
    """
    reachable = {"mail": ought.addresses, "chat": ought.names}
    digests = {(row["recipient_id"], row["channel"], row["digest_key"]): row for row in history.tables["delivery"]}
    newest: dict[str, int] = {}
    for row in history.tables["delivery_item"]:
        newest[row["delivery_id"]] = max(newest.get(row["delivery_id"], 0), int(row["item_id"]))
    for row in history.tables["inbox_item"]:
        for channel in set(row["channels"].split(",")) & reachable.keys():
            if int(row["recipient_id"]) not in reachable[channel] or (row["id"], channel) in taken:
                continue
            if channel == "chat" and row["group_id"] == "None":
                continue
            day = _day(row["created_at"])
            digest = digests.get((row["recipient_id"], channel, day))
            waits = (
                digest is not None
                and newest.get(digest["id"], 0) < int(row["id"])
                and _local(digest["created_at"]) < _local(row["created_at"]) + A_SWEEP
            )
            if not waits or any(later > day for later in ought.days):
                yield f"message {row['id']} for somebody with {channel} is in no digest"


def _faults_of_receipts(history: History, ought: Ought) -> Iterator[str]:
    """Receipts against deliveries. A mail has an id; what a robot is told has a name, and its day."""
    received: dict[tuple[str, ...], list[str]] = {}
    for receipt in history.receipts:
        if "to" in receipt:
            key, words = ("mail", receipt["id"], *receipt["to"]), receipt["subject"]
        else:
            key, words = ("chat", _day(receipt["at"]), _called(receipt["text"])), receipt["text"]
        received.setdefault(key, []).append(words)
    held = Counter(row["delivery_id"] for row in history.tables["delivery_item"])
    outcomes: dict[str, list[str]] = {}
    for row in history.tables["delivery_attempt"]:
        outcomes.setdefault(row["delivery_id"], []).append(row["outcome"])
    known = set()
    for row in history.tables["delivery"]:
        person = int(row["recipient_id"])
        key = ("mail", row["message_id"], ought.addresses.get(person, ""))
        if row["channel"] == "chat":
            key = ("chat", row["digest_key"], ought.names.get(person, ""))
        known.add(key)
        words = received.get(key, [])
        yield from _faults_of_delivery(row, len(words), outcomes.get(row["id"], []))
        yield from _faults_of_repetition(row, words)
        # What was heard last of one that arrived is what it holds; one in doubt may have taken in more since.
        if row["state"] == "sent" and words and _number(words[-1]) != held[row["id"]]:
            yield f"said {_number(words[-1])} messages and holds {held[row['id']]}: delivery {row['id']}"
    yield from (f"received and never sent {one}" for one in sorted(received.keys() - known, key=str))


def _faults_of_repetition(row: dict[str, Any], words: list[str]) -> Iterator[str]:
    """More than one receipt is of something grave that was sent again; what may have come before says so, and alone."""
    resent = row["resent"] in {"1", "True"}
    if resent and int(row["urgency"]) < GRAVE:
        yield f"received again though of urgency {row['urgency']}: delivery {row['id']}"
    if len(words) > 1 + resent:
        yield f"received {len(words)} times: delivery {row['id']}, sent again: {resent}"
    marked = [one.startswith(AGAIN) for one in words]
    if not all(marked[1:]) or (resent and row["state"] == "sent" and not all(marked[-1:])):
        yield f"received again without a word that it may be a repetition: delivery {row['id']}"
    if any(marked) and not resent:
        yield f"received with a word that it may be a repetition, for the first time: delivery {row['id']}"


def _faults_of_robots(history: History) -> Iterator[str]:
    heard: dict[str, list[datetime]] = {}
    for receipt in history.receipts:
        if "text" in receipt:
            heard.setdefault(receipt["path"], []).append(_local(receipt["at"]))
    for robot, moments in heard.items():
        moments.sort()
        for first, last in zip(moments, moments[OF_A_ROBOT:], strict=False):
            if last - first < A_MINUTE:
                yield f"received by a robot {OF_A_ROBOT + 1} times within a minute from {first}: {robot}"


def _faults_of_delivery(row: dict[str, Any], received: int, tries: list[str]) -> Iterator[str]:
    doubts = tries.count("unknown")
    if row["state"] == "sent" and not received:
        yield f"said to be sent and never received: delivery {row['id']}"
    if row["state"] == "sent" and "delivered" not in tries:
        yield f"said to be sent and never tried: delivery {row['id']}"
    if received > 1 + doubts:
        yield f"received {received} times: delivery {row['id']} with {doubts} doubts"
    if row["state"] == "uncertain" and not doubts:
        yield f"uncertain without an attempt: delivery {row['id']}"
    if received and row["state"] in {"failed", "cancelled"} and not doubts:
        yield f"received though {row['state']}: delivery {row['id']}"


def _called(text: str) -> str:
    """Whom a robot speaks to."""
    return text.removeprefix(AGAIN).partition("：")[0]


def _number(text: str) -> int:
    """How many messages it says there are."""
    return int(text.partition(" 条")[0].rpartition(" ")[2])


def _faults_of_slots(history: History, slots: set[str]) -> Iterator[str]:
    found = Counter(row["slot"] for row in history.tables["job_run"] if row["job"] == "sweep")
    done = {row["slot"] for row in history.tables["job_run"] if row["job"] == "sweep" and row["state"] == "finished"}
    yield from (f"slot {slot} was run {times} times" for slot, times in found.items() if times > 1)
    yield from (f"slot {slot} was not done" for slot in sorted(slots - done))
