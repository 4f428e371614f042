"""Files on their way in and out: what is refused, who may read them, and how they are sent."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import FrameType
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.tasks.pages.worlds import accepted, submitted
from tracker.audit.models import AuditEntry
from tracker.kernel.db import db
from tracker.kernel.files import shown_name
from tracker.tasks.models import Evidence, Task

ClientAs = Callable[[str], FlaskClient]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def docx(*, extra: dict[str, bytes] | None = None) -> bytes:
    """A small Word file, with other members if asked for."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def send(client: FlaskClient, task_id: int, *files: tuple[bytes, str]) -> int:
    """Report with files, and say how that was answered.

    The body is written here: the client's own writer leaves large bodies behind in files that nobody closes.
    """
    db.session.expire_all()
    version = db.session.get_one(Task, task_id).version
    heads = [
        *((f'name="{name}"', value.encode()) for name, value in (("version", str(version)), ("text", "附材料"))),
        *((f'name="files"; filename="{escaped(name)}"', content) for content, name in files),
    ]
    parts = [f"--limit\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + body for head, body in heads]
    body = b"\r\n".join([*parts, b"--limit--\r\n"])
    kind = "multipart/form-data; boundary=limit"
    return client.post(f"/tasks/{task_id}/report", data=body, content_type=kind).status_code


@contextmanager
def in_a_moment() -> Iterator[None]:
    """Stop what would never end: fails after ten seconds."""

    def too_long(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail("this never ends")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(10)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def escaped(name: str) -> str:
    """A file's name as browsers write it into a form."""
    return name.replace('"', "%22")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "图.svg"),
        (b"<html><script>alert(1)</script>", "页.html"),
        (b"<html><script>alert(1)</script>", "页.pdf"),
        (PDF, "脚本.js"),
        (PDF, "责任书"),
        (PDF, "a.pdf.html"),
        (PDF, ""),
        (PDF, "..."),
        (b"", "空.pdf"),
        (PNG, "图.pdf"),
        (b"MZ\x90\x00", "程序.exe"),
        (docx(extra={"word/vbaProject.bin": b"x"}), "宏.docx"),
        (docx(extra={"bomb.xml": b"0" * (310 * 1024 * 1024)}), "炸弹.docx"),
        (docx()[:-30], "断.docx"),
        (docx(), "表.xlsx"),
        (b"%PDF-1.4" + b"0" * (20 * 1024 * 1024), "大.pdf"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_of_other_kinds_are_refused_and_nothing_is_kept(
    cast: Cast, client_as: ClientAs, content: bytes, name: str
) -> None:
    [task_id] = accepted(cast, "在办任务")
    head = client_as("finance_head")
    if name:
        assert send(head, task_id, (content, name)) == (422 if not content else 413 if name == "大.pdf" else 415)
        assert db.session.query(Evidence).count() == 0
    assert send(head, task_id, (PDF, "证明.pdf"), (docx(), "说明.docx")) == 302
    assert db.session.query(Evidence).count() == 2


def test_a_request_beyond_all_limits_is_refused(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务")
    head = client_as("finance_head")
    assert send(head, task_id, (b"%PDF-1.4" + b"0" * (22 * 1024 * 1024), "大.pdf")) == 413
    assert send(head, task_id, *((PDF + str(n).encode(), f"{n}.pdf") for n in range(11))) == 422
    assert send(head, task_id, *((PDF + str(n).encode(), f"{n}.pdf") for n in range(10))) == 302


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("责任书（签字版）.pdf", "责任书（签字版）.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\\\文件\\\\凭证.pdf", "凭证.pdf"),
        ("凭\u202e证fdp.pdf", "凭证fdp.pdf"),
        ("'><svg onload=alert(1)>.pdf", "'><svg onload=alert(1)>.pdf"),
    ],
)
def test_names_are_kept_as_people_wrote_them_without_tricks(
    cast: Cast, client_as: ClientAs, raw: str, kept: str
) -> None:
    [task_id] = accepted(cast, "在办任务")
    head = client_as("finance_head")
    assert send(head, task_id, (PDF, raw)) == 302
    row = db.session.query(Evidence).one()
    assert row.name == kept
    assert "<svg onload" not in head.get(f"/tasks/{task_id}").text
    answer = head.get(f"/evidence/{row.id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")


LONG = "一" * 100
"""Longer, with three bytes to a sign, than a name may be."""


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("1." + LONG, "1." + "一" * 79),
        ("." * 9 + LONG, "一" * 80),
        (LONG, "一" * 80),
        (LONG + ".pdf", "一" * 78 + ".pdf"),
        ("短." + "x" * 239, "短." + "x" * 236),
        ("短." + "x" * 238, "." + "x" * 238),
    ],
)
@pytest.mark.sqlite
def test_a_name_of_any_length_is_cut_to_what_may_be_kept(raw: str, kept: str) -> None:
    # A name that is never short enough would hold its worker, and the database with it, until somebody kills them.
    with in_a_moment():
        assert shown_name(raw) == kept


def test_a_file_named_by_a_title_without_ending_is_answered(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务")
    head = client_as("finance_head")
    with in_a_moment():
        assert send(head, task_id, (PDF, "1." + LONG)) == 415
    assert send(head, task_id, (PDF, LONG + ".pdf")) == 302
    assert db.session.query(Evidence).one().name == "一" * 78 + ".pdf"


def test_a_download_is_an_attachment_that_no_browser_runs(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务", parts=["town"])
    send(client_as("finance_head"), task_id, (PDF, "拨付凭证.pdf"))
    address = f"/evidence/{db.session.query(Evidence).one().id}"
    for name in ("finance_staff", "office_clerk", "supervisor", "town_head"):
        answer = client_as(name).get(address)
        assert answer.status_code == 200
        assert "filename*=UTF-8''%E6%8B%A8" in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert answer.headers["Cache-Control"] == "no-store"
    for name in ("construction_head", "outsider", "d2_head", "auditor"):
        assert client_as(name).get(address).status_code == 404


def test_a_file_that_was_tampered_with_is_not_sent_and_leaves_a_record(
    cast: Cast, client_as: ClientAs, app: Flask
) -> None:
    [task_id] = accepted(cast, "在办任务")
    head = client_as("finance_head")
    send(head, task_id, (PDF, "拨付凭证.pdf"))
    row = db.session.query(Evidence).one()
    row_id, digest = row.id, row.sha256
    path = Path(app.extensions["settings"].files_dir) / digest[:2] / digest
    path.write_bytes(PDF + b"tampered")
    answer = head.get(f"/evidence/{row_id}")
    assert answer.status_code == 500
    assert b"tampered" not in answer.data
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.act == "file.damaged")) == 1
    path.write_bytes(PDF)
    assert head.get(f"/evidence/{row_id}").status_code == 200


def test_nothing_is_added_to_what_was_handed_in(cast: Cast, client_as: ClientAs) -> None:
    [open_id], [closed_id] = accepted(cast, "在办任务"), submitted(cast, "已报任务")
    head = client_as("finance_head")
    assert send(head, closed_id, (PDF, "补.pdf")) == 409
    assert send(head, open_id, (PDF, "补.pdf")) == 302
