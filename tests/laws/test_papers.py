"""The papers under docs/ that are made from the code say what the code says."""

from pathlib import Path

import pytest
from flask import Flask

from tracker import cli

pytestmark = pytest.mark.sqlite


@pytest.mark.parametrize("paper", ["states", "permissions"])
def test_the_paper_is_current(app: Flask, paper: str) -> None:
    done = app.test_cli_runner().invoke(args=["docs", paper, "--check"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("paper", ["states", "permissions"])
def test_a_paper_that_is_missing_or_old_fails_the_check_until_it_is_made(
    app: Flask, paper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    runner = app.test_cli_runner()
    assert runner.invoke(args=["docs", paper, "--check"]).exit_code == 1
    (tmp_path / "docs" / f"{paper}.md").write_text("old", encoding="utf-8")
    assert runner.invoke(args=["docs", paper, "--check"]).exit_code == 1
    (tmp_path / "docs" / f"{paper}.md").write_text(runner.invoke(args=["docs", paper]).output, encoding="utf-8")
    assert runner.invoke(args=["docs", paper, "--check"]).exit_code == 0
