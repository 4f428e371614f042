"""A pile of scans is filed to its letters; the rest is listed, and only what the office confirms is recorded."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.factories import make_unit
from tests.jobs.kinds import turn
from tests.letters import piles
from tests.letters.piles import A4, address, as_jpeg, as_pdf, blank, filing, pile_of, read, sheet, sheets
from tests.letters.promises import again, in_force, issued, prepare, promised, send_back
from tests.letters.test_pages import queries_of
from tests.tasks.stories import act, refuses
from tracker.documents.pdf import pdf_available
from tracker.kernel import files, jobs
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.jobs import BackgroundJob, JobState
from tracker.kernel.text import told
from tracker.kernel.uploads import files_root
from tracker.letters import commands, policy, queries
from tracker.letters.commands import Piece
from tracker.letters.models import Letter, LetterPile, PilePage, Signatory
from tracker.letters.rules import LetterState, PageFault, PileState, SigningMethod, SigningOrder
from tracker.organisation.rules import UnitKind

ClientAs = Callable[[str], FlaskClient]
SCAN = NewFile("一叠.pdf", "0" * 64, 1, "application/pdf")

needs_pango = pytest.mark.skipif(not pdf_available(), reason="Pango is not installed")


def _two(cast: Cast) -> tuple[Letter, Letter]:
    first = issued(cast, "finance", "construction", signing_order=SigningOrder.SECOND_FIRST)
    return first, queries.letters_of(first.batch)[1]


def _form(pile: LetterPile, *letters: Letter, **said: object) -> dict[str, object]:
    """What the page sends when its proposals are taken."""
    found: dict[str, object] = {"version": pile.version, "letter": [letter.id for letter in letters]}
    for letter in letters:
        found[f"version-{letter.id}"] = letter.version
        for line in queries.lines_of([letter], day=NOW.date())[letter.id]:
            found[f"person-{letter.id}-{line.signatory.id}"] = line.people[0].id
    return {**found, **said}


@needs_pango
def test_every_page_of_a_print_is_filed_by_its_own_code(cast: Cast, client_as: ClientAs) -> None:
    one, two = _two(cast)
    mine, other = sheets(cast, one), sheets(cast, two)
    pages = [*other, *mine, blank(), sheet("https://example.com/check/" + one.check_code)]
    pile = read(client_as("office_clerk"), one.batch_id, (as_pdf(pages), "整叠.pdf"))
    assert pile.state is PileState.READY
    assert filing(pile) == [
        *[(two.id, None)] * len(other),
        *[(one.id, None)] * len(mine),
        (None, "blank"),
        (None, "foreign"),
    ]
    assert pile.expected == {str(one.id): len(mine), str(two.id): len(other)}
    assert all(one.state is LetterState.ISSUED for one in map(again, (one, two)))


@needs_pango
def test_what_is_confirmed_is_recorded_with_the_letters_own_pages(cast: Cast, client_as: ClientAs) -> None:
    one, two = _two(cast)
    clerk = client_as("office_clerk")
    pages = [*sheets(cast, one), *sheets(cast, two)]
    pile = read(clerk, one.batch_id, (as_pdf(pages), "整叠.pdf"))
    page = clerk.get(f"/letter-piles/{pile.id}").text
    assert "澄江区财政局" in page and "所有页面都已归位。" in page
    answer = clerk.post(f"/letter-piles/{pile.id}/record", data=_form(pile, one))
    assert answer.status_code == 200
    assert "1 项全部办理成功。" in answer.text
    assert (again(one).state, again(two).state) == (LetterState.IN_FORCE, LetterState.ISSUED)
    [first, second] = policy.signatures_of(again(one))
    assert first.method is SigningMethod.PAPER
    assert first.scan_sha256 == second.scan_sha256
    scan = pypdfium2.PdfDocument(files.read(first.scan_sha256 or "", files_root()))
    assert len(scan) == len(sheets(cast, one))
    scan.close()
    repeated = clerk.post(f"/letter-piles/{pile.id}/record", data=_form(pile, one))
    assert "0 项成功，1 项没有办理" in repeated.text


@needs_pango
def test_nobody_is_taken_to_have_signed_until_the_office_says_who_did(cast: Cast, client_as: ClientAs) -> None:
    one, _other = _two(cast)
    clerk = client_as("office_clerk")
    pile = read(clerk, one.batch_id, (as_pdf(sheets(cast, one)), "整叠.pdf"))
    people = {name: cast.person_ids[name] for name in ("leader", "finance_head")}

    def chosen(query: str = "") -> set[str]:
        page = clerk.get(f"/letter-piles/{pile.id}{query}").text
        return {name for name, person in people.items() if f'<option value="{person}" selected>' in page}

    assert chosen() == set()
    assert chosen("?signed=first") == {"leader"}
    assert chosen("?signed=second") == {"finance_head"}
    assert chosen("?signed=first&signed=second") == {"leader", "finance_head"}
    assert chosen("?signed=<script>") == set()


@needs_pango
def test_missing_and_superfluous_pages_are_told(cast: Cast, client_as: ClientAs) -> None:
    one, two = _two(cast)
    clerk = client_as("office_clerk")
    few, many = sheets(cast, one)[:-1], [*sheets(cast, two), sheet(address(two))]
    pile = read(clerk, one.batch_id, (as_pdf([*few, *many]), "整叠.pdf"))
    page = clerk.get(f"/letter-piles/{pile.id}").text
    if few:
        assert "缺 1 页" in page
    assert "多 1 页，可能重复" in page
    assert f'value="{two.id}" data-select aria-label="澄江区住房和城乡建设局" checked' not in page


def test_a_pile_of_what_a_unit_handed_on_is_the_unit_s_and_not_the_office_s(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast, "education")
    due_on = NOW.date() + timedelta(days=20)
    pieces = [Piece(letter.clauses[1].id, [cast.unit_ids["school_one"]], "台账齐全。", due_on)]
    sign_by, head = NOW.date() + timedelta(days=9), cast.actor("education_head")
    batch = act(commands.hand_on, letter, pieces=pieces, sign_by=sign_by, by=head)
    [one] = act(commands.issue_batch, batch, by=head)
    with refuses(NotAllowed):
        commands.upload_pile(again(one).batch, scans=[SCAN], by=cast.actor("office_clerk"), now=NOW)
    bureau = client_as("education_head")
    address_of_form = f"/letter-batches/{one.batch_id}/pile"
    assert address_of_form in bureau.get(f"/letter-batches/{one.batch_id}").text
    assert address_of_form not in client_as("office_clerk").get(f"/letter-batches/{one.batch_id}").text
    pile = read(bureau, one.batch_id, (as_jpeg(sheet(address(one))), "一.jpg"))
    assert filing(pile) == [(one.id, None)]
    own = bureau.post(f"/letter-piles/{pile.id}/record", data=_form(pile, again(one)))
    assert "0 项成功，1 项没有办理" in own.text, "whose signature it waits for does not enter it"
    assert client_as("office_clerk").get(f"/letter-piles/{pile.id}").status_code == 403


def test_pictures_are_filed_as_well_as_a_pdf(cast: Cast, client_as: ClientAs) -> None:
    one, two = _two(cast)
    tilted = sheet(address(two)).rotate(180)
    pile = read(
        client_as("office_clerk"), one.batch_id, (as_jpeg(sheet(address(one))), "一.jpg"), (as_jpeg(tilted), "二.jpg")
    )
    assert filing(pile) == [(one.id, None), (two.id, None)]


def test_what_cannot_be_filed_is_listed_with_its_reason(cast: Cast, client_as: ClientAs) -> None:
    one, two = _two(cast)
    elsewhere = issued(cast, "town", number_prefix="别〔2026〕")
    with write_transaction():
        row = db.session.get_one(Letter, two.id)
        commands.withdraw_letter(row, remark="有误。", version=row.version, by=cast.actor("office_clerk"), now=NOW)
    old = address(one).replace("#1", "#7")
    pages = [
        sheet(size=A4),
        sheet("javascript:alert(1)//check/" + one.check_code),
        sheet(address(one), address(elsewhere)),
        sheet(address(elsewhere)),
        sheet(old),
        sheet(address(two)),
        sheet(address(one)),
        sheet(address(one)),
        sheet(address(one).replace(one.check_code, "ABCDEFGH23456789ABCD")),
    ]
    clerk = client_as("office_clerk")
    pile = read(clerk, one.batch_id, (as_pdf(pages), "整叠.pdf"))
    assert filing(pile) == [
        (None, "no_code"),
        (None, "foreign"),
        (None, "several"),
        (elsewhere.id, "other_batch"),
        (one.id, "old_text"),
        (two.id, "not_signable"),
        (one.id, None),
        (one.id, "duplicate"),
        (None, "foreign"),
    ]
    page = clerk.get(f"/letter-piles/{pile.id}").text
    for words in ("没有识别到二维码", "属于其他批次", "印的不是现行文本", "与前面一页重复"):
        assert words in page
    assert "javascript:" not in page
    assert clerk.get(f"/letter-piles/{pile.id}/pages/1.jpg").data.startswith(b"\xff\xd8")
    assert clerk.get(f"/letter-piles/{pile.id}/pages/77.jpg").status_code == 404


def test_a_page_is_filed_by_hand_and_taken_out_again(cast: Cast, client_as: ClientAs) -> None:
    one = _two(cast)[0]
    clerk = client_as("office_clerk")
    pile = read(clerk, one.batch_id, (as_pdf([sheet(address(one)), sheet()]), "整叠.pdf"))
    address_, seen = f"/letter-piles/{pile.id}/pages", pile.version
    assert clerk.post(address_, data={"version": seen, "page-2": one.number}).status_code == 302
    pile = pile_of(pile.job_id or 0)
    assert filing(pile) == [(one.id, None), (one.id, None)]
    assert [page.by_hand for page in pile.pages] == [False, True]
    assert clerk.post(address_, data={"version": seen, "page-1": ""}).status_code == 409
    assert clerk.post(address_, data={"version": pile.version, "page-1": ""}).status_code == 302
    assert filing(pile_of(pile.job_id or 0)) == [(None, "taken_out"), (one.id, None)]


def test_pages_go_only_to_letters_of_the_batch_that_wait(cast: Cast, client_as: ClientAs) -> None:
    one = _two(cast)[0]
    foreign = issued(cast, "town", number_prefix="别〔2026〕")
    clerk = client_as("office_clerk")
    pile = read(clerk, one.batch_id, (as_pdf([sheet()]), "整叠.pdf"))
    said = "请选择页面和本批待签署的责任书。"
    choices: list[tuple[dict[str, str | None], str]] = [
        ({}, said),
        ({"page-9": one.number}, said),
        ({"page-1": foreign.number}, "没有“别〔2026〕1号”"),
        ({"page-x": "1"}, said),
        ({"page-1": ""}, said),
    ]
    for choice, sentence in choices:
        answer = clerk.post(f"/letter-piles/{pile.id}/pages", data={"version": pile.version, **choice})
        assert answer.status_code == 422, choice
        assert sentence in answer.text, choice
        found = pile_of(pile.job_id or 0)
        assert (filing(found), found.version) == ([(None, "no_code")], pile.version), choice
    assert (
        clerk.post(f"/letter-piles/{pile.id}/pages", data={"version": pile.version, "page-1": one.number}).status_code
        == 302
    )


def test_the_office_says_who_signed(cast: Cast, client_as: ClientAs) -> None:
    one = _two(cast)[0]
    clerk = client_as("office_clerk")
    pile = read(clerk, one.batch_id, (as_pdf([sheet(address(one))]), "整叠.pdf"))
    leaders = {f"person-{one.id}-{line.id}": 0 for line in one.signatories if line.side == "first"}
    answer = clerk.post(f"/letter-piles/{pile.id}/record", data=_form(pile, one, **leaders))
    assert "1 项全部办理成功。" in answer.text
    assert again(one).state is LetterState.HALF_SIGNED


def test_nothing_ticked_records_nothing(cast: Cast, client_as: ClientAs) -> None:
    one, two = _two(cast)
    clerk = client_as("office_clerk")
    pile = read(clerk, one.batch_id, (as_pdf([sheet(address(one))]), "整叠.pdf"))
    for data in ({"version": pile.version}, _form(pile, two)):
        answer = clerk.post(f"/letter-piles/{pile.id}/record", data=data)
        assert answer.status_code == 422
        assert "请先勾选要确认的责任书。" in answer.text
    assert again(one).state is LetterState.ISSUED


def test_who_looked_at_an_older_filing_records_nothing(cast: Cast, client_as: ClientAs) -> None:
    one = _two(cast)[0]
    clerk = client_as("office_clerk")
    pile = read(clerk, one.batch_id, (as_pdf([sheet(address(one)), sheet()]), "整叠.pdf"))
    form = _form(pile, one)
    clerk.post(f"/letter-piles/{pile.id}/pages", data={"version": pile.version, "page-2": one.number})
    assert "没有办理" in clerk.post(f"/letter-piles/{pile.id}/record", data=form).text
    assert again(one).state is LetterState.ISSUED


def test_a_letter_without_a_page_in_the_pile_is_not_recorded(cast: Cast, client_as: ClientAs) -> None:
    one, two = _two(cast)
    pile = read(client_as("office_clerk"), one.batch_id, (as_pdf([sheet(address(one))]), "整叠.pdf"))
    said: dict[str, Any] = {
        "people": {},
        "scan": SCAN,
        "version": two.version,
        "pile_version": pile.version,
        "now": NOW,
    }
    with pytest.raises(Invalid, match="没有这份责任书"), write_transaction():
        commands.record_from_pile(pile, two, by=cast.actor("office_clerk"), **said)
    with pytest.raises(NotAllowed), write_transaction():
        commands.record_from_pile(pile, two, by=cast.actor("supervisor"), **said)


def test_only_the_office_handles_piles(cast: Cast, client_as: ClientAs) -> None:
    one = _two(cast)[0]
    pile = read(client_as("office_clerk"), one.batch_id, (as_pdf([sheet(address(one))]), "整叠.pdf"))
    for name, status in (("office_director", 200), ("supervisor", 403), ("leader", 403), ("finance_head", 404)):
        assert client_as(name).get(f"/letter-piles/{pile.id}").status_code == status
        assert client_as(name).get(f"/letter-batches/{one.batch_id}/pile").status_code == status
    for command in (
        lambda by: commands.upload_pile(one.batch, scans=[SCAN], by=by, now=NOW),
        lambda by: commands.assign_pages(pile, letter_ids={1: None}, version=pile.version, by=by, now=NOW),
    ):
        with pytest.raises(NotAllowed), write_transaction():
            command(cast.actor("supervisor"))


def test_a_pile_belongs_to_a_batch_that_went_out(cast: Cast) -> None:
    promised(cast)
    batch = prepare(cast)
    with pytest.raises(Stale), write_transaction():
        commands.upload_pile(batch, scans=[SCAN], by=cast.actor("office_clerk"), now=NOW)


def test_a_pile_is_of_pdfs_and_pictures_alone(cast: Cast) -> None:
    one, clerk = _two(cast)[0], cast.actor("office_clerk")
    word = NewFile("一叠.docx", "0" * 64, 1, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    with refuses(Invalid, "scans"):
        commands.upload_pile(again(one).batch, scans=[SCAN, word], by=clerk, now=NOW)


def test_a_pile_that_a_worker_died_over_is_taken_apart_once(cast: Cast, client_as: ClientAs, one_clock: Clock) -> None:
    one = _two(cast)[0]
    clerk = client_as("office_clerk")
    job_id = piles.upload(clerk, one.batch_id, (as_pdf([sheet(address(one)), sheet()]), "整叠.pdf"))
    with write_transaction():
        jobs.claim(holder="dead:1")
    assert "正在识别" in clerk.get(f"/letter-piles/{pile_of(job_id).id}").text
    one_clock.advance(jobs.LEASE)
    assert turn()
    assert filing(pile_of(job_id)) == [(one.id, None), (None, "no_code")]
    found = pile_of(job_id)
    with write_transaction() as session:
        session.get_one(PilePage, found.pages[1].id).fault = PageFault.TAKEN_OUT
        row = session.get_one(BackgroundJob, job_id)
        row.state, row.ended_at, row.expires_at = JobState.WAITING, None, None
    assert turn()
    assert filing(pile_of(job_id))[1] == (None, "taken_out")


def test_after_a_month_the_pictures_are_gone(cast: Cast, client_as: ClientAs, clock: Clock) -> None:
    one = _two(cast)[0]
    pile = read(client_as("office_clerk"), one.batch_id, (as_pdf([sheet(address(one))]), "整叠.pdf"))
    form = _form(pile, one)
    clock.advance(timedelta(days=30))
    answer = client_as("office_clerk")
    assert piles.job(pile.job_id or 0).expires_at == NOW + timedelta(days=30)
    with write_transaction() as session:
        session.get_one(BackgroundJob, pile.job_id).folder = ""
    clock.set(NOW)
    assert answer.get(f"/letter-piles/{pile.id}/pages/1.jpg").status_code == 409
    assert "已过期清除" in answer.post(f"/letter-piles/{pile.id}/record", data=form).text
    assert again(one).state is LetterState.ISSUED


def test_a_code_is_good_for_the_text_that_it_was_printed_with(cast: Cast, client_as: ClientAs) -> None:
    one = _two(cast)[0]
    printed = sheet(address(one))
    send_back(cast, one)
    with write_transaction():
        row = db.session.get_one(Letter, one.id)
        commands.issue_letter(row, version=row.version, by=cast.actor("office_clerk"), now=NOW)
    fresh = sheet(address(again(one)))
    pile = read(client_as("office_clerk"), one.batch_id, (as_pdf([printed, fresh]), "整叠.pdf"))
    assert filing(pile) == [(one.id, "old_text"), (one.id, None)]


def test_other_files_are_refused_at_once(cast: Cast, client_as: ClientAs) -> None:
    one = _two(cast)[0]
    clerk = client_as("office_clerk")
    for content, name, status in ((b"MZ", "a.pdf", 415), (b"<svg/>", "a.svg", 415), (b"", "a.pdf", 422)):
        data = {"scans": [(BytesIO(content), name)]}
        answer = clerk.post(f"/letter-batches/{one.batch_id}/pile", data=data, content_type="multipart/form-data")
        assert answer.status_code == status
    answer = clerk.post(f"/letter-batches/{one.batch_id}/pile", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "请选择扫描件。" in answer.text
    word = clerk.get(f"/letters/{one.id}/letter.docx").data
    data = {"scans": [(BytesIO(word), "a.docx")]}
    answer = clerk.post(f"/letter-batches/{one.batch_id}/pile", data=data, content_type="multipart/form-data")
    assert "请用 PDF、JPG 或 PNG" in answer.text and "Word" not in answer.text.split("z-error")[1][:300]
    assert db.session.query(LetterPile).count() == 0


def test_whoever_asked_reads_why_a_pile_was_not_taken(cast: Cast, client_as: ClientAs) -> None:
    one = _two(cast)[0]
    clerk = client_as("office_clerk")
    job_id = piles.upload(clerk, one.batch_id, (b"%PDF-1.4\ngarbage", "坏.pdf"))
    turn()
    assert piles.job(job_id).state is JobState.FAILED
    assert told(piles.job(job_id).reason) == "文件“坏.pdf”无法读取，可能已损坏，请重新扫描。"
    assert "没有识别成功" in clerk.get(f"/letter-piles/{pile_of(job_id).id}").text
    assert "整叠扫描没有识别成功" in clerk.get("/inbox").text


def _big_pile(cast: Cast, *, letters: int, pages: int) -> LetterPile:
    """A pile of pages of many units' letters; every tenth is filed to none."""
    prefix = f"优均责〔{2026 if letters > 2 else 2025}〕"
    first = issued(cast, signing_order=SigningOrder.SECOND_FIRST, number_prefix=prefix)
    with write_transaction() as session:
        row = session.get_one(Letter, first.id)
        rows = [row]
        for number in range(2, letters + 1):
            unit = make_unit(cast.region(), f"{'澄江区' if letters > 2 else '澄江'}第{number}实验学校", UnitKind.SCHOOL)
            one = Letter(group_id=row.group_id, batch_id=row.batch_id, unit_id=unit.id, check_code=f"C{prefix}{number}")
            one.number, one.edition, one.state = f"{prefix}{number}号", 1, LetterState.ISSUED
            one.sign_by, one.issued_at = row.sign_by, NOW
            for line in row.signatories:
                post, seat = line.post_id, line.seat_id
                one.signatories.append(
                    Signatory(side=line.side, position=1, post_id=post, seat_id=seat, party=unit.name, title=line.title)
                )
            rows.append(one)
        session.add_all(rows)
        session.flush()
        pile = LetterPile(batch_id=row.batch_id, files=[], uploaded_at=NOW, state=PileState.READY, expected={})
        pile.uploaded_by_id = cast.person_ids["office_clerk"]
        pile.pages = [
            PilePage(
                position=place,
                letter_id=None if place % 10 == 0 else rows[place % letters].id,
                fault=PageFault.NO_CODE if place % 10 == 0 else None,
                picture_sha256="0" * 64,
            )
            for place in range(1, pages + 1)
        ]
        session.add(pile)
    return pile


