"""The rules of the house that a reader of the source can check."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config import ROOT
from tests.laws.parsed import nodes, text_of, tree

TRACKER = ROOT / "tracker"
FEATURES = sorted(file.parent.name for file in TRACKER.glob("*/__init__.py") if file.parent.name != "kernel")
PRODUCT = sorted([*TRACKER.rglob("*.py"), ROOT / "config.py", ROOT / "wsgi.py"])
SCRIPTS = sorted((ROOT / "scripts").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

MAX_FILE = 300
MAX_FUNCTION = 60

# Files that may ask what time it is: where a request, a command of the shell or a tick comes in.
CLOCK_READERS = {
    "views",
    "cli",
    "gate",
    "health",
    "shell",
    "logs",
    "jobs",
    "clock",
    "ticks",
    "app",
    "scheduler",
    "web",
    "panel",
}

# Written without their own letters together, so that this file does not hold what it forbids.
FORBIDDEN_WORDS = tuple(
    "".join(word)
    for word in (
        ("/wor", "k/"),
        ("/tm", "p/bash"),
        ("clau", "de"),
        ("anthro", "pic"),
        ("chat", "gpt"),
        ("co-auth", "ored"),
        ("language mo", "del"),
        ("pypi", ".org"),
        ("files.python", "hosted"),
        ("npm", "js"),
        ("deb.deb", "ian"),
        ("my-com", "pany"),
    )
)


def place(file: Path, node: ast.AST | None = None) -> str:
    """A file, and the line of a node in it."""
    line = getattr(node, "lineno", None)
    return f"{file.relative_to(ROOT)}" + (f":{line}" if line else "")


def calls(file: Path) -> Iterator[ast.Call]:
    """Every call in a file."""
    return nodes(ast.Call, file)


def imported(file: Path) -> Iterator[tuple[ast.stmt, str, list[str]]]:
    """Every import: the statement, the module, the names taken from it."""
    for node in nodes(ast.stmt, file):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module, [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, []


def feature_of(module: str) -> str | None:
    """The feature that a module belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "tracker" and parts[1] in FEATURES else None


def module_of(file: Path) -> str:
    """The dotted name of a file."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_only_the_write_transaction_commits() -> None:
    found = [
        place(file, call)
        for file in PRODUCT
        for call in calls(file)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert [where.rpartition(":")[0] for where in found] == ["tracker/kernel/db.py"]


def test_time_is_asked_for_only_at_the_edge() -> None:
    found = [
        place(file, call)
        for file in PRODUCT
        for call in calls(file)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"now", "today"}
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"clock", "kernel_clock"}
        and file.stem not in CLOCK_READERS
        and file.parent.name not in CLOCK_READERS
    ]
    assert found == []


def test_views_and_forms_are_their_features_own() -> None:
    found = [
        f"{place(file, node)} imports {module}"
        for file in TRACKER.rglob("*.py")
        if (own := feature_of(module_of(file))) is not None
        for node, module, names in imported(file)
        if feature_of(module) not in {None, own} and ({"views", "forms"} & {*module.split(".")[2:], *names})
    ]
    assert found == []


def test_private_names_stay_in_their_feature() -> None:
    found = [
        f"{place(file, node)} imports {name} from {module}"
        for file in TRACKER.rglob("*.py")
        for node, module, names in imported(file)
        if feature_of(module) not in {None, feature_of(module_of(file))}
        for name in [*module.split("."), *names]
        if name.startswith("_") and name not in {"_", "_l"}
    ]
    assert found == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [place(file) for file in PRODUCT if drawers & {file.stem, file.parent.name}] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [place(file) for file in [*PRODUCT, *SCRIPTS, *TESTS] if not ast.get_docstring(tree(file))] == []


def test_files_and_functions_stay_short() -> None:
    files = [*PRODUCT, *SCRIPTS]
    assert [place(file) for file in files if len(text_of(file).splitlines()) > MAX_FILE] == []
    long = [
        f"{place(file, node)} {node.name}"
        for file in files
        for node in nodes(ast.stmt, file)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION
    ]
    assert long == []


def test_every_command_takes_its_actor_and_the_time_by_name() -> None:
    found = [
        f"{place(file, node)} {node.name}"
        for file, node in commands()
        if {"by", "now"} & {argument.arg for argument in node.args.args}
    ]
    assert found == []


def commands() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Every command: a public function of commands.py, or one that a commands folder offers."""
    for file in PRODUCT:
        offered = None
        if file.parent.name == "commands":
            offered = {name for _node, _module, names in imported(file.with_name("__init__.py")) for name in names}
        elif file.stem != "commands":
            continue
        for node in tree(file).body:
            if isinstance(node, ast.FunctionDef) and (node.name in offered if offered else node.name[0] != "_"):
                yield file, node


def test_every_test_file_holds_tests_that_are_collected() -> None:
    found = []
    for file in TESTS:
        functions = [node for node in nodes(ast.FunctionDef, file) if node.name.startswith("test")]
        machine = "RuleBasedStateMachine" in text_of(file)
        if file.name.startswith("test_") and not functions and not machine:
            found.append(f"{place(file)} holds no test")
        if functions and not file.name.startswith("test_"):
            found.append(f"{place(file)} is not collected, for its name")
        found += [f"{place(file, node)} {node.name} can not fail" for node in functions if not _can_fail(node)]
    assert found == []


def _can_fail(function: ast.FunctionDef) -> bool:
    """Whether a test asserts anything, itself or through something that it calls by a telling name."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert | ast.Raise):
            return True
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "raises" or re.match(
                r"(assert|expect|refuse|check|must|run_state_machine|takes_at_most)", name.lstrip("_")
            ):
                return True
    return False


def test_names_of_tests_are_sentences() -> None:
    found = [
        f"{place(file, node)} {node.name}"
        for file in TESTS
        for node in nodes(ast.FunctionDef, file)
        if node.name.startswith("test_") and node.name.count("_") < 3
    ]
    assert found == []


def test_nothing_here_speaks_of_the_place_where_it_was_made() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if not file.is_file() or name.startswith("static/vendor/"):
            continue
        text = file.read_bytes().decode("utf-8", errors="ignore").lower()
        found += [f"{name}: {word}" for word in FORBIDDEN_WORDS if word in text]
    assert found == []
