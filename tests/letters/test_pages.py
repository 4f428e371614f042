"""The pages of letters: whom they open for, what they show, and what their forms refuse."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.desk.pages import counted
from tests.letters.promises import (
    again,
    in_force,
    issue,
    issued,
    leader_seat,
    office_edits,
    prepare,
    promised,
    send_back,
    sign,
)
from tests.tasks.stories import act, inbox
from tests.visitors import PASSWORD, give_account
from tests.visitors import stranger as nobody_in_particular
from tracker.accounts.models import SignInAttempt
from tracker.kernel.db import db
from tracker.letters import commands, policy, queries
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import DEFAULT_TEMPLATE, LetterState, SigningOrder
from tracker.letters.views import signing as signing_views

ClientAs = Callable[[str], FlaskClient]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ODD = ("0", "-1", "99999999", "99999999999999999999", "x", "1.5", "%00")


def queries_of(app: Flask, work: Callable[[], object]) -> int:
    """How many statements something takes."""
    with counted(app) as seen:
        work()
    return len(seen)


def stranger(app: Flask, cast: Cast) -> FlaskClient:
    """Somebody with a paper and no account, at an installation that others have set up."""
    give_account(app, cast.person_ids["administrator"])
    return nobody_in_particular(app)


def text_of(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def hidden(answer: TestResponse, *names: str) -> dict[str, str]:
    """The values that a page carries for its form."""
    page = text_of(answer)
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in names}
    return {name: match[1] for name, match in found.items() if match is not None}


def signing(client: FlaskClient, letter_id: int) -> dict[str, str]:
    """The signing page opened, as its form would send it."""
    return hidden(client.get(f"/letters/{letter_id}/sign"), "text_id", "sha256", "ticket")


def batch_form(cast: Cast, **said: object) -> dict[str, object]:
    """A new batch as the office fills it in."""
    return {
        "title": "2026年度目标责任书",
        "year": "2026",
        "first_party": "澄江区人民政府",
        "signatories": [f"s{leader_seat(cast).id}"],
        "signing_order": "second_first",
        "sign_by": "2026-04-01",
        "ends_on": "2026-12-31",
        "number_prefix": "责〔2026〕",
        "units": [str(cast.unit_ids["finance"]), str(cast.unit_ids["construction"])],
        "purpose": DEFAULT_TEMPLATE.purpose,
        **said,
    }


def test_from_template_to_a_letter_in_force_by_pages_alone(cast: Cast, client_as: ClientAs) -> None:
    for unit in ("finance", "construction"):
        promised(cast, lead=unit)
    office, group_id = client_as("office_clerk"), cast.group().id
    template = {"purpose": "为压实责任，【甲方】与【单位】签订本书。", "closing": "一式两份。", "version": "0"}
    assert office.post(f"/groups/{group_id}/letters/template", data=template).status_code == 302
    opened = office.get(f"/groups/{group_id}/letters/new")
    assert "为压实责任" in text_of(opened)
    made = office.post(f"/groups/{group_id}/letters/new", data=batch_form(cast, purpose=template["purpose"]))
    assert made.status_code == 302
    page = office.get(made.location)
    assert "下发 2 份" in text_of(page)
    batch_id = int(made.location.rsplit("/", 1)[1])
    assert office.post(f"/letter-batches/{batch_id}/issue", data={"version": "1"}).status_code == 302
    finance, construction = queries.letters_of(db.session.get_one(LetterBatch, batch_id))
    ids = finance.id, construction.id
    for name, letter_id in zip(("finance_head", "construction_head"), ids, strict=True):
        head = client_as(name)
        assert "等您签署" in text_of(head.get(f"/letters/{letter_id}"))
        assert head.post(f"/letters/{letter_id}/sign", data=signing(head, letter_id)).status_code == 302
    leader = client_as("leader")
    many = leader.get("/letters/sign")
    names = [f"{name}-{letter_id}" for letter_id in ids for name in ("text", "sha256", "ticket")]
    done = leader.post("/letters/sign", data={**hidden(many, *names), "letter": [str(one) for one in ids]})
    assert (done.status_code, text_of(done).count("已签署")) == (200, 2)
    assert {again(letter).state for letter in (finance, construction)} == {LetterState.IN_FORCE}
    assert "为压实责任，澄江区人民政府与澄江区财政局签订本书。" in text_of(leader.get(f"/letters/{ids[0]}"))


def test_a_draft_shows_the_text_as_it_will_be_signed(cast: Cast, client_as: ClientAs) -> None:
    def shown(letter_id: int) -> list[str]:
        page = text_of(client_as("office_clerk").get(f"/letters/{letter_id}"))
        [article, *_before] = re.findall(r'<article class="z-letter"[^>]*>(.*?)</article>', page, re.DOTALL)
        return re.findall(r"<(?:p|h2)[^>]*>(.*?)</(?:p|h2)>", article)

    def signed(letter: Letter) -> list[str]:
        text = policy.text_of(letter)
        assert text is not None
        return text.text.splitlines()

    promised(cast)
    batch = prepare(cast)
    [letter] = queries.letters_of(batch)
    before = shown(letter.id)
    issue(cast, batch)
    assert before == [line.replace(letter.number or "", "（下发时编号）") for line in signed(again(letter))]
    send_back(cast, letter)
    office_edits(cast, letter, free="经费按季度拨付。")
    before = shown(letter.id)
    act(commands.issue_letter, again(letter), by=cast.actor("office_clerk"))
    assert before == signed(again(letter))
    assert "1．经费按季度拨付。" in before


def test_to_write_letters_for_all_leaves_out_who_has_one_and_says_so(cast: Cast, client_as: ClientAs) -> None:
    def ticked(page: TestResponse, unit: str) -> bool:
        value = cast.unit_ids[unit]
        [box] = re.findall(rf'<input[^>]*name="units"[^>]*value="{value}"[^>]*>', page.get_data(as_text=True))
        return "checked" in box

    office, group_id = client_as("office_clerk"), cast.group().id
    first = office.get(f"/groups/{group_id}/letters/new")
    assert (ticked(first, "finance"), ticked(first, "construction")) == (True, True)
    letter = issued(cast)
    number, letter_id = letter.number, letter.id
    again = office.get(f"/groups/{group_id}/letters/new")
    assert (ticked(again, "finance"), ticked(again, "construction")) == (False, True)
    assert f"澄江区财政局（已有2026年度责任书：{number} 待签署）" in text_of(again)
    assert "澄江区住房和城乡建设局（已有" not in text_of(again)
    made = office.post(f"/groups/{group_id}/letters/new", data=batch_form(cast))
    listed = text_of(office.get(made.location))
    assert listed.count("同一方案、同一期间已有责任书") == 1
    assert f'<a href="/letters/{letter_id}">{number}</a>' in listed


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"title": ""}, "请填写此项。"),
        ({"purpose": ""}, "请填写此项。"),
        ({"sign_by": "明天"}, "请填写"),
        ({"sign_by": "2020-01-01", "ends_on": ""}, "日期不能早于今天。"),
        ({"ends_on": "2026-03-20"}, "有效期不能早于签署期限。"),
        ({"year": "99999999999999"}, "请核对年份。"),
        ({"year": "", "period": ""}, "请填写此项。"),
        ({"signatories": []}, "甲方签署人为一人或者两人。"),
        ({"signatories": ["s999999"]}, "请从列出的选项中选择。"),
        ({"signatories": ["x", "<script>"]}, "请从列出的选项中选择。"),
        ({"units": []}, "请选择本领导小组的成员单位"),
        ({"units": ["999999"]}, "请选择本领导小组的成员单位"),
        ({"units": ["%", "9" * 30]}, "请选择本领导小组的成员单位"),
        ({"signing_order": "x"}, "z-error"),
        ({"plan": "99999"}, "z-error"),
        ({"number_prefix": "责" * 61}, "z-error"),
    ],
)
def test_a_batch_comes_back_with_the_sentence_at_the_field(
    cast: Cast, client_as: ClientAs, said: dict[str, object], sentence: str
) -> None:
    answer = client_as("office_clerk").post(f"/groups/{cast.group().id}/letters/new", data=batch_form(cast, **said))
    assert (answer.status_code, sentence in text_of(answer)) == (422, True)
    assert db.session.scalar(sa.select(sa.func.count(LetterBatch.id))) == 0


def test_a_stale_page_is_told_so(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    office, old = client_as("office_clerk"), {"version": "1", "remark": "有误。"}
    group_id, batch_id = cast.group().id, letter.batch_id
    template = {"purpose": "目的", "version": "7"}
    assert office.post(f"/groups/{group_id}/letters/template", data=template).status_code == 409
    assert office.post(f"/letter-batches/{batch_id}/issue", data=old).status_code == 409
    assert office.post(f"/letter-batches/{batch_id}/discard", data=old).status_code == 409
    assert office.post(f"/letters/{letter.id}/withdraw", data=old).status_code == 409
    assert client_as("finance_head").post(f"/letters/{letter.id}/send-back", data=old).status_code == 409
    for name in ("edit", "follow"):
        assert office.get(f"/letters/{letter.id}/{name}").status_code == 409
    assert office.post(f"/letters/{letter.id}/issue", data={"version": str(letter.version)}).status_code == 409
    now = {"version": str(again(letter).version), "remark": "有误。"}
    assert office.post(f"/letters/{letter.id}/withdraw", data=now).status_code == 302
    assert office.get(f"/letters/{letter.id}/paper").status_code == 409


def test_reasons_and_clauses_come_back_at_their_fields(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    version = str(letter.version)
    head, office = client_as("finance_head"), client_as("office_clerk")
    empty = head.post(f"/letters/{letter.id}/send-back", data={"version": version, "remark": ""})
    assert (empty.status_code, "请填写此项。" in text_of(empty)) == (422, True)
    empty = office.post(f"/letters/{letter.id}/withdraw", data={"version": version, "remark": " "})
    assert (empty.status_code, "请填写此项。" in text_of(empty)) == (422, True)
    send_back(cast, letter)
    long = {"version": str(again(letter).version), "free": "款" * 3001}
    answer = office.post(f"/letters/{letter.id}/edit", data=long)
    assert (answer.status_code, "每条最多 3000 个字。" in text_of(answer)) == (422, True)
    answer = office.post(f"/letters/{letter.id}/edit", data={**long, "free": "一条。", "tasks": ["999", "x"]})
    assert (answer.status_code, "请选择本单位正在办理的任务。" in text_of(answer)) == (422, True)
    assert office.post(f"/letters/{letter.id}/edit", data={**long, "free": "一条。"}).status_code == 302
    reissue = office.post(f"/letters/{letter.id}/issue", data={"version": str(again(letter).version)})
    assert (reissue.status_code, again(letter).edition) == (302, 2)


def test_what_is_incomplete_does_not_go_out_and_says_which(cast: Cast, client_as: ClientAs) -> None:
    batch_id = prepare(cast, "town").id
    answer = client_as("office_clerk").post(f"/letter-batches/{batch_id}/issue", data={"version": "1"})
    assert (answer.status_code, "柳溪镇人民政府" in text_of(answer)) == (422, True)
    assert "没有任务，也没有其他约定" in text_of(answer)


def test_signing_asks_for_the_password_once_it_was_not_just_given(
    cast: Cast, client_as: ClientAs, clock: Clock
) -> None:
    letter = issued(cast)
    head, address = client_as("finance_head"), f"/letters/{letter.id}/sign"
    clock.now = NOW + timedelta(minutes=6)
    form = signing(head, letter.id)
    missing = head.post(address, data=form)
    assert (missing.status_code, "请输入您的登录密码" in text_of(missing)) == (403, True)
    wrong = head.post(address, data={**form, "password": "不对"})
    assert (wrong.status_code, "密码不正确。" in text_of(wrong)) == (403, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInAttempt)) == 1
    for _again in range(4):
        assert head.post(address, data={**form, "password": "不对"}).status_code == 403
    assert head.post(address, data={**form, "password": PASSWORD}).status_code == 429
    assert again(letter).state is LetterState.ISSUED
    clock.now = NOW + timedelta(minutes=22)
    fresh = signing(head, letter.id)
    assert head.post(address, data={**fresh, "password": PASSWORD}).status_code == 302
    assert again(letter).state is LetterState.HALF_SIGNED


def test_a_signing_form_is_good_once_and_for_its_reader_alone(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast, signing_order=SigningOrder.ANY)
    head, leader, address = client_as("finance_head"), client_as("leader"), f"/letters/{letter.id}/sign"
    form = signing(head, letter.id)
    assert leader.post(address, data=form).status_code == 409
    for name in form:
        assert head.post(address, data={**form, name: "0"}).status_code == 409
        assert head.post(address, data={**form, name: "九" * 99}).status_code == 409
    assert head.post(address, data={}).status_code == 409
    assert head.post(address, data=form).status_code == 302
    assert head.post(address, data=form).status_code == 409
    assert head.get(address).status_code == 409
    assert leader.post(address, data=signing(leader, letter.id)).status_code == 302
    assert again(letter).state is LetterState.IN_FORCE


def test_who_is_not_named_does_not_open_the_signing_page(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    for name, status in (("finance_deputy", 403), ("office_clerk", 403), ("construction_head", 404), ("outsider", 404)):
        assert client_as(name).get(f"/letters/{letter.id}/sign").status_code == status, name
    page = text_of(client_as("finance_head").get(f"/letters/{letter.id}/sign"))
    text = policy.text_of(again(letter))
    assert text is not None
    assert all(line in page for line in text.text.splitlines())
    assert text.sha256 in page
    assert "不是" in page


def test_signing_many_wants_a_tick_and_tells_of_each(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast, "finance", "construction", signing_order=SigningOrder.ANY)
    leader = client_as("leader")
    page = leader.get("/letters/sign")
    first, second = queries.letters_of(letter.batch)
    names = [f"{name}-{one.id}" for one in (first, second) for name in ("text", "sha256", "ticket")]
    form = hidden(page, *names)
    ids = [str(first.id), str(second.id)]
    none = leader.post("/letters/sign", data=form)
    assert (none.status_code, "请先勾选要签署的责任书。" in text_of(none)) == (422, True)
    assert leader.post("/letters/sign", data={**form, "letter": ["x", "99999"]}).status_code == 422
    done = leader.post("/letters/sign", data={**form, f"sha256-{ids[1]}": "0", "letter": ids})
    assert (done.status_code, "1 项成功，1 项没有办理" in text_of(done)) == (200, True)
    states = [again(one).state for one in (first, second)]
    assert states == [LetterState.HALF_SIGNED, LetterState.ISSUED]


def all_to_sign(page: TestResponse) -> dict[str, list[str] | str]:
    """The page of what waits for a signature with everything ticked, as its form would send it."""
    ids = re.findall(r'name="letter" value="(\d+)"', text_of(page))
    return {**hidden(page, *(f"{name}-{one}" for one in ids for name in ("text", "sha256", "ticket"))), "letter": ids}


def test_more_letters_than_one_page_holds_are_announced_and_follow(
    cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(cast, "finance", "construction", "town", signing_order=SigningOrder.ANY)
    leader = client_as("leader")
    whole = all_to_sign(leader.get("/letters/sign"))
    monkeypatch.setattr(signing_views, "MOST", 2)
    page = leader.get("/letters/sign")
    assert "共有 3 份等您签署，本页列出最先到期的 2 份；签署后接着列出其余 1 份。" in text_of(page)
    many = leader.post("/letters/sign", data=whole)
    assert (many.status_code, "一次最多签署 2 份，请分几次签署。" in text_of(many)) == (422, True)
    done = text_of(leader.post("/letters/sign", data=all_to_sign(page)))
    assert "2 项全部办理成功" in done and "还有 1 份责任书等您签署" in done and 'href="/letters/sign"' in done
    rest = leader.get("/letters/sign")
    assert "本页列出" not in text_of(rest)
    done = text_of(leader.post("/letters/sign", data=all_to_sign(rest)))
    assert "1 项全部办理成功" in done and "等您签署" not in done
    assert {one.state for one in db.session.scalars(sa.select(Letter))} == {LetterState.HALF_SIGNED}


def test_what_is_ticked_is_signed_though_others_now_wait_before_it(
    cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_views, "MOST", 1)
    late = issued(cast, signing_order=SigningOrder.ANY)
    leader = client_as("leader")
    form = all_to_sign(leader.get("/letters/sign"))
    issued(cast, "construction", signing_order=SigningOrder.ANY, sign_by=NOW.date())
    assert "1 项全部办理成功" in text_of(leader.post("/letters/sign", data=form))
    assert again(late).state is LetterState.HALF_SIGNED


def test_each_letter_signed_with_others_takes_the_same_queries(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    leader, taken, opened = client_as("leader"), [], []
    leader.get("/letters/sign")
    for units in (("finance",), ("construction", "town"), ("education", "construction", "finance")):
        issued(cast, *units, signing_order=SigningOrder.ANY)
        opened.append(queries_of(app, lambda: leader.get("/letters/sign")))
        form = all_to_sign(leader.get("/letters/sign"))
        taken.append(queries_of(app, lambda form=form: leader.post("/letters/sign", data=form)))  # type: ignore[misc]
    assert taken[2] - taken[1] == taken[1] - taken[0] > 0
    assert len(set(opened)) == 1


def test_paper_is_entered_with_its_scan(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    office, address = client_as("office_clerk"), f"/letters/{letter.id}/paper"
    line = letter.signatories[-1].id
    form = {"version": str(letter.version), f"person_{line}": str(cast.person_ids["finance_head"])}
    assert office.post(address, data=form).status_code == 422
    assert office.post(address, data={**form, "scan": "页.pdf"}).status_code == 422
    page = {**form, "scan": (BytesIO(b"<html>"), "页.pdf")}
    assert office.post(address, data=page).status_code == 415
    nobody = {"version": form["version"], "scan": (BytesIO(PDF), "页.pdf")}
    answer = office.post(address, data=nobody)
    assert (answer.status_code, "请选择在纸质责任书上签字的签署人。" in text_of(answer)) == (422, True)
    foreign = {**form, f"person_{line}": str(cast.person_ids["leader"]), "scan": (BytesIO(PDF), "页.pdf")}
    assert office.post(address, data=foreign).status_code == 422
    assert office.post(address, data={**form, "scan": (BytesIO(PDF), "页.pdf")}).status_code == 302
    [signature] = policy.signatures_of(again(letter))
    scan = f"/letters/{letter.id}/scans/{signature.scan_sha256}"
    assert client_as("finance_head").get(scan).data == PDF
    assert client_as("construction_head").get(scan).status_code == 404
    assert client_as("finance_head").get(f"/letters/{letter.id}/scans/{'0' * 64}").status_code == 404


def test_urging_wants_a_tick_and_tells_of_each(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    office, address = client_as("office_clerk"), f"/letter-batches/{letter.batch_id}/urge"
    none = office.post(address, data={})
    assert (none.status_code, "请先勾选要催签的责任书。" in text_of(none)) == (422, True)
    for odd in ("x", "9" * 30, "999999"):
        assert office.post(address, data={"letter": odd}).status_code == 422
    done = office.post(address, data={"letter": str(letter.id)})
    assert (done.status_code, "已催签" in text_of(done)) == (200, True)
    assert "letter.urged" in inbox(cast, "finance_head")
    again_soon = office.post(address, data={"letter": str(letter.id)})
    assert "刚催签过" in text_of(again_soon)


def test_the_public_page_says_whether_a_letter_stands_and_nothing_else(app: Flask, cast: Cast) -> None:
    letter = in_force(cast)
    text = policy.text_of(letter)
    assert text is not None
    page = text_of(stranger(app, cast).get(f"/check/{letter.check_code}"))
    for said in ("优均责〔2026〕1号", "澄江区财政局", "双方已签署", "2026-03-18", text.sha256, text.sm3):
        assert said in page, said
    for secret in ("钱广源", "罗正川", "1380000", "学位缺口", "培训经费", "目标责任书", "局长", "/letters/"):
        assert secret not in page, secret


def test_the_public_page_tells_of_each_state(app: Flask, cast: Cast) -> None:
    letter, visitor = issued(cast), stranger(app, cast)
    address = f"/check/{letter.check_code}"
    assert "没有生效" in text_of(visitor.get(address))
    act(commands.withdraw_letter, letter, remark="内部理由。", by=cast.actor("office_clerk"))
    page = text_of(visitor.get(address))
    assert ("已撤回" in page, "内部理由" in page) == (True, False)


def test_codes_are_not_to_be_guessed(app: Flask, cast: Cast) -> None:
    letter, visitor = issued(cast), stranger(app, cast)
    for code in ("X" * 20, "1", "%", "ＡＢ", "A" * 500):
        assert visitor.get(f"/check/{code}").status_code == 404
    assert visitor.get("/check/another").status_code == 429
    assert visitor.get(f"/check/{letter.check_code}").status_code == 200


@pytest.mark.parametrize("odd", ODD)
def test_odd_numbers_in_addresses_find_nothing(cast: Cast, client_as: ClientAs, odd: str) -> None:
    office = client_as("office_clerk")
    for address in ("/letters/{}", "/letters/{}/sign", "/letters/{}/edit", "/letters/{}/paper", "/letter-batches/{}"):
        assert office.get(address.format(odd)).status_code == 404, address
    assert office.get(f"/groups/{odd}/letters/new").status_code == 404


def test_words_are_shown_as_words(cast: Cast, client_as: ClientAs) -> None:
    weird = "<b>{{ 7*7 }}</b> & 𠮷"
    letter = issued(cast, title=weird, first_party=weird)
    answer = client_as("finance_head").get(f"/letters/{letter.id}")
    raw = answer.get_data(as_text=True)
    assert ("&lt;b&gt;{{ 7*7 }}&lt;/b&gt; &amp; 𠮷" in raw, "<b>{{" in raw) == (True, False)


def test_pages_take_as_many_queries_for_many_letters_as_for_few(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    few = issued(cast, "finance", signing_order=SigningOrder.ANY)
    office, leader = client_as("office_clerk"), client_as("leader")

    def asked(batch_id: int) -> list[int]:
        return [
            queries_of(app, lambda: office.get(f"/letter-batches/{batch_id}")),
            queries_of(app, lambda: leader.get("/letters/sign")),
            queries_of(app, lambda: leader.get("/letters")),
            queries_of(app, lambda: office.get("/letters")),
        ]

    asked(few.batch_id)
    before = asked(few.batch_id)
    many = issued(cast, "finance", "construction", "town", "education", "school_one", signing_order=SigningOrder.ANY)
    assert asked(many.batch_id) == before
    draft = prepare(cast, "finance")
    one = queries_of(app, lambda: office.get(f"/letter-batches/{draft.id}"))
    drafts = prepare(cast, "finance", "construction", "town", "education", "school_one")
    assert queries_of(app, lambda: office.get(f"/letter-batches/{drafts.id}")) == one


def test_a_batch_takes_few_queries_a_letter_to_go_out(app: Flask, cast: Cast) -> None:
    units = ("finance", "construction", "town", "education", "school_one", "school_two")
    for unit in units:
        promised(cast, lead=unit)
    small, large = prepare(cast, *units[:2]), prepare(cast, *units)
    first = queries_of(app, lambda: issue(cast, small))
    second = queries_of(app, lambda: issue(cast, large))
    assert (second - first) / 4 <= 16


def test_a_letter_in_force_is_offered_to_the_office_to_be_followed(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    office = client_as("office_clerk")
    assert "补充或重签" in text_of(office.get(f"/letters/{letter.id}"))
    wrong = office.post(f"/letters/{letter.id}/follow", data={"kind": "letter", "free": "一条。"})
    assert wrong.status_code == 422
    made = office.post(f"/letters/{letter.id}/follow", data={"kind": "supplement", "free": "一条。"})
    assert made.status_code == 302
    new_id = int(made.location.rsplit("/", 1)[1])
    assert client_as("finance_head").get(made.location).status_code == 404
    version = str(db.session.get_one(Letter, new_id).version)
    assert office.post(f"/letters/{new_id}/issue", data={"version": version}).status_code == 302
    new = db.session.get_one(Letter, new_id)
    sign(cast, new, "finance_head")
    sign(cast, new, "leader")
    assert "补充或重签" not in text_of(office.get(made.location)).replace("补充责任书不再补充或者重签", "")


def test_a_batch_given_up_with_rubbish_in_the_form_stays(cast: Cast, client_as: ClientAs) -> None:
    promised(cast)
    batch, clerk = prepare(cast), client_as("office_clerk")
    address = f"/letter-batches/{batch.id}/discard"
    for rubbish in ({"version": "x"}, {"version": ""}, {}, {"version": "99"}):
        assert clerk.post(address, data=rubbish).status_code == 409
    assert db.session.get_one(LetterBatch, batch.id).state == "draft"
    answer = clerk.post(address, data={"version": batch.version})
    assert answer.headers["Location"].endswith("/letters")
    db.session.expire_all()
    assert db.session.get_one(LetterBatch, batch.id).state == "discarded"
