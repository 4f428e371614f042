"""Asking the units' views through the pages: opened from the drafts, answered on one page, handled, read at signing."""

import sqlalchemy as sa

from tests.cast import Cast
from tests.tasks.pages.acting import ClientAs, post, task
from tests.tasks.pages.worlds import drafted
from tracker.kernel.db import db
from tracker.tasks.commands import NewPart
from tracker.tasks.models import Consultation, ConsultedTask, ConsultedUnit, SignOffBatch
from tracker.tasks.rules import ConsultationState, TaskState

ASK = {"title": "第一批任务征求意见", "reply_by": "2026-03-23", "note": "请对照职责研提意见。"}


def asked_about(cast: Cast, client_as: ClientAs, ids: list[int]) -> int:
    """A consultation that the office opened on drafts, by id."""
    address = "/groups/{}/consultations/new".format(cast.group_ids["g1"])
    assert client_as("office_secondee").post(address, data={**ASK, "task": ids}).status_code == 302
    return db.session.query(Consultation).one().id


def unit_page(cast: Cast, unit: str = "finance") -> tuple[str, list[int]]:
    """The address of what a unit is asked, and its rows."""
    found = db.session.query(ConsultedUnit).filter_by(unit_id=cast.unit_ids[unit]).one()
    return f"/consulted/{found.id}", [row.id for row in found.rows]


def test_the_drafts_page_leads_to_a_consultation_with_a_proposed_date(cast: Cast, client_as: ClientAs) -> None:
    ids = drafted(cast, "甲", "乙")
    address, clerk = "/groups/{}/consultations/new".format(cast.group_ids["g1"]), client_as("office_secondee")
    page = clerk.post(address, data={"choose": "1", "task": ids[0]})
    assert page.status_code == 200
    assert ("甲" in page.text, "乙" in page.text, 'value="2026-03-23"' in page.text) == (True, False, True)
    assert "请先勾选要征求意见的草稿" in clerk.get(address).text
    assert clerk.post(address, data={**ASK, "title": "", "task": ids}).status_code == 422
    assert clerk.post(address, data=ASK).status_code == 422
    assert client_as("leader").post(address, data={**ASK, "task": ids}).status_code == 403
    assert client_as("finance_head").post(address, data={**ASK, "task": ids}).status_code == 404
    number = asked_about(cast, client_as, ids)
    drafts = clerk.get("/groups/{}/drafts".format(cast.group_ids["g1"])).text
    assert f'href="/consultations/{number}"' in drafts
    assert "0/1" in drafts


def test_a_unit_says_at_one_touch_that_it_has_no_opinion(cast: Cast, client_as: ClientAs) -> None:
    asked_about(cast, client_as, drafted(cast, "甲", "乙"))
    address, _rows = unit_page(cast)
    head = client_as("finance_head")
    assert address in head.get("/").text
    assert "请于2026年3月23日前答复" in head.get("/inbox").text
    assert post(client_as("finance_staff"), f"{address}/answer", version=1, nothing="1").status_code == 403
    assert post(head, f"{address}/answer", version=2, nothing="1").status_code == 409
    assert post(head, f"{address}/answer", version=1, nothing="1").status_code == 302
    assert set(db.session.scalars(sa.select(ConsultedTask.opinion))) == {"none"}
    assert address not in head.get("/").text


def test_opinions_are_given_handled_and_read_by_who_signs_off(cast: Cast, client_as: ClientAs) -> None:
    ids = drafted(cast, "甲", parts=[NewPart(cast.unit_ids["construction"], "提供资料")])
    number = asked_about(cast, client_as, ids)
    address, [row] = unit_page(cast)
    other, _rows = unit_page(cast, "construction")
    liaison, head, clerk = client_as("finance_liaison"), client_as("finance_head"), client_as("office_secondee")
    said = {f"opinion_{row}": "time", f"text_{row}": "建议延至六月。"}
    wrong = post(liaison, f"{address}/answer", version=1, **{**said, f"text_{row}": ""})
    assert (wrong.status_code, f'id="text_{row}-error"' in wrong.text) == (422, True)
    assert post(liaison, f"{address}/answer", version=1, **said).status_code == 302
    assert "已起草" in clerk.get(f"/consultations/{number}").text
    assert "建议延至六月" not in clerk.get(f"/consultations/{number}").text
    assert "建议延至六月" in head.get(address).text
    assert post(head, f"{address}/answer", version=2, **said).status_code == 302
    assert "建议延至六月" not in client_as("construction_head").get(other).text
    assert client_as("construction_head").get(address).status_code == 404
    assert "代录须写明" in clerk.get(other).text
    assert post(clerk, f"{other}/answer", version=1, nothing="1").status_code == 422
    assert post(clerk, f"{other}/answer", version=1, nothing="1", told_by="住建局复函").status_code == 302
    handle, prefix = f"/opinions/{row}/handle", f"o{row}-"
    form = {f"{prefix}version": 3, f"{prefix}handling": "not_adopted"}
    assert post(clerk, handle, **form).status_code == 422
    assert post(client_as("supervisor"), handle, **form).status_code == 403
    assert post(clerk, handle, **{**form, f"{prefix}version": 1, f"{prefix}reason": "上级定死。"}).status_code == 409
    propose = "/groups/{}/drafts/propose".format(cast.group_ids["g1"])
    refused = clerk.post(propose, data={"title": "第一批", "task": ids})
    assert (refused.status_code, "还有单位的意见没有处理" in refused.text) == (422, True)
    form[f"{prefix}version"] = db.session.get_one(ConsultedTask, row).version
    assert post(clerk, handle, **form, **{f"{prefix}reason": "上级已定时限。"}).status_code == 302
    assert "上级已定时限" in head.get(address).text
    assert clerk.post(propose, data={"title": "第一批", "task": ids}).status_code == 302
    batch = db.session.query(SignOffBatch).one()
    page = client_as("leader").get(f"/batches/{batch.id}").text
    assert ("建议延至六月" in page, "上级已定时限" in page) == (True, True)
    assert post(client_as("leader"), f"/batches/{batch.id}/sign", version=batch.version).status_code == 302
    assert "建议延至六月" in head.get(f"/tasks/{ids[0]}").text
    assert "建议延至六月" not in client_as("construction_head").get(f"/tasks/{ids[0]}").text
    assert post(head, f"{address}/answer", version=3, nothing="1").status_code == 409


def test_a_consultation_is_withdrawn_with_a_reason(cast: Cast, client_as: ClientAs) -> None:
    ids = drafted(cast, "甲")
    address = f"/consultations/{asked_about(cast, client_as, ids)}/withdraw"
    clerk = client_as("office_secondee")
    assert post(client_as("leader"), address, version=1, remark="改稿。").status_code == 403
    assert post(clerk, address, version=1, remark="").status_code == 422
    assert post(clerk, address, version=2, remark="改稿。").status_code == 409
    assert post(clerk, address, version=1, remark="改稿。").status_code == 302
    assert db.session.query(Consultation).one().state is ConsultationState.WITHDRAWN
    unit, _rows = unit_page(cast)
    assert "改稿。" in client_as("finance_head").get(unit).text
    assert task(ids[0]).state is TaskState.DRAFT
