"""The record of acts is the auditor's to read, and nobody's to change."""

from tracker.audit.policy import is_auditor
from tracker.kernel.access import SIGNED_IN, Role, Route, route
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l

_AUDITOR_ALONE = route(Role.AUDITOR, sees=SIGNED_IN - {Role.AUDITOR})

ACCESS: dict[str, Route] = {"audit.index": _AUDITOR_ALONE, "audit.anchor": _AUDITOR_ALONE}

MENU = (MenuEntry("manage", "audit.index", _l("审计记录"), "history", is_auditor, order=90),)
