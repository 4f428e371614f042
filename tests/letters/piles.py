"""Piles of scanned pages: our own prints as pictures, sheets of others, blank backs."""

from collections.abc import Sequence
from io import BytesIO

import pypdfium2
import sqlalchemy as sa
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from tests.cast import NOW, Cast
from tests.jobs.kinds import turn
from tracker.documents.qr import qr_code
from tracker.kernel.db import db
from tracker.kernel.jobs import BackgroundJob
from tracker.letters.models import Letter, LetterPile
from tracker.letters.printing import check_address, pdf_of

DPI = 200
A4 = (1654, 2339)
SLIP = (620, 874)
"""On so small a page it is soon known that there is no code; a whole sheet is looked over eight times."""


def sheets(cast: Cast, letter: Letter) -> list[Image.Image]:
    """A letter printed and scanned, page by page."""
    document = pypdfium2.PdfDocument(pdf_of(letter, actor=cast.actor("office_clerk"), now=NOW))
    found = [page.render(scale=DPI / 72).to_pil().convert("RGB") for page in document]
    document.close()
    return found


def sheet(*codes: str, size: tuple[int, int] | None = None) -> Image.Image:
    """Some writing, and these codes on it: a whole sheet where there are any, otherwise a slip, unless said."""
    page = Image.new("RGB", size or (A4 if codes else SLIP), "white")
    draw = ImageDraw.Draw(page)
    for row in range(20):
        draw.rectangle((200, 200 + row * 60, 1200, 220 + row * 60), fill="black")
    for place, code in enumerate(codes):
        with Image.open(BytesIO(qr_code(code))) as picture:
            page.paste(picture.convert("RGB"), (200 + place * 600, 1700))
    return page


def blank() -> Image.Image:
    """The back of a sheet."""
    return Image.new("RGB", A4, "white")


def as_pdf(pages: Sequence[Image.Image]) -> bytes:
    """Pages as a scanner delivers them."""
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=DPI)
    return out.getvalue()


def as_jpeg(page: Image.Image) -> bytes:
    """A page as a phone delivers it."""
    out = BytesIO()
    page.save(out, "JPEG", quality=60)
    return out.getvalue()


def upload(client: FlaskClient, batch_id: int, *scans: tuple[bytes, str]) -> int:
    """Somebody uploads a pile; the number of its job."""
    parts = MultiDict([("scans", FileStorage(BytesIO(content), name)) for content, name in scans])
    # In memory: what the test's own browser puts into a file of its own it does not close.
    stream, _length, boundary = stream_encode_multipart(parts, use_tempfile=False)
    kind = f"multipart/form-data; boundary={boundary}"
    answer = client.post(f"/letter-batches/{batch_id}/pile", data=stream.read(), content_type=kind)
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def read(client: FlaskClient, batch_id: int, *scans: tuple[bytes, str]) -> LetterPile:
    """A pile uploaded and taken apart."""
    job_id = upload(client, batch_id, *scans)
    assert turn()
    return pile_of(job_id)


def pile_of(job_id: int) -> LetterPile:
    """The pile of a job as it stands now."""
    db.session.rollback()
    return db.session.scalars(sa.select(LetterPile).where(LetterPile.job_id == job_id)).one()


def job(job_id: int) -> BackgroundJob:
    """A job as it stands now."""
    db.session.rollback()
    return db.session.get_one(BackgroundJob, job_id)


def filing(pile: LetterPile) -> list[tuple[int | None, str | None]]:
    """Where the pages of a pile went: letter and fault."""
    return [(page.letter_id, page.fault.value if page.fault else None) for page in pile.pages]


def address(letter: Letter) -> str:
    """What the code on a letter's paper says."""
    return check_address(letter)
