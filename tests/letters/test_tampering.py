"""What somebody changes straight in the database, past the product, is found and named by `flask letters verify`."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask, current_app
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast, enter_cast
from tests.letters.promises import again, follow, held_post, in_force, issued, send_back, sign
from tests.retelling import retold
from tests.tasks.stories import act
from tests.visitors import signed_in
from tracker.audit.models import AuditEntry
from tracker.documents.paper import SignatureBlock
from tracker.kernel import files, seals
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.letters import commands, policy
from tracker.letters.models import Letter, LetterBatch, LetterClause, LetterText, Signatory, Signature
from tracker.letters.papers import letter_paper
from tracker.letters.queries import lines_of
from tracker.letters.rules import LetterKind, LetterState, Side
from tracker.organisation import commands as organisation
from tracker.organisation.models import Unit

PDF = b"%PDF-1.4\n%%EOF\n"
Tamper = Callable[[Cast, Letter], Any]


def verify(app: Flask, *arguments: str) -> Result:
    """What the server's shell says."""
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["letters", "verify", *(arguments or ("--all",))])


def on_paper(app: Flask, cast: Cast) -> Letter:
    """A letter signed by its unit here and by the leader on paper, the scan being kept."""
    letter = sign(cast, issued(cast), "finance_head")
    with write_transaction():
        root: Path = app.extensions["settings"].files_dir
        digest = files.keep(PDF + str(letter.id).encode(), "application/pdf", root=root, now=NOW)
    line = next(one for one in letter.signatories if one.side is Side.FIRST)
    scan = files.NewFile("签署页.pdf", digest, len(PDF), "application/pdf")
    people = {line.id: cast.person_ids["leader"]}
    act(commands.record_paper, again(letter), people=people, scan=scan, by=cast.actor("office_clerk"))
    return again(letter)


def change(model: Any, row_id: int, **values: Any) -> None:
    """Write past the product."""
    with write_transaction() as session:
        session.execute(sa.update(model).where(model.id == row_id).values(**values))


def text_of(letter: Letter) -> LetterText:
    text = policy.text_of(again(letter))
    assert text is not None
    return text


def electronic(letter: Letter) -> Signature:
    """The signature of the unit's head."""
    return next(one for one in text_of(letter).signatures if one.recorded_by_id is None)


def on_text(**values: Any) -> Tamper:
    return lambda _cast, letter: change(LetterText, text_of(letter).id, **values)


def on_signature(**values: Any) -> Tamper:
    return lambda _cast, letter: change(Signature, electronic(letter).id, **values)


def on_letter(**values: Any) -> Tamper:
    return lambda _cast, letter: change(Letter, letter.id, **values)


def on_batch(**values: Any) -> Tamper:
    return lambda _cast, letter: change(LetterBatch, letter.batch_id, **values)


def on_clause(**values: Any) -> Tamper:
    return lambda _cast, letter: change(LetterClause, again(letter).clauses[-1].id, **values)


def on_signatory(**values: Any) -> Tamper:
    return lambda _cast, letter: change(Signatory, again(letter).signatories[-1].id, **values)


def one_byte(_cast: Cast, letter: Letter) -> None:
    text = text_of(letter)
    change(LetterText, text.id, text=text.text.replace("不低于5%", "不低于3%"))


def all_together_without_the_key(_cast: Cast, letter: Letter) -> None:
    """Text, digests, statements and marks rewritten to fit one another, by somebody who has another key."""
    text = text_of(letter)
    words = text.text.replace("不低于5%", "不低于3%")
    found = seals.digests(words.encode())
    old = (text.sha256, text.sm3)
    with write_transaction() as session:
        row = session.get_one(LetterText, text.id)
        row.text, row.sha256, row.sm3 = words, found.sha256, found.sm3
        row.mark = row.mark[:9] + sha256(words.encode()).hexdigest()
        for signature in row.signatures:
            statement = signature.statement.replace(old[0], found.sha256).replace(old[1], found.sm3)
            signature.statement = statement
            signature.mark = signature.mark[:9] + sha256(statement.encode()).hexdigest()
        for entry in session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "letter.issue")):
            entry.new = json.loads(json.dumps(entry.new).replace(old[0], found.sha256).replace(old[1], found.sm3))


def remove_signature(_cast: Cast, letter: Letter) -> None:
    with write_transaction() as session:
        session.execute(sa.delete(Signature).where(Signature.id == electronic(letter).id))


def remove_signature_and_its_traces(cast: Cast, letter: Letter) -> None:
    """As if nobody had signed yet, the record of the act being gone as well."""
    mark = electronic(letter).mark
    remove_signature(cast, letter)
    with write_transaction() as session:
        for entry in session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "letter.sign")):
            if entry.new["mark"] == mark:
                session.delete(entry)


