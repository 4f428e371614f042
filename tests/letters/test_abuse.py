"""What somebody tries who bends requests by hand: foreign letters, fields that no form has, other people's signatures.

Each stands beside the same request as it is meant, which succeeds.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pypdfium2
import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.effort import takes_at_most
from tests.letters.promises import (
    again,
    follow,
    held_post,
    in_force,
    inbox_keys,
    issue,
    issued,
    office_edits,
    prepare,
    promised,
    send_back,
    sign,
)
from tests.letters.test_pages import PDF, batch_form, hidden, signing, stranger, text_of
from tests.letters.test_tampering import on_paper
from tests.tasks.stories import act, everything, refuses
from tests.visitors import PASSWORD
from tracker.accounts import commands as accounts
from tracker.accounts import queries as accounts_queries
from tracker.documents.pdf import pdf_available
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.letters import commands, policy
from tracker.letters.drawings import PREFIX
from tracker.letters.models import Letter, Signature
from tracker.letters.rules import LetterKind, LetterState, Side, SigningOrder
from tracker.organisation import commands as organisation
from tracker.organisation.models import Person

ClientAs = Callable[[str], FlaskClient]

ADDRESSES = (
    "/letters/{}",
    "/letters/{}/sign",
    "/letters/{}/send-back",
    "/letters/{}/edit",
    "/letters/{}/issue",
    "/letters/{}/withdraw",
    "/letters/{}/follow",
    "/letters/{}/paper",
    "/letters/{}/reconcile",
    "/letters/{}/letter.docx",
    "/letters/{}/letter.pdf",
)
"""Pages and acts of one letter."""

FORGED = {
    "state": "in_force",
    "number": "假〔2026〕1号",
    "check_code": "FORGED",
    "signed_at": "2020-01-01",
    "signer_name": "假名",
    "person_name": "假名",
    "signer_id": "1",
    "person_id": "1",
    "unit_id": "1",
    "group_id": "2",
    "edition": "9",
    "mark": "v1:0",
    "ip": "203.0.113.1",
    "created_by": "1",
    "id": "1",
    "by": "1",
}
"""Fields that no form of letters has."""


PHONE = re.compile(r"(?<!\w)138[\d*]{8}")
"""Somebody's number, masked or not."""


def body(answer: TestResponse) -> str:
    """A page without what differs from one request to the next."""
    return re.sub(r'(?:content|value)="[^"]{60,}"|[0-9a-f]{12,}|\d+', "#", text_of(answer))


def row_of(letter: Letter) -> dict[str, object]:
    """A letter as it stands in its table."""
    fresh = again(letter)
    return {column.name: getattr(fresh, column.key) for column in Letter.__table__.columns}


# ---- other units', other groups' ----


@pytest.mark.parametrize("name", ["construction_head", "g2_office_director", "d2_head", "administrator"])
def test_a_foreign_letter_is_like_one_that_does_not_exist(cast: Cast, client_as: ClientAs, name: str) -> None:
    letter_id, visitor = issued(cast).id, client_as(name)
    before = everything()
    for address in ADDRESSES:
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            foreign, missing = (visitor.open(address.format(row), method=method) for row in (letter_id, 999_999))
            assert foreign.status_code == missing.status_code, (method, address)
            assert body(foreign) == body(missing)
            assert "ETag" not in foreign.headers
            assert method == "OPTIONS" or foreign.status_code in {404, 405}, (method, address)
    assert everything() == before
    assert client_as("finance_head").get(f"/letters/{letter_id}").status_code == 200


