"""Bringing a document in: what can be read opens beside its text, what cannot is refused with its sentence."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.effort import takes_at_most
from tests.plans.pages.sheets import INVENTED, brought_in, told, upload
from tests.visitors import give_account, signed_in, stranger
from tracker.kernel.db import db
from tracker.plans.models import PlanDocument

WORD = Path(__file__).parents[1] / "variants" / "10_food_safety.docx"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 200


@pytest.fixture
def registrar(app: Flask, cast: Cast) -> FlaskClient:
    """The registrar's browser."""
    return signed_in(app, cast.person_ids["registrar"])


def documents() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(PlanDocument)) or 0


def bomb() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\x00" * 60_000_000)
    return packed.getvalue()


def test_a_file_is_kept_and_opened_beside_its_text(registrar: FlaskClient, cast: Cast) -> None:
    address = brought_in(registrar)
    page = registrar.get(address)
    assert page.status_code == 200
    assert 'id="L23"' in page.text and "澄江区校园食品安全专项整治工作领导小组" in page.text
    row = db.session.scalars(sa.select(PlanDocument)).one()
    assert (row.region_id, row.uploaded_by, row.name) == (
        cast.region_ids["d1"],
        cast.person_ids["registrar"],
        "方案.txt",
    )
    assert row.lines[2] == "为保障全区师生饮食安全，结合我区实际，制定本方案。"


def test_a_word_file_is_read_as_well(registrar: FlaskClient) -> None:
    answer = upload(registrar, WORD.read_bytes(), "方案.docx")
    assert answer.status_code == 303
    assert registrar.get(answer.location).status_code == 200


def test_pasted_text_is_read_as_well(registrar: FlaskClient) -> None:
    answer = registrar.post("/plans/upload", data={"text": INVENTED.read_text(encoding="utf-8")})
    assert answer.status_code == 303
    assert "宋知远" in registrar.get(answer.location).text


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "方案.txt", "文件是空的"),
        (b"  \n\t ", "方案.txt", "文件是空的"),
        (PICTURE, "方案.docx", "内容却不是 Word 文档"),
        (PICTURE, "方案.txt", "内容却不是文本"),
        (PICTURE, "方案.png", "只能读取 .txt 和 .docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "方案.doc", "旧版 Word"),
        (b"\x00\x01" * 4000, "方案.txt", "不是文本"),
        (b"PK\x03\x04 broken", "方案.docx", "已损坏"),
    ],
    ids=["empty", "blank", "picture-docx", "picture-txt", "picture", "old-word", "binary", "damaged"],
)
def test_what_cannot_be_read_is_refused_with_its_sentence(
    registrar: FlaskClient, data: bytes, name: str, sentence: str
) -> None:
    answer = upload(registrar, data, name)
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert documents() == 0
    assert upload(registrar, INVENTED.read_bytes(), "方案.txt").status_code == 303
    assert documents() == 1


def test_a_bomb_is_refused_in_under_two_seconds(registrar: FlaskClient) -> None:
    data = bomb()
    with takes_at_most(2):
        answer = upload(registrar, data, "方案.docx")
    assert answer.status_code == 422
    assert "为安全起见" in told(answer)


def test_a_huge_file_is_refused_before_it_is_read(registrar: FlaskClient) -> None:
    with takes_at_most(2):
        answer = registrar.post("/plans/upload", data={"text": "x"}, environ_overrides={"CONTENT_LENGTH": "50000000"})
    assert answer.status_code == 413
    assert documents() == 0


def test_an_empty_form_asks_for_a_file_or_text(registrar: FlaskClient) -> None:
    answer = registrar.post("/plans/upload", data={"text": "  "})
    assert answer.status_code == 422
    assert "请选择文件" in told(answer)


@pytest.mark.parametrize("name", ["registrar", "office_clerk", "office_director"])
def test_registrar_and_office_bring_plans_in(app: Flask, cast: Cast, name: str) -> None:
    browser = signed_in(app, cast.person_ids[name])
    assert browser.get("/plans/upload").status_code == 200
    assert upload(browser, INVENTED.read_bytes()).status_code == 303


@pytest.mark.parametrize(
    "name", ["finance_head", "finance_liaison", "supervisor", "leader", "auditor", "administrator", "outsider"]
)
def test_others_are_told_whose_work_it_is(app: Flask, cast: Cast, name: str) -> None:
    browser = signed_in(app, cast.person_ids[name])
    assert browser.get("/plans/upload").status_code == 403
    answer = upload(browser, INVENTED.read_bytes())
    assert answer.status_code == 403
    assert "登记员" in answer.text
    assert documents() == 0


def test_strangers_are_sent_to_sign_in(app: Flask, cast: Cast) -> None:
    give_account(app, cast.person_ids["administrator"])
    assert "/sign-in" in upload(stranger(app), INVENTED.read_bytes()).location


def test_a_document_is_seen_by_the_registrar_and_by_the_office_that_brought_it(app: Flask, cast: Cast) -> None:
    address = brought_in(signed_in(app, cast.person_ids["office_clerk"]))
    for name, status in (
        ("office_clerk", 200),
        ("registrar", 200),
        ("office_director", 200),
        ("g2_office_clerk", 404),
        ("d2_office_director", 404),
        ("finance_head", 404),
        ("auditor", 404),
    ):
        browser = signed_in(app, cast.person_ids[name])
        assert browser.get(address).status_code == status, name
        assert (address in browser.get("/plans").text) == (status == 200), name


def test_text_of_a_document_is_shown_and_never_run(registrar: FlaskClient) -> None:
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{7*7}}\"'>"
    text = INVENTED.read_text(encoding="utf-8").replace("为保障全区师生", evil).replace("落实陪餐制度", "落实" + evil)
    page = registrar.get(brought_in(registrar, text.encode())).text
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "{{7*7}}" in page


def test_marks_of_direction_in_a_file_name_are_taken_out(registrar: FlaskClient) -> None:
    answer = upload(registrar, INVENTED.read_bytes(), "../\u202e方案.txt")
    assert answer.status_code == 303
    assert db.session.scalars(sa.select(PlanDocument.name)).one() == "方案.txt"


def test_a_document_can_be_put_away(registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    version = db.session.scalars(sa.select(PlanDocument.version)).one()
    assert registrar.post(f"{address}/discard", data={"version": version + 1}).status_code == 409
    assert registrar.post(f"{address}/discard", data={"version": version}).status_code == 303
    assert address not in registrar.get("/plans").text
    assert registrar.post(address, data={"version": version + 1, "do": "confirm"}).status_code == 409
