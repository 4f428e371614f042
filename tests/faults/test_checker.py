"""The checker finds what is planted, each by itself, and nothing in a history without faults."""

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checker import AGAIN, TABLES, History, faults
from tests.faults.model import RUNGS, Given, distance, effects, expected, ought

WEDNESDAY = date(2026, 3, 18)
PEOPLE = {"liaison": [50], "deputy": [51], "head": [52], "office": [53, 54], "leader": [55], "supervisor": [56]}
TASKS = [
    Given(1, date(2026, 3, 18), 10),
    Given(2, date(2026, 3, 17), 11),
    Given(3, date(2026, 3, 13), 12),
    Given(4, date(2026, 3, 9), 13),
    Given(5, date(2026, 2, 25), 14),
]
EVERYBODY = (10, 11, 12, 13, 14, *range(50, 57))
ADDRESSES = {person: f"p{person}@example.gov.cn" for person in EVERYBODY if person != 56}
NAMES = {person: f"某{person}" for person in EVERYBODY if person != 54}
OUGHT = ought(TASKS, [WEDNESDAY], PEOPLE, addresses=ADDRESSES, names=NAMES)
SLOTS = ["2026-03-18T08:00"]
DAY, BEFORE, MORNING = "2026-03-18", "2026-03-18 00:30:00", "2026-03-18 01:30:00"
SUBJECT = "责任台：您有 1 条消息"
STRUCK, UNHARMED, ROBOT = "host:41", "host:42", "/robot/send?key=k"
BLOWS = {"41": 1, "43": 1}


def _history() -> History:
    """What it looks like when all is well: one digest each by each way, one of them uncertain and received once."""
    history = History({table: [] for table in TABLES})
    table = history.tables
    for rows, state in ((OUGHT.reminders, "active"), (OUGHT.passed_over, "superseded")):
        for task, rung, person, day in sorted(rows):
            row = {"subject_kind": "task", "subject_id": str(task), "rung": str(rung), "repeat": "0"}
            table["reminder"].append({**row, "recipient_id": str(person), "state": state, "scheduled_for": day})
    for number, (task, what, rung, _day) in enumerate(sorted(OUGHT.effects)):
        if what == "urge":
            table["urge"].append({"task_id": str(task), "rung": str(rung), "at": MORNING})
        elif what == "notice":
            row = {"kind": "task", "task_id": str(task), "state": "draft", "rung": str(rung), "drafted_at": MORNING}
            table["supervision_notice"].append(row)
        else:
            row = {"id": str(number), "subject_kind": "task", "subject_id": str(task), "colour": what}
            table["flag"].append({**row, "rung": str(rung), "raised_at": MORNING})
            table["flag_event"] += [{"flag_id": str(number), "move": move} for move in ("raise", "notify")]
    flags = {(int(row["subject_id"]), row["colour"]): row["id"] for row in table["flag"]}
    for task, rung, person, _day in sorted(OUGHT.reminders):
        _tell(history, person, f"reminder:task:{task}:739328:{rung}", rung, by_chat=rung > 0)
    for task, colour, person, _day in sorted(OUGHT.warned):
        _tell(history, person, f"flag:{flags[task, colour]}:told", 15 if colour == "red" else 3, by_chat=True)
    _say_numbers(history)
    table["delivery"][0]["state"] = "uncertain"
    table["delivery_attempt"][0].update(outcome="unknown", holder=STRUCK)
    table["job_run"] = [{"job": "sweep", "slot": SLOTS[0], "state": "finished"}]
    return history


def _say_numbers(history: History) -> None:
    """Let what was received name as many messages as each digest holds."""
    for digest, receipt in zip(history.tables["delivery"], history.receipts, strict=True):
        holds = sum(row["delivery_id"] == digest["id"] for row in history.tables["delivery_item"])
        name = "subject" if digest["channel"] == "mail" else "text"
        receipt[name] = re.sub(r" \d+ 条", f" {holds} 条", receipt[name], count=1)


def _tell(history: History, person: int, key: str, rung: int, *, by_chat: bool) -> None:
    rows = history.tables["inbox_item"]
    channels = "mail,chat" if by_chat else "mail"
    item = {"id": str(len(rows)), "recipient_id": str(person), "key": key}
    rows.append({**item, "channels": channels, "group_id": "1", "created_at": MORNING})
    for channel in channels.split(","):
        if person in {"mail": ADDRESSES, "chat": NAMES}[channel]:
            _put_into_digest(history, item, channel, sum(rung >= bound for bound in (1, 3, 15)))


