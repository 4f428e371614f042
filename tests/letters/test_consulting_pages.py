"""The pages on which units are asked for their views on their letters."""

from collections.abc import Callable
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import Cast
from tests.letters.promises import issue
from tests.letters.test_consulting import REPLY_BY, answer, ask, asked, drafts, objected
from tracker.kernel.db import db
from tracker.letters import queries
from tracker.letters.models import AskedLetter, LetterBatch
from tracker.tasks.rules import ConsultationState, OpinionKind

ClientAs = Callable[[str], FlaskClient]


def text_of(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def test_from_asking_to_issuing_by_pages_alone(cast: Cast, client_as: ClientAs) -> None:
    batch_id = drafts(cast).id
    office = client_as("office_clerk")
    assert "征求意见" in text_of(office.get(f"/letter-batches/{batch_id}"))
    assert office.get(f"/letter-batches/{batch_id}/views").status_code == 404
    address = f"/letter-batches/{batch_id}/ask-views"
    assert "答复期限" in text_of(office.get(address))
    refused = office.post(address, data={"version": "1", "reply_by": "2020-01-01"})
    assert (refused.status_code, "答复期限不能早于今天" in text_of(refused)) == (422, True)
    made = office.post(address, data={"version": "1", "reply_by": REPLY_BY.isoformat(), "note": "请研究。"})
    assert made.status_code == 302
    assert "征求意见：0/1 家已答复" in text_of(office.get(f"/letter-batches/{batch_id}"))
    held = office.post(f"/letter-batches/{batch_id}/issue", data={"version": "2"})
    assert (held.status_code, "正在征求意见" in text_of(held)) == (422, True)
    consultation = queries.consultation_of(batch_id)
    assert consultation is not None
    row = consultation.asked[0]
    asked_id, clauses = row.id, [one.id for one in row.rows]
    head = client_as("finance_head")
    for page in ("/", "/letters"):
        assert f"/letter-views/{asked_id}" in text_of(head.get(page))
    page = text_of(head.get(f"/letter-views/{asked_id}"))
    assert ("（下发时编号）" in page, "全部无意见" in page, "请研究。" in page) == (True, True, True)
    form = {f"opinion_{one}": "none" for one in clauses} | {"version": "1"}
    wrong = head.post(f"/letter-views/{asked_id}/answer", data={**form, f"opinion_{clauses[1]}": "time"})
    assert wrong.status_code == 422
    said = {**form, f"opinion_{clauses[1]}": "time", f"text_{clauses[1]}": "<b>时限偏紧</b>"}
    assert head.post(f"/letter-views/{asked_id}/answer", data=said).status_code == 302
    views = text_of(office.get(f"/letter-batches/{batch_id}/views"))
    assert ("时限偏紧" in views, "待处理" in views) == (True, True)
    letter_id = db.session.get_one(AskedLetter, asked_id).letter_id
    assert "时限偏紧" in text_of(office.get(f"/letters/{letter_id}/edit"))
    handle, prefix = f"/letter-opinions/{clauses[1]}/handle", f"o{clauses[1]}-"
    version = {f"{prefix}version": "2"}
    assert office.post(handle, data={**version, f"{prefix}handling": "not_adopted"}).status_code == 422
    assert office.post(handle, data=version).status_code == 422
    done = {**version, f"{prefix}handling": "not_adopted", f"{prefix}reason": "上级已定。"}
    assert office.post(handle, data=done).status_code == 302
    assert "上级已定。" in text_of(head.get(f"/letter-views/{asked_id}"))
    assert office.post(f"/letter-batches/{batch_id}/issue", data={"version": "2"}).status_code == 302
    assert office.get(address).status_code == 409
    assert "全部无意见" not in text_of(head.get(f"/letter-views/{asked_id}"))


def test_no_opinion_takes_one_touch_and_the_office_says_who_told_it(cast: Cast, client_as: ClientAs) -> None:
    consultation = ask(cast, drafts(cast, "finance", "construction"))
    finance, construction = asked(cast, consultation).id, asked(cast, consultation, "construction").id
    touch = {"version": "1", "nothing": "1"}
    assert client_as("finance_head").post(f"/letter-views/{finance}/answer", data=touch).status_code == 302
    office = client_as("office_clerk")
    assert "代录" in text_of(office.get(f"/letter-views/{construction}"))
    silent = office.post(f"/letter-views/{construction}/answer", data=touch)
    assert (silent.status_code, "请填写此项。" in text_of(silent)) == (422, True)
    told = office.post(f"/letter-views/{construction}/answer", data={**touch, "told_by": "电话，章立新"})
    assert told.status_code == 302
    assert "电话，章立新" in text_of(office.get(f"/letter-batches/{consultation.batch_id}/views"))


def test_a_liaison_drafts_and_reads_that_the_head_confirms(cast: Cast, client_as: ClientAs) -> None:
    row = asked(cast, ask(cast, drafts(cast)))
    liaison, address = client_as("finance_liaison"), f"/letter-views/{row.id}"
    assert "负责人" in text_of(liaison.get(address))
    assert liaison.post(f"{address}/answer", data={"version": "1", "nothing": "1"}).status_code == 302
    answer(cast, db.session.get_one(AskedLetter, row.id), kind=OpinionKind.TIME, text="时限偏紧。")
    page = text_of(liaison.get(address))
    assert ("时限偏紧。" in page, "提交答复" in page, "保存草稿" in page) == (True, False, False)


def test_the_office_stops_asking_with_a_reason(cast: Cast, client_as: ClientAs) -> None:
    batch_id = objected(cast).asked.consultation.batch_id
    office, address = client_as("office_clerk"), f"/letter-batches/{batch_id}/views/withdraw"
    assert office.post(address, data={"version": "1", "remark": ""}).status_code == 422
    assert office.post(address, data={"version": "7", "remark": "改。"}).status_code == 409
    assert office.post(address, data={"version": "1", "remark": "条款要改。"}).status_code == 302
    page = text_of(office.get(f"/letter-batches/{batch_id}/views"))
    assert ("条款要改。" in page, "征求意见已撤回" in page, "保存处理" in page) == (True, True, False)
    found = queries.consultation_of(batch_id)
    assert found is not None
    assert found.state is ConsultationState.WITHDRAWN
    issue(cast, db.session.get_one(LetterBatch, batch_id))
    other = drafts(cast, "construction")
    assert office.post(f"/letter-batches/{other.id}/views/withdraw", data={"remark": "改。"}).status_code == 404