def test_lists_hold_nothing_of_others_whatever_the_address_asks(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    number = str(letter.number)
    mine, others = client_as("finance_head"), client_as("construction_head")
    asked = "/letters", f"/letters?unit_id={letter.unit_id}", f"/letters?group_id={letter.group_id}&state=issued"
    for address in (*asked, "/letters/sign", "/letters?sort=password_hash", "/letters?sort=__class__"):
        answer = others.get(address)
        assert (answer.status_code, number in text_of(answer)) == (200, False), address
    assert number in text_of(mine.get("/letters"))
    assert client_as("construction_head").get(f"/letter-batches/{letter.batch_id}").status_code == 404


def test_a_scan_or_a_drawing_is_shown_under_its_own_letter_alone(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    signed = on_paper(app, cast)
    [digest] = {one.scan_sha256 for one in policy.signatures_of(signed)} - {None}
    own = issued(cast, "construction")
    assert client_as("construction_head").get(f"/letters/{own.id}/scans/{digest}").status_code == 404
    assert client_as("construction_head").get(f"/letters/{signed.id}/scans/{digest}").status_code == 404
    assert client_as("finance_head").get(f"/letters/{signed.id}/scans/{digest}").status_code == 200


def test_a_letter_promises_no_task_of_another_unit(cast: Cast, client_as: ClientAs) -> None:
    promised(cast)
    foreign, office = promised(cast, lead="construction"), client_as("office_clerk")
    batch = prepare(cast, "finance")
    [letter] = batch.letters
    own = [clause.task_id for clause in letter.clauses if clause.task_id is not None]
    form = {"version": str(letter.version), "tasks": [str(own[0]), str(foreign.id)]}
    before = row_of(letter)
    assert office.post(f"/letters/{letter.id}/edit", data=form).status_code == 422
    assert row_of(letter) == before
    assert office.post(f"/letters/{letter.id}/edit", data={**form, "tasks": [str(own[0])]}).status_code == 302


def test_nobody_hears_of_a_letter_that_is_not_theirs(cast: Cast) -> None:
    letter = issued(cast)
    sign(cast, letter, "finance_head")
    assert inbox_keys(cast, "finance_head")
    for name in ("construction_head", "water_head", "d2_head", "outsider", "administrator"):
        assert inbox_keys(cast, name) == [], name


# ---- fields that no form has ----


def test_the_office_cannot_write_what_only_acts_write(cast: Cast, client_as: ClientAs) -> None:
    promised(cast)
    office = client_as("office_clerk")
    [letter] = prepare(cast, "finance").letters
    task = next(clause.task_id for clause in letter.clauses if clause.task_id is not None)
    form = {"version": str(letter.version), "tasks": [str(task)], "free": "另行约定。"}
    before = row_of(letter)
    assert office.post(f"/letters/{letter.id}/edit", data={**FORGED, **form}).status_code == 302
    after = row_of(letter)
    assert {key for key in after if after[key] != before[key]} == {"free", "version"} & set(after) | {"version"}
    batch_id = letter.batch_id
    issue_form = {**FORGED, "version": str(again(letter).batch.version)}
    assert office.post(f"/letter-batches/{batch_id}/issue", data=issue_form).status_code == 302
    gone_out = again(letter)
    assert (gone_out.state, gone_out.number, gone_out.edition) == (LetterState.ISSUED, "优均责〔2026〕1号", 1)
    assert gone_out.check_code != "FORGED"


def test_who_signed_what_and_when_is_the_server_s_to_say(cast: Cast, client_as: ClientAs) -> None:
    letter, head = issued(cast), client_as("finance_head")
    form = signing(head, letter.id)
    answer = head.post(f"/letters/{letter.id}/sign", data={**FORGED, **form})
    assert answer.status_code == 302
    [signature] = policy.signatures_of(again(letter))
    assert (signature.person_id, signature.person_name) == (cast.person_ids["finance_head"], "钱广源")
    assert signature.signed_at == NOW
    assert again(letter).state is LetterState.HALF_SIGNED


def test_of_a_field_sent_twice_the_first_counts(cast: Cast, client_as: ClientAs) -> None:
    letter, head = issued(cast), client_as("finance_head")
    form = signing(head, letter.id)
    twice = MultiDict([*(("sha256", "0" * 64),), *form.items()])
    assert head.post(f"/letters/{letter.id}/sign", data=twice).status_code == 409
    assert again(letter).state is LetterState.ISSUED
    behind = MultiDict([*form.items(), ("sha256", "0" * 64)])
    assert head.post(f"/letters/{letter.id}/sign?text_id=0&sha256=0", data=behind).status_code == 302


def test_a_letter_that_both_have_signed_is_changed_by_no_form(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    text = policy.text_of(letter)
    assert text is not None
    row, kept = row_of(letter), (text.id, text.text, text.sha256, text.mark)
    forged = {**FORGED, "version": str(letter.version), "free": "改写。", "remark": "改写"}
    paths = "edit", "issue", "send-back", "sign", "paper", "follow", "reconcile", "fulfil"
    for name in ("office_clerk", "finance_head", "leader"):
        person = client_as(name)
        for path in paths:
            for method in ("POST", "DELETE"):
                answer = person.open(f"/letters/{letter.id}/{path}", method=method, data=forged)
                assert 400 <= answer.status_code < 500, (name, method, path)
    now_kept = policy.text_of(again(letter))
    assert now_kept is not None
    assert (row_of(letter), (now_kept.id, now_kept.text, now_kept.sha256, now_kept.mark)) == (row, kept)
    assert len(policy.signatures_of(again(letter))) == 2


def test_what_was_signed_outlives_every_way_to_be_rid_of_it(
    app: Flask, cast: Cast, session: Session, client_as: ClientAs
) -> None:
    letter = in_force(cast)
    row, office, version = row_of(letter), client_as("office_clerk"), {"version": str(letter.batch.version)}
    for address, said, status in (
        (f"/letter-batches/{letter.batch_id}/discard", version, 409),
        (f"/letter-batches/{letter.batch_id}/drop", {**version, "letter": str(letter.id)}, 422),
        (f"/letters/{letter.id}/withdraw", {"version": str(letter.version), "remark": "不要了。"}, 409),
    ):
        assert office.post(address, data=said).status_code == status, address
        assert office.delete(address).status_code == 405
    for address in (f"/letters/{letter.id}", f"/letter-batches/{letter.batch_id}"):
        assert office.delete(address).status_code == 405
    unit, group = cast.unit("finance"), cast.group()
    with refuses(Stale):
        organisation.end_unit(unit, version=unit.version, by=SYSTEM, now=NOW)
    kept = {"letter": letter.id, "letter_text": letter.texts[0].id, "unit": unit.id, "leadership_group": group.id}
    for table, row_id in (*kept.items(), ("person", cast.person_ids["finance_head"])):
        gone = sa.delete(sa.table(table, sa.column("id"))).where(sa.column("id") == row_id)
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            session.execute(gone)
    db.session.rollback()
    act(organisation.end_group, cast.group(), by=SYSTEM)
    assert row_of(letter) == row
    assert app.test_cli_runner().invoke(args=["letters", "verify", "--all"]).exit_code == 0
    assert "正在生效" in text_of(stranger(app, cast).get(f"/check/{letter.check_code}"))


def test_what_nobody_has_signed_can_be_given_up(cast: Cast, client_as: ClientAs) -> None:
    for unit in ("finance", "construction"):
        promised(cast, lead=unit)
    batch, office = prepare(cast, "finance", "construction"), client_as("office_clerk")
    first, _second = (letter.id for letter in batch.letters)
    dropped = office.post(f"/letter-batches/{batch.id}/drop", data={"version": "1", "letter": str(first)})
    assert dropped.status_code == 302
    assert office.post(f"/letter-batches/{batch.id}/discard", data={"version": "2"}).status_code == 302
    went_out = issued(cast, "town")
    said = {"version": str(went_out.version), "remark": "有误。"}
    assert office.post(f"/letters/{went_out.id}/withdraw", data=said).status_code == 302


# ---- signing ----


def test_only_the_named_sign_and_nobody_for_them(cast: Cast, client_as: ClientAs) -> None:
    letter, head = issued(cast, signing_order=SigningOrder.ANY), client_as("finance_head")
    form = signing(head, letter.id)
    refused = {
        "finance_deputy": 403,
        "finance_liaison": 403,
        "finance_staff": 403,
        "office_clerk": 403,
        "office_director": 403,
        "supervisor": 403,
        "construction_head": 404,
        "administrator": 404,
        "auditor": 404,
        "registrar": 404,
        "outsider": 404,
    }
    before = row_of(letter)
    for name, status in refused.items():
        assert client_as(name).post(f"/letters/{letter.id}/sign", data=form).status_code == status, name
    assert row_of(letter) == before
    assert head.post(f"/letters/{letter.id}/sign", data=form).status_code == 302


def test_a_signature_of_one_letter_or_text_is_none_of_another(cast: Cast, client_as: ClientAs) -> None:
    first, other = issued(cast), issued(cast)
    head = client_as("finance_head")
    form = signing(head, first.id)
    assert head.post(f"/letters/{other.id}/sign", data=form).status_code == 409
    send_back(cast, first)
    act(commands.issue_letter, again(first), by=cast.actor("office_clerk"))
    assert head.post(f"/letters/{first.id}/sign", data=form).status_code == 409
    assert head.post(f"/letters/{first.id}/sign", data=signing(head, first.id)).status_code == 302
    assert head.post(f"/letters/{other.id}/sign", data=signing(head, other.id)).status_code == 302


def test_nobody_confirms_with_another_s_password(cast: Cast, client_as: ClientAs, clock: Clock) -> None:
    letter, head = issued(cast), client_as("finance_head")
    client_as("leader")
    clock.now = NOW + timedelta(minutes=6)
    client_as("finance_deputy")
    form = signing(head, letter.id)
    assert head.post(f"/letters/{letter.id}/sign", data=form).status_code == 403
    client_as("finance_head")
    assert head.post(f"/letters/{letter.id}/sign", data={**form, "password": "别人的密码"}).status_code == 403
    assert again(letter).state is LetterState.ISSUED
    assert head.post(f"/letters/{letter.id}/sign", data={**form, "password": PASSWORD}).status_code == 302


def test_nothing_is_signed_before_it_goes_out_out_of_turn_or_after_its_end(
    cast: Cast, client_as: ClientAs, clock: Clock
) -> None:
    promised(cast)
    batch = prepare(cast, "finance", signing_order=SigningOrder.SECOND_FIRST)
    [letter] = batch.letters
    head, leader, address = client_as("finance_head"), client_as("leader"), f"/letters/{letter.id}/sign"
    assert head.post(address, data={}).status_code == 404
    assert leader.post(address, data={}).status_code == 409
    issue(cast, batch)
    assert leader.get(address).status_code == 409
    form = signing(head, letter.id)
    assert leader.post(address, data=form).status_code == 409
    act(commands.withdraw_letter, again(letter), remark="有误。", by=cast.actor("office_clerk"))
    assert head.post(address, data=form).status_code == 409
    later = issued(cast, ends_on=(NOW + timedelta(days=20)).date())
    late = signing(head, later.id)
    clock.now = NOW + timedelta(minutes=4)
    assert head.post(f"/letters/{later.id}/sign", data=late).status_code == 302


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "签名.svg"),
        (b"<html><script>alert(1)</script></html>", "签名.png"),
        (b"GIF89a" + b"\0" * 40, "签名.png"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "签名.png"),
    ],
)
def test_what_is_no_picture_is_no_drawn_signature(cast: Cast, client_as: ClientAs, data: bytes, name: str) -> None:
    letter, head = issued(cast), client_as("finance_head")
    form = {**signing(head, letter.id), "picture": (BytesIO(data), name)}
    assert head.post(f"/letters/{letter.id}/sign", data=form).status_code == 415
    assert again(letter).state is LetterState.ISSUED
    assert head.post(f"/letters/{letter.id}/sign", data=signing(head, letter.id)).status_code == 302


