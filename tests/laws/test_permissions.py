"""The one table of routes × roles, walked: each route, each role, own and foreign things.

Allowed means that the door opens: the act may still ask for input (422) or find the thing in another state (409).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from flask import g, render_template
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from config import Settings
from tests.cast import NOW, Cast, enter_cast
from tests.engines import Sqlite
from tests.laws.things import Things, account_of, another_session, job_of, message_to, things_of
from tests.visitors import give_account, signed_in, stranger
from tracker import refusals
from tracker.accounts import gate
from tracker.accounts.identity import actor_of_person
from tracker.app import create_app, table_of_routes
from tracker.kernel import clock as kernel_clock
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

FIELDS = {("tasks.sign_batch", Role.OFFICE_STAFF): {"paper": "y"}}
"""Where what is sent decides who may: the office enters what was signed on paper."""

OF_NOBODY = frozenset({"", "account", "region", "duty"})
"""Things that belong to the installation: nobody's own, so nobody's foreign."""

READ_BY_ALL_WHO_SEE = frozenset({"letters.batch", "letters.make_papers", "letters.standing"})
"""Of what a unit made the group's office, supervisors and leaders may read and print everything."""

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
    """The application with one of each thing, own and foreign, and everybody signed in."""

    database: Sqlite
    cast: Cast = field(init=False)
    own: Things = field(init=False)
    foreign: Things = field(init=False)
    clients: dict[Role, FlaskClient] = field(init=False)
    _signed_in: dict[Role, FlaskClient] = field(init=False)

    def __post_init__(self) -> None:
        self._enter()
        app = self.database.app
        self._signed_in = {role: signed_in(app, self.cast.person_ids[name]) for role, name in PEOPLE.items()}
        self.database.keep()
        self.again()

    def again(self) -> None:
        """Begin afresh, because an act succeeded: everybody is signed in as at the beginning."""
        self.database.reset()
        _known.cache_clear()
        # Signing all of them in anew each time would take a sixth of the walk.
        self.clients = {role: self._browser(client) for role, client in self._signed_in.items()}

    def _browser(self, other: FlaskClient) -> FlaskClient:
        """A browser that carries what another one carries."""
        client, name = self.database.app.test_client(), self.database.app.config["SESSION_COOKIE_NAME"]
        cookie = other.get_cookie(name)
        assert cookie is not None
        client.set_cookie(name, cookie.value)
        client.environ_base.update(other.environ_base)
        return client

    def _enter(self) -> None:
        app = self.database.app
        files: Path = app.extensions["settings"].files_dir
        with app.app_context():
            with write_transaction():
                self.cast = enter_cast()
                self.own = things_of(
                    self.cast, group="g1", unit="finance", head="finance_head", region="d1", files=files
                )
                self.foreign = things_of(
                    self.cast, group="g3", unit="d2_finance", head="d2_head", region="d2", files=files
                )
            db.session.remove()
        for name in PEOPLE.values():
            give_account(app, self.cast.person_ids[name])

    def address(self, rule: Rule, things: Things, person: str) -> str:
        """The address of a route about the own or the foreign things."""
        with self.database.app.app_context():
            values = {name: self._value(name, rule.endpoint, things, person) for name in rule.arguments}
            db.session.remove()
        return str(self.database.app.url_map.bind("127.0.0.1").build(rule.endpoint, values))

    def _value(self, name: str, endpoint: str, things: Things, person: str) -> int | str:
        if name == "task_id":
            return things.tasks[TASK_FOR.get(endpoint, "task")]
        someone = self.cast.person_ids[person if things is self.own else "d2_head"]
        made = {
            "message_id": lambda: message_to(someone, things.tasks["task"]),
            "job_id": lambda: job_of(someone),
            "session_id": lambda: another_session(account_of(someone)),
            "account_id": lambda: account_of(self.cast.person_ids["finance_head" if things is self.own else "d2_head"]),
        }
        if name in made:
            with write_transaction():
                return made[name]()
        if name == "person_id" and things is self.own and person == "finance_head":
            # A colleague: one's own number is one's own to change.
            return self.cast.person_ids["finance_staff"]
        return things.ids[name]


# Who somebody is changes with no act but one that succeeds, and is asked with each of thousands of requests.
_known = cache(actor_of_person)


@pytest.fixture(scope="module")
def world(memory: Path, sqlite_database: Sqlite) -> Iterator[World]:
    """A world of this walk's own. One engine will do: what it asks is answered by the same code on both."""
    kernel_clock.set_source(lambda: NOW)
    folder = memory / "walk"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(refusals, "render_template", _drawn_once(render_template))
        patched.setattr(gate, "actor_of_person", _known)
        yield World(Sqlite(folder, like=sqlite_database))