def test_three_hundred_pages_of_a_hundred_letters_are_a_light_page(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    clerk, small = client_as("office_clerk"), _big_pile(cast, letters=2, pages=20)
    few = queries_of(app, lambda: clerk.get(f"/letter-piles/{small.id}"))
    big = _big_pile(cast, letters=100, pages=300)
    pages: list[str] = []
    assert queries_of(app, lambda: pages.append(clerk.get(f"/letter-piles/{big.id}").text)) <= few
    [page] = pages
    assert page.count('name="page-') == 300 and page.count("<option") < 1000
    assert page.count('<option value="优均责〔2026〕77号">') == 1
    assert len(gzip.compress(page.encode())) < 100_000
    answer = clerk.post(
        f"/letter-piles/{big.id}/pages",
        data={"version": big.version, "page-10": "77", "page-20": "澄江区第9实验学校", "page-30": "没有这家"},
    )
    assert answer.status_code == 422
    assert "第 30 页：本批待签署的责任书里没有“没有这家”。" in answer.text
    assert 'value="澄江区第9实验学校"' in answer.text, "what was typed is not lost"
    named = {"version": big.version, "page-10": "77", "page-20": "澄江区第9实验学校", "page-1": "优均责〔2026〕2号"}
    assert clerk.post(f"/letter-piles/{big.id}/pages", data=named).status_code == 302
    db.session.expire_all()
    moved = [page for page in db.session.get_one(LetterPile, big.id).pages if page.by_hand]
    assert [(page.position, page.letter.unit.name) for page in moved if page.letter is not None] == [
        (10, "澄江区第77实验学校"),
        (20, "澄江区第9实验学校"),
    ]