def copy_signature(cast: Cast, letter: Letter) -> None:
    """The unit's signature is set under another letter of the same unit that nobody has signed."""
    other = issued(cast)
    source, line = electronic(letter), other.signatories[-1]
    columns = {
        column.key: getattr(source, column.key)
        for column in sa.inspect(Signature).columns
        if column.key not in {"id", "text_id", "signatory_id", "nonce"}
    }
    with write_transaction() as session:
        session.add(Signature(text_id=text_of(other).id, signatory_id=line.id, nonce="copied", **columns))
        session.get_one(Letter, other.id).state = LetterState.HALF_SIGNED


def remove_letter(_cast: Cast, letter: Letter) -> None:
    with write_transaction() as session:
        texts = sa.select(LetterText.id).where(LetterText.letter_id == letter.id)
        session.execute(sa.delete(Signature).where(Signature.text_id.in_(texts)))
        for model in (LetterText, LetterClause, Signatory):
            session.execute(sa.delete(model).where(model.letter_id == letter.id))
        session.execute(sa.delete(Letter).where(Letter.id == letter.id))


def swap_codes(cast: Cast, letter: Letter) -> None:
    """The code on one paper is made to lead to another letter."""
    other, code = issued(cast), letter.check_code
    other_code = other.check_code
    change(Letter, letter.id, check_code="X")
    change(Letter, other.id, check_code=code)
    change(Letter, letter.id, check_code=other_code)


def another_leader(cast: Cast, letter: Letter) -> None:
    """The line of the head is given to another unit's post, before anybody signs it again."""
    post = held_post(cast.person_ids["construction_head"]).post_id
    on_signatory(post_id=post)(cast, letter)


def add_a_line(_cast: Cast, letter: Letter) -> None:
    seat = again(letter).signatories[0].seat_id
    with write_transaction() as session:
        session.add(Signatory(letter_id=letter.id, side=Side.FIRST, position=2, seat_id=seat, party="", title="副区长"))


FORGED = "0" * 64

CHANGES: dict[str, tuple[Tamper, str]] = {
    "a byte of the text": (one_byte, "文本与摘要不符"),
    "a space at the end of the text": (
        lambda _cast, letter: change(LetterText, text_of(letter).id, text=text_of(letter).text + " "),
        "文本与摘要不符",
    ),
    "SHA-256": (on_text(sha256=FORGED), "文本与摘要不符"),
    "SM3": (on_text(sm3=FORGED), "文本与摘要不符"),
    "the mark of the text": (on_text(mark="x"), "未知的密钥"),
    "the time of the text": (on_text(created_at=NOW - timedelta(days=9)), "校验码不符"),
    "the order of the texts": (on_text(ordinal=2), "文本有缺失或者多余"),
    "who signed": (lambda cast, letter: on_signature(person_id=cast.person_ids["leader"])(cast, letter), "声明不符"),
    "the name of who signed": (on_signature(person_name="某人"), "声明不符"),
    "as what it was signed": (on_signature(signed_as="澄江区财政局副局长"), "声明不符"),
    "how it was signed": (
        lambda cast, letter: on_signature(
            method="paper",
            recorded_by_id=cast.person_ids["office_clerk"],
            scan_sha256=text_of(letter).signatures[-1].scan_sha256,
        )(cast, letter),
        "声明不符",
    ),
    "when it was signed": (on_signature(signed_at=NOW - timedelta(minutes=1)), "声明不符"),
    "the nonce": (on_signature(nonce="again"), "声明不符"),
    "the drawing": (
        lambda cast, letter: on_signature(drawing_sha256=text_of(letter).signatures[-1].scan_sha256)(cast, letter),
        "声明不符",
    ),
    "the statement": (on_signature(statement="{}"), "声明不符"),
    "the mark of a signature": (on_signature(mark=f"00000000.{FORGED}"), "未知的密钥"),
    "all together without the key": (all_together_without_the_key, "校验码不符"),
    "a signature removed": (remove_signature, "签署不见了"),
    "a signature removed with its record": (remove_signature_and_its_traces, "签署不齐"),
    "a signature copied to another letter": (copy_signature, "声明不符"),
    "the letter removed": (remove_letter, "责任书不见了"),
    "the number": (on_letter(number="优均责〔2026〕99号"), "校验码不符"),
    "the unit": (
        lambda cast, letter: change(Letter, letter.id, unit_id=cast.unit_ids["construction"]),
        "校验码不符",
    ),
    "the group": (lambda cast, letter: change(Letter, letter.id, group_id=cast.group_ids["g2"]), "校验码不符"),
    "codes swapped": (swap_codes, "校验码不符"),
    "withdrawn behind the back": (on_letter(state="withdrawn"), "状态与操作记录不符"),
    "expired behind the back": (on_letter(state="expired"), "状态与操作记录不符"),
    "the day it came into force": (on_letter(in_force_at=NOW - timedelta(days=30)), "生效时间"),
    "the day it went out": (on_letter(issued_at=NOW - timedelta(days=30)), "下发时间"),
    "the words of a clause": (on_clause(text="已放宽。"), "条款或者签署人"),
    "the date of a clause": (on_clause(due_on=NOW.date()), "条款或者签署人"),
    "a clause removed": (
        lambda _cast, letter: _delete(LetterClause, again(letter).clauses[-1].id),
        "条款或者签署人",
    ),
    "the title of who is to sign": (on_signatory(title="科员"), "条款或者签署人"),
    "the party of who is to sign": (on_signatory(party="某局"), "条款或者签署人"),
    "the post of who is to sign": (another_leader, "条款或者签署人"),
    "one more line to sign": (add_a_line, "条款或者签署人"),
    "the first party": (on_batch(first_party="某某领导小组"), "名称或者甲方"),
    "the title": (on_batch(title="另一份责任书"), "名称或者甲方"),
    "until when it holds": (on_batch(ends_on=NOW.date() + timedelta(days=900)), "有效期"),
    "whose batch it is": (lambda cast, letter: on_batch(unit_id=cast.unit_ids["finance"])(cast, letter), "批次、期间"),
    "the period": (on_batch(period="2027年度"), "批次、期间"),
    "the year": (on_batch(year=2030), "批次、期间"),
    "the words of the template": (on_batch(purpose="改过。"), "批次、期间"),
    "the day of the batch": (on_batch(sign_by=NOW.date()), "批次、期间"),
    "when the batch went out": (on_batch(issued_at=NOW - timedelta(days=9)), "批次、期间"),
    "the batch given up": (on_batch(state="discarded", issued_at=None), "批次、期间"),
    "the letter that it hands on": (lambda cast, letter: on_letter(parent_id=letter.id)(cast, letter), "批次、期间"),
    "the standard of a clause": (on_clause(standard="放宽"), "批次、期间"),
    "by when to sign": (on_letter(sign_by=NOW.date() + timedelta(days=90)), "签署期限"),
    "why it was sent back": (on_letter(remark="单位不同意。"), "理由"),
}


