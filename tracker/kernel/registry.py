"""Where upper features hang what they add to pages of lower ones: menu entries, panels, words for acts and messages.

Filled once, in the application's factory; read by templates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tracker.kernel.actor import Actor
from tracker.kernel.jobs import Made, Work
from tracker.kernel.text import Labels


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the menu. section: desk, tasks, responsibility or manage; tab puts it on the phone's bar too."""

    section: str
    endpoint: str
    label: object
    icon: str
    visible: Callable[[Actor], bool]
    order: int = 100
    badge: Callable[[Actor], int] | None = None
    tab: bool = False
    active_prefix: str = ""
    """Endpoints that begin with this mark the entry as the current one; the endpoint itself always does."""


@dataclass(frozen=True, slots=True)
class Message:
    """How a kind of message reads: a sentence with %(name)s places, and where its link leads."""

    sentence: object
    endpoint: str
    argument: str
    icon: str = "bell"
    must: bool = False
    """It goes by mail whatever its reader switched off: what must be signed."""
    late: bool = False
    """It says that something is overdue, which is what a digest counts; urgency tells nothing of that."""
    words: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    """How values that are codes read, by their names in the sentence."""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A button of the bulk bar of the list of tasks: it opens its endpoint with ?task=ID for every ticked row."""

    endpoint: str
    label: object
    icon: str
    visible: Callable[[Actor], bool]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job in the background.

    The words have %(name)s places for the job's arguments. `check` raises what refuses an actor the result; it is
    asked when the job is run and when its result is fetched. `ahead` is the result's own page, `back` the page where it
    was asked for: endpoint and argument.
    """

    name: str
    title: object
    finished: object
    failed: object
    run: Callable[[Work], Made | None]
    check: Callable[[Actor, Mapping[str, Any]], object]
    ahead: tuple[str, str] | None = None
    back: tuple[str, str] | None = None
    kept_days: int = 7


def _believed(_now: datetime, _right_at: datetime | None) -> bool:
    return False


@dataclass(slots=True)
class Registry:
    """Everything registered; one per application."""

    menu: list[MenuEntry] = field(default_factory=list)
    acts: dict[str, object] = field(default_factory=dict)
    subjects: dict[str, object] = field(default_factory=dict)
    keys: dict[str, object] = field(default_factory=dict)
    codes: dict[str, Mapping[str, object]] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    panels: dict[str, list[Callable[[Any, Actor], str]]] = field(default_factory=dict)
    bulk: list[BulkAction] = field(default_factory=list)
    jobs: dict[str, JobKind] = field(default_factory=dict)
    slots: list[Any] = field(default_factory=list)
    """Jobs of the clock that stand above the scheduler, which finds them here."""
    readers: dict[str, Callable[[Actor, int], object]] = field(default_factory=dict)
    """By kind of subject: loads one for a reader, and raises NotVisible where it is not theirs to see."""

    rungs: Callable[[int], Mapping[str, int]] | None = None
    """By effect (yellow, red): the first working day of lateness at which a group's ladder has it."""

    clock_doubted: Callable[[datetime, datetime | None], bool] = _believed
    """Whether a clock cannot be right (now, and when it was found right before); then nothing goes out."""

    def clear(self) -> None:
        """Take everything down, before an application hangs it up anew."""
        self.menu.clear()
        self.acts.clear()
        self.subjects.clear()
        self.keys.clear()
        self.codes.clear()
        self.messages.clear()
        self.panels.clear()
        self.bulk.clear()
        self.jobs.clear()
        self.slots.clear()
        self.readers.clear()
        self.rungs = None
        self.clock_doubted = _believed

    def add_acts(self, acts: Mapping[str, object]) -> None:
        """Words for the codes of the record of acts."""
        self.acts.update(acts)

    def add_codes(self, codes: Mapping[str, type[StrEnum]], labels: Labels) -> None:
        """Words for values that are codes, by subject and key (task.state), from a feature's labels."""
        for place, members in codes.items():
            self.codes[place] = {member.value: labels[member] for member in members}

    def add_messages(self, messages: Mapping[str, Message]) -> None:
        """Sentences for kinds of message."""
        self.messages.update(messages)

    def add_job(self, kind: JobKind) -> None:
        """A kind of job, and the messages that tell whoever asked how it ended."""
        self.jobs[kind.name] = kind
        self.messages[f"{kind.name}.finished"] = Message(kind.finished, "jobs.show", "job_id", "circle-check")
        self.messages[f"{kind.name}.failed"] = Message(kind.failed, "jobs.show", "job_id", "alert-triangle")

    def add_panel(self, place: str, render: Callable[[Any, Actor], str]) -> None:
        """A panel for a page, such as task; it gets the page's thing and the reader and returns safe HTML."""
        self.panels.setdefault(place, []).append(render)


registry = Registry()
