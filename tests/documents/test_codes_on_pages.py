"""Every page of a paper carries its code, out of both writers, as a scanner would find it."""

from pathlib import Path

from tests.documents.conftest import Made
from tracker.documents.scans import pages_of

CODE = "https://zeren.example/check/8F3K-22QX"


def test_the_code_is_read_on_every_page_odd_and_even(made: Made, tmp_path: Path) -> None:
    found = list(pages_of(made["letter"], "application/pdf", name="函", folder=tmp_path, first=1, most=50, limit=50))
    assert len(found) > 1
    assert [page.codes for page in found] == [(CODE,)] * len(found)
