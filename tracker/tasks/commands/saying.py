"""An opinion in an asking for views (征求意见): checked, written down, handled; of tasks and of letters alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.kernel.actor import Actor
from tracker.kernel.db import take
from tracker.kernel.entry import paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.tasks.rules import Handling, OpinionKind

MAX_OPINION = 1000

Opinion = tuple[OpinionKind, str]


Opined = Any
"""A row that holds an opinion and its handling (OpinionColumns), its words in `said`, its answer in `asked`."""


def checked_opinion(row: Opined, opinions: Mapping[int, Opinion]) -> Opinion:
    """What was said of a row: a kind, and words exactly where there is an opinion."""
    if row.id not in opinions:
        raise Invalid({f"opinion_{row.id}": _l("请选择。")})
    kind, text = opinions[row.id]
    text = paragraphs(text, f"text_{row.id}", required=kind is not OpinionKind.NONE, limit=MAX_OPINION)
    if text and kind is OpinionKind.NONE:
        raise Invalid({f"opinion_{row.id}": _l("写了意见，请选择意见类型。")})
    return kind, text


def say(row: Opined, kind: OpinionKind, text: str) -> None:
    """Write an opinion down; how another opinion was handled says nothing of this one."""
    if (row.opinion, row.said) == (kind, text):
        return
    row.opinion, row.said = kind, text
    row.handling, row.handled_by_id, row.handled_at, row.reason = None, None, None, ""
    row.version += 1


def checked_reason(handling: Handling, reason: str) -> str:
    """Why an opinion is handled so; one that is not adopted needs it."""
    return paragraphs(reason, "reason", required=handling is Handling.NOT_ADOPTED, limit=MAX_OPINION)


def handle(row: Opined, *, handling: Handling, reason: str, version: int, by: Actor, now: datetime) -> None:
    """Write down what becomes of an opinion that a unit gave."""
    if row.asked.answered_at is None or row.opinion in (None, OpinionKind.NONE):
        raise Stale(_l("该单位没有需要处理的意见。"))
    take(row, version=version)
    row.handling, row.reason = handling, reason
    row.handled_by_id, row.handled_at = by.person_id, now