def png_of(megabytes: int) -> bytes:
    """A picture of a letter's size with so many megabytes of nothing behind its end."""
    out = BytesIO()
    Image.new("RGB", (600, 200), "white").save(out, "PNG")
    return out.getvalue() + b"\0" * (megabytes * 1024 * 1024)


def stored(app: Flask) -> list[str]:
    """What lies in the store of files."""
    root: Path = app.extensions["settings"].files_dir
    return sorted(str(path) for path in root.rglob("*") if path.is_file()) if root.exists() else []


class Body(BytesIO):
    """What a browser sends, which knows how much of it was taken in."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Give some of it and count."""
        found = super().read(size)
        self.taken += len(found)
        return found

    def readinto(self, buffer: Any, /) -> int:
        """Give some of it and count."""
        found = super().readinto(buffer)
        self.taken += found
        return found


def form_of(fields: dict[str, str], field: str, data: bytes, name: str) -> Body:
    """A form with one file, its body written here: the client's own writer leaves large ones behind in open files."""
    heads = [*((f'name="{key}"', value.encode()) for key, value in fields.items())]
    heads.append((f'name="{field}"; filename="{name}"', data))
    parts = [f"--limit\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + body for head, body in heads]
    return Body(b"\r\n".join([*parts, b"--limit--\r\n"]))


def send(
    client: FlaskClient, address: str, body: Body, kind: str = "multipart/form-data; boundary=limit"
) -> TestResponse:
    """Send a form as it is."""
    return client.post(address, input_stream=body, content_length=len(body.getbuffer()), content_type=kind)


def test_a_drawn_signature_of_fifty_megabytes_is_refused_at_once_and_nothing_is_kept(
    app: Flask, cast: Cast, client_as: ClientAs
) -> None:
    letter, head = issued(cast), client_as("finance_head")
    form, address = signing(head, letter.id), f"/letters/{letter.id}/sign"
    before, files = everything(), stored(app)
    as_file = form_of(form, "picture", png_of(50), "签名.png")
    as_text = Body(urlencode({**form, "drawn": PREFIX}).encode() + b"A" * (50 * 1024 * 1024))
    with takes_at_most(2):
        for body, kind in (
            (as_file, "multipart/form-data; boundary=limit"),
            (as_text, "application/x-www-form-urlencoded"),
        ):
            refused = send(head, address, body, kind)
            assert (refused.status_code, "超过了允许的大小" in text_of(refused)) == (413, True), kind
            assert body.taken <= app.config["MAX_CONTENT_LENGTH"], kind
    assert (everything(), stored(app)) == (before, files)
    small_one = form_of(form, "picture", png_of(1), "签名.png")
    small = send(head, address, small_one)
    assert small_one.taken == len(small_one.getbuffer())
    assert (small.status_code, again(letter).state) == (302, LetterState.HALF_SIGNED)


def test_where_scans_may_be_large_a_drawn_signature_may_not(
    app: Flask, cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], max_upload_mb=100))
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 101 * 1024 * 1024)
    letter, head = issued(cast), client_as("finance_head")
    form, address = signing(head, letter.id), f"/letters/{letter.id}/sign"
    before, files, body = everything(), stored(app), form_of(form, "picture", png_of(50), "签名.png")
    with takes_at_most(3):
        refused = send(head, address, body)
        assert (refused.status_code, "签名图片超过 20 MB" in text_of(refused)) == (413, True)
        long = head.post(address, data={**form, "drawn": PREFIX + "A" * 500_000})
        assert (long.status_code, "手写签名的数据过大" in text_of(long)) == (413, True)
    assert body.taken == len(body.getbuffer()), "a scan of this size would be taken"
    assert (everything(), stored(app)) == (before, files)


