"""The one table of routes × roles, walked: each route, each role, own and foreign things.

Allowed means that the door opens: the act may still ask for input (422) or find the thing in another state (409).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from config import Settings
from tests.cast import Cast, enter_cast
from tests.laws.things import Things, account_of, another_session, message_to, things_of
from tests.visitors import signed_in, stranger
from tracker.app import create_app, table_of_routes
from tracker.kernel.access import Role, Route
from tracker.kernel.db import db, write_transaction

PEOPLE = {
    Role.OUTSIDER: "outsider",
    Role.STAFF: "finance_staff",
    Role.LIAISON: "finance_liaison",
    Role.DEPUTY: "finance_deputy",
    Role.HEAD: "finance_head",
    Role.OFFICE_STAFF: "office_secondee",
    Role.OFFICE_DIRECTOR: "office_director",
    Role.SUPERVISOR: "supervisor",
    Role.LEADER: "leader",
    Role.SYSTEM_ADMINISTRATOR: "administrator",
    Role.AUDITOR: "auditor",
    Role.REGISTRAR: "registrar",
}
"""Who of the cast stands for each role towards the first group and its finance bureau."""

TASK_FOR = {
    "tasks.accept": "issued",
    "tasks.ask_adjustment": "issued",
    "tasks.explain_delay": "late",
    "tasks.edit": "draft",
}
"""Routes that want a task in another state than under way."""

OF_NOBODY = frozenset({"", "account", "region", "duty"})
"""Things that belong to the installation: nobody's own, so nobody's foreign."""

NOT_HERE = frozenset({"static", "accounts.enter_demo", "accounts.setup", "health.healthz"})
"""Open only in a demo, only before set-up, or answering for machines; each has tests of its own."""


def _rules() -> list[Rule]:
    app = create_app(Settings(database_url="sqlite:////nonexistent/law.sqlite3", secret_key="x" * 40, testing=True))
    return sorted((rule for rule in app.url_map.iter_rules()), key=lambda rule: rule.endpoint)


RULES = _rules()


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {rule.endpoint for rule in RULES} == set(table_of_routes())


@dataclass
class World:
    """The application with one of each thing, own and foreign."""

    app: Flask
    session: Session
    cast: Cast
    own: Things
    foreign: Things

    def address(self, rule: Rule, things: Things, person: str | None) -> str:
        """The address of a route about the own or the foreign things."""
        values: dict[str, int | str] = {}
        for name in rule.arguments:
            values[name] = self._value(name, rule.endpoint, things, person)
        with self.app.test_request_context():
            return str(self.app.url_map.bind("127.0.0.1").build(rule.endpoint, values))

    def _value(self, name: str, endpoint: str, things: Things, person: str | None) -> int | str:
        if name == "task_id":
            return things.tasks[TASK_FOR.get(endpoint, "task")]
        someone = self.cast.person_ids[person if person and things is self.own else "d2_head"]
        if name in {"message_id", "session_id", "account_id"}:
            with write_transaction():
                if name == "message_id":
                    return message_to(someone, things.tasks["task"])
                if name == "session_id":
                    return another_session(account_of(someone))
                return account_of(self.cast.person_ids["finance_head" if things is self.own else "d2_head"])
        return things.ids[name]


@pytest.fixture
def engine_name() -> str:
    """The walk needs one engine: what it asks is answered by the same code on both."""
    return "sqlite"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """A fresh world."""
    with app.app_context():
        yield _enter(app)
        db.session.remove()


def _enter(app: Flask) -> World:
    files: Path = app.extensions["settings"].files_dir
    with write_transaction():
        cast = enter_cast()
        own = things_of(cast, group="g1", unit="finance", head="finance_head", region="d1", files=files)
        foreign = things_of(cast, group="g3", unit="d2_finance", head="d2_head", region="d2", files=files)
    return World(app, db.session(), cast, own, foreign)


def _ask(client: FlaskClient, rule: Rule, address: str, method: str) -> int:
    return client.open(address, method=method, data={} if method == "POST" else None).status_code


def _expected(row: Route, role: Role) -> str:
    if role in row.allowed:
        return "open"
    return "403" if role in row.sees else "404"


def _answered(status: int) -> str:
    return {403: "403", 404: "404"}.get(status, "open" if status < 500 else str(status))


WALK = [
    pytest.param(rule, method, id=f"{method} {rule.endpoint}")
    for rule in RULES
    for method in ("GET", "POST")
    if rule.endpoint not in NOT_HERE and method in (rule.methods or ())
]


@pytest.mark.parametrize(("rule", "method"), WALK)
def test_each_role_finds_the_door_as_the_table_says(world: World, database: object, rule: Rule, method: str) -> None:
    row = table_of_routes()[rule.endpoint]
    found, wanted = {}, {}
    order = sorted(PEOPLE, key=lambda role: role in row.allowed)
    for role in order:
        client = signed_in(world.app, world.cast.person_ids[PEOPLE[role]])
        if row.about not in OF_NOBODY:
            there = world.address(rule, world.foreign, PEOPLE[role])
            found[f"{role}, foreign"] = _answered(_ask(client, rule, there, method))
            wanted[f"{role}, foreign"] = "404"
        here = world.address(rule, world.own, PEOPLE[role])
        status = _ask(client, rule, here, method)
        found[str(role)], wanted[str(role)] = _answered(status), _expected(row, role)
        if method == "POST" and status < 400:
            database.reset()  # type: ignore[attr-defined]
            world = _enter(world.app)
    differing = {key: (found[key], f"table says {wanted[key]}") for key in found if found[key] != wanted[key]}
    assert differing == {}


@pytest.mark.parametrize(("rule", "method"), WALK)
def test_strangers_are_sent_to_sign_in(world: World, rule: Rule, method: str) -> None:
    row = table_of_routes()[rule.endpoint]
    answer = stranger(world.app).open(world.address(rule, world.own, "finance_head"), method=method)
    if row.public:
        assert answer.status_code < 500
        assert "/sign-in?next=" not in answer.headers.get("Location", "")
    else:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in")
