"""What a journey may ask for: browsers of several people at once, that report whatever goes wrong in them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.visits import WIDE, Enter, let_in, listen

# A busy machine is slow, which is no fault of a page.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def enter(app: Flask, live_server: str, new_context: Callable[..., BrowserContext]) -> Iterator[Enter]:
    """Open browsers of people; at the end nothing may have gone wrong in any of them."""
    heard: list[list[str]] = []

    def open_browser(person_id: int | None, device: dict[str, Any] = WIDE, **more: Any) -> Page:
        context = new_context(**device, **more)
        context.set_default_timeout(PATIENCE)
        heard.append(listen(context))
        if person_id is not None:
            let_in(context, app, person_id, live_server)
        return context.new_page()

    yield open_browser
    assert [trouble for one in heard for trouble in one] == []