def test_a_pile_of_scans_beyond_the_limit_is_refused_at_once_and_nothing_is_kept(
    app: Flask, cast: Cast, client_as: ClientAs
) -> None:
    batch_id, office = issued(cast).batch_id, client_as("office_clerk")
    address, scan = f"/letter-batches/{batch_id}/pile", b"%PDF-1.4"
    before, files = everything(), stored(app)
    far_over = form_of({}, "scans", scan + b"0" * (50 * 1024 * 1024), "整叠.pdf")
    just_over = form_of({}, "scans", scan + b"0" * (20 * 1024 * 1024), "整叠.pdf")
    with takes_at_most(3):
        for body, said in ((far_over, "超过了允许的大小"), (just_over, "超过 20 MB")):
            refused = send(office, address, body)
            assert (refused.status_code, said in text_of(refused)) == (413, True)
            assert body.taken <= app.config["MAX_CONTENT_LENGTH"]
    assert (everything(), stored(app)) == (before, files)
    assert send(office, address, form_of({}, "scans", PDF, "整叠.pdf")).status_code == 302


# ---- afterwards ----


def test_a_letter_says_who_signed_as_what_though_all_of_it_changed_since(
    app: Flask, cast: Cast, client_as: ClientAs
) -> None:
    letter, head_id = in_force(cast), cast.person_ids["finance_head"]
    client_as("finance_head")
    db.session.rollback()
    account = accounts_queries.account_of(head_id)
    assert account is not None
    administrator = cast.actor("administrator")
    act(organisation.rename_person, db.session.get_one(Person, head_id), name="钱改名", by=SYSTEM)
    act(organisation.end_appointment, held_post(head_id), by=SYSTEM)
    act(accounts.deactivate_account, account, by=administrator)
    page = text_of(client_as("leader").get(f"/letters/{letter.id}"))
    assert "钱广源" in page
    named = [one for one in policy.signatures_of(again(letter)) if one.person_id == head_id]
    assert [(one.person_name, one.signatory.title) for one in named] == [("钱广源", "局长")]
    verified = app.test_cli_runner().invoke(args=["letters", "verify", "--all"])
    assert verified.exit_code == 0, verified.output
    assert db.session.query(Signature).count() == 2


