"""All letters of a batch as files: which kinds there are, and which letters each holds."""

from collections.abc import Mapping

from tracker.letters.rules.states import SIGNABLE, LetterState, PaperKind

MOST_IN_NAME = 80
"""Characters of a unit's name, or of a number, in the name of a file."""


PAPERS: Mapping[PaperKind, str] = {kind: f"letters.{kind}" for kind in PaperKind}
"""The job that makes each kind."""

_STANDING = frozenset(LetterState) - {LetterState.DRAFT, LetterState.WITHDRAWN}

IN_PAPERS: Mapping[PaperKind, frozenset[LetterState]] = {
    PaperKind.WORD: _STANDING,
    PaperKind.PDF: _STANDING,
    PaperKind.PRINT: SIGNABLE,
    PaperKind.STANDING: _STANDING,
}
"""To print are those that wait for a signature; the others hold whatever was not withdrawn."""
