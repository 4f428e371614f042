"""Enter a demo as one of the story's people; for any other database these pages do not exist."""

from flask import request
from flask.typing import ResponseReturnValue

from tracker.accounts import gate, queries
from tracker.accounts.queries import StoryGroup
from tracker.accounts.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.errors import NotVisible


def people_of_the_story() -> list[StoryGroup]:
    """Whom the sign-in page offers; nobody unless this is a demo."""
    return queries.story(clock.today()) if gate.demo_is_open() else []


@bp.post("/demo/enter")
def enter_demo() -> ResponseReturnValue:
    """Become one of the story's people."""
    number = request.form.get("account_id", "")
    if not gate.demo_is_open() or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotVisible
    account = queries.account_by_id(int(number))
    if not account.active:
        raise NotVisible
    return gate.let_in(account.id, target="/", now=clock.now())
