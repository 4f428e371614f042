"""Uploaded files on their way from a form to a command."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tracker.kernel import files
from tracker.kernel.errors import Invalid
from tracker.kernel.files import NewFile
from tracker.kernel.forms import MAX_FILES
from tracker.kernel.installation import settings
from tracker.kernel.text import _l


def files_root() -> Path:
    """Where uploaded files lie."""
    return settings().files_dir


def chosen(*uploads: Any) -> list[Any]:
    """The files that were really chosen; an empty field sends one without a name."""
    return [upload for upload in uploads if getattr(upload, "filename", "")]


def kept(
    uploads: Sequence[Any], *, field: str, now: datetime, most: int = MAX_FILES, only: Collection[str] | None = None
) -> list[NewFile]:
    """Check and keep what was uploaded, `only` of these media types if some are named; in the act's own transaction."""
    if len(uploads) > most:
        raise Invalid({field: _l("一次最多上传 %(count)s 个文件。", count=most)})
    limit = settings().max_upload_mb * 1024 * 1024
    return [
        files.store(
            upload.stream, upload.filename or "", root=files_root(), max_bytes=limit, now=now, field=field, only=only
        )
        for upload in uploads
    ]
