"""Everything that `make check` looks at. Each check runs to its end; a failed one shows what it found.

`check.py NAME …` runs those alone.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: dict[str, tuple[str, ...]] = {
    "lint": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "arrows": ("lint-imports",),
    "security": ("bandit", "-q", "-r", "tracker", "config.py", "-c", "pyproject.toml"),
    "templates": ("python", "scripts/lint_templates.py"),
    "markup": ("djlint", "templates", "--lint", "--quiet"),
    "messages": ("python", "scripts/catalog.py", "check"),
    "schema": ("python", "scripts/check_schema.py"),
    "vendored": ("python", "scripts/vendor.py", "verify"),
    "states": ("python", "scripts/check_docs.py", "states"),
    "permissions": ("python", "scripts/check_docs.py", "permissions"),
}


def run(name: str, command: Sequence[str]) -> bool:
    """Run one check and say how it went; its own words only if it failed."""
    began = time.monotonic()
    program, *arguments = command
    done = subprocess.run(
        [BIN / program, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<12} {verdict}  ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main(names: Sequence[str]) -> int:
    """Run the named checks, or all; 1 if any failed."""
    unknown = sorted(set(names) - set(CHECKS))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    results = [run(name, command) for name, command in CHECKS.items() if not names or name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