@pytest.mark.parametrize("code", ["a" * 4000, "../../etc/passwd", "%00", "' OR 1=1--", "<script>", "０１２３"])
def test_the_check_page_answers_garbage_calmly(app: Flask, cast: Cast, code: str) -> None:
    letter, visitor = issued(cast), stranger(app, cast)
    answer = visitor.get(f"/check/{code}")
    assert answer.status_code == 404
    assert "优均责" not in text_of(answer)
    assert visitor.post(f"/check/{letter.check_code}", data=b"x" * 100).status_code == 405
    assert visitor.get(f"/check/{letter.check_code}").status_code == 200


def test_the_check_page_says_no_more_of_a_letter_whoever_asks_and_takes_nothing_in(
    app: Flask, cast: Cast, client_as: ClientAs
) -> None:
    letter = in_force(cast)
    words = [clause.text for clause in letter.clauses]
    address = f"/check/{letter.check_code}"
    visitor = stranger(app, cast)
    said = body(visitor.get(address))
    assert (letter.number or "") in text_of(visitor.get(address))
    for name in ("d2_head", "g2_office_clerk", "finance_head", "leader"):
        page = client_as(name).get(address)
        assert page.status_code == 200
        assert not any(text in text_of(page) for text in (*words, "钱广源", "罗正川")), name
        assert PHONE.search(text_of(page)) is None, name
    assert not any(text in said for text in (*words, "钱广源", "罗正川"))
    huge = b"%PDF-1.4" + b"0" * (100 * 1024 * 1024)
    for method in ("POST", "PUT"):
        assert visitor.open(address, method=method, data=huge).status_code in {405, 413}
    kind, paper = "multipart/form-data; boundary=b", f"/letters/{letter.id}/paper"
    assert client_as("office_clerk").post(paper, data=huge, content_type=kind).status_code == 413


