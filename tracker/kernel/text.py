"""Words for people: gettext under the names the whole house uses, without tying rules to the web."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

__all__ = ["Labels", "_", "_l", "ngettext"]


class Labels:
    """Words for the members of enums, one table an enum.

    Members of different StrEnums are equal when their codes are, so one dict for all of them would mix up their words.
    """

    def __init__(self, *tables: Mapping[Any, Any]) -> None:
        self.tables = {type(next(iter(table))): table for table in tables}

    def __getitem__(self, member: StrEnum) -> Any:
        return self.tables[type(member)][member]
