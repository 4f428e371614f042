"""Enter a demo as one of the story's people; for any other database these pages do not exist."""

from flask import request
from flask.typing import ResponseReturnValue

from tracker.accounts import commands, gate, queries, rules
from tracker.accounts.identity import actor_of_person
from tracker.accounts.models import Account
from tracker.accounts.queries import Story
from tracker.accounts.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.clock import local_date
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotVisible
from tracker.kernel.text import _l
from tracker.organisation.rules import PostRank, SeatRole

SIGHTS = {
    SeatRole.OFFICE_STAFF: _l("派任务、催办、核验，一页看清谁没签收、谁没报"),
    PostRank.HEAD: _l("签收、填报、报请办结，用手机看也方便"),
    SeatRole.SUPERVISOR: _l("复核逾期，要求说明、限期整改"),
    SeatRole.LEADER: _l("看总览，签发，作决定"),
}
"""What there is to see from the place of each kind of user."""


def people_of_the_story() -> Story | None:
    """Whom the sign-in page offers; nobody unless this is a demo."""
    return queries.story(clock.today()) if gate.demo_is_open() else None


@bp.post("/demo/enter")
def enter_demo() -> ResponseReturnValue:
    """Become one of the story's people."""
    number = request.form.get("account_id", "")
    if not gate.demo_is_open() or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotVisible
    account = queries.account_by_id(int(number))
    if not account.active:
        raise NotVisible
    _take_language_along(account)
    return gate.let_in(account.id, target="/", now=clock.now())


def _take_language_along(account: Account) -> None:
    """The visitor goes on in the language of the sign-in page: nobody of the story has one of their own."""
    language, now = request.cookies.get("language"), clock.now()
    if language in rules.LANGUAGES and language != account.language:
        with write_transaction():
            by = actor_of_person(account.person_id, day=local_date(now), account_id=account.id)
            commands.choose_appearance(account, by=by, now=now, language=language)
