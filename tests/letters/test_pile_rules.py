"""Only an address that we print, of a letter of the batch, files a page."""

import pytest

from tracker.letters.rules import Fileable, Known, LetterState, PageFault, filed, letter_named, printed_code

HOSTS = {"zeren.example.gov.cn"}
OURS = "https://zeren.example.gov.cn/check/ABC2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{OURS}#3", ("ABC2", 3)),
        (OURS, ("ABC2", 0)),
        ("http://zeren.example.gov.cn:8000/check/ABC2#1", ("ABC2", 1)),
        ("javascript:alert(1)//zeren.example.gov.cn/check/ABC2", None),
        ("https://evil.example/check/ABC2", None),
        ("https://zeren.example.gov.cn@evil.example/check/ABC2", None),
        (f"{OURS}/../ABC3", None),
        (f"{OURS}?next=https://evil.example", None),
        (f"{OURS}#x", None),
        (f"{OURS}#１", None),
        (f"{OURS}#1234567", None),
        ("https://[bad/check/ABC2", None),
        ("ABC2", None),
        ("", None),
    ],
)
def test_only_an_address_that_we_print_counts(text: str, found: tuple[str, int] | None) -> None:
    one = printed_code(text, hosts=HOSTS)
    assert (one and (one.code, one.edition)) == found


def _filed(
    *codes: str, blank: bool = False, again: bool = False, **said: object
) -> tuple[int | None, PageFault | None]:
    letter = Known(**{"id": 7, "batch_id": 1, "edition": 2, "state": LetterState.ISSUED, **said})  # type: ignore[arg-type]
    return filed(codes, blank=blank, again=again, hosts=HOSTS, known={"ABC2": letter}, batch_id=1)


def test_each_reason_why_a_page_is_not_filed_has_its_case() -> None:
    assert _filed(f"{OURS}#2") == (7, None)
    assert _filed(f"{OURS}#2", "https://else.example") == (7, None)
    assert _filed() == (None, PageFault.NO_CODE)
    assert _filed(blank=True) == (None, PageFault.BLANK)
    assert _filed("https://else.example") == (None, PageFault.FOREIGN)
    assert _filed(f"{OURS}#2", OURS.replace("ABC2", "ABC3")) == (None, PageFault.SEVERAL)
    assert _filed(OURS.replace("ABC2", "ABC3")) == (None, PageFault.FOREIGN)
    assert _filed(f"{OURS}#2", batch_id=9) == (7, PageFault.OTHER_BATCH)
    assert _filed(f"{OURS}#1") == (7, PageFault.OLD_TEXT)
    assert _filed(OURS) == (7, PageFault.OLD_TEXT)
    assert _filed(OURS, edition=1) == (7, None)
    assert _filed(f"{OURS}#2", state=LetterState.IN_FORCE) == (7, PageFault.NOT_SIGNABLE)
    assert _filed(f"{OURS}#2", again=True) == (7, PageFault.DUPLICATE)


LETTERS = (
    Fileable(1, "优均责〔2026〕1号", "澄江区财政局"),
    Fileable(2, "优均责〔2026〕11号", "澄江区教育局"),
    Fileable(3, "优均责〔2026〕12号", "澄江区教育局"),
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("优均责〔2026〕11号", 2),
        (" 优均责〔2026〕1号 ", 1),
        ("1", 1),
        ("12", 3),
        ("2026", None),
        ("澄江区财政局", 1),
        ("澄江区教育局", None),
        ("2", None),
        ("", None),
    ],
)
def test_a_letter_is_named_by_number_ordinal_or_unit(text: str, meant: int | None) -> None:
    assert letter_named(text, LETTERS) == meant
