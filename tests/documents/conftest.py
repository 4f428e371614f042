"""The sample papers as PDF, once out of each writer: Word files printed by LibreOffice, and our own."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.documents.reading import Page, pages
from tests.documents.samples import PAPERS
from tracker.documents.docx import docx
from tracker.documents.paper import Paper
from tracker.documents.pdf import pdf, pdf_available

Made = dict[str, Path]

WRITERS = ("docx", "pdf")


@pytest.fixture(scope="session")
def chinese_font() -> None:
    """Characters can only be measured where there are any, and figures where they are as wide as those meant."""
    if not _asked("fc-list", ":lang=zh"):
        pytest.skip("no Chinese font is installed (fonts-noto-cjk)")
    if not _asked("fc-match", "Times New Roman").startswith(("Times", "Liberation")):
        pytest.skip("no font as wide as Times New Roman is installed (fonts-liberation)")


def _asked(program: str, *about: str) -> str:
    """What fontconfig answers; nothing where it is not installed."""
    found = shutil.which(program)
    return subprocess.run([found, *about], capture_output=True, check=True, text=True).stdout if found else ""


def printed_by_office(papers: Mapping[str, Paper], folder: Path) -> Made:
    """Papers as .docx, opened and printed by LibreOffice, all in one go."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed (no soffice on the PATH)")
    for name, paper in papers.items():
        (folder / f"{name}.docx").write_bytes(docx(paper))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    files = sorted(folder.glob("*.docx"))
    command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {name: folder / f"{name}.pdf" for name in papers}


def written_as_pdf(papers: Mapping[str, Paper], folder: Path) -> Made:
    """Papers as PDF, by our own writer."""
    if not pdf_available():
        pytest.skip("Pango is not installed")
    for name, paper in papers.items():
        (folder / f"{name}.pdf").write_bytes(pdf(paper))
    return {name: folder / f"{name}.pdf" for name in papers}


PRINTERS = {"docx": printed_by_office, "pdf": written_as_pdf}


@pytest.fixture(scope="session")
def by_docx(chinese_font: None, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every sample as .docx, printed by LibreOffice."""
    return printed_by_office(PAPERS, tmp_path_factory.mktemp("docx"))


@pytest.fixture(scope="session")
def by_pdf(chinese_font: None, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every sample as PDF."""
    return written_as_pdf(PAPERS, tmp_path_factory.mktemp("pdf"))


@pytest.fixture(params=WRITERS)
def made(request: pytest.FixtureRequest) -> Made:
    """The papers out of one of the writers; a test that asks for this runs for both."""
    found: Made = request.getfixturevalue(f"by_{request.param}")
    return found


@pytest.fixture
def read(made: Made) -> dict[str, list[Page]]:
    """The papers' pages, measured."""
    return {name: pages(path) for name, path in made.items()}