def _delete(model: Any, row_id: int) -> None:
    with write_transaction() as session:
        session.execute(sa.delete(model).where(model.id == row_id))


def _two_letters() -> tuple[Cast, int, int]:
    """One letter to be changed, and one that is left alone."""
    with write_transaction():
        cast = enter_cast()
    letter, untouched = on_paper(current_app, cast).id, in_force(cast, "construction").id
    assert verify(current_app).exit_code == 0
    return cast, letter, untouched


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_behind_the_back_is_found_and_named(app: Flask, session: Session, name: str) -> None:
    tamper, sentence = CHANGES[name]
    cast, letter_id, untouched_id = retold(_two_letters)
    tamper(cast, session.get_one(Letter, letter_id))
    found = verify(app)
    assert found.exit_code == 1, found.output
    assert sentence in found.output
    named = {line.split(" ", 1)[0] for line in found.output.splitlines() if "：" in line}
    assert str(letter_id) in named or name == "a signature copied to another letter"
    assert str(untouched_id) not in named
    assert verify(app, str(untouched_id)).exit_code == 0
    if name != "a signature copied to another letter":
        assert verify(app, str(letter_id)).exit_code == 1


def test_check_page_and_papers_name_the_parties_of_the_text_whatever_the_rows_say(app: Flask, cast: Cast) -> None:
    letter = in_force(cast)
    title, party, unit = letter.batch.title, letter.batch.first_party, letter.unit.name
    on_batch(first_party="某某领导小组", title="另一份责任书")(cast, letter)
    change(Unit, letter.unit_id, name="另一个局")
    page = signed_in(app, cast.person_ids["outsider"], now=NOW).get(f"/check/{again(letter).check_code}").text
    paper = letter_paper(again(letter), lines_of([letter], day=NOW.date())[letter.id], check_url="https://x.example/")
    places = next(block for block in paper.blocks if isinstance(block, SignatureBlock))
    assert paper.title == title
    assert [one.name for one in places.parties] == [party, unit]
    assert (party in page, unit in page, "某某领导小组" in page, "另一个局" in page) == (True, True, False, False)


def test_a_letter_that_never_came_into_force_is_held_to_its_text_as_well(app: Flask, cast: Cast) -> None:
    letter, clerk = issued(cast), cast.actor("office_clerk")
    act(commands.withdraw_letter, letter, remark="有误。", by=clerk)
    back = issued(cast, "construction")
    send_back(cast, back, by="construction_head")
    act(commands.edit_letter, again(back), task_ids=[], free="改为一条。", by=clerk)
    act(commands.withdraw_letter, again(back), remark="不签了。", by=clerk)
    assert verify(app).exit_code == 0
    on_clause(text="已放宽。")(cast, letter)
    found = verify(app)
    assert (found.exit_code, "条款或者签署人" in found.output) == (1, True)


