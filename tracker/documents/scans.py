"""Scans taken apart: pages as pictures with the codes on them, and pictures put together as a PDF again."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from config import ROOT
from tracker.kernel.errors import Refusal
from tracker.kernel.text import _l

PATIENCE = 40
"""Seconds that one page may take."""
DPI = 200
SCANS = frozenset({"application/pdf", "image/jpeg", "image/png"})
"""The types of file that pages are scanned into."""


class Fault(StrEnum):
    """Why a scan is not taken."""

    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_PAGES = "no_pages"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


SENTENCES = {
    Fault.ENCRYPTED: _l("文件“%(name)s”有密码保护，请去掉密码后再传。"),
    Fault.DAMAGED: _l("文件“%(name)s”无法读取，可能已损坏，请重新扫描。"),
    Fault.NO_PAGES: _l("文件“%(name)s”没有页面。"),
    Fault.TOO_MANY_PAGES: _l("文件“%(name)s”页数过多，一叠最多 %(most)s 页，请分开上传。"),
    Fault.TOO_LARGE: _l("文件“%(name)s”的图像尺寸过大，请降低分辨率后再传。"),
    Fault.TOO_SLOW: _l("文件“%(name)s”有一页处理过久，已停止，请重新扫描。"),
}


class Unreadable(Refusal):
    """A scan cannot be taken apart, for a reason that its owner can act on (422)."""

    status = 422

    def __init__(self, fault: Fault, *, name: str, most: int) -> None:
        text = SENTENCES[fault]
        super().__init__(_l(text._args[0], name=name, most=most))  # noqa: SLF001 - the sentence before its values
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a scan: its picture in the folder, the pages of its file, the codes on it, whether it is blank."""

    name: str
    count: int
    codes: tuple[str, ...]
    blank: bool


def pages_of(
    path: Path, media_type: str, *, name: str, folder: Path, first: int, most: int, limit: int
) -> Iterator[Page]:
    """Take a scan apart in a process of its own; pictures are numbered from `first` on.

    At most `most` pages are taken; `limit` is the number that a refusal names.

    Raises:
        Unreadable: the file is encrypted, damaged, empty, too large or takes too long.
    """
    command = [sys.executable, "-m", "tracker.documents.splitting"]
    arguments = [str(path), media_type, str(folder), str(first), str(most)]
    child = subprocess.Popen(  # noqa: S603 - our own module; nothing of the arguments comes from outside
        [*command, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    seen, count = 0, None
    try:
        for line in _lines(child.stdout):
            said: dict[str, Any] = json.loads(line) if line is not None else {"refused": Fault.TOO_SLOW.value}
            if "refused" in said:
                raise Unreadable(Fault(said["refused"]), name=name, most=limit)
            count = said["count"]
            yield Page(said["name"], count, tuple(said["codes"]), said["blank"])
            seen += 1
        if seen != count:
            # It ended before it was through: what killed it stands in the file.
            raise Unreadable(Fault.DAMAGED, name=name, most=limit)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def _lines(stream: IO[str]) -> Iterator[str | None]:
    """The lines of a child as they come; None where one is waited for in vain."""
    waiting: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        for line in stream:
            waiting.put(line)
        waiting.put("")

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    while True:
        try:
            line = waiting.get(timeout=PATIENCE)
        except queue.Empty:
            yield None
            return
        if not line:
            listener.join()
            return
        yield line


def as_pdf(pictures: Sequence[tuple[bytes, int, int]]) -> bytes:
    """JPEGs in colour, given as (bytes, width, height), as the pages of a PDF; the same pictures, the same bytes."""
    numbers = [4 + 3 * place for place in range(len(pictures))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        (1, b"<< /Type /Catalog /Pages 2 0 R >>"),
        (2, f"<< /Type /Pages /Kids [{kids}] /Count {len(pictures)} >>".encode()),
        (3, b"<< /Producer (Zeren) >>"),
    ]
    for number, (data, across, down) in zip(numbers, pictures, strict=True):
        width, height = across * 72 / DPI, down * 72 / DPI
        drawn = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /P Do Q".encode()
        objects += [
            (
                number,
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] /Contents {number + 1} 0 R "
                f"/Resources << /XObject << /P {number + 2} 0 R >> >> >>".encode(),
            ),
            (number + 1, _stream("", drawn)),
            (
                number + 2,
                _stream(
                    f"/Type /XObject /Subtype /Image /Width {across} /Height {down} /ColorSpace /DeviceRGB "
                    "/BitsPerComponent 8 /Filter /DCTDecode ",
                    data,
                ),
            ),
        ]
    return _written(objects)


def _stream(about: str, data: bytes) -> bytes:
    return f"<< {about}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _written(objects: Sequence[tuple[int, bytes]]) -> bytes:
    out, places = BytesIO(b""), []
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    for number, body in objects:
        places.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    table = out.tell()
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode())
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{table}\n%%EOF\n".encode())
    return out.getvalue()