def _put_into_digest(history: History, item: dict[str, str], channel: str, urgency: int) -> None:
    table, person = history.tables, item["recipient_id"]
    key = {"recipient_id": person, "channel": channel, "digest_key": DAY}
    digest = next((one for one in table["delivery"] if key.items() <= one.items()), None)
    if digest is None:
        number = str(100 + len(table["delivery"]))
        digest = {**key, "id": number, "state": "sent", "message_id": f"m{number}", "created_at": MORNING}
        digest |= {"urgency": "0", "resent": "0"}
        table["delivery"].append(digest)
        attempt = {"delivery_id": number, "attempt": "1", "outcome": "delivered", "at": MORNING, "holder": UNHARMED}
        table["delivery_attempt"].append(attempt)
        receipt = {"id": f"m{number}", "to": [ADDRESSES.get(int(person))], "at": MORNING, "subject": SUBJECT}
        said = {"id": "", "text": f"{NAMES.get(int(person))}：责任台有 1 条给您的消息", "at": MORNING, "path": ROBOT}
        history.receipts.append(receipt if channel == "mail" else said)
    digest["urgency"] = max(digest["urgency"], str(urgency))
    row = {"delivery_id": digest["id"], "item_id": item["id"], "channel": channel, "included": "1"}
    table["delivery_item"].append(row)


def _lose_digests(history: History, lost: Callable[[dict[str, Any]], bool]) -> None:
    """Some digests were never written, nor tried, nor received: nothing is left that points to them."""
    table = history.tables
    gone = [row for row in table["delivery"] if lost(row)]
    ids, marks = {row["id"] for row in gone}, {row["message_id"] for row in gone}
    said = {NAMES.get(int(row["recipient_id"])) for row in gone if row["channel"] == "chat"}
    table["delivery"] = [row for row in table["delivery"] if row["id"] not in ids]
    for name in ("delivery_item", "delivery_attempt"):
        table[name] = [row for row in table[name] if row["delivery_id"] not in ids]
    history.receipts = [
        one
        for one in history.receipts
        if one["id"] not in marks and ("text" not in one or one["text"].partition("：")[0] not in said)
    ]


def _first(history: History, channel: str) -> dict[str, Any]:
    """The first digest by a way that is in no doubt."""
    return next(row for row in history.tables["delivery"] if row["channel"] == channel and row["state"] == "sent")


def _first_item(history: History, channel: str) -> dict[str, Any]:
    """The first of several messages in a digest."""
    rows = [row for row in history.tables["delivery_item"] if row["channel"] == channel]
    return next(
        row for n, row in enumerate(rows) if any(row["delivery_id"] == one["delivery_id"] for one in rows[n + 1 :])
    )


def _receipt(history: History, kind: str) -> dict[str, Any]:
    """The last receipt of a server."""
    return next(one for one in reversed(history.receipts) if kind in one)


def _remind_of_a_part(history: History) -> None:
    """Somebody is told of what the model does not name, as it should be in all else."""
    row = {"subject_kind": "part", "subject_id": "1", "rung": "0", "repeat": "0", "state": "active"}
    history.tables["reminder"].append({**row, "recipient_id": "56", "scheduled_for": DAY})
    item = {"id": "901", "recipient_id": "56", "key": "reminder:part:1:739328:0", "channels": "mail"}
    history.tables["inbox_item"].append({**item, "group_id": "1", "created_at": MORNING})


def _say_nothing_of(history: History, gone: Callable[[dict[str, Any]], bool]) -> None:
    """Some messages were never written, so that their digests say less."""
    table = history.tables
    ids = {row["id"] for row in table["inbox_item"] if gone(row)}
    table["inbox_item"] = [row for row in table["inbox_item"] if row["id"] not in ids]
    table["delivery_item"] = [row for row in table["delivery_item"] if row["item_id"] not in ids]
    _say_numbers(history)


def _doubt_all(history: History) -> None:
    """Nothing ever leaves, and each time it is said that nobody knows."""
    history.receipts.clear()
    for row in history.tables["delivery_attempt"]:
        row["outcome"] = "unknown"
    for row in history.tables["delivery"]:
        row["state"] = "uncertain"


