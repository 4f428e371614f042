"""The address of a list: read into a filter, and written back with something changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _, _l
from tracker.tasks.queries import Sort, Stage, TaskFilter, Window
from tracker.tasks.queries.filters import LABELS as FILTER_LABELS
from tracker.tasks.rules import LABELS, Light, TaskSource, TaskState

MAX_TEXT = 60
NAMES = (
    "group",
    "unit",
    "state",
    "light",
    "due",
    "from",
    "to",
    "phase",
    "source",
    "owner",
    "part",
    "apportionment",
    "quiet",
    "own",
    "q",
    "sort",
)
"""Everything that an address may say about a list; the rest is left alone."""

Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Applied:
    """One thing that a list is narrowed by: its words, and the name to leave out to undo it."""

    name: str
    label: str


def address_of(args: Mapping[str, str], **changes: str | None) -> dict[str, Any]:
    """The address of the same list with something changed; None leaves out."""
    kept: dict[str, Any] = {name: args[name] for name in NAMES if args.get(name)}
    for name, value in changes.items():
        kept.pop(name.rstrip("_"), None)
        if value is not None:
            kept[name.rstrip("_")] = value
    return kept


def read_filter(args: Mapping[str, str]) -> TaskFilter:
    """The filter that an address asks for; raises Invalid (422) for what cannot be one."""
    return TaskFilter(
        group_id=_row(args, "group"),
        unit_id=_row(args, "unit"),
        state=_state(args),
        light=_member(args, "light", Light),
        window=_member(args, "due", Window),
        due_from=_day(args, "from"),
        due_to=_day(args, "to"),
        phase_id=_row(args, "phase"),
        source=_member(args, "source", TaskSource),
        owner_id=_row(args, "owner"),
        part_unit_id=_row(args, "part"),
        apportionment_id=_row(args, "apportionment"),
        unreported_since=_day(args, "quiet"),
        text=one_line(args.get("q", ""), "q", limit=MAX_TEXT),
        only_own=args.get("own") == "1",
        sort=_member(args, "sort", Sort) or Sort.DUE,
    )


def applied(args: Mapping[str, str], wanted: TaskFilter, names: Mapping[str, Mapping[int, str]]) -> list[Applied]:
    """What a list is narrowed by, in words; names gives those of groups, units, phases and owners by id."""
    found: list[Applied] = []
    for name, value in (
        ("group", wanted.group_id),
        ("unit", wanted.unit_id),
        ("phase", wanted.phase_id),
        ("owner", wanted.owner_id),
        ("part", wanted.part_unit_id),
    ):
        if value is not None:
            known = names.get("unit" if name == "part" else name, {})
            found.append(Applied(name, known.get(value) or _("已选")))
    if args.get("state"):
        words = FILTER_LABELS if isinstance(wanted.state, Stage) else LABELS
        found.append(Applied("state", str(words[wanted.state])))
    if wanted.light is not None:
        found.append(Applied("light", str(LABELS[wanted.light])))
    if wanted.window is not None:
        found.append(Applied("due", str(FILTER_LABELS[wanted.window])))
    if wanted.source is not None:
        found.append(Applied("source", str(LABELS[wanted.source])))
    return found + _others(wanted)


def _others(wanted: TaskFilter) -> list[Applied]:
    plain = (
        ("from", wanted.due_from, _("时限不早于 %(day)s", day=wanted.due_from)),
        ("to", wanted.due_to, _("时限不晚于 %(day)s", day=wanted.due_to)),
        ("quiet", wanted.unreported_since, _("%(day)s 以来未报进展", day=wanted.unreported_since)),
        ("apportionment", wanted.apportionment_id, _("同一分办事项")),
        ("own", wanted.only_own or None, _("只看本单位")),
        ("q", wanted.text or None, _("含“%(text)s”", text=wanted.text)),
    )
    return [Applied(name, str(label)) for name, value, label in plain if value is not None]


def _wrong(name: str) -> Invalid:
    return Invalid({name: _l("筛选条件“%(name)s”有误，请重新选择。", name=name)})


def _row(args: Mapping[str, str], name: str) -> int | None:
    text = args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _wrong(name)
    return int(text)


def _member(args: Mapping[str, str], name: str, members: type[Member]) -> Member | None:
    text = args.get(name, "")
    if not text:
        return None
    if text not in {member.value for member in members}:
        raise _wrong(name)
    return members(text)


def _state(args: Mapping[str, str]) -> TaskState | Stage:
    text = args.get("state", "")
    if text in {stage.value for stage in Stage}:
        return Stage(text)
    return _member(args, "state", TaskState) or Stage.LIVE


def _day(args: Mapping[str, str], name: str) -> date | None:
    text = args.get(name, "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise _wrong(name) from error
    if len(text) != 10 or not 2000 <= found.year <= 2100:
        raise _wrong(name)
    return found
