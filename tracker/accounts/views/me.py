"""One's own account: how pages look, and where one is signed in."""

from collections.abc import Collection

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import commands, gate, queries, rules
from tracker.accounts.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid
from tracker.kernel.installation import settings
from tracker.kernel.text import _

COOKIE_DAYS = 365


@bp.get("/me")
def me() -> ResponseReturnValue:
    """The account page."""
    now, found = clock.now(), gate.current_sign_in()
    sessions = queries.living_sessions(found.account_id, now=now, **gate.limits())
    return render_template(
        "accounts/me.html",
        actor=current_actor(),
        sign_in=found,
        sessions=sessions,
        factor=queries.second_factor_of(found.account_id),
        themes=rules.Theme,
        labels=rules.LABELS,
        browser_name=rules.browser_name,
    )


@bp.post("/me/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sign-ins elsewhere."""
    with write_transaction():
        commands.end_session(session_id, by=current_actor(), now=clock.now())
    flash(_("该设备上的登录已退出。"), "success")
    return redirect(url_for("accounts.me"))


@bp.post("/appearance")
def appearance() -> ResponseReturnValue:
    """Change language, theme, size of text or contrast: in the account, and in this browser for the sign-in page."""
    wanted = _wanted()
    if gate.is_signed_in():
        large = wanted.get("large")
        with write_transaction():
            commands.choose_appearance(
                queries.account_by_id(gate.current_sign_in().account_id),
                by=current_actor(),
                now=clock.now(),
                language=wanted.get("language"),
                theme=wanted.get("theme"),
                large_text=None if large is None else large == "1",
            )
    answer = make_response(redirect(rules.own_path(request.form.get("next"))))
    for name, value in wanted.items():
        answer.set_cookie(
            name,
            value,
            max_age=COOKIE_DAYS * 86400,
            httponly=True,
            secure=settings().secure_cookies,
            samesite="Lax",
        )
    return answer


def _wanted() -> dict[str, str]:
    """What is to change, each one of the values there are."""
    allowed: dict[str, Collection[str]] = {
        "language": set(rules.LANGUAGES),
        "theme": set(rules.Theme),
        "large": {"0", "1"},
        "contrast": {"0", "1"},
    }
    wanted = {name: request.form[name] for name in allowed if name in request.form}
    for name, value in wanted.items():
        if value not in allowed[name]:
            raise Invalid({name: _("没有这种选择。")})
    return wanted