def _send_again(
    history: History,
    channel: str,
    *,
    urgency: str = "2",
    resent: str = "1",
    second: str = AGAIN,
    heard_first: bool = True,
) -> None:
    """A sender was struck after the other side had a digest, or just before; another sends it once more."""
    digest = _first(history, channel)
    digest.update(urgency=urgency, resent=resent)
    attempt = next(row for row in history.tables["delivery_attempt"] if row["delivery_id"] == digest["id"])
    history.tables["delivery_attempt"].append({**attempt, "attempt": "2"})
    attempt.update(outcome="unknown", holder="host:43")
    place = history.tables["delivery"].index(digest)
    name = "subject" if channel == "mail" else "text"
    once = history.receipts[place]
    history.receipts.append({**once, name: second + once[name]})
    if not heard_first:
        history.receipts.remove(once)


def _found(history: History) -> list[str]:
    return faults(history, OUGHT, struck=BLOWS, slots=SLOTS)


def test_a_history_without_faults_is_passed() -> None:
    assert _found(_history()) == []


@pytest.mark.parametrize("channel", ["mail", "chat"])
def test_what_is_grave_may_be_received_twice_if_it_says_so(channel: str) -> None:
    history = _history()
    _send_again(history, channel)
    assert _found(history) == []


def test_a_robot_may_be_told_as_much_in_a_minute_as_its_provider_takes() -> None:
    history = _history()
    _hurry(history, 20)
    assert not [fault for fault in _found(history) if "within a minute" in fault]


def _hurry(history: History, times: int) -> None:
    """A robot is told so many things within a minute, and one more as it ends."""
    one = _receipt(history, "text")
    history.receipts = [{**one, "at": f"2026-03-18 01:30:{59 * n / (times - 1):09.6f}"} for n in range(times)]
    history.receipts.append({**one, "at": "2026-03-18 01:31:00"})


