"""Browsers of the people of a journey, and what is wrong with a page that they see."""

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.visitors import signed_in
from tracker.kernel import clock

WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

Enter = Callable[..., Page]
"""Opens a browser in which somebody is signed in: enter(person_id), enter(person_id, PHONE), enter(None) for nobody."""

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
AXE = Axe()

# What the policy forbids shows in the console too, but a broken policy might not: ask for the event itself.
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});"""

TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const beyond = (element) => element.getBoundingClientRect().right > root.clientWidth + 1;
  const inner = (element) => beyond(element) && !Array.from(element.children).some(beyond);
  const name = (element) => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`;
  const found = Array.from(document.body.querySelectorAll("*")).filter(inner).slice(0, 5).map(name);
  return [`${root.scrollWidth} px wide on ${root.clientWidth}: ${found.join(" | ")}`];
}"""


def let_in(context: BrowserContext, app: Flask, person_id: int, address: str) -> None:
    """Sign somebody in on a browser by its cookie, without the cost of a password."""
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = signed_in(app, person_id, now=clock.now()).get_cookie(name)
    assert cookie is not None
    context.add_cookies([{"name": name, "value": cookie.value, "url": address, "httpOnly": True, "sameSite": "Lax"}])


def listen(context: BrowserContext) -> list[str]:
    """Everything that goes wrong in a browser from now on: errors in the console, in scripts, against the policy."""
    heard: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            heard.append(f"{message.text} ({message.location['url']})")

    context.add_init_script(TELL_VIOLATIONS)
    context.on("console", note)
    context.on("weberror", lambda error: heard.append(str(error.error)))
    return heard


def faults_of(page: Page) -> list[str]:
    """What stands between somebody and a page: barriers, and having to scroll sideways."""
    # A click returns as soon as the next page begins to come.
    page.wait_for_load_state()
    found: list[str] = page.evaluate(TOO_WIDE)
    for barrier in AXE.run(page, options=RULES).response["violations"]:
        for node in barrier["nodes"]:
            reasons = [check["message"] for check in (*node["any"], *node["all"], *node["none"])]
            found.append(f"{barrier['id']}: {' '.join(node['target'])}: {node['html'][:160]}: {'; '.join(reasons)}")
    return found


def is_sound(page: Page) -> None:
    """The page as it stands can be read by everybody, on this width."""
    assert faults_of(page) == []
