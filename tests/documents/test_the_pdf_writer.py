"""The writer of PDF opens no address, and says so where the machine cannot make any."""

import socket
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFile

from tests.documents.samples import drawing
from tracker.documents import pdf as writer
from tracker.documents.docx import docx
from tracker.documents.html import html
from tracker.documents.paper import Paper, Paragraph, Picture
from tracker.documents.pdf import Missing, pdf, pdf_available, render
from tracker.kernel.errors import Refusal


@pytest.fixture
def pango() -> None:
    if not pdf_available():
        pytest.skip("Pango is not installed")


@pytest.fixture
def callers() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and what was asked of it."""
    asked: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _peer = server.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(200))

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.mark.usefixtures("pango")
def test_no_address_is_opened_and_no_file_taken_in(callers: tuple[str, list[bytes]], tmp_path: Path) -> None:
    address, asked = callers
    canary = tmp_path / "canary.txt"
    canary.write_text("canary-of-the-file")
    hostile = (
        f'<link rel="stylesheet" href="{address}/css"><link rel="attachment" href="{canary.as_uri()}">'
        f'<style>@import "{address}/import"; body {{ background: url({address}/background) }}</style>'
        f'<img src="{address}/picture"><img src="{canary.as_uri()}"><object data="{canary.as_uri()}"></object>'
    )
    page = html(Paper("题", (Paragraph("正文"),)))
    made = render(page.replace("<body>", f"<body>{hostile}")).write_pdf(uncompressed_pdf=True)
    assert made.startswith(b"%PDF")
    assert asked == []
    assert b"canary-of-the-file" not in made
    with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1]))) as one_of_ours:
        one_of_ours.sendall(b"here")
        one_of_ours.recv(1)
    assert asked == [b"here"], "somebody who does call is heard"


@pytest.mark.usefixtures("pango")
def test_pictures_that_the_paper_brings_along_are_shown() -> None:
    plain, with_picture = Paper("题"), Paper("题", (Picture(drawing(), 30),))
    assert b"/Subtype /Image" not in render(html(plain)).write_pdf(uncompressed_pdf=True)
    assert b"/Subtype /Image" in render(html(with_picture)).write_pdf(uncompressed_pdf=True)


@pytest.mark.usefixtures("pango")
def test_a_machine_with_pango_makes_pdfs() -> None:
    assert pdf(Paper("题")).startswith(b"%PDF")


@pytest.mark.usefixtures("pango")
def test_whoever_has_made_a_pdf_still_takes_no_half_picture() -> None:
    assert pdf(Paper("题")).startswith(b"%PDF")
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    with pytest.raises(OSError, match="truncated"), Image.open(BytesIO(drawing()[:-40])) as picture:
        picture.load()


def test_a_machine_without_pango_says_so_and_still_writes_for_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(writer, "CDLL", missing)
    pdf_available.cache_clear()
    try:
        assert not pdf_available()
        with pytest.raises(Missing, match="Pango") as refusal:
            pdf(Paper("题"))
        assert isinstance(refusal.value, Refusal)
        assert refusal.value.status == 503
        assert docx(Paper("题")).startswith(b"PK")
    finally:
        pdf_available.cache_clear()
