"""What the frame of every page shows: menu, badge, language, theme, and who is signed in."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Flask, g, has_request_context, request, url_for
from flask_babel import format_date

from config import Settings
from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.registry import MenuEntry, registry
from tracker.kernel.text import _l
from tracker.outbox import queries as outbox

LANGUAGES = ("zh", "en")

SECTIONS = {
    "desk": "",
    "tasks": _l("任务落实"),
    "responsibility": _l("责任体系"),
    "manage": _l("管理"),
}


def language() -> str:
    """The reader's language: as chosen in the account, else in this browser, else Chinese."""
    cookie = request.cookies.get("language") if has_request_context() else None
    chosen = g.get("language") or cookie or LANGUAGES[0]
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def _badge(count: Callable[[Actor], int], actor: Actor) -> int:
    """The number of a badge, counted once a request: bell, rail and phone's bar show the same."""
    counted: dict[Callable[[Actor], int], int] = g.setdefault("badges", {})
    if count not in counted:
        counted[count] = count(actor)
    return counted[count]


def _item(entry: MenuEntry, actor: Actor) -> dict[str, Any]:
    endpoint = request.endpoint or ""
    active = endpoint == entry.endpoint or bool(entry.active_prefix and endpoint.startswith(entry.active_prefix))
    badge = _badge(entry.badge, actor) if entry.badge else 0
    return {
        "label": entry.label,
        "url": url_for(entry.endpoint),
        "icon": entry.icon,
        "active": active,
        "badge": badge or None,
        "hot": bool(badge),
    }


def _menu(actor: Actor, entries: Sequence[MenuEntry]) -> list[dict[str, Any]]:
    shown = sorted((e for e in entries if e.visible(actor)), key=lambda e: e.order)
    groups = [
        {"label": label, "items": [_item(e, actor) for e in shown if e.section == section]}
        for section, label in SECTIONS.items()
    ]
    return [group for group in groups if group["items"]]


def _tabs(actor: Actor, entries: Sequence[MenuEntry]) -> list[dict[str, Any]]:
    shown = sorted((e for e in entries if e.tab and e.visible(actor)), key=lambda e: e.order)
    return [_item(e, actor) for e in shown[:5]]


def _menus(actor: Actor | None) -> dict[str, Any]:
    """Menu, bar and bell, with their counts; asked for by a page that shows them, for a refusal does not."""
    if actor is None:
        return {"nav": [], "tabs": [], "inbox_count": 0}
    return {
        "nav": _menu(actor, registry.menu),
        "tabs": _tabs(actor, registry.menu),
        "inbox_count": _badge(outbox.unread_count, actor),
    }


def _frame(app: Flask) -> dict[str, Any]:
    """Variables of base.html. Pages for strangers get the same names with nothing in them."""
    settings: Settings = app.extensions["settings"]
    actor = g.get("actor")
    frame: dict[str, Any] = {
        "ui": {
            "lang": "zh-CN" if language() == "zh" else "en",
            "theme": g.get("theme") or request.cookies.get("theme", "auto"),
            "large": g.get("large_text", False),
            "contrast": request.cookies.get("contrast") == "1",
        },
        "demo": settings.demo,
        "today_text": format_date(clock.today(), "full"),
        "menus": partial(_menus, actor if isinstance(actor, Actor) else None),
        "me": None,
    }
    if isinstance(actor, Actor):
        frame["me"] = {"id": actor.account_id, "name": actor.name, "title": actor.capacity()}
    for name, endpoint in (
        ("search_url", "tasks.index"),
        ("inbox_url", "desk.inbox"),
        ("theme_url", "accounts.appearance"),
        ("lang_url", "accounts.appearance"),
        ("sign_out_url", "accounts.sign_out"),
        ("home_url", "desk.home"),
        ("account_url", "accounts.me"),
        ("messages_url", "delivery.preferences"),
    ):
        frame[name] = url_for(endpoint)
    return frame


def init_shell(app: Flask) -> None:
    """Give every template the frame's variables."""

    def once() -> dict[str, Any]:
        """A page made of several templates asks several times."""
        if "frame" not in g:
            g.frame = _frame(app)
        frame: dict[str, Any] = g.frame
        return frame

    app.context_processor(once)
