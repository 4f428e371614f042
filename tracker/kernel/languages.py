"""The catalogue that a request's templates read, found once instead of once a word.

Flask-Babel asks seven context-local proxies, and spells out the locale, for every single word: a third of the time
of a list page. Words outside templates are few and stay with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from babel.support import NullTranslations
from flask import Flask
from flask_babel import force_locale, get_translations

_catalogue: ContextVar[NullTranslations | None] = ContextVar("catalogue", default=None)


def _reading() -> Any:
    known = _catalogue.get()
    if known is None:
        known = get_translations()
        _catalogue.set(known)
    return known


def _forget() -> None:
    """A new request may have a reader of another language."""
    _catalogue.set(None)


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Write in a reader's language where there is no request of theirs, such as for a mail."""
    with force_locale(language):
        known = _catalogue.set(get_translations())
        try:
            yield
        finally:
            _catalogue.reset(known)


def init_languages(app: Flask) -> None:
    """Let templates read the request's catalogue; call it after Babel and before anything that draws a page."""
    app.before_request(_forget)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _reading().ugettext(text),
        ngettext=lambda one, many, number: _reading().ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, text: _reading().upgettext(context, text),
        npgettext=lambda context, one, many, number: _reading().unpgettext(context, one, many, number),
    )
