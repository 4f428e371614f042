"""A pile of scans filed to letters: what the code on a page says, and why a page belongs to none."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tracker.letters.rules.states import SIGNABLE, LetterState, PageFault

MOST_PAGES = 600
"""Pages of one pile."""
MOST_FILES = 60
READ_PILE = "letters.pile"
"""The job that takes a pile apart."""

_ORDINAL = re.compile(r"[0-9]+")
_PATH = re.compile(r"/check/([0-9A-Z]{1,40})")


@dataclass(frozen=True, slots=True)
class Printed:
    """What our code on a page says: whose letter, and which of its texts; 0 where it does not say."""

    code: str
    edition: int


@dataclass(frozen=True, slots=True)
class Known:
    """A letter of the group, as far as filing asks."""

    id: int
    batch_id: int
    edition: int
    state: LetterState


@dataclass(frozen=True, slots=True)
class Fileable:
    """A letter to which a page may be filed by hand."""

    id: int
    number: str
    unit: str


def letter_named(text: str, letters: Sequence[Fileable]) -> int | None:
    """The letter that somebody means by its number, the ordinal in it, or its unit; None where that is none, or two."""
    text = " ".join(text.split())
    by_number = [one for one in letters if one.number == text]
    by_ordinal = [one for one in letters if text.isdecimal() and _ORDINAL.findall(one.number)[-1:] == [text]]
    by_unit = [one for one in letters if one.unit == text]
    found = next((some for some in (by_number, by_ordinal, by_unit) if some), [])
    return found[0].id if len(found) == 1 else None


def printed_code(text: str, *, hosts: Collection[str]) -> Printed | None:
    """The code in an address that we print; None for whatever else stands on paper."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return None
    found = _PATH.fullmatch(parts.path)
    edition = parts.fragment or "0"
    if parts.scheme not in {"http", "https"} or host not in hosts or found is None or parts.query:
        return None
    if not (edition.isascii() and edition.isdigit() and len(edition) < 6):
        return None
    return Printed(found[1], int(edition))


def filed(
    codes: Sequence[str], *, blank: bool, again: bool, hosts: Collection[str], known: Mapping[str, Known], batch_id: int
) -> tuple[int | None, PageFault | None]:
    """The letter that a page belongs to, or the one that it seems to be of and why it is not filed there.

    again: the very same picture came before. known: the letters of the group, by code.
    """
    ours = {found for text in codes if (found := printed_code(text, hosts=hosts)) is not None}
    if not ours:
        return None, PageFault.FOREIGN if codes else PageFault.BLANK if blank else PageFault.NO_CODE
    if len(ours) > 1:
        return None, PageFault.SEVERAL
    [one] = ours
    letter = known.get(one.code)
    if letter is None:
        return None, PageFault.FOREIGN
    return letter.id, _fault(one, letter, again=again, batch_id=batch_id)


def _fault(one: Printed, letter: Known, *, again: bool, batch_id: int) -> PageFault | None:
    if letter.batch_id != batch_id:
        return PageFault.OTHER_BATCH
    if (one.edition or 1) != letter.edition:
        return PageFault.OLD_TEXT
    if letter.state not in SIGNABLE:
        return PageFault.NOT_SIGNABLE
    return PageFault.DUPLICATE if again else None
