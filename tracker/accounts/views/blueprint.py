"""Where the pages of accounts hang."""

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue

from tracker.accounts.commands import TooOften

bp = Blueprint("accounts", "tracker.accounts")


@bp.app_errorhandler(TooOften)
def _too_often(refusal: TooOften) -> ResponseReturnValue:
    """Say when the next try may come, to people and to programs."""
    answer = make_response(render_template("errors/429.html", message=refusal.message, ways=()), 429)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer
