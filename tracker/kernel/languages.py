"""Flask-Babel with its one slow step remembered: which catalogue a request reads.

Stock Flask-Babel spells the locale out as text for every single word of a page, a quarter of the time of a list.
"""

from functools import cached_property

from babel.support import NullTranslations
from flask import g
from flask_babel import Babel, Domain, get_locale


class QuickDomain(Domain):  # type: ignore[misc]
    """A catalogue found once per request and language."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the reader's language."""
        locale = get_locale()
        if locale is None:
            found: NullTranslations = super().get_translations()
            return found
        known = g.get("_catalogue")
        if known is None or known[0] is not locale:
            known = (locale, super().get_translations())
            g._catalogue = known  # noqa: SLF001 - ours, on Flask's namespace
        found = known[1]
        return found


class QuickBabel(Babel):  # type: ignore[misc]
    """Babel with that domain."""

    @cached_property
    def domain_instance(self) -> QuickDomain:
        """The one domain of messages."""
        return QuickDomain(domain=self.domain)