# ---- words ----

WEIRD = (
    "{{ 7*7 }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{0.__class__}",
    "A</w:t></w:r></w:p><w:p><w:r><w:t>B",
    "=1+1",
    "区财政局 & 住建局 <2026>",
    "𠮷䶮",
    'INCLUDEPICTURE "http://192.0.2.1/x.png"',
    '<img src="file:///etc/passwd"><a href="http://192.0.2.1/">x</a>',
    "{{ config.SECRET_KEY }}",
)


def test_words_of_the_office_stay_words_on_every_paper(cast: Cast, client_as: ClientAs) -> None:
    promised(cast)
    office = client_as("office_clerk")
    made = office.post(
        f"/groups/{cast.group().id}/letters/new",
        data=batch_form(
            cast,
            title="目标责任书{{ 7*7 }}",
            first_party="甲方<b>{{ 7*7 }}</b>",
            units=[str(cast.unit_ids["finance"])],
            purpose="\n".join(WEIRD),
        ),
    )
    assert made.status_code == 302
    batch_id = int(made.location.rsplit("/", 1)[1])
    assert office.post(f"/letter-batches/{batch_id}/issue", data={"version": "1"}).status_code == 302
    letter = db.session.query(Letter).filter_by(batch_id=batch_id).one()
    answer = office.get(f"/letters/{letter.id}/letter.docx")
    paper = "\n".join(paragraph.text for paragraph in Document(BytesIO(answer.data)).paragraphs)
    for words in (*WEIRD, "目标责任书{{ 7*7 }}", "甲方<b>{{ 7*7 }}</b>"):
        assert words in paper, words
    assert "49" not in paper
    with zipfile.ZipFile(BytesIO(answer.data)) as parts:
        assert b"instrText" not in parts.read("word/document.xml"), "no field but the number of the page"
        assert not any(b'TargetMode="External"' in parts.read(name) for name in parts.namelist())
    text = policy.text_of(letter)
    assert text is not None
    assert all(words in text.text for words in WEIRD)
    check_code, letter_id = letter.check_code, letter.id
    assert "甲方<b>{{ 7*7 }}</b>" in text_of(office.get(f"/check/{check_code}"))
    if pdf_available():
        whole = pypdfium2.PdfDocument(office.get(f"/letters/{letter_id}/letter.pdf").data)
        printed = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in whole)
        whole.close()
        for words in ("{{7*7}}", "{{config.SECRET_KEY}}", '<imgsrc="file:///etc/passwd">', "=1+1"):
            assert words in printed, words
        assert "root:" not in printed
    standing = office.get(f"/letter-batches/{batch_id}/standing.docx")
    assert "目标责任书{{ 7*7 }}签订情况表" in Document(BytesIO(standing.data)).paragraphs[0].text


