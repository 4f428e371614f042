"""The demo story, told once for each engine; whoever looks at it next finds it written back."""

from datetime import datetime
from pathlib import Path
from shutil import copytree

from tests.retelling import retold
from tracker.demo.story import load
from tracker.kernel.clock import LOCAL

ORDINARY = datetime(2026, 11, 20, 9, 30, tzinfo=LOCAL)
"""An ordinary morning, on which several tests look at the story."""


def ordinary_story(root: Path) -> None:
    """Fill an empty database with the story of an ordinary morning; root is where its files are to lie."""

    def tell() -> Path:
        load(now=ORDINARY, root=root)
        return root

    files = retold(tell)
    if files != root:
        copytree(files, root, dirs_exist_ok=True)
