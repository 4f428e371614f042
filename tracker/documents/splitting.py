"""Takes a scan apart, in a process of its own: page by page a picture, and what the QR codes on it say.

`python -m tracker.documents.splitting FILE TYPE FOLDER FIRST MOST` writes FOLDER/0001.jpg and so on, and a line of JSON
for each page. What comes from outside is opened here alone, under limits of memory and size, where nothing else can be
harmed; the parent (`scans.py`) watches the time. Of a PDF pages are drawn, and nothing in it is ever run.
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image, ImageOps, ImageStat

QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
DPI = 200
SCALES = (1.3, 1.15, 1.6)
"""How much larger a page of a PDF is drawn again while no code is found: whether a small one is read is luck."""
LONGEST = 2600
"""Pixels of the longer side of a picture that is kept: A4 at 200 dots an inch, and some."""
MOST_PIXELS = 80_000_000
MOST_MEMORY = 2 * 1024**3
MOST_WRITTEN = 30 * 1024**2
DARKER = 60
"""So much darker than the paper around it is ink."""
CELL, STROKE, SPECKS = 8, 6, 3
"""Ink is counted in squares of so many dots a side, those that hold so many dots of it; no more such squares than the
third number are dust, more are a word, a tick, a signature."""


class Refused(Exception):  # noqa: N818 - an answer, as a code that the parent puts into words
    """The file is not taken."""


def pages_of_pdf(path: Path, most: int) -> Iterator[tuple[int, Image.Image, Iterable[Image.Image]]]:
    """Each page as (how many there are, its picture, further ones to look for codes on)."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise Refused("encrypted" if "password" in str(error).lower() else "damaged") from error
    count = len(document)
    if not 0 < count <= most:
        raise Refused("too_many_pages" if count else "no_pages")
    for number in range(count):
        page = document[number]
        longer = max(*page.get_size(), 1)
        scale = min(DPI / 72, LONGEST / longer)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        further = (page.render(scale=scale * more, may_draw_forms=False).to_pil().convert("L") for more in SCALES)
        yield count, picture, further
        page.close()
    document.close()


def picture_in(path: Path) -> Iterator[tuple[int, Image.Image, Iterable[Image.Image]]]:
    """A photograph or a scan of one page, turned as it was held."""
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as found:
            if found.width * found.height > MOST_PIXELS:
                raise Refused("too_large")
            whole = ImageOps.exif_transpose(found).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("too_large" if isinstance(error, Image.DecompressionBombError) else "damaged") from error
    small = whole.copy()
    small.thumbnail((LONGEST, LONGEST))
    yield 1, small, (whole.convert("L"), small.resize((small.width * 3 // 4, small.height * 3 // 4)))


def codes_on(picture: Image.Image) -> list[str]:
    """What the QR codes on a picture say."""
    for binarizer in (zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram):
        found = zxingcpp.read_barcodes(picture, formats=QR, binarizer=binarizer)
        if found:
            return sorted({code.text for code in found})
    return []


def is_blank(picture: Image.Image) -> bool:
    """Whether there is nothing on a page but dust, such as on the back of a sheet.

    The paper's own grey is measured in the page, as scanners and telephones give white as they please.
    """
    grey = picture.convert("L")
    paper = ImageStat.Stat(grey).median[0]
    ink = grey.point([255 if shade < paper - DARKER else 0 for shade in range(256)])
    least = 255 * STROKE // CELL**2
    return sum(ink.reduce(CELL).histogram()[least:]) <= SPECKS


def main(path: Path, media_type: str, folder: Path, first: int, most: int) -> None:
    """Take one file apart."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    pages = pages_of_pdf(path, most) if media_type == "application/pdf" else picture_in(path)
    try:
        for position, (count, picture, further) in enumerate(pages, first):
            codes = codes_on(picture) or next(filter(None, map(codes_on, further)), [])
            name = f"{position:04}.jpg"
            picture.save(folder / name, "JPEG", quality=70)
            _say(name=name, count=count, codes=codes, blank=not codes and is_blank(picture))
    except Refused as refusal:
        _say(refused=str(refusal))
    except (MemoryError, pypdfium2.PdfiumError) as error:
        _say(refused="too_large" if isinstance(error, MemoryError) else "damaged")


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
