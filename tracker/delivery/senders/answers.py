"""What a sender is given and what it gives back; an answer is a code and a class, never the other side's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from tracker.delivery.rules import Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: to whom, under which id, what it says (see `rendering`), and whether it may have come before."""

    message_id: str
    mail: str
    phone: str
    name: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message. of_endpoint: the endpoint itself is at fault, so others would fare no better.

    That holds of one whose answer says nothing too: it is left alone, so that only a few become doubtful.
    """

    outcome: Outcome
    code: str
    of_endpoint: bool = False
    wait: timedelta | None = None
    """How long the other side asked to be left alone."""


class Sender(Protocol):
    """A line to an endpoint, open for some messages."""

    def send(self, letter: Letter) -> Answer:
        """Hand one message over, and say what the answer means; raises nothing for what the other side does."""
        ...


class NoLine(Exception):  # noqa: N818 - the other side's answer
    """An endpoint could not be reached or did not let us in; nothing has left."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as a sender needs it, with its secrets readable."""

    kind: str
    host: str
    port: int
    encryption: str = ""
    login: str = ""
    sender: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
