"""Each page of the product, opened once in a browser: sound for everybody, on a desk and on a phone.

Themes, widths and languages are spread over the pages, so that all of them are seen often and the time holds.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.routing import Rule

from tests.journeys.openings import DESKS
from tests.journeys.pages import House, rules, served
from tests.journeys.visits import PHONE, WIDE, faults_of, let_in, listen

pytestmark = pytest.mark.browser

LOOKS = list(product(("light", "dark"), (1440, 390), ("zh", "en")))
FLIPS = (0, 7, 2, 5, 1, 6, 3, 4)
"""What differs from the first look when a page is opened again: first everything, then the width, …"""


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
    found = {rule.endpoint: (number, rule) for number, rule in enumerate(rules())}
    openings = [*((endpoint, House.person_for(endpoint)) for endpoint in found), *DESKS]
    opened: Counter[str] = Counter()
    planned = []
    for endpoint, person in openings:
        number, rule = found[endpoint]
        look = LOOKS[number % len(LOOKS) ^ FLIPS[opened[endpoint] % len(FLIPS)]]
        planned.append(Visit(rule, person, *look))
        opened[endpoint] += 1
    return planned


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
    answer = window.page.goto(house.address(visit.rule))
    assert answer is not None and answer.status == 200
    assert [*window.heard, *faults_of(window.page)] == []


@pytest.mark.parametrize(("address", "status"), [("/nothing-here", 404), ("/audit", 403), ("/tasks/urge", 422)])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_refusal_is_a_sound_page_too(
    house: House, windows: dict[int, Window], width: int, address: str, status: int
) -> None:
    window = windows[width]
    window.page.context.clear_cookies()
    person_id = house.dress("office_director", theme="dark" if width == 390 else "light", language="zh")
    let_in(window.page.context, house.app, person_id, house.base)
    answer = window.page.goto(address)
    assert answer is not None and answer.status == status
    assert faults_of(window.page) == []
