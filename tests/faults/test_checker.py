"""The checker finds what is planted, each by itself, and nothing in a history without faults."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.faults.checker import History, faults
from tests.faults.model import RUNGS, Given, distance, expected

WEDNESDAY = date(2026, 3, 18)
PEOPLE = {"liaison": [50], "deputy": [51], "head": [52], "office": [53, 54]}
TASKS = [Given(1, date(2026, 3, 18), 10), Given(2, date(2026, 3, 17), 11), Given(3, date(2026, 3, 13), 12)]
EXPECTED = list(expected(TASKS, [WEDNESDAY], PEOPLE))
SLOTS = ["2026-03-18T08:00"]


def _history() -> History:
    """What it looks like when all is well: one digest each, one of them uncertain and received once."""
    history = History({"reminder": [], "inbox_item": [], "delivery": [], "delivery_item": [], "delivery_attempt": []})
    table = history.tables
    for number, (task, rung, person, day) in enumerate(EXPECTED):
        row = {"subject_kind": "task", "subject_id": str(task), "rung": str(rung), "repeat": "0"}
        table["reminder"].append({**row, "recipient_id": str(person), "state": "active", "scheduled_for": day})
        key = f"reminder:task:{task}:739328:{rung}"
        item = {"id": str(number), "recipient_id": str(person), "key": key, "channels": "mail", "created_at": day}
        table["inbox_item"].append(item)
        digest = next((one for one in table["delivery"] if one["recipient_id"] == str(person)), None)
        if digest is None:
            digest = {"id": f"{100 + number}", "recipient_id": str(person), "state": "sent", "message_id": f"m{number}"}
            digest["digest_key"] = "2026-03-19"
            table["delivery"].append(digest)
            attempt = {"delivery_id": digest["id"], "attempt": "1", "outcome": "delivered"}
            table["delivery_attempt"].append(attempt)
            history.receipts.append({"id": f"m{number}"})
        table["delivery_item"].append({"delivery_id": digest["id"], "item_id": str(number), "channel": "mail"})
    table["delivery"][0]["state"] = "uncertain"
    table["delivery_attempt"][0]["outcome"] = "unknown"
    table["job_run"] = [{"job": "sweep", "slot": SLOTS[0], "state": "finished"}]
    return history


def _found(history: History, *, kills: int = 1) -> list[str]:
    return faults(history, EXPECTED, kills=kills, slots=SLOTS)


def test_a_history_without_faults_is_passed() -> None:
    assert _found(_history()) == []


Plant = Callable[[History], object]
PLANTED: dict[str, tuple[Plant, str]] = {
    "a reminder is lost": (lambda one: one.tables["reminder"].pop(), "lost reminder"),
    "a reminder is written twice": (
        lambda one: one.tables["reminder"].append(dict(one.tables["reminder"][0])),
        "reminder written 2 times",
    ),
    "somebody hears of what is not theirs": (
        lambda one: one.tables["reminder"].append({**one.tables["reminder"][0], "recipient_id": "99"}),
        "unexpected reminder",
    ),
    "a reminder comes a day late": (
        lambda one: one.tables["reminder"][0].update(scheduled_for="2026-03-19"),
        "lost reminder",
    ),
    "a message is missing from an inbox": (lambda one: one.tables["inbox_item"].pop(), "reminder in no inbox"),
    "a message stands twice in an inbox": (
        lambda one: one.tables["inbox_item"].append(dict(one.tables["inbox_item"][0])),
        "in an inbox 2 times",
    ),
    "a message is in two digests": (
        lambda one: one.tables["delivery_item"].append({**one.tables["delivery_item"][0], "delivery_id": "101"}),
        "in 2 digests",
    ),
    "a message is in no digest": (lambda one: one.tables["delivery_item"].pop(), "is in no digest"),
    "a delivery never ends": (lambda one: one.tables["delivery"][1].update(state="sending"), "is sending"),
    "a mail goes out twice and nobody doubts": (lambda one: one.receipts.append({"id": "m1"}), "received 2 times"),
    "a mail is marked before it was received": (lambda one: one.receipts.pop(), "never received"),
    "a mail comes from nowhere": (lambda one: one.receipts.append({"id": "stray"}), "never sent"),
    "an end is uncertain for no reason": (
        lambda one: one.tables["delivery_attempt"].pop(0),
        "uncertain without an attempt",
    ),
    "a mail goes out though it was cancelled": (
        lambda one: one.tables["delivery"][1].update(state="cancelled"),
        "received though cancelled",
    ),
    "more is uncertain than was killed": (
        lambda one: one.tables["delivery_attempt"][1].update(outcome="unknown"),
        "unknown end after 1 kills",
    ),
    "a slot is skipped": (lambda one: one.tables["job_run"].clear(), "was not done"),
    "a slot is run twice": (
        lambda one: one.tables["job_run"].append(dict(one.tables["job_run"][0])),
        "was run 2 times",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name: str) -> None:
    plant, said = PLANTED[name]
    history = deepcopy(_history())
    plant(history)
    assert any(said in fault for fault in _found(history)), _found(history)


def test_the_checker_knows_nothing_of_the_product() -> None:
    folder = Path(__file__).parent
    for name in ("checker.py", "model.py"):
        assert "tracker" not in (folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("due_on", "today", "days"),
    [
        (date(2026, 3, 18), date(2026, 3, 18), 0),
        (date(2026, 3, 19), date(2026, 3, 18), -1),
        (date(2026, 3, 20), date(2026, 3, 23), 1),
        (date(2026, 3, 23), date(2026, 3, 20), -1),
        (date(2026, 3, 27), date(2026, 3, 18), -7),
    ],
)
def test_the_model_counts_working_days(due_on: date, today: date, days: int) -> None:
    assert distance(due_on, today) == days


def test_the_model_tells_each_rung_once_over_many_days() -> None:
    days = [WEDNESDAY + timedelta(days=ahead) for ahead in (0, 1, 2)]
    found = list(expected([TASKS[0]], days, PEOPLE))
    assert len(found) == len(set(found)) == 4
    assert {rung for _task, rung, _person, _day in found} == {0, 1}
    assert max(RUNGS) == 3
