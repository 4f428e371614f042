"""Senders for mail, chat robots and gateways. They know nothing of the database, and read what is answered."""

from collections.abc import Iterator
from contextlib import contextmanager

from tracker.delivery.rules import EndpointKind
from tracker.delivery.senders.answers import Answer, Endpoint, Letter, NoLine, Sender
from tracker.delivery.senders.http import Way
from tracker.delivery.senders.mail import mail_line
from tracker.delivery.senders.robots import Robot, signature

__all__ = ["Answer", "Endpoint", "Letter", "NoLine", "Sender", "Way", "open_line", "signature"]


@contextmanager
def open_line(endpoint: Endpoint, *, way: Way, seconds: int) -> Iterator[Sender]:
    """A line to an endpoint; raises NoLine. seconds: the present, in seconds since 1970, for signatures."""
    if endpoint.kind == EndpointKind.MAIL:
        with mail_line(endpoint, way=way) as mail:
            yield mail
        return
    yield Robot(endpoint, way=way, seconds=seconds)