Plant = Callable[[History], object]
PLANTED: dict[str, tuple[Plant, str]] = {
    "a reminder is lost": (lambda one: one.tables["reminder"].pop(0), "lost reminder"),
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
    "somebody hears of what the model does not name": (_remind_of_a_part, "unexpected reminder ('part', 1"),
    "somebody hears of a step again": (
        lambda one: one.tables["reminder"].append({**one.tables["reminder"][0], "repeat": "1"}),
        "unexpected reminder",
    ),
    "a reminder is held": (
        lambda one: one.tables["reminder"].append({**one.tables["reminder"][0], "rung": "7", "state": "held"}),
        "is held",
    ),
    "a rung that was passed over leaves no trace": (lambda one: one.tables["reminder"].pop(), "lost trace"),
    "a rung that was passed over leaves two traces": (
        lambda one: one.tables["reminder"].append(dict(one.tables["reminder"][-1])),
        "trace written 2 times",
    ),
    "a rung that was not reached leaves a trace": (
        lambda one: one.tables["reminder"].append({**one.tables["reminder"][-1], "subject_id": "1"}),
        "unexpected trace ('task', 1",
    ),
    "a message is missing from an inbox": (lambda one: one.tables["inbox_item"].pop(0), "reminder in no inbox"),
    "a message stands twice in an inbox": (
        lambda one: one.tables["inbox_item"].append(dict(one.tables["inbox_item"][0])),
        "in an inbox 2 times",
    ),
    "a message says what nobody reminded of": (
        lambda one: one.tables["inbox_item"].append(
            {**one.tables["inbox_item"][0], "id": "901", "key": "reminder:task:9:739328:1", "channels": ""}
        ),
        "without a reminder",
    ),
    "a message is left out as its digest is written": (
        lambda one: _first_item(one, "mail").update(included="2"),
        "left out of delivery",
    ),
    "a mail names fewer messages than it holds": (
        lambda one: _receipt(one, "to").update(subject="责任台：您有 0 条消息，其中 0 条涉及逾期"),
        "said 0 messages",
    ),
    "the robot names more messages than it holds": (
        lambda one: _receipt(one, "text").update(text=_receipt(one, "text")["text"].replace("有 ", "有 9")),
        "said 9",
    ),
    "a message is in two digests": (
        lambda one: one.tables["delivery_item"].append({**one.tables["delivery_item"][0], "delivery_id": "105"}),
        "in 2 digests",
    ),
    "a message is in no digest": (
        lambda one: one.tables["delivery_item"].remove(_first_item(one, "mail")),
        "with mail is in no digest",
    ),
    "a message is in no digest of the robot": (
        lambda one: one.tables["delivery_item"].remove(_first_item(one, "chat")),
        "with chat is in no digest",
    ),
    "all that one person should get is lost": (
        lambda one: _lose_digests(one, lambda row: row["recipient_id"] == "52"),
        "no digest for (52, 'mail', '2026-03-18')",
    ),
    "all that anybody should get is lost": (
        lambda one: _lose_digests(one, lambda _row: True),
        "no digest for (10, 'mail', '2026-03-18')",
    ),
    "all that the robot should say is lost": (
        lambda one: _lose_digests(one, lambda row: row["channel"] == "chat"),
        "no digest for (52, 'chat', '2026-03-18')",
    ),
    "somebody gets two digests on one day": (
        lambda one: one.tables["delivery"].append({**_first(one, "mail"), "id": "998", "state": "cancelled"}),
        "2 digests for",
    ),
    "a digest has nothing to say": (
        lambda one: _first(one, "mail").update(state="cancelled"),
        "unexpected end of the digest",
    ),
    "a digest goes to whom nothing reaches": (
        lambda one: one.tables["delivery"].append({**_first(one, "mail"), "recipient_id": "56", "id": "999"}),
        "unexpected digest for (56",
    ),
    "a digest goes out at night": (
        lambda one: one.tables["delivery_attempt"][1].update(at="2026-03-18 13:00:00"),
        "unexpected hour",
    ),
    "a digest goes out on another day": (
        lambda one: one.tables["delivery_attempt"][1].update(at="2026-03-19 01:30:00"),
        "unexpected hour",
    ),
    "a mail goes to another's address": (
        lambda one: _receipt(one, "to").update(to=["p99@example.gov.cn"]),
        "never received",
    ),
    "nothing leaves and all of it is in doubt": (_doubt_all, "received by nobody"),
    "most of what nothing kept back does not leave": (
        lambda one: [row.update(state="uncertain") for row in one.tables["delivery"][1:]],
        "received too seldom",
    ),
    "what is not grave goes out again": (
        lambda one: _send_again(one, "mail", urgency="1"),
        "received again though of urgency 1",
    ),
    "what is not grave goes out again and nobody says so": (
        lambda one: _send_again(one, "mail", urgency="1", resent="0", second=""),
        "received 2 times: delivery",
    ),
    "a mail goes out again and does not say so": (
        lambda one: _send_again(one, "mail", second=""),
        "received again without a word",
    ),
    "the robot speaks again and does not say so": (
        lambda one: _send_again(one, "chat", second=""),
        "received again without a word",
    ),
    "what arrived at the second try alone does not say so": (
        lambda one: _send_again(one, "mail", second="", heard_first=False),
        "received again without a word",
    ),
    "what nobody decided to send again is received again": (
        lambda one: _send_again(one, "chat", resent="0"),
        "sent again: False",
    ),
    "a mail is said to be a repetition and is none": (
        lambda one: _receipt(one, "to").update(subject=AGAIN + _receipt(one, "to")["subject"]),
        "for the first time",
    ),
    "a robot is told more than its provider takes": (lambda one: _hurry(one, 21), "21 times within a minute"),
    "the robot speaks twice and nobody doubts": (
        lambda one: one.receipts.append(dict(_receipt(one, "text"))),
        "received 2 times",
    ),
    "the robot is said to have spoken and has not": (
        lambda one: one.receipts.remove(_receipt(one, "text")),
        "never received",
    ),
    "the robot speaks of somebody unknown": (
        lambda one: one.receipts.append({**_receipt(one, "text"), "text": "路人：责任台有 1 条给您的消息"}),
        "never sent",
    ),
    "the robot speaks on another day": (
        lambda one: _receipt(one, "text").update(at="2026-03-19 01:30:00"),
        "never sent",
    ),
    "it is sent without an attempt": (
        lambda one: one.tables["delivery_attempt"].pop(),
        "never tried",
    ),
    "a unit is urged and it is not on record": (lambda one: one.tables["urge"].pop(), "lost effect (2, 'urge'"),
    "a unit is urged twice": (
        lambda one: one.tables["urge"].append(dict(one.tables["urge"][0])),
        "left behind 2 times",
    ),
    "a warning is lost": (lambda one: one.tables["flag"].pop(), "lost effect (5, 'red'"),
    "a warning is raised twice": (
        lambda one: one.tables["flag"].append({**one.tables["flag"][0], "id": "77"}),
        "left behind 2 times",
    ),
    "a warning is raised for no reason": (
        lambda one: one.tables["flag"][0].update(subject_id="1"),
        "unexpected effect (1",
    ),
    "a warning is raised by another rung": (
        lambda one: one.tables["flag"][0].update(rung="1"),
        "unexpected effect (3, 'yellow', 1",
    ),
    "a warning is raised about a part": (
        lambda one: one.tables["flag"][0].update(subject_kind="part"),
        "unexpected effect (3, 'yellow of a part'",
    ),
    "of no warning anybody has a message": (
        lambda one: _say_nothing_of(one, lambda row: row["key"].startswith("flag:")),
        "not told of a warning (3, 'yellow', 12",
    ),
    "of warnings one who should is not told": (
        lambda one: _say_nothing_of(one, lambda row: row["key"].startswith("flag:") and row["recipient_id"] == "51"),
        "not told of a warning (3, 'yellow', 51",
    ),
    "of a warning somebody is told whom it does not concern": (
        lambda one: one.tables["inbox_item"][-1].update(recipient_id="56"),
        "unexpected message of a warning (5, 'red', 56",
    ),
    "somebody is told of something else": (
        lambda one: one.tables["inbox_item"][-1].update(key="urge:1"),
        "unexpected message urge:1",
    ),
    "of a warning nobody was told": (lambda one: one.tables["flag_event"].pop(), "has no event notify"),
    "of a warning all were told twice": (
        lambda one: one.tables["flag_event"].append(dict(one.tables["flag_event"][1])),
        "event of a flag 2 times",
    ),
    "a draft is lost": (lambda one: one.tables["supervision_notice"].pop(), "lost effect (5, 'notice'"),
    "a matter has two drafts": (
        lambda one: one.tables["supervision_notice"].append(dict(one.tables["supervision_notice"][0])),
        "left behind 2 times",
    ),
    "a delivery never ends": (lambda one: one.tables["delivery"][1].update(state="sending"), "is sending"),
    "a mail goes out twice and nobody doubts": (
        lambda one: one.receipts.append(dict(_receipt(one, "to"))),
        "received 2 times",
    ),
    "a mail is marked before it was received": (lambda one: one.receipts.remove(_receipt(one, "to")), "never received"),
    "a mail comes from nowhere": (
        lambda one: one.receipts.append({"id": "stray", "to": ["p10@example.gov.cn"], "subject": SUBJECT}),
        "never sent",
    ),
    "an end is uncertain for no reason": (
        lambda one: one.tables["delivery_attempt"].pop(0),
        "uncertain without an attempt",
    ),
    "a mail goes out though it was cancelled": (
        lambda one: one.tables["delivery"][1].update(state="cancelled"),
        "received though cancelled",
    ),
    "somebody is in doubt whom nothing befell": (
        lambda one: one.tables["delivery_attempt"][1].update(outcome="unknown"),
        "uncertain: 1 ends by process 42, which was struck 0 times",
    ),
    "somebody is in doubt twice whom one blow befell": (
        lambda one: one.tables["delivery_attempt"][1].update(outcome="unknown", holder=STRUCK),
        "uncertain: 2 ends by process 41, which was struck 1 times",
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
    assert max(RUNGS) == 15


def test_the_model_leaves_each_effect_behind_once_and_makes_up_for_what_was_passed_over() -> None:
    days = [WEDNESDAY, WEDNESDAY + timedelta(days=1)]
    late = {2: date(2026, 3, 16), 6: date(2026, 3, 10), 14: date(2026, 2, 26), 15: date(2026, 2, 25)}
    tasks = [Given(number, due_on, 10) for number, due_on in late.items()]
    first, second = "2026-03-18", "2026-03-19"
    assert sorted(effects(tasks, days)) == [
        (2, "urge", 1, first),
        (2, "yellow", 3, second),
        (6, "notice", 7, second),
        (6, "yellow", 3, first),
        (14, "notice", 7, first),
        (14, "red", 15, second),
        (14, "yellow", 3, first),
        (15, "notice", 7, first),
        (15, "red", 15, first),
    ]


def test_what_came_after_the_digest_of_the_last_day_may_wait_and_no_longer() -> None:
    history = _history()
    late = next(row for row in reversed(history.tables["inbox_item"]) if row["recipient_id"] == "52")
    items = history.tables["delivery_item"]
    history.tables["delivery_item"] = [row for row in items if row["item_id"] != late["id"]]
    _say_numbers(history)
    late.update(id="900", channels="mail", created_at="2026-03-18 02:00:00")
    assert _found(history) == []
    more = ought(TASKS, [WEDNESDAY, WEDNESDAY + timedelta(days=1)], PEOPLE, addresses=ADDRESSES, names=NAMES)
    assert "message 900 for somebody with mail is in no digest" in faults(history, more, struck=BLOWS, slots=SLOTS)
    late["created_at"] = BEFORE
    assert _found(history) == ["message 900 for somebody with mail is in no digest"]