def _drawn_once(render: Callable[..., str]) -> Callable[..., str]:
    """Draw the page of a refusal once for each reader, sentence and way back; thousands here are alike."""
    drawn = set()

    def draw(template: str, *, message: object, ways: object) -> str:
        actor = g.get("actor")
        page = (template, str(message), str(ways), actor and actor.account_id)
        if page in drawn:
            return ""
        drawn.add(page)
        return render(template, message=message, ways=ways)

    return draw


def _ask(world: World, role: Role, address: str, rule: Rule, method: str) -> int:
    data = FIELDS.get((rule.endpoint, role), {}) if method == "POST" else None
    return world.clients[role].open(address, method=method, data=data).status_code


def _expected(row: Route, role: Role) -> str:
    if role in row.allowed:
        return "open"
    return "403" if role in row.sees else "404"


def _answered(status: int) -> str:
    return {403: "403", 404: "404"}.get(status, "open" if status < 500 else str(status))


DOORS = [
    (rule, method)
    for rule in RULES
    for method in ("GET", "POST")
    if rule.endpoint not in NOT_HERE and method in (rule.methods or ())
]
WALK = [pytest.param(rule, method, id=f"{method} {rule.endpoint}") for rule, method in DOORS]


@pytest.mark.parametrize(("rule", "method"), WALK)
def test_each_role_finds_the_door_as_the_table_says(world: World, rule: Rule, method: str) -> None:
    row = table_of_routes()[rule.endpoint]
    found, wanted = {}, {}
    for role in sorted(PEOPLE, key=lambda role: role in row.allowed):
        if row.about not in OF_NOBODY:
            there = world.address(rule, world.foreign, PEOPLE[role])
            found[f"{role}, foreign"] = _answered(_ask(world, role, there, rule, method))
            wanted[f"{role}, foreign"] = "404"
        here = world.address(rule, world.own, PEOPLE[role])
        status = _ask(world, role, here, rule, method)
        found[str(role)], wanted[str(role)] = _answered(status), _expected(row, role)
        if method == "POST" and status < 400:
            world.again()
    differing = {key: (found[key], f"table says {wanted[key]}") for key in found if found[key] != wanted[key]}
    assert differing == {}


OWN_UNIT = [
    pytest.param(rule, method, id=f"{method} {rule.endpoint}")
    for rule in RULES
    for method in ("GET", "POST")
    if method in (rule.methods or ()) and table_of_routes()[rule.endpoint].own_unit
]


@pytest.mark.parametrize(("rule", "method"), OWN_UNIT)
def test_what_a_unit_makes_is_for_those_who_write_for_it(world: World, rule: Rule, method: str) -> None:
    row, opens = table_of_routes()[rule.endpoint], table_of_routes()["letters.batch"]
    found, wanted = {}, {}
    values = {name: world.own.ids.get(f"own_unit {name}", 1) for name in rule.arguments}
    address = str(world.database.app.url_map.bind("127.0.0.1").build(rule.endpoint, values))
    for role in sorted(PEOPLE, key=lambda role: role in row.own_unit):
        status = _ask(world, role, address, rule, method)
        sees = role in opens.own_unit | opens.allowed
        reads = sees and rule.endpoint in READ_BY_ALL_WHO_SEE
        found[str(role)] = _answered(status)
        wanted[str(role)] = "open" if role in row.own_unit or reads else "403" if sees else "404"
        if method == "POST" and status < 400:
            world.again()
    assert found == wanted


def test_strangers_are_sent_to_sign_in(world: World) -> None:
    found: dict[str, tuple[object, bool]] = {}
    wanted: dict[str, tuple[object, bool]] = {}
    for rule, method in DOORS:
        door, row = f"{method} {rule.endpoint}", table_of_routes()[rule.endpoint]
        answer = stranger(world.database.app).open(world.address(rule, world.own, "finance_head"), method=method)
        where = answer.headers.get("Location", "")
        if row.public:
            found[door] = (answer.status_code < 500, "/sign-in?next=" not in where)
            wanted[door] = (True, True)
        else:
            found[door] = (answer.status_code, where.startswith("/sign-in"))
            wanted[door] = (302, True)
    differing = {door: (found[door], f"wanted {wanted[door]}") for door in found if found[door] != wanted[door]}
    assert differing == {}
    assert len(found) == len(DOORS)
