"""Uploaded files: checked by content, stored by hash outside everything that is served."""

import hashlib
import os
import unicodedata
import zipfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO

import filetype
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import Model, db, insert_if_new
from tracker.kernel.errors import Invalid, OtherKind, Refusal, TooLarge
from tracker.kernel.text import _l

MAX_NAME_BYTES = 240
MAX_MEMBERS = 5000
MAX_UNPACKED = 300 * 1024 * 1024
CHUNK = 1024 * 1024
HALF_WRITTEN = f"{'[0-9a-f]' * 2}/.{'[0-9a-f]' * 64}.*.*"
"""Where a file lies, from the folder of all files, while it is being written."""

BY_CONTENT = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
"""What the first bytes may say, and the endings that go with it."""

OFFICE = {
    ".docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".pptx": (
        "ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
}
"""Office files: the part that each must contain, and its type."""

ACCEPTED = (".pdf", ".docx", ".xlsx", ".pptx", ".jpg", ".jpeg", ".png")


class StoredFile(Model):
    """A file's bytes, once, however many papers refer to them. The row is written after the file is safe on disk."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[datetime]


class Damaged(Refusal):
    """The bytes on disk are not those that were kept; nothing of them is sent."""

    status = 500

    def __init__(self) -> None:
        super().__init__(_l("文件与入库时的内容不一致，已停止下载并记录，请联系系统管理员核查。"))


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that was uploaded, checked and stored: its shown name, hash, size in bytes and type."""

    name: str
    sha256: str
    size: int
    media_type: str


def shown_name(raw: str) -> str:
    """The name to show and to send back: Chinese kept, paths, controls and direction tricks removed."""
    name = unicodedata.normalize("NFC", raw).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    return _short(name.strip(" ."))


def _short(name: str) -> str:
    """A name cut to what may be kept, with its ending where that is no longer than a name itself."""
    stem, dot, ending = name.rpartition(".")
    tail = f"{dot}{ending}".encode()
    # A title with a full stop in it and no ending is all tail: then there is nothing to keep but its beginning.
    head, tail = (stem.encode(), tail) if dot and len(tail) < MAX_NAME_BYTES else (name.encode(), b"")
    return head[: MAX_NAME_BYTES - len(tail)].decode(errors="ignore") + tail.decode()


def _media_type(data: bytes, name: str) -> str | None:
    ending = Path(name).suffix.lower()
    if ending in OFFICE:
        part, media_type = OFFICE[ending]
        return media_type if _is_sound_office_file(data, part) else None
    kind = filetype.guess(data[:8192])
    if kind is None or ending not in BY_CONTENT.get(kind.mime, ()):
        return None
    return str(kind.mime)


def _is_sound_office_file(data: bytes, part: str) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    names = {member.filename for member in members}
    return (
        len(members) <= MAX_MEMBERS
        and sum(member.file_size for member in members) <= MAX_UNPACKED
        and {part, "[Content_Types].xml"} <= names
        and not any(name.lower().endswith("vbaproject.bin") for name in names)
    )


def store(
    stream: IO[bytes],
    raw_name: str,
    *,
    root: Path,
    max_bytes: int,
    now: datetime,
    field: str,
    only: Collection[str] | None = None,
) -> NewFile:
    """Check an uploaded file and keep it; raises Invalid on the field when it is empty, too large or of another kind.

    only: the media types that are taken where not every kind is, which are then PDF and pictures.
    Written beside its place, synced, then renamed: a crash leaves nothing half-written.
    """
    name = shown_name(raw_name)
    data = stream.read(max_bytes + 1)
    if not data:
        raise Invalid({field: _l("文件“%(name)s”是空的。", name=name)})
    if len(data) > max_bytes:
        limit = max_bytes // CHUNK
        raise TooLarge({field: _l("文件“%(name)s”超过 %(limit)s MB。", name=name, limit=limit)})
    media_type = _media_type(data, name)
    if not name or media_type is None or (only is not None and media_type not in only):
        raise OtherKind({field: _of_another_kind(name) if only is None else _not_scanned(name)})
    return NewFile(name, keep(data, media_type, root=root, now=now), len(data), media_type)


def _of_another_kind(name: str) -> object:
    return _l("文件“%(name)s”的类型不能接收，请用 PDF、Word、Excel、PPT 或图片（扩展名须与内容一致）。", name=name)


def _not_scanned(name: str) -> object:
    return _l("文件“%(name)s”的类型不能接收，请用 PDF、JPG 或 PNG（扩展名须与内容一致）。", name=name)


def keep(data: bytes, media_type: str, *, root: Path, now: datetime) -> str:
    """Keep bytes that were found harmless already; gives back their hash."""
    digest = hashlib.sha256(data).hexdigest()
    _keep(data, path_of(digest, root))
    # Two who keep the same bytes at once both find them kept.
    row = {"sha256": digest, "size": len(data), "media_type": media_type, "created_at": now}
    db.session.execute(insert_if_new(StoredFile).values(**row))
    return digest


def path_of(digest: str, root: Path) -> Path:
    """Where the bytes of a hash lie."""
    return root / digest[:2] / digest


def read(digest: str, root: Path) -> bytes:
    """The bytes of a hash; raises Damaged when they are gone or are no longer what was kept."""
    path = path_of(digest, root)
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != digest:
        raise Damaged
    return data


def _keep(data: bytes, path: Path) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with partial.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
        _settle(path)
    finally:
        # On a full disk half a file is what stands in the way of the next.
        partial.unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """Let the name of a new file outlive a power cut: a file's is kept in its folder, and a new folder's in its own."""
    for folder in (path.parent, path.parent.parent):
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def throw_away_halves(root: Path, *, before: datetime) -> None:
    """Remove what writers who were killed left half-written; what was touched since then may still become a file."""
    for partial in root.glob(HALF_WRITTEN):
        with suppress(FileNotFoundError):
            if partial.stat().st_mtime < before.timestamp():
                partial.unlink()
