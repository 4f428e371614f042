"""Shell commands that belong to no feature: the papers under docs/ that are made from the code."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from config import ROOT
from tracker.kernel.access import Role, Route
from tracker.kernel.text import Labels
from tracker.letters import rules as letters
from tracker.oversight import rules as oversight
from tracker.tasks.rules import LABELS, LIVE, MOVES, OPEN, Move, TaskState

docs = AppGroup("docs", help="The papers under docs/ that are made from the code.")

CHECK = click.option("--check", is_flag=True, help="Fail unless the paper under docs/ says the same.")


@docs.command("states")
@CHECK
def states(check: bool) -> None:
    """Print docs/states.md: the states of tasks, letters, supervision notices and flags, and the steps between them."""
    _publish(states_paper(), ROOT / "docs" / "states.md", check=check)


@docs.command("permissions")
@CHECK
def permissions(check: bool) -> None:
    """Print docs/permissions.md: which roles may open which page."""
    table: Mapping[str, Route] = current_app.extensions["table_of_routes"]
    _publish(permissions_paper(table), ROOT / "docs" / "permissions.md", check=check)


def _publish(text: str, paper: Path, *, check: bool) -> None:
    if not check:
        click.echo(text, nl=False)
    elif not paper.exists() or paper.read_text(encoding="utf-8") != text:
        name = paper.relative_to(ROOT)
        raise click.ClickException(
            f"{name} is not what the code says; run: flask --app wsgi docs {paper.stem} > {name}"
        )


def states_paper() -> str:
    """The life of a task as a diagram and two tables."""
    lines = [
        "# The life of a task",
        "",
        "Made by `flask --app wsgi docs states` from `tracker/tasks/rules/moves.py`; do not edit.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {state}: {LABELS[state]}" for state in TaskState),
        *(
            f"    {source} --> {target}: {LABELS[step]}"
            for step, (sources, target) in MOVES.items()
            for source in _in_order(sources)
            if target is not None
        ),
        "```",
        "",
        f"From {TaskState.SUSPENDED} a task returns to where it was.",
        "",
        "| state | 中文 | days run | issued and not at an end |",
        "|---|---|---|---|",
        *(f"| {state} | {LABELS[state]} | {_mark(state in OPEN)} | {_mark(state in LIVE)} |" for state in TaskState),
        "",
        f"| step | 中文 | {' | '.join(TaskState)} |",
        "|---" * (len(TaskState) + 2) + "|",
        *(f"| {step} | {LABELS[step]} | {' | '.join(_ends(step))} |" for step in Move),
        "",
        *letter_states(),
        "",
        *notice_states(),
        "",
        *flag_states(),
    ]
    return "\n".join(lines) + "\n"


def flag_states() -> list[str]:
    """The life of a flag, likewise."""
    words = oversight.LABELS
    moves = oversight.FLAG_MOVES
    return [
        "# The life of a flag",
        "",
        "From `tracker/oversight/rules/flags.py`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {state}: {words[state]}" for state in oversight.FlagState),
        *(
            f"    {source} --> {target or source}: {words[step]}"
            for step, (sources, target) in moves.items()
            for source in oversight.FlagState
            if source in sources
        ),
        "```",
        "",
        f"| step | 中文 | {' | '.join(oversight.FlagState)} |",
        "|---" * (len(oversight.FlagState) + 2) + "|",
        *(
            f"| {step} | {words[step]} | "
            f"{' | '.join((target or state) if state in sources else '' for state in oversight.FlagState)} |"
            for step, (sources, target) in moves.items()
        ),
    ]


def letter_states() -> list[str]:
    """The life of a responsibility letter, likewise."""
    title, source = "# The life of a responsibility letter", "tracker/letters/rules/states.py"
    return [title, "", f"From `{source}`.", "", *_life(letters.LetterState, letters.MOVES, letters.LABELS)]


def notice_states() -> list[str]:
    """The life of a supervision notice, likewise."""
    title, source = "# The life of a supervision notice", "tracker/oversight/rules/supervision.py"
    return [title, "", f"From `{source}`.", "", *_life(oversight.NoticeState, oversight.NOTICE_MOVES, oversight.LABELS)]


def _life(states: type[StrEnum], moves: Mapping[Any, tuple[Collection[StrEnum], StrEnum]], words: Labels) -> list[str]:
    """States and steps as a diagram and a table."""
    return [
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {state}: {words[state]}" for state in states),
        *(
            f"    {source} --> {target}: {words[step]}"
            for step, (sources, target) in moves.items()
            for source in states
            if source in sources
        ),
        "```",
        "",
        f"| step | 中文 | {' | '.join(states)} |",
        "|---" * (len(states) + 2) + "|",
        *(
            f"| {step} | {words[step]} | {' | '.join(target if state in sources else '' for state in states)} |"
            for step, (sources, target) in moves.items()
        ),
    ]


def _in_order(members: frozenset[TaskState]) -> list[TaskState]:
    return [state for state in TaskState if state in members]


def _ends(step: Move) -> list[str]:
    sources, target = MOVES[step]
    return [(target or "where it was") if state in sources else "" for state in TaskState]


def _mark(holds: bool) -> str:
    return "✓" if holds else ""


def permissions_paper(table: Mapping[str, Route]) -> str:
    """The table of routes × roles, one line an address."""
    addresses: dict[str, list[str]] = {}
    for rule in current_app.url_map.iter_rules():
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        addresses.setdefault(rule.endpoint, []).append(f"`{' '.join(methods)} {rule.rule}`")
    lines = [
        "# Who may open what",
        "",
        "Made by `flask --app wsgi docs permissions` from the features' `access.py`; do not edit.",
        "",
        "✓: may, on their own objects. 403: sees it and is told why not. Blank: 404, as if it did not exist; a",
        "stranger is sent to sign in. A ✓ may still be refused in a case: policies look at the thing itself.",
        "unit: may, on letters in which their own unit hands clauses on (层层分解); the office only sees those.",
        "",
        f"| page | address | {' | '.join(role.replace('_', ' ') for role in Role)} |",
        "|---" * (len(Role) + 2) + "|",
        *(
            f"| {name} | {'<br>'.join(sorted(addresses.get(name, [])))} | {_rights(table[name])} |"
            for name in sorted(table)
        ),
    ]
    return "\n".join(lines) + "\n"


def _rights(row: Route) -> str:
    return " | ".join(_right(row, role) for role in Role)


def _right(row: Route, role: Role) -> str:
    if row.public or role in row.allowed:
        return "✓"
    if role in row.own_unit:
        return "unit"
    return "403" if role in row.sees else ""
