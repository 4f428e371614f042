"""Drafts and batches through their pages, and acts on many tasks at once."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from tests.cast import NOW, TODAY, Cast
from tests.tasks.pages.acting import PDF, ClientAs, act, post, task
from tests.tasks.pages.worlds import accepted, drafted, reported, submitted
from tests.visitors import PASSWORD
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Person, Unit
from tracker.organisation.rules import UnitKind
from tracker.tasks import commands
from tracker.tasks.models import SignOffBatch, Task
from tracker.tasks.rules import TaskState


def test_several_drafts_are_confirmed_with_one_password(cast: Cast, client_as: ClientAs, clock: Any) -> None:
    first, second, third = accepted(cast, "甲", "乙", "丙")
    rows = [reported(cast, first, "甲进展"), reported(cast, second, "乙进展")]
    with write_transaction() as session:
        third_task = session.get_one(Task, third)
        by = cast.actor("finance_liaison")
        commands.draft_submission(third_task, statement="丙已完成", version=third_task.version, by=by, now=NOW)
    head = client_as("finance_head")
    clock.advance(timedelta(minutes=20))
    ticks = [f"r{rows[0]}.1", f"r{rows[1]}.1", f"s{third}.{task(third).version}"]
    assert "登录密码" in head.get("/tasks/confirm").text
    assert head.post("/tasks/confirm", data={"draft": ticks}).status_code == 403
    assert head.post("/tasks/confirm", data={"draft": ticks, "password": "不对"}).status_code == 403
    assert head.post("/tasks/confirm", data={"draft": [], "password": PASSWORD}).status_code == 422
    stale = [*ticks[:1], f"r{rows[1]}.7", ticks[2]]
    answer = head.post("/tasks/confirm", data={"draft": stale, "password": PASSWORD})
    assert answer.status_code == 200
    assert "2 项成功，1 项没有办理" in answer.text
    assert task(third).state is TaskState.SUBMITTED
    again = head.post("/tasks/confirm", data={"draft": ticks[1:2]})
    assert "1 项全部办理成功" in again.text


def test_the_director_who_drafts_alone_signs_off_in_one_step(cast: Cast, client_as: ClientAs) -> None:
    ids = drafted(cast, "甲", "乙")
    address = "/groups/{}/drafts/propose".format(cast.group_ids["g1"])
    form = {"title": "第一批", "document_number": "1号", "task": ids, "sign_off": "1"}
    assert client_as("office_secondee").post(address, data=form).status_code == 403
    assert task(ids[0]).state is TaskState.DRAFT, "all or nothing"
    assert client_as("office_director").post(address, data={**form, "title": ""}).status_code == 422
    assert client_as("office_director").post(address, data=form).status_code == 302
    assert {task(task_id).state for task_id in ids} == {TaskState.ISSUED}


def test_a_batch_is_sent_back_with_a_word(cast: Cast, client_as: ClientAs) -> None:
    ids = drafted(cast, "甲")
    clerk, leader = client_as("office_secondee"), client_as("leader")
    clerk.post("/groups/{}/drafts/propose".format(cast.group_ids["g1"]), data={"title": "第一批", "task": ids})
    batch = db.session.query(SignOffBatch).one()
    address = f"/batches/{batch.id}/send-back"
    assert post(clerk, address, version=batch.version, remark="重拟").status_code == 403
    assert post(leader, address, version=batch.version, remark="").status_code == 422
    assert post(leader, address, version=batch.version, remark="请补充标准").status_code == 302
    assert task(ids[0]).state is TaskState.DRAFT
    assert "请补充标准" in clerk.get(f"/batches/{batch.id}").text


def test_a_batch_signed_on_paper_keeps_the_scan(cast: Cast, client_as: ClientAs) -> None:
    ids = drafted(cast, "甲")
    clerk = client_as("office_secondee")
    clerk.post("/groups/{}/drafts/propose".format(cast.group_ids["g1"]), data={"title": "第一批", "task": ids})
    batch = db.session.query(SignOffBatch).one()
    form = {"version": batch.version, "paper": "y", "signatory": cast.person_ids["deputy_leader"]}
    answer = clerk.post(f"/batches/{batch.id}/sign", data={**form, "scan": (BytesIO(PDF), "签批单.pdf")})
    assert answer.status_code == 302
    assert clerk.get(f"/batches/{batch.id}/paper").data == PDF
    assert client_as("finance_head").get(f"/batches/{batch.id}/paper").status_code == 404
    assert "乔若兰" in clerk.get(f"/batches/{batch.id}").text
    recorder = db.session.query(Person).filter_by(id=cast.person_ids["office_secondee"]).one().name
    assert f"{recorder}代录" in clerk.get(f"/batches/{batch.id}").text
    page = clerk.get(f"/tasks/{ids[0]}").text
    assert f"{batch.signed_as} 乔若兰" in page, "the head of the page names who signed off"
    assert "纸质签批：乔若兰" in page, "and so does the history"
    assert "/papers/" not in page, "the scan speaks of the whole batch, and stays with it"


def test_work_under_way_is_taken_over(cast: Cast, client_as: ClientAs) -> None:
    ids = drafted(cast, "甲", "乙", "丙", due_on=TODAY - timedelta(days=40))
    address, director = "/groups/{}/drafts/take-over".format(cast.group_ids["g1"]), client_as("office_director")
    due = (TODAY + timedelta(days=40)).isoformat()
    assert "时限已过的草稿" in director.get("/groups/{}/drafts".format(cast.group_ids["g1"])).text
    assert director.post(address, data={"choice": "continue"}).status_code == 422
    assert director.post(address, data={"choice": "done", "task": ids[1]}).status_code == 422
    assert (
        "1 项全部办理成功"
        in director.post(address, data={"choice": "continue", "new_due_on": due, "task": ids[0]}).text
    )
    done = {"choice": "done", "done_on": (TODAY - timedelta(days=50)).isoformat(), "task": ids[1]}
    assert "1 项全部办理成功" in director.post(address, data=done).text
    assert "1 项全部办理成功" in director.post(address, data={"choice": "leave", "remark": "重复", "task": ids[2]}).text
    assert [task(n).state.value for n in ids] == ["active", "completed", "cancelled"]


def test_a_clause_is_apportioned_to_many_units(cast: Cast, client_as: ClientAs) -> None:
    group, clerk = cast.group_ids["g1"], client_as("office_secondee")
    units = [cast.unit_ids[name] for name in ("town", "construction", "finance")]
    form = {"title": "整治校园周边", "timing": "once", "due_on": "2026-06-30", "summing_unit": units[2]}
    assert clerk.post(f"/groups/{group}/apportion", data={**form, "units": units[:1]}).status_code == 422
    assert clerk.post(f"/groups/{group}/apportion", data={**form, "units": units}).status_code == 302
    tasks = db.session.query(Task).all()
    assert {one.lead_unit_id for one in tasks} == set(units)
    page = clerk.get(f"/apportionments/{tasks[0].apportionment_id}").text
    assert "/ 3" in page
    assert "澄江区财政局" in page
    assert client_as("d2_head").get(f"/apportionments/{tasks[0].apportionment_id}").status_code == 404


def test_a_clause_binds_every_unit_of_a_kind_by_one_tick(cast: Cast, client_as: ClientAs) -> None:
    group, clerk = cast.group_ids["g1"], client_as("office_secondee")
    address, town = f"/groups/{group}/apportion", cast.unit_ids["town"]
    departments = db.session.query(Unit).filter_by(region_id=cast.group().region_id, kind=UnitKind.DEPARTMENT).all()
    assert f"全部政府部门（{len(departments)}）" in clerk.get(address).text
    form = {"title": "各部门自查", "timing": "once", "due_on": "2026-06-30"}
    assert clerk.post(address, data={**form, "kinds": "nothing such"}).status_code == 422
    assert db.session.query(Task).count() == 0
    said = {**form, "kinds": "department", "units": [departments[0].id, town]}
    assert clerk.post(address, data=said).status_code == 302
    bound = [task.lead_unit_id for task in db.session.query(Task)]
    assert set(bound) == {town, *(unit.id for unit in departments)}
    assert len(bound) == len(departments) + 1, "nobody twice"


def test_what_is_wrong_in_a_row_of_a_draft_is_said(cast: Cast, client_as: ClientAs) -> None:
    address, clerk = "/groups/{}/drafts/new".format(cast.group_ids["g1"]), client_as("office_secondee")
    form = {"title": "甲", "timing": "once", "due_on": "2026-06-30", "targets-0-quantity": "班额"}
    refused = clerk.post(address, data={**form, "targets-0-value": "NaN"})
    assert refused.status_code == 422
    assert "目标值</a>：" in refused.text
    refused = clerk.post(address, data={**form, "targets-0-value": "45", "targets-0-due_on": "2026-02-30"})
    assert refused.status_code == 422
    assert "达到时间 请" in refused.text
    assert clerk.post(address, data={**form, "targets-0-value": "45"}).status_code == 302


def test_recurring_and_continuous_tasks_are_drafted(cast: Cast, client_as: ClientAs) -> None:
    address, clerk = "/groups/{}/drafts/new".format(cast.group_ids["g1"]), client_as("office_secondee")
    lead = {"lead_unit": cast.unit_ids["finance"]}
    assert post(clerk, address, title="每月报账", timing="recurring", **lead).status_code == 422
    form = {"cadence_every": "month", "cadence_day": "28"}
    assert post(clerk, address, title="每月报账", timing="recurring", **form, **lead).status_code == 302
    assert (
        post(clerk, address, title="长期坚持", timing="continuous", cadence_every="quarter", **lead).status_code == 302
    )
    monthly, lasting = db.session.query(Task).order_by(Task.id).all()
    assert monthly.due_on is not None
    assert monthly.due_on.day == 28
    assert lasting.continuous
    assert clerk.get(f"/tasks/{monthly.id}/edit").status_code == 200


def test_a_draft_is_edited_and_copied(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = drafted(cast, "旧标题", parts=[])
    clerk = client_as("office_secondee")
    more = act(clerk, task_id, "edit", title="新标题", timing="once", more="1")
    assert more.status_code == 200
    assert task(task_id).title == "旧标题", "more rows are not a save"
    lead = cast.unit_ids["town"]
    answer = act(clerk, task_id, "edit", title="新标题", timing="once", due_on="2026-07-01", lead_unit=lead)
    assert answer.status_code == 302
    assert task(task_id).title == "新标题"
    assert task(task_id).lead_unit_id == lead
    assert post(clerk, f"/tasks/{task_id}/copy").status_code == 302
    assert db.session.query(Task).filter_by(title="新标题").count() == 2
    assert (
        act(clerk, task_id, "edit", title="外区", timing="once", lead_unit=cast.unit_ids["d2_finance"]).status_code
        == 422
    )


def test_ticked_rows_have_each_their_own_result(cast: Cast, client_as: ClientAs) -> None:
    first, second = (
        accepted(cast, "财政的", due_on=TODAY + timedelta(days=30)),
        accepted(cast, "教育的", lead="education", who="education_head", due_on=TODAY + timedelta(days=30)),
    )
    ids = first + second
    director = client_as("office_director")
    address = "/tasks/bulk/time?" + "&".join(f"task={n}" for n in ids)
    assert director.get(address).status_code == 200
    assert director.get("/tasks/bulk/time").status_code == 422
    assert client_as("finance_head").get(address).status_code == 403
    form = {"task": ids, "new_due_on": (TODAY + timedelta(days=45)).isoformat(), "basis": "专题会议"}
    answer = director.post("/tasks/bulk/time", data=form)
    assert "1 项成功，1 项没有办理" in answer.text
    assert "您是本任务牵头单位" in answer.text
    assert task(first[0]).due_on == TODAY + timedelta(days=45)
    assert task(second[0]).due_on == TODAY + timedelta(days=30)


def test_a_leader_in_charge_is_set_for_many(cast: Cast, client_as: ClientAs) -> None:
    ids = accepted(cast, "甲", "乙")
    clerk = client_as("office_secondee")
    page = clerk.get("/tasks/bulk/leader?" + "&".join(f"task={n}" for n in ids)).text
    seat = page.split("组长", 1)[0].rpartition('value="')[2].split('"')[0]
    assert "2 项全部办理成功" in clerk.post("/tasks/bulk/leader", data={"task": ids, "seat": seat}).text
    assert task(ids[0]).leader_seat_id == int(seat)
    assert clerk.post("/tasks/bulk/propose", data={"task": ids, "title": "x"}).status_code == 422, "they are no drafts"


def test_many_at_once_says_of_each_task_what_stands_in_its_way(cast: Cast, client_as: ClientAs) -> None:
    [handed_in] = submitted(cast, "已报请的")
    [going_on] = accepted(cast, "在办的")
    ids = [handed_in, going_on]
    form = {"task": ids, "new_due_on": (TODAY + timedelta(days=45)).isoformat(), "basis": "专题会议"}
    answer = client_as("office_director").post("/tasks/bulk/time", data=form).text
    assert "1 项成功，1 项没有办理" in answer
    assert "任务现在是“待核验”，不能“调整时限”。" in answer
    assert "被别人改动" not in answer
    done = act(client_as("supervisor"), handed_in, "verify", outcome="passed", mode="desk")
    assert done.status_code == 302
    answer = client_as("office_secondee").post("/tasks/bulk/leader", data={"task": ids, "seat": "0"}).text
    assert "任务现在是“已办结”，不能“确定牵头领导”。" in answer
    assert "被别人改动" not in answer


def test_a_draft_with_what_no_page_sends_is_read_as_far_as_it_can_be(cast: Cast, client_as: ClientAs) -> None:
    address, clerk = f"/groups/{cast.group_ids['g1']}/drafts/new", client_as("office_clerk")
    said = {"title": "落实经费", "timing": "once", "targets-0-quantity": "拨付率", "targets-0-operator": ">="}
    for number in ("sNaN", "NaN", "Infinity", "1e999"):
        answer = post(clerk, address, **said, **{"targets-0-value": number})
        assert (answer.status_code, "目标值须是数字。" in answer.text) == (422, True)
    odd = {f"parts-{number}-content": "无" for number in ("²", "9" * 5000, "x")}
    answer = post(clerk, address, **said, **odd, **{"targets-0-value": "95"})
    assert answer.status_code == 302
    [made] = db.session.query(Task).all()
    assert (made.title, len(made.targets), made.parts) == ("落实经费", 1, [])
