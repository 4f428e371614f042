"""Who hears of a flag and of what becomes of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from tracker.kernel.clock import local_date
from tracker.kernel.db import db, insert_if_new, looked_up_once
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.organisation.queries import contacts, units_by_person
from tracker.organisation.rules import ContactRole
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel, joined
from tracker.oversight.models import Flag
from tracker.oversight.rules import FlagColour
from tracker.tasks import policy as tasks

MESSAGES = {
    "flag.yellow": Message(
        _l("黄色预警：%(title)s（时限 %(due_on)s）。请在 %(day)s 前作情况说明"),
        "oversight.flag",
        "flag_id",
        "alert-triangle",
    ),
    "flag.red": Message(
        _l("红色预警：%(title)s（时限 %(due_on)s）。请在 %(day)s 前作情况说明"),
        "oversight.flag",
        "flag_id",
        "alert-triangle",
    ),
}

URGENCY = {FlagColour.YELLOW: 2, FlagColour.RED: 3}
INSERT_ROWS = 200


def unit_listeners(group_id: int, unit_id: int, *, now: datetime) -> set[int]:
    """Head, deputy in charge and liaison of a unit."""
    day = local_date(now)
    others = looked_up_once(
        ("contacts", group_id, unit_id, day),
        lambda: set(contacts(group_id, unit_id, day=day, roles=tuple(ContactRole))),
    )
    return tasks.confirmers(group_id, unit_id, day=day) | others


def owners_at_work(owners: Collection[tuple[int | None, int]], *, now: datetime) -> set[tuple[int | None, int]]:
    """Those of some owners, each with the unit of their task, who still belong to it."""
    units = units_by_person({owner for owner, _unit in owners if owner is not None}, day=local_date(now))
    return {(owner, unit) for owner, unit in owners if owner is not None and unit in units[owner]}


def flag_listeners(group_id: int, unit_id: int, owner_id: int | None, *, now: datetime) -> set[int]:
    """Who in a unit hears of a flag: head, deputy in charge, liaison, and the owner while there."""
    at_work = {owner for owner, _unit in owners_at_work({(owner_id, unit_id)}, now=now) if owner is not None}
    return unit_listeners(group_id, unit_id, now=now) | at_work


def tell_flagged(flags: Sequence[tuple[Flag, Iterable[int]]], *, now: datetime) -> int:
    """Tell units and persons of new flags and how to explain; one INSERT for many, each person once a flag."""
    rows: list[dict[str, Any]] = [
        {
            "recipient_id": person,
            "kind": f"flag.{flag.colour.value}",
            "params": {
                "title": "·".join(filter(None, (flag.evidence["title"], flag.evidence.get("milestone_name")))),
                "due_on": flag.due_on.isoformat(),
                "day": flag.statement_by.isoformat() if flag.statement_by else "",
            },
            "subject_kind": "flag",
            "subject_id": flag.id,
            "group_id": flag.group_id,
            "key": f"flag:{flag.id}:told",
            "created_at": now,
            "channels": joined((Channel.MAIL, Channel.CHAT)),
            "urgency": URGENCY[flag.colour],
        }
        for flag, people in flags
        for person in sorted(people)
    ]
    for start in range(0, len(rows), INSERT_ROWS):
        db.session.execute(insert_if_new(InboxItem).values(rows[start : start + INSERT_ROWS]))
    return len(rows)
