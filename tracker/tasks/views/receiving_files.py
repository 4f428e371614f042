"""Uploaded files and signed papers, on their way from a form to a command."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app

from config import Settings
from tracker.accounts.identity import actor_of_person
from tracker.kernel import files
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.tasks import policy
from tracker.tasks.commands import PaperRoad
from tracker.tasks.forms.fields import MAX_FILES, PaperForm


def settings() -> Settings:
    """The settings of the application at work."""
    own: Settings = current_app.extensions["settings"]
    return own


def files_root() -> Path:
    """Where uploaded files lie."""
    return settings().files_dir


def kept(uploads: Sequence[Any], *, field: str, now: datetime) -> list[NewFile]:
    """Check and keep what was uploaded; belongs in the act's own transaction."""
    if len(uploads) > MAX_FILES:
        raise Invalid({field: _l("一次最多上传 %(count)s 个文件。", count=MAX_FILES)})
    limit = settings().max_upload_mb * 1024 * 1024
    return [
        files.store(upload.stream, upload.filename or "", root=files_root(), max_bytes=limit, now=now, field=field)
        for upload in uploads
    ]


def paper_of(form: PaperForm, group_id: int, *, by: Actor, now: datetime) -> PaperRoad | None:
    """The paper on which somebody decided by hand, if the form says so; only the office enters such papers."""
    if not form.paper.data:
        return None
    require(policy.may_manage(by, group_id))
    if not form.signatory.row_id:
        raise Invalid({"signatory": _l("请选择在纸上签批的领导。")})
    scan = form.scan.data
    chosen = [scan] if getattr(scan, "filename", "") else []
    digests = [file.sha256 for file in kept(chosen, field="scan", now=now)]
    signatory = actor_of_person(form.signatory.row_id, day=local_date(now))
    return PaperRoad(signatory=signatory, sha256=next(iter(digests), None))
