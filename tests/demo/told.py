"""The demo story, told once for each engine and moment; whoever looks at it next finds it written back."""

from datetime import datetime
from pathlib import Path
from shutil import copytree

from tests.retelling import Rows, all_rows, write_rows
from tracker.demo.story import load
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import db, write_transaction

ORDINARY = datetime(2026, 11, 20, 9, 30, tzinfo=LOCAL)
"""An ordinary morning, on which several tests look at the story."""

_told: dict[str, tuple[Rows, Path]] = {}


def ordinary_story(root: Path) -> None:
    """Fill an empty database with the story of an ordinary morning; root is where its files are to lie."""
    engine = db.engine.dialect.name
    if engine not in _told:
        load(now=ORDINARY, root=root)
        with write_transaction():
            _told[engine] = all_rows(), root
        return
    rows, files = _told[engine]
    copytree(files, root, dirs_exist_ok=True)
    with write_transaction():
        write_rows(rows)
