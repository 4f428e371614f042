"""Where faults are played: a fresh database with the schema, and a script that runs on it in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from config import ROOT


def played(module: str, url: str, folder: Path, *arguments: str, seconds: int = 600) -> dict[str, Any]:
    """Run one of the scripts; returns what it found."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", f"tests.faults.{module}", url, str(folder), *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired as late:
        # What it forked dies with it.
        raise TimeoutError(f"{module} {' '.join(arguments)} had not ended after {seconds} s") from late
    lines = done.stdout.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    if done.returncode:
        # Who fell, and of what.
        print(done.stderr, file=sys.stderr)  # noqa: T201
    found: dict[str, Any] = json.loads(lines[-1])
    return found
