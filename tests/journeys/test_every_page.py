"""Each page of the product, opened once in a browser: sound for everybody, on a desk and on a phone.

Themes, widths and languages are spread over the pages, so that all of them are seen often and the time holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.routing import Rule

from tests.journeys.pages import DESKS, House, rules, served
from tests.journeys.visits import PHONE, WIDE, faults_of, let_in, listen

pytestmark = pytest.mark.browser

LOOKS = list(product(("light", "dark"), (1440, 390), ("zh", "en")))


@dataclass(frozen=True)
class Visit:
    """Who opens which page, in which look."""

    rule: Rule
    person: str | None
    theme: str
    width: int
    language: str

    def __str__(self) -> str:
        return f"{self.rule.endpoint} {self.person or ''} {self.theme} {self.width} {self.language}"


def visits() -> list[Visit]:
    """Every page by somebody who may open it, and the desks by everybody who has one."""
    found = {rule.endpoint: rule for rule in rules()}
    openings = [(rule, House.person_for(rule.endpoint)) for rule in found.values()]
    openings += [(found[endpoint], person) for endpoint, person in DESKS]
    return [Visit(rule, person, *LOOKS[number % len(LOOKS)]) for number, (rule, person) in enumerate(openings)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with served(tmp_path_factory.mktemp("house")) as found:
        yield found


@dataclass
class Window:
    """A browser of one width, and what went wrong in it since it was last asked."""

    page: Page
    heard: list[str]


@pytest.fixture(scope="module")
def windows(house: House, browser: Browser) -> Iterator[dict[int, Window]]:
    found = {}
    for device in (WIDE, PHONE):
        context = browser.new_context(base_url=house.base, locale="zh-CN", timezone_id="Asia/Shanghai", **device)
        context.set_default_timeout(60_000)
        heard = listen(context)
        found[device["viewport"]["width"]] = Window(context.new_page(), heard)
    yield found
    for window in found.values():
        window.page.context.close()


@pytest.mark.parametrize("visit", visits(), ids=str)
def test_a_page_is_sound(house: House, windows: dict[int, Window], visit: Visit) -> None:
    window = windows[visit.width]
    window.page.context.clear_cookies()
    window.heard.clear()
    if visit.person is not None:
        person_id = house.dress(visit.person, theme=visit.theme, language=visit.language)
        let_in(window.page.context, house.app, person_id, house.base)
    answer = window.page.goto(house.address(visit.rule, visit.person))
    assert answer is not None and answer.status == 200
    assert [*window.heard, *faults_of(window.page)] == []
