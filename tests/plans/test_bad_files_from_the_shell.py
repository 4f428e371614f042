"""A file that is no plan is refused from the shell at once: the application is not even loaded for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from config import ROOT
from tests.effort import slowness
from tests.engines import Database
from tests.plans.papers import package, paragraph, word
from tracker.commandline import EARLY, early_app
from tracker.plans.reader import REASONS

BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("plan.txt", b"", "empty"),
    "picture": ("plan.docx", b"\x89PNG\r\n\x1a\n" + b"0" * 500, "not_docx"),
    "50 MB": ("plan.docx", b"PK\x03\x04" + b"a" * 50_000_000, "too_large"),
    "bomb": ("plan.docx", package({"word/document.xml": b" " * 150_000_000}), "bomb"),
}

NOTHING_SET = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}


def flask(*arguments: str | Path, options: tuple[str, ...] = ()) -> tuple["subprocess.CompletedProcess[str]", float]:
    """Run `flask` as from a shell in which nothing is set; returns also what it took of the processor, in seconds."""
    before = os.times()
    done = subprocess.run(
        [sys.executable, *options, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=NOTHING_SET,
        capture_output=True,
        text=True,
        check=False,
    )
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return done, used


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_less_than_two_seconds(tmp_path: Path, name: str) -> None:
    file_name, content, reason = BAD[name]
    file = tmp_path / file_name
    file.write_bytes(content)

    before = slowness()
    done, used = flask("plan", "read", file)
    times = max(1.0, before, slowness())

    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", REASONS[reason])
    # Time of the processor, as other tests run beside this one, and more of it where the machine is slower. A quiet
    # machine needs a third of it.
    assert used < 2 * times, f"took {used:.2f} s of the processor, on a machine slower by {times:.1f}"


def test_a_plan_is_read_without_loading_the_application(tmp_path: Path) -> None:
    file = tmp_path / "plan.docx"
    file.write_bytes(word(paragraph("云溪县河湖长制实施方案")))

    done, _used = flask("plan", "read", file, options=("-X", "importtime"))

    assert done.stdout.startswith("标题：云溪县河湖长制实施方案")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "tracker.plans.reader" in loaded
    assert not loaded & {"tracker.app", "tracker.kernel.db", "config"}


def test_every_other_command_has_the_whole_application() -> None:
    done, _used = flask("docs", "permissions", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_all_commands_are_listed_and_no_others_found(sqlite_database: Database) -> None:
    commands = early_app(lambda: sqlite_database.app).cli
    with Context(commands) as context:
        assert {*EARLY, "worker", "scheduler", "letters"} <= set(commands.list_commands(context))
        assert commands.get_command(context, "worker") is sqlite_database.app.cli.get_command(context, "worker")
        assert commands.get_command(context, "nothing") is None
