"""Every state, kind and role has its word."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from types import ModuleType

import pytest
from flask import Flask

from config import ROOT
from tests.laws.parsed import N, nodes
from tracker.kernel.languages import in_language
from tracker.kernel.registry import registry
from tracker.kernel.text import Labels
from tracker.organisation.rules import GroupSettings
from tracker.tasks.queries.step_rules import RULES as RULES_OF_STEPS
from tracker.tasks.rules import LABELS, Move, TaskState

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


KEYED = {
    "note",
    "record",
    "touch",
    "record_part",
    "_record",
    "_record_batch",
    "_record_row",
    "_record_unit",
    "record_about",
}
NOT_NOTED = {"by", "now", "act", "group_id", "unit_id", "old", "new"}


def _nodes(kind: type[N]) -> Iterator[N]:
    """Every node of a kind in the code."""
    return nodes(kind, *sorted((ROOT / "tracker").rglob("*.py")))


def _spelt(node: ast.AST | None) -> set[str]:
    """The keys of every dict that stands somewhere below a node."""
    dicts = [found for found in ast.walk(node) if isinstance(found, ast.Dict)] if node else []
    return {str(key.value) for found in dicts for key in found.keys if isinstance(key, ast.Constant)}


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.sqlite
def test_every_subject_and_key_that_the_code_spells_out_has_a_word(app: Flask) -> None:
    kinds, keys = set(), {field.name for field in fields(GroupSettings)}
    for call in _nodes(ast.Call):
        named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        keys |= _spelt(named.get("old")) | _spelt(named.get("new"))
        if _name(call.func) in KEYED:
            keys |= named.keys() - NOT_NOTED
        if _name(call.func) == "record" and isinstance(call.args[1], ast.Constant):
            kinds.add(call.args[1].value)
    for function in _nodes(ast.FunctionDef):
        if function.name.endswith("_facts"):
            keys |= _spelt(function)
    for change in _nodes(ast.Assign):
        if _name(change.targets[0]) in {"old", "new", "said"} and isinstance(change.value, ast.Dict):
            keys |= _spelt(change.value)
    assert len(kinds) > 10
    assert len(keys) > 60
    assert kinds - registry.subjects.keys() == set()
    assert keys - registry.keys.keys() == set()


def _plain(labels: Labels, kind: str) -> set[str]:
    """The words of a kind of enum that are told apart from others by no context."""
    tables = [table for enum, table in labels.tables.items() if enum.__name__.endswith(kind)]
    return {word._args[0] for table in tables for word in table.values() if len(word._args) == 1}


@pytest.mark.parametrize("module", [rules for rules in RULES if enums(rules)], ids=lambda module: module.__name__)
def test_no_state_lends_its_word_to_an_act(module: ModuleType) -> None:
    assert _plain(module.LABELS, "State") & _plain(module.LABELS, "Move") == set()


IRREGULAR = frozenset("Brought Drew Fell Found Gave Let Made Put Reset Sent Set Split Told Took Was Withdrew".split())


@pytest.mark.sqlite
def test_english_tells_states_and_acts_apart_and_histories_in_the_past(app: Flask) -> None:
    with app.app_context(), in_language("en"):
        states = [str(LABELS[state]) for state in (TaskState.PROPOSED, TaskState.RETURNED, TaskState.SUSPENDED)]
        acts = [str(LABELS[move]) for move in (Move.PROPOSE, Move.RETURN, Move.SUSPEND)]
        told = {code: str(words) for code, words in registry.acts.items()}
        offered = {str(rule.label) for rule in RULES_OF_STEPS}
    assert states == ["Proposed", "Returned", "Suspended"]
    assert acts == ["Propose", "Return for rework", "Suspend"]
    assert len(told) > 150
    assert "Suspend" in offered
    assert offered & set(told.values()) == set()
    first = {code: words.split()[0] for code, words in told.items()}
    assert [words for words in first.items() if not (words[1].endswith("ed") or words[1] in IRREGULAR)] == []
