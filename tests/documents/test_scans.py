"""Scans from outside are taken apart in a process of their own; what would do harm is refused with a reason."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from tests.letters.piles import A4, as_jpeg, as_pdf, blank, sheet
from tracker.documents import scans
from tracker.documents.scans import Fault, Page, Unreadable

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


def _apart(folder: Path, data: bytes, media_type: str = PDF, *, most: int = 600) -> list[Page]:
    path, out = folder / "scan", folder / "out"
    path.write_bytes(data)
    out.mkdir(exist_ok=True)
    return list(scans.pages_of(path, media_type, name="叠", folder=out, first=1, most=most, limit=most))


def _fault(folder: Path, data: bytes, media_type: str = PDF, *, most: int = 600) -> Fault:
    with pytest.raises(Unreadable) as refusal:
        _apart(folder, data, media_type, most=most)
    assert "叠" in str(refusal.value.message)
    return refusal.value.fault


def _empty_pages(count: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(count):
        document.new_page(595, 842)
    out = BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _with_words(before: bytes, after: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(before, after, 1)


def test_pages_come_as_pictures_with_what_their_codes_say(tmp_path: Path) -> None:
    pages = _apart(tmp_path, as_pdf([sheet("一"), sheet("二", "三"), sheet(size=A4), blank()]))
    assert [page.codes for page in pages] == [("一",), ("三", "二"), (), ()]
    assert [page.blank for page in pages] == [False, False, False, True]
    assert [page.count for page in pages] == [4] * 4
    with Image.open(tmp_path / "out" / pages[1].name) as picture:
        assert picture.height == 2339


def test_a_photograph_is_one_page(tmp_path: Path) -> None:
    [page] = _apart(tmp_path, as_jpeg(sheet("一").rotate(90, expand=True)), JPEG)
    assert (page.codes, page.count) == (("一",), 1)


def test_pages_put_together_again_are_a_pdf_of_the_same_pictures(tmp_path: Path) -> None:
    pages = _apart(tmp_path, as_pdf([sheet("一"), sheet("二")]))
    data = [(tmp_path / "out" / page.name).read_bytes() for page in pages]
    made = scans.as_pdf([(one, 1654, 2339) for one in data])
    assert made == scans.as_pdf([(one, 1654, 2339) for one in data])
    (tmp_path / "again").mkdir()
    assert [page.codes for page in _apart(tmp_path / "again", made)] == [("一",), ("二",)]


def test_a_pdf_of_five_thousand_pages_is_refused(tmp_path: Path) -> None:
    assert _fault(tmp_path, _empty_pages(5000)) is Fault.TOO_MANY_PAGES
    assert len(_apart(tmp_path, _empty_pages(3), most=3)) == 3
    assert _fault(tmp_path, _empty_pages(4), most=3) is Fault.TOO_MANY_PAGES


def test_a_pdf_without_pages_is_refused(tmp_path: Path) -> None:
    assert _fault(tmp_path, _empty_pages(0)) in {Fault.NO_PAGES, Fault.DAMAGED}


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    trailer = (
        b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <"
        + b"11" * 32
        + b"> /U <"
        + b"22" * 32
        + b"> >>"
        b" /ID [<" + b"33" * 16 + b"> <" + b"33" * 16 + b">] /Root"
    )
    data = scans.as_pdf([(as_jpeg(sheet(size=A4)), 1654, 2339)])
    assert _fault(tmp_path, _with_words(b"/Root", trailer)(data)) is Fault.ENCRYPTED


def test_a_broken_pdf_is_refused(tmp_path: Path) -> None:
    assert _fault(tmp_path, b"%PDF-1.4\n" + b"\0" * 5000) is Fault.DAMAGED
    assert _fault(tmp_path, b"\xff\xd8\xff\xe0" + b"\0" * 500, JPEG) is Fault.DAMAGED


def test_scripts_in_a_pdf_stay_where_they_are(tmp_path: Path) -> None:
    script = b"/Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\); while\\(true\\){}) >>"
    data = _with_words(b"/Catalog", script)(scans.as_pdf([(as_jpeg(sheet("一")), 1654, 2339)]))
    [page] = _apart(tmp_path, data)
    assert page.codes == ("一",)
    again = scans.as_pdf([((tmp_path / "out" / page.name).read_bytes(), 1654, 2339)])
    assert b"JavaScript" not in again


def test_a_picture_of_thirty_thousand_pixels_is_refused(tmp_path: Path) -> None:
    assert _fault(tmp_path, _png_that_claims(30_000, 30_000), PNG) is Fault.TOO_LARGE


def test_a_page_as_large_as_a_house_is_drawn_small(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_400, 200_000)
    out = BytesIO()
    document.save(out)
    document.close()
    [page] = _apart(tmp_path, out.getvalue())
    with Image.open(tmp_path / "out" / page.name) as picture:
        assert max(picture.size) <= 2600


def test_a_picture_inside_a_pdf_that_claims_too_much_does_no_harm(tmp_path: Path) -> None:
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    data = scans.as_pdf([(bomb, 30_000, 30_000)]).replace(b"/DCTDecode", b"/FlateDecode")
    [page] = _apart(tmp_path, data)
    assert page.codes == ()


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "PATIENCE", 0.01)
    assert _fault(tmp_path, as_pdf([sheet(size=A4)])) is Fault.TOO_SLOW


def _dusty() -> Image.Image:
    page = Image.new("RGB", (1654, 2339), (231, 229, 224))
    draw = ImageDraw.Draw(page)
    for place in range(3):
        draw.ellipse((300 + place * 400, 700, 302 + place * 400, 702), fill="black")
    return page


def _drawn(*lines: tuple[int, int, int, int], ink: str = "black") -> Image.Image:
    page = _dusty()
    for line in lines:
        ImageDraw.Draw(page).line(line, fill=ink, width=3)
    return page


def test_dust_is_blank_and_a_little_ink_is_not(tmp_path: Path) -> None:
    tick = _drawn((800, 900, 812, 916), (812, 916, 836, 880))
    signed = _drawn((1000, 1900, 1200, 1940), (1040, 1880, 1060, 1980), ink="#3a4a8c")
    pages = _apart(tmp_path, as_pdf([blank(), _dusty(), tick, signed]))
    assert [page.blank for page in pages] == [True, True, False, False]
