"""Send kept files; one that was tampered with is refused and put on record."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from flask import send_file
from werkzeug.wrappers import Response

from tracker.audit.commands import record
from tracker.kernel import files
from tracker.kernel.actor import Actor
from tracker.kernel.db import write_transaction
from tracker.kernel.uploads import files_root

OCTETS = "application/octet-stream"
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Holder:
    """What a file belongs to, for the record of acts."""

    kind: str
    id: int
    group_id: int


def read_kept(sha256: str, name: str, *, holder: Holder, actor: Actor, now: datetime) -> bytes:
    """The bytes of a kept file, held against their hash; one that was tampered with is refused and recorded."""
    try:
        return files.read(sha256, files_root())
    except files.Damaged:
        with write_transaction():
            new = {"sha256": sha256, "name": name}
            record("file.damaged", holder.kind, holder.id, by=actor, now=now, group_id=holder.group_id, new=new)
        raise


def send_kept(sha256: str, name: str, *, holder: Holder, actor: Actor, now: datetime) -> Response:
    """Send a kept file as an attachment that no browser runs."""
    data = read_kept(sha256, name, holder=holder, actor=actor, now=now)
    answer = send_file(BytesIO(data), mimetype=OCTETS, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer
