"""A mail server for journeys, and what a worker does in its turns."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask

from tests.cast import Cast
from tests.outbox.servers import MailServer, make_authority
from tests.outbox.world import set_up_mail
from tracker.jobs.running import TURNS, Shift
from tracker.kernel.db import db


@contextmanager
def mail_server(app: Flask, cast: Cast, *, base_url: str, folder: Path) -> Iterator[MailServer]:
    """A mail server that insists on STARTTLS, and an installation at an address that may use it."""
    own = app.extensions["settings"]
    app.extensions["settings"] = replace(own, base_url=base_url)
    authority = make_authority(folder)
    try:
        with MailServer(authority) as server:
            set_up_mail(cast, server.port, authority)
            yield server
    finally:
        app.extensions["settings"] = own


def work(shift: Shift) -> None:
    """Let a worker do what there is to do."""
    db.session.rollback()
    while any([turn(shift) for turn in TURNS]):  # noqa: C419 - every turn, whatever the first had
        pass
    db.session.rollback()


def readers(server: MailServer) -> list[str]:
    """To whom mail came, in order."""
    return [address for row in server.receipts.rows for address in row["to"]]


def links(row: dict[str, Any]) -> list[str]:
    """The links of a mail, in order."""
    mail = message_from_string(row["raw"], policy=policy.default)
    assert isinstance(mail, EmailMessage)
    page = mail.get_body(("html",))
    assert page is not None
    return re.findall(r'href="([^"]+)"', page.get_content())