@pytest.mark.parametrize("bytes_now", [PDF + b"0", None], ids=["other bytes", "no bytes"])
def test_a_scan_that_was_changed_on_the_disk_is_found(app: Flask, cast: Cast, bytes_now: bytes | None) -> None:
    letter = on_paper(app, cast)
    digest = next(one.scan_sha256 for one in text_of(letter).signatures if one.scan_sha256 is not None)
    path = files.path_of(digest, app.extensions["settings"].files_dir)
    before = path.read_bytes()
    assert verify(app).exit_code == 0
    path.chmod(0o600)
    path.unlink() if bytes_now is None else path.write_bytes(bytes_now)
    found = verify(app)
    path.write_bytes(before)
    assert (found.exit_code, "已损坏或丢失" in found.output) == (1, True)
    assert verify(app).exit_code == 0


def test_marks_of_a_key_that_is_gone_are_said_to_be_beyond_checking(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = in_force(cast)
    old = app.config["SEAL_KEYS"]
    monkeypatch.setitem(app.config, "SEAL_KEYS", ("another key " * 4, *old))
    assert verify(app).exit_code == 0
    monkeypatch.setitem(app.config, "SEAL_KEYS", ("another key " * 4,))
    found = verify(app)
    assert found.exit_code == 1
    assert found.output.count("未知的密钥") == 3
    assert letter.number is not None
    assert letter.number in found.output


def test_letters_in_every_state_are_found_whole(app: Flask, cast: Cast) -> None:
    clerk = cast.actor("office_clerk")
    on_paper(app, cast)
    sign(cast, issued(cast, "construction"), "construction_head")
    sign(cast, issued(cast, "construction"), "leader")
    back = issued(cast, "town")
    send_back(cast, back, by="town_head")
    twice = issued(cast, "education")
    send_back(cast, twice, by="education_head")
    act(commands.issue_letter, again(twice), by=clerk)
    gone = issued(cast)
    act(commands.withdraw_letter, gone, remark="有误。", by=clerk)
    old = in_force(cast)
    new = follow(cast, old, LetterKind.REPLACEMENT, free="一条。")
    act(commands.issue_letter, new, by=clerk)
    sign(cast, new, "finance_head")
    sign(cast, new, "leader")
    follow(cast, new, LetterKind.SUPPLEMENT, free="一条。")
    early = in_force(cast, "construction", ends_on=NOW.date() + timedelta(days=20))
    with write_transaction():
        assert commands.expire_letters(by=SYSTEM, now=NOW + timedelta(days=30)) == 1
    assert again(early).state is LetterState.EXPIRED
    assert set(db.session.scalars(sa.select(Letter.state).distinct())) == {*LetterState} - {LetterState.FULFILLED}
    found = verify(app)
    assert (found.exit_code, "问题 0 处" in found.output) == (0, True), found.output


def test_a_head_s_departure_is_no_tampering(app: Flask, cast: Cast) -> None:
    in_force(cast)
    act(organisation.end_appointment, held_post(cast.person_ids["finance_head"]), by=SYSTEM)
    assert verify(app).exit_code == 0


def test_a_later_text_cannot_be_taken_away_so_that_the_first_counts_again(app: Flask, cast: Cast) -> None:
    letter = issued(cast)
    send_back(cast, letter)
    act(commands.issue_letter, again(letter), by=cast.actor("office_clerk"))
    assert verify(app).exit_code == 0
    with write_transaction() as session:
        session.execute(sa.delete(LetterText).where(LetterText.letter_id == letter.id, LetterText.ordinal == 2))
        session.execute(sa.update(Letter).where(Letter.id == letter.id).values(edition=1))
    found = verify(app)
    assert (found.exit_code, "文本有缺失或者多余" in found.output) == (1, True)


def test_all_or_some_letters_are_asked_for_and_one_that_never_was_is_named(app: Flask, cast: Cast) -> None:
    letter = issued(cast)
    letter_id = letter.id
    assert verify(app, "--all", str(letter_id)).exit_code == 2
    [unnamed, named] = [app.test_cli_runner().invoke(args=["letters", "verify", *more]) for more in ([], ["--all"])]
    assert (unnamed.exit_code, unnamed.output, named.output) == (0, "核对 1 份，问题 0 处\n", unnamed.output)
    assert verify(app, str(letter_id)).exit_code == 0
    missing = verify(app, str(letter_id), "99999")
    assert (missing.exit_code, "99999 —：没有这份责任书" in missing.output) == (1, True)
