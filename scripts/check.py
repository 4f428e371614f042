"""Everything that `make check` looks at. Each check runs to its end; a failed one shows what it found.

`check.py NAME …` runs those alone.
"""

import difflib
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """A command that must succeed; where `equals` names a file, its output must be that file."""

    command: str
    equals: str = ""


CHECKS = {
    "lint": Check("ruff check ."),
    "format": Check("ruff format --check ."),
    "types": Check("mypy"),
    "arrows": Check("lint-imports"),
    "security": Check("bandit -q -r --severity-level medium -c pyproject.toml tracker config.py"),
    "templates": Check("python scripts/lint_templates.py"),
    "markup": Check("djlint templates --lint --quiet"),
    "messages": Check("python scripts/catalog.py check"),
    "schema": Check("pytest -q tests/laws/test_schema.py::test_migrations_build_what_the_models_describe[sqlite]"),
    "vendored": Check("python scripts/vendor.py verify"),
    "states": Check("flask --app wsgi docs states", equals="docs/states.md"),
    "permissions": Check("flask --app wsgi docs permissions", equals="docs/permissions.md"),
}


def findings(check: Check) -> str | None:
    """What a check has to say; None if all is well."""
    program, *arguments = check.command.split()
    done = subprocess.run(
        [BIN / program, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=None if check.equals else subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        return done.stdout or "(see above)"
    if not check.equals:
        return None
    file = ROOT / check.equals
    kept = file.read_text(encoding="utf-8") if file.is_file() else ""
    if kept == done.stdout:
        return None
    lines = difflib.unified_diff(kept.splitlines(), done.stdout.splitlines(), "kept", "generated", lineterm="", n=0)
    return "\n".join([*lines, f"to mend it: .venv/bin/{check.command} > {check.equals}"])


def main(names: Sequence[str]) -> int:
    """Run the named checks, or all; 1 if any failed."""
    unknown = sorted(set(names) - set(CHECKS))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    wanted = [name for name in CHECKS if not names or name in names]
    failed = 0
    # Each is a process of its own, so threads are enough to keep two cores busy.
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, (found, seconds) in zip(wanted, pool.map(_timed, wanted), strict=True):
            print(f"{name:<12} {'ok' if found is None else 'FAILED'}  ({seconds:.1f} s)", flush=True)
            if found is not None:
                failed += 1
                print(found, flush=True)
    return 1 if failed else 0


def _timed(name: str) -> tuple[str | None, float]:
    began = time.monotonic()
    return findings(CHECKS[name]), time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
