"""What tests of deliveries ask for: a throwaway authority, and servers that run while the test does."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from tests.clock import Clock
from tests.outbox.servers import Authority, ChatServer, MailServer, make_authority
from tracker.kernel import outbound


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority and its server certificate for loopback."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def mail_server(authority: Authority) -> Iterator[MailServer]:
    """A mail server that insists on STARTTLS."""
    with MailServer(authority) as server:
        yield server


@pytest.fixture
def chat_server(authority: Authority) -> Iterator[ChatServer]:
    """A chat robot or gateway."""
    with ChatServer(authority) as server:
        yield server


@pytest.fixture(autouse=True)
def _one_clock(one_clock: Clock) -> None: ...


@pytest.fixture(autouse=True)
def _nothing_allowed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test begins and ends with an empty list, and with the system's own resolver."""
    app: Flask | None = request.getfixturevalue("app") if "app" in request.fixturenames else None
    own = app.extensions["settings"] if app is not None else None
    yield
    outbound.set_resolver(None)
    if app is not None and own is not None:
        app.extensions["settings"] = replace(own, outbound=(), outbound_ca=None)