def test_a_scan_is_what_it_says_it_is(cast: Cast, client_as: ClientAs) -> None:
    letter, office = issued(cast), client_as("office_clerk")
    line = next(one for one in letter.signatories if one.side is Side.SECOND)
    form = {"version": str(letter.version), f"person_{line.id}": str(cast.person_ids["finance_head"])}
    address = f"/letters/{letter.id}/paper"
    for data, name, status in (
        (b"MZ\x90\0", "扫描.pdf", 415),
        (b"<svg/>", "扫描.svg", 415),
        (b"", "扫描.pdf", 422),
        (PDF, "扫描.exe", 415),
    ):
        refused = office.post(address, data={**form, "scan": (BytesIO(data), name)})
        assert refused.status_code == status, name
    assert again(letter).state is LetterState.ISSUED
    assert office.post(address, data={**form, "scan": (BytesIO(PDF), "../../扫描.pdf")}).status_code == 302
    [signature] = policy.signatures_of(again(letter))
    scan = office.get(f"/letters/{letter.id}/scans/{signature.scan_sha256}")
    assert (scan.status_code, ".." in scan.headers["Content-Disposition"]) == (200, False)


def test_what_follows_a_letter_follows_one_of_the_same_group(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    for name in ("g2_office_clerk", "d2_office_director", "construction_head"):
        answer = client_as(name).post(f"/letters/{letter.id}/follow", data={"kind": "supplement", "free": "一条。"})
        assert answer.status_code == 404, name
    assert client_as("finance_head").post(f"/letters/{letter.id}/follow", data={}).status_code == 403
    supplement = follow(cast, letter, LetterKind.SUPPLEMENT, free="一条。")
    office_edits(cast, supplement, free="两条。")
    assert again(letter).state is LetterState.IN_FORCE


def test_fields_that_a_page_carries_are_those_of_its_reader(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    page = client_as("construction_head").get("/letters/sign")
    assert hidden(page, f"ticket-{letter.id}") == {}
    assert hidden(client_as("finance_head").get("/letters/sign"), f"ticket-{letter.id}") != {}
