"""What all checking of letters shares: whether a mark was made here, and whether a kept file is whole."""

from collections.abc import Iterator
from pathlib import Path

from tracker.kernel import files, seals
from tracker.kernel.files import Damaged
from tracker.kernel.text import _l


def faults_of_mark(purpose: str, statement: str, mark: str, what: object) -> Iterator[object]:
    """What is wrong with a mark, if anything; what names the thing that carries it."""
    if seals.is_marked(purpose, statement.encode(), mark):
        return
    if seals.is_key_known(mark):
        yield _l("%(what)s的校验码不符", what=what)
    else:
        yield _l("%(what)s的校验码出自未知的密钥，无法核对", what=what)


def is_whole(digest: str, root: Path) -> bool:
    """Whether a kept file still has the bytes that its digest names."""
    try:
        files.read(digest, root)
    except Damaged:
        return False
    return True
