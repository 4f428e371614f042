"""The PDF of a letter in force is sealed once, served from then on, and what is done to it is found."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from tests.cast import NOW, Cast
from tests.documents.seals import updated
from tests.letters.promises import again, in_force, issued, sign
from tests.letters.test_tampering import verify
from tests.tasks.stories import act, refuses
from tracker.audit.models import AuditEntry
from tracker.audit.queries import history
from tracker.documents.paper import Paper
from tracker.documents.pdf import pdf, pdf_available
from tracker.documents.pdf_seals import CHECKS, Sealed, Unusable
from tracker.documents.pdf_seals.pkcs12 import NewCertificate, new_certificate
from tracker.kernel import files, seals
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.environment import SettingsError
from tracker.kernel.errors import NotAllowed, Stale
from tracker.letters import commands, queries, sealing
from tracker.letters.models import LetterSeal
from tracker.letters.rules import SEAL_PURPOSE
from tracker.letters.sealing import seal_letters

ClientAs = Callable[[str], FlaskClient]

pytestmark = pytest.mark.skipif(not pdf_available(), reason="Pango is not installed")


@pytest.fixture(scope="session")
def certificate() -> NewCertificate:
    return new_certificate("澄江区人民政府", years=10, now=NOW)


@pytest.fixture
def sealing_app(app: Flask, certificate: NewCertificate, tmp_path: Path) -> Iterator[Flask]:
    """The application with a certificate set up."""
    path, password = tmp_path / "seal.p12", tmp_path / "seal.password"
    path.write_bytes(certificate.data)
    password.write_text(certificate.password)
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, pdf_seal=path, pdf_seal_password=password)
    yield app
    app.extensions["settings"] = before


def the_seal() -> LetterSeal:
    db.session.expire_all()
    return db.session.scalars(sa.select(LetterSeal)).one()


def path_of(app: Flask) -> Path:
    return files.path_of(the_seal().pdf_sha256, app.extensions["settings"].files_dir)


def test_a_letter_is_sealed_once_after_the_last_signature(sealing_app: Flask, cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    sign(cast, letter, "finance_head")
    assert seal_letters(now=NOW) == 0
    sign(cast, again(letter), "leader")
    page = client_as("finance_head").get(f"/letters/{letter.id}").text
    assert "通常不超过一分钟" in page
    assert seal_letters(now=NOW) == 1
    assert seal_letters(now=NOW) == 0
    seal = the_seal()
    assert (seal.letter_id, seal.certificate_name, seal.sealed_at) == (letter.id, "澄江区人民政府", NOW)
    assert history("letter", letter.id)[-1].act == "letter.seal"
    page = client_as("finance_head").get(f"/letters/{letter.id}").text
    assert "已加盖安装证书的电子印章" in page and seal.pdf_sha256 in page
    assert "尚未加盖" not in page
    assert verify(sealing_app).exit_code == 0


def test_what_was_sealed_is_what_is_served_ever_after(sealing_app: Flask, cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    address = f"/letters/{letter.id}/letter.pdf"
    before = client_as("finance_head").get(address).data
    assert b"/ByteRange" not in before
    seal_letters(now=NOW)
    seal = the_seal()
    for name in ("finance_head", "leader"):
        served = client_as(name).get(address)
        assert served.mimetype == "application/pdf"
        check = CHECKS[seal.provider]
        assert check(served.data, certificate_sha256=seal.certificate_sha256, at=seal.sealed_at) == []
        assert served.data == path_of(sealing_app).read_bytes()
    assert client_as("construction_head").get(address).status_code == 404


def test_without_a_certificate_nothing_is_sealed_and_the_page_says_so(
    app: Flask, cast: Cast, client_as: ClientAs
) -> None:
    letter = in_force(cast)
    assert seal_letters(now=NOW) == 0
    assert "没有配置印章证书" in client_as("leader").get(f"/letters/{letter.id}").text
    assert app.test_cli_runner().invoke(args=["letters", "seal"]).exit_code == 1


def test_every_letter_gets_its_own_seal_and_one_that_fell_out_of_force_meanwhile_gets_none(
    sealing_app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = in_force(cast), in_force(cast, "construction")

    def and_meanwhile(paper: Paper) -> bytes:
        with write_transaction() as session:
            session.execute(sa.text(f"UPDATE letter SET state = 'superseded' WHERE id = {int(first.id)}"))
        return pdf(paper)

    monkeypatch.setattr(sealing, "pdf", and_meanwhile)
    assert seal_letters(now=NOW) == 1
    assert the_seal().letter_id == second.id


def test_of_two_who_seal_at_once_the_first_counts_and_no_person_seals(cast: Cast, app: Flask) -> None:
    letter = in_force(cast)
    found = Sealed(b"%PDF-1.7 sealed", "pkcs12", "名称", "0" * 64)
    for name in ("leader", "administrator", "office_director"):
        with refuses(NotAllowed):
            commands.keep_seal(letter, found, by=cast.actor(name), now=NOW)
    act(commands.keep_seal, letter, sealed=found, by=SYSTEM)
    with refuses(Stale):
        commands.keep_seal(letter, replace(found, data=b"%PDF-1.7 another"), by=SYSTEM, now=NOW)
    waiting = issued(cast, "construction")
    with refuses(Stale):
        commands.keep_seal(waiting, found, by=SYSTEM, now=NOW)


Tamper = Callable[[Flask], object]


def _write(change: Callable[[bytes], bytes]) -> Tamper:
    def tamper(app: Flask) -> None:
        path = path_of(app)
        path.chmod(0o600)
        path.write_bytes(change(path.read_bytes()))

    return tamper


def _another_file_with_its_hash(app: Flask) -> None:
    """Bytes were added, and file, hash and row rewritten to match; only the key was not at hand."""
    data = path_of(app).read_bytes() + b"\n% added\n"
    with write_transaction() as session:
        digest = files.keep(data, "application/pdf", root=app.extensions["settings"].files_dir, now=NOW)
        session.execute(sa.update(LetterSeal).values(pdf_sha256=digest))


def _with_the_key_as_well(app: Flask) -> None:
    _another_file_with_its_hash(app)
    with write_transaction() as session:
        seal = session.scalars(sa.select(LetterSeal)).one()
        seal.mark = seals.mark(SEAL_PURPOSE, queries.statement_of_seal(seal.letter, seal).encode())


CHANGES: dict[str, tuple[Tamper, str]] = {
    "bytes after the end": (_write(lambda data: data + b"\n% added\n"), "盖章之后文件里又追加了内容"),
    "one blank after the end": (_write(lambda data: data + b" "), "盖章之后文件里又追加了内容"),
    "an incremental update": (_write(updated), "盖章之后文件里又追加了内容"),
    "a byte": (_write(lambda data: data[:2000] + bytes([data[2000] ^ 1]) + data[2001:]), "盖章之后内容被改动"),
    "no PDF any more": (_write(lambda _data: b"gone"), "不是能读的 PDF"),
    "the bytes of the file": (_write(lambda data: data + b" "), "已损坏或丢失"),
    "the file itself": (lambda app: path_of(app).unlink(), "已损坏或丢失"),
    "file, hash and row together": (_another_file_with_its_hash, "校验码不符"),
    "file, hash and row with the key": (_with_the_key_as_well, "盖章之后文件里又追加了内容"),
    "the record that it was sealed": (
        lambda _app: _execute(sa.delete(AuditEntry).where(AuditEntry.act == "letter.seal")),
        "与操作记录不符",
    ),
    "the row": (lambda _app: _execute(sa.delete(LetterSeal)), "盖章的 PDF 不见了"),
    "the certificate": (
        lambda _app: _execute(sa.update(LetterSeal).values(certificate_sha256="0" * 64)),
        "电子印章出自另一张证书",
    ),
    "the provider": (lambda _app: _execute(sa.update(LetterSeal).values(provider="unknown")), "不认识的印章接口"),
    "when it was sealed": (
        lambda _app: _execute(sa.update(LetterSeal).values(sealed_at=NOW.replace(year=2025))),
        "校验码不符",
    ),
}


def _execute(statement: sa.Executable) -> None:
    with write_transaction() as session:
        session.execute(statement)


def test_what_is_done_to_a_sealed_pdf_is_found_and_named(sealing_app: Flask, cast: Cast) -> None:
    letter = in_force(cast)
    seal_letters(now=NOW)
    path = path_of(sealing_app)
    whole = path.read_bytes()
    row = {column.name: getattr(the_seal(), column.name) for column in LetterSeal.__table__.columns}
    acts = [tuple(one) for one in db.session.execute(sa.select(AuditEntry.__table__))]
    names = [column.name for column in AuditEntry.__table__.columns]
    for name, (tamper, sentence) in CHANGES.items():
        assert verify(sealing_app).exit_code == 0, name
        tamper(sealing_app)
        found: Result = verify(sealing_app)
        assert (found.exit_code, sentence in found.output) == (1, True), (name, found.output)
        assert f"{letter.id} " in found.output
        path.write_bytes(whole)
        with write_transaction() as session:
            session.execute(sa.delete(LetterSeal))
            session.execute(sa.insert(LetterSeal).values(**row))
            kept = set(session.scalars(sa.select(AuditEntry.id)))
            for one in acts:
                if one[names.index("id")] not in kept:
                    session.execute(sa.insert(AuditEntry).values(dict(zip(names, one, strict=True))))
    assert verify(sealing_app).exit_code == 0


def test_a_sealed_pdf_that_was_tampered_with_is_not_served(sealing_app: Flask, cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    seal_letters(now=NOW)
    address, path = f"/letters/{letter.id}/letter.pdf", path_of(sealing_app)
    whole = path.read_bytes()
    path.write_bytes(whole + b" ")
    assert client_as("leader").get(address).status_code == 500
    assert history("letter", letter.id)[-1].act == "file.damaged"
    path.write_bytes(whole)
    assert client_as("leader").get(address).status_code == 200


def test_the_shell_makes_a_certificate_once_and_seals_with_it(app: Flask, cast: Cast, tmp_path: Path) -> None:
    shell = app.test_cli_runner()
    folder = str(tmp_path / "seal")
    for name in ("", "澄" * 22):
        refused = shell.invoke(args=["letters", "seal-certificate", name, "--folder", folder])
        assert (refused.exit_code, "21 个汉字" in refused.output) == (2, True)
    made = shell.invoke(args=["letters", "seal-certificate", "澄" * 21, "--folder", folder])
    assert made.exit_code == 0, made.output
    variables = dict(line.split("=", 1) for line in made.stdout.splitlines())
    for path in variables.values():
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert Path(variables["ZEREN_PDF_SEAL_PASSWORD_FILE"]).read_text() not in made.output
    before = app.extensions["settings"]
    own = Settings.from_environment(variables)
    app.extensions["settings"] = replace(before, pdf_seal=own.pdf_seal, pdf_seal_password=own.pdf_seal_password)
    in_force(cast)
    sealed = shell.invoke(args=["letters", "seal"])
    Path(variables["ZEREN_PDF_SEAL_PASSWORD_FILE"]).write_text("wrong")
    in_force(cast, "construction")
    broken = shell.invoke(args=["letters", "seal"])
    with pytest.raises(Unusable):
        seal_letters(now=NOW)
    app.extensions["settings"] = before
    assert (sealed.exit_code, "盖章 1 份" in sealed.output) == (0, True), sealed.output
    assert (broken.exit_code, "ZEREN_PDF_SEAL" in broken.output) == (1, True)
    again_made = shell.invoke(args=["letters", "seal-certificate", "澄江区人民政府", "--folder", folder])
    assert (again_made.exit_code, "已经存在" in again_made.output) == (1, True)


def test_the_files_of_the_seal_are_named_together_and_read_by_nobody_else(tmp_path: Path) -> None:
    seal, password = tmp_path / "seal.p12", tmp_path / "password"
    for path in (seal, password):
        path.write_text("x")
        path.chmod(0o600)
    both = {"ZEREN_PDF_SEAL": str(seal), "ZEREN_PDF_SEAL_PASSWORD_FILE": str(password)}
    assert Settings.from_environment(both).pdf_seal == seal
    assert Settings.from_environment({}).pdf_seal is None
    for name, value in both.items():
        with pytest.raises(SettingsError, match="ZEREN_PDF_SEAL"):
            Settings.from_environment({name: value})
    for wrong in ("relative.p12", str(tmp_path / "missing"), str(tmp_path)):
        with pytest.raises(SettingsError, match="ZEREN_PDF_SEAL"):
            Settings.from_environment({**both, "ZEREN_PDF_SEAL": wrong})
    password.chmod(0o604)
    with pytest.raises(SettingsError, match="chmod"):
        Settings.from_environment(both)
