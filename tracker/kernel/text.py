"""Words for people: gettext under the two names the whole house uses, without tying rules to the web."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

__all__ = ["_", "_l", "ngettext"]
