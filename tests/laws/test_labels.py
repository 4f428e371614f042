"""Every state, kind and role has its word."""

import importlib
import inspect
from enum import StrEnum
from types import ModuleType

import pytest

from config import ROOT
from tracker.kernel.text import Labels

RULES = [
    importlib.import_module(f"tracker.{path.parent.name}.rules")
    for path in sorted((ROOT / "tracker").glob("*/rules*"))
    if path.name in {"rules.py", "rules"}
]


def enums(module: ModuleType) -> set[type[StrEnum]]:
    """The enums that a module defines itself, or the modules of its package."""
    return {
        member
        for _name, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, StrEnum) and member.__module__.startswith(module.__name__)
    }


@pytest.mark.parametrize("module", [rules for rules in RULES if enums(rules)], ids=lambda module: module.__name__)
def test_every_member_of_every_enum_has_a_label(module: ModuleType) -> None:
    labels: Labels = module.LABELS
    for enum in enums(module):
        assert set(labels.tables[enum]) == set(enum)
        assert all(type(member) is enum for member in labels.tables[enum])


def test_enums_with_equal_codes_keep_their_own_words() -> None:
    class Fruit(StrEnum):
        OPEN = "open"

    class Door(StrEnum):
        OPEN = "open"

    labels = Labels({Fruit.OPEN: "ripe"}, {Door.OPEN: "ajar"})
    assert (labels[Fruit.OPEN], labels[Door.OPEN]) == ("ripe", "ajar")
