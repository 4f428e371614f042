"""Drawn signatures: a small picture and nothing else of what came in."""

import base64
from collections.abc import Callable
from io import BytesIO

import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.cast import NOW, Cast
from tests.letters.promises import again, issued, seen
from tracker.audit.queries import history
from tracker.kernel.errors import Invalid
from tracker.kernel.files import path_of
from tracker.letters import policy
from tracker.letters.drawings import HEIGHT, MOST_DRAWN, PREFIX, WIDTH, as_png, drawn
from tracker.letters.rules import LetterState

ClientAs = Callable[[str], FlaskClient]


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 200)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def as_text(data: bytes) -> str:
    return PREFIX + base64.b64encode(data).decode()


def test_what_was_drawn_or_photographed_becomes_a_small_png() -> None:
    for data in (drawn(as_text(picture()), field="drawn"), as_png(picture("JPEG", (4000, 3000)), field="picture")):
        with Image.open(BytesIO(data)) as made:
            assert made.format == "PNG"
            assert made.width <= WIDTH and made.height <= HEIGHT


@pytest.mark.parametrize(
    "text",
    [
        "data:image/svg+xml;base64,PHN2Zz4=",
        f"{PREFIX}not base64 !",
        as_text(b"<html></html>"),
        as_text(picture("GIF")),
        as_text(picture()[:60]),
        PREFIX + "A" * MOST_DRAWN,
    ],
)
def test_anything_else_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        drawn(text, field="drawn")
    assert list(refusal.value.errors) == ["drawn"]


def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.letters.drawings.MOST_PIXELS", 100)
    with pytest.raises(Invalid):
        as_png(picture(), field="picture")


def test_a_drawing_goes_with_the_signature_onto_page_and_paper(cast: Cast, client_as: ClientAs) -> None:
    letter, head = issued(cast), client_as("finance_head")
    one = seen(cast, letter, "finance_head", now=NOW)
    fields = {"text_id": one.text_id, "sha256": one.sha256, "ticket": one.ticket}
    refused = head.post(f"/letters/{letter.id}/sign", data={**fields, "drawn": as_text(b"no picture")})
    assert refused.status_code == 415
    assert again(letter).state is LetterState.ISSUED
    assert head.post(f"/letters/{letter.id}/sign", data={**fields, "drawn": as_text(picture())}).status_code == 302
    [signature] = policy.signatures_of(again(letter))
    shown = f"/letters/{letter.id}/drawings/{signature.drawing_sha256}"
    assert shown in head.get(f"/letters/{letter.id}").get_data(as_text=True)
    answer = head.get(shown)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert head.get(f"/letters/{letter.id}/drawings/{'0' * 64}").status_code == 404
    assert client_as("construction_head").get(shown).status_code == 404
    paper = Document(BytesIO(head.get(f"/letters/{letter.id}/letter.docx").data))
    assert any("image" in part.content_type for part in paper.part.package.iter_parts())


def test_a_photograph_can_be_uploaded_instead(cast: Cast, client_as: ClientAs) -> None:
    letter, head = issued(cast), client_as("finance_head")
    one = seen(cast, letter, "finance_head", now=NOW)
    fields = {"text_id": str(one.text_id), "sha256": one.sha256, "ticket": one.ticket}
    data = {**fields, "picture": (BytesIO(picture("JPEG")), "签名.jpg")}
    assert head.post(f"/letters/{letter.id}/sign", data=data).status_code == 302
    assert policy.signatures_of(again(letter))[0].drawing_sha256 is not None


def test_a_drawing_that_was_tampered_with_is_not_shown_and_is_put_on_record(
    cast: Cast, client_as: ClientAs, app: Flask
) -> None:
    letter, head = issued(cast), client_as("finance_head")
    one = seen(cast, letter, "finance_head", now=NOW)
    fields = {"text_id": str(one.text_id), "sha256": one.sha256, "ticket": one.ticket, "drawn": as_text(picture())}
    assert head.post(f"/letters/{letter.id}/sign", data=fields).status_code == 302
    digest = policy.signatures_of(again(letter))[0].drawing_sha256
    assert digest is not None
    path_of(digest, app.extensions["settings"].files_dir).write_bytes(b"another")
    for address in (f"drawings/{digest}", "letter.docx"):
        assert head.get(f"/letters/{letter.id}/{address}").status_code == 500
        assert history("letter", letter.id)[-1].act == "file.damaged"
