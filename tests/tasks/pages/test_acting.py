"""The whole life of a task through its pages, each act by whose it is; refusals beside their permitted twins."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import NOW, TODAY, Cast
from tests.tasks.pages.worlds import accepted, drafted, issued, overdue, reported, submitted
from tests.visitors import PASSWORD
from tracker.kernel.db import db, write_transaction
from tracker.tasks import commands
from tracker.tasks.models import Evidence, Extension, ProgressReport, SignOffBatch, Task, TaskPart
from tracker.tasks.rules import TaskState

ClientAs = Callable[[str], FlaskClient]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def task(task_id: int) -> Task:
    db.session.expire_all()
    return db.session.get_one(Task, task_id)


def post(client: FlaskClient, address: str, **form: Any) -> TestResponse:
    return client.post(address, data=form)


def act(client: FlaskClient, task_id: int, name: str, **form: Any) -> TestResponse:
    version = form.pop("version", None) or task(task_id).version
    return post(client, f"/tasks/{task_id}/{name}", version=version, **form)


def test_a_task_goes_from_draft_to_done_through_its_pages(cast: Cast, client_as: ClientAs) -> None:
    group, finance = cast.group_ids["g1"], cast.unit_ids["finance"]
    clerk, director, head = client_as("office_secondee"), client_as("office_director"), client_as("finance_head")
    liaison, supervisor = client_as("finance_liaison"), client_as("supervisor")
    answer = post(
        clerk,
        f"/groups/{group}/drafts/new",
        title="落实生均公用经费",
        lead_unit=finance,
        timing="once",
        due_on="2026-06-30",
        evidence_required="y",
        **{"parts-0-unit": cast.unit_ids["town"], "parts-0-content": "提供学生数", "parts-0-due_on": ""},
        **{"targets-0-quantity": "拨付率", "targets-0-operator": ">=", "targets-0-value": "95", "targets-0-unit": "%"},
    )
    assert answer.status_code == 302
    task_id = db.session.query(Task.id).scalar()
    assert [part.unit_id for part in task(task_id).parts] == [cast.unit_ids["town"]]
    assert post(clerk, f"/groups/{group}/drafts/propose", title="第一批", task=task_id).status_code == 302
    batch = db.session.query(SignOffBatch).one()
    assert post(clerk, f"/batches/{batch.id}/sign", version=batch.version).status_code == 403
    assert post(director, f"/batches/{batch.id}/sign", version=batch.version).status_code == 302
    assert task(task_id).state is TaskState.ISSUED
    assert act(supervisor, task_id, "accept").status_code == 403
    assert act(liaison, task_id, "accept").status_code == 302
    assert act(liaison, task_id, "report", text="已拨付一半").status_code == 302
    report = db.session.query(ProgressReport).one()
    assert post(liaison, f"/reports/{report.id}/confirm", version=report.version).status_code == 403
    assert post(head, f"/reports/{report.id}/confirm", version=report.version).status_code == 302
    assert act(head, task_id, "submit", statement="全部拨付").status_code == 422, "evidence is required"
    file = (BytesIO(PDF), "拨付凭证（第一批）.pdf")
    assert act(head, task_id, "submit", statement="全部拨付", files=file).status_code == 302
    assert act(head, task_id, "verify", outcome="passed", mode="desk").status_code == 403
    assert act(supervisor, task_id, "verify", outcome="returned", mode="desk").status_code == 422
    assert act(supervisor, task_id, "verify", outcome="returned", mode="on_site", phrase=1).status_code == 302
    assert task(task_id).state is TaskState.RETURNED
    assert act(liaison, task_id, "submit", statement="已补充").status_code == 302
    assert task(task_id).state is TaskState.RETURNED, "a liaison only drafts"
    assert act(head, task_id, "submit", statement="已补充").status_code == 302
    assert act(supervisor, task_id, "verify", outcome="passed", mode="desk").status_code == 302
    assert task(task_id).state is TaskState.COMPLETED
    page = head.get(f"/tasks/{task_id}").text
    for word in ("拨付凭证（第一批）.pdf", "佐证材料不齐", "核验通过", "拨付率", "落实生均公用经费"):
        assert word in page


def test_a_stale_form_changes_nothing(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务")
    head, seen = client_as("finance_head"), task(task_id).version
    assert act(head, task_id, "report", text="第一次", version=seen).status_code == 302
    assert act(head, task_id, "report", text="第二次", version=seen).status_code == 409
    assert act(head, task_id, "report", text="第三次", version="' OR 1=1").status_code == 409
    assert db.session.query(ProgressReport).count() == 1


def test_no_change_is_one_button(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务")
    head = client_as("finance_head")
    assert act(head, task_id, "report", text="").status_code == 422
    assert act(head, task_id, "report", no_change="1").status_code == 302
    assert db.session.query(ProgressReport).one().no_change


def test_the_office_signs_for_a_unit_only_after_a_call(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = issued(cast, "待签收")
    clerk = client_as("office_clerk")
    assert act(clerk, task_id, "accept").status_code == 422
    assert act(clerk, task_id, "accept", spoke_with="财政局办公室 纪晓东").status_code == 302
    assert "纪晓东" in clerk.get(f"/tasks/{task_id}").text


def test_an_adjustment_is_asked_for_once_and_decided_by_the_director(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = issued(cast, "职责不符的")
    head, director = client_as("finance_head"), client_as("office_director")
    assert act(client_as("finance_liaison"), task_id, "ask-adjustment", kind="duty", reason="x").status_code == 403
    assert act(head, task_id, "ask-adjustment", kind="everything", reason="不是本局职责").status_code == 422
    assert act(head, task_id, "ask-adjustment", kind="duty", reason="不是本局职责").status_code == 302
    address = "/adjustments/{}/decide".format(db.session.execute(db.text("SELECT id FROM adjustment")).scalar())
    assert post(director, address, version=1, decision="yes").status_code == 422, "no unit was chosen"
    foreign = cast.unit_ids["d2_finance"]
    assert post(director, address, version=1, decision="yes", new_lead_unit=foreign).status_code == 422
    town = cast.unit_ids["town"]
    assert post(director, address, version=1, decision="yes", new_lead_unit=town).status_code == 302
    assert task(task_id).lead_unit_id == town
    assert head.get(f"/tasks/{task_id}").status_code == 404, "whose it is no longer"


def test_more_time_is_asked_for_and_granted(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "要延期的")
    head, clerk = client_as("finance_head"), client_as("office_secondee")
    later = (task(task_id).due_on or TODAY) + timedelta(days=30)
    assert act(head, task_id, "ask-extension", reason="手续未批", new_due_on="2026-02-30").status_code == 422
    assert act(head, task_id, "ask-extension", reason="手续未批", new_due_on="9999-12-31").status_code == 422
    assert act(head, task_id, "ask-extension", reason="手续未批", new_due_on=later.isoformat()).status_code == 302
    extension = db.session.query(Extension).one()
    address = f"/extensions/{extension.id}/decide"
    assert post(clerk, address, version=extension.version, decision="no").status_code == 422, "a refusal needs a word"
    assert post(clerk, address, version=extension.version, decision="yes").status_code == 302
    assert task(task_id).due_on == later
    assert later.isoformat()[5:] in clerk.get(f"/tasks/{task_id}").text


def test_a_leaders_decision_on_paper_is_entered_by_the_office(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "要暂停的")
    clerk, leader = client_as("office_secondee"), cast.person_ids["leader"]
    form = {"reason": "汛期", "paper": "y"}
    assert act(clerk, task_id, "suspend", **form).status_code == 422, "who signed?"
    outsider = cast.person_ids["outsider"]
    assert act(clerk, task_id, "suspend", **form, signatory=outsider).status_code == 422
    scan = (BytesIO(PDF), "签批.pdf")
    assert act(clerk, task_id, "suspend", **form, signatory=leader, scan=scan).status_code == 302
    assert task(task_id).state is TaskState.SUSPENDED
    page = clerk.get(f"/tasks/{task_id}").text
    assert "罗正川" in page
    [address] = [part.split('"')[0] for part in page.split('href="') if "/papers/" in part.split('"')[0]]
    assert clerk.get(address).data == PDF
    assert client_as("town_head").get(address).status_code == 404
    assert clerk.get(address[:-1] + ("0" if address[-1] != "0" else "1")).status_code == 404


def test_a_task_rests_and_is_taken_up_again(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "要暂停的")
    clerk = client_as("office_secondee")
    assert act(clerk, task_id, "suspend", reason="").status_code == 422
    assert act(clerk, task_id, "suspend", reason="政策调整").status_code == 302
    assert clerk.get(f"/tasks/{task_id}/resume").status_code == 200
    due = (TODAY + timedelta(days=90)).isoformat()
    assert act(clerk, task_id, "resume", new_due_on=due).status_code == 302
    assert task(task_id).state is TaskState.ACTIVE


def test_whoever_is_of_the_lead_unit_decides_nothing(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "教育局的任务", lead="education", who="education_head")
    for name in ("office_clerk", "office_director"):
        assert act(client_as(name), task_id, "cancel", reason="不办了").status_code == 403
        assert "您是本任务牵头单位" in client_as(name).get(f"/tasks/{task_id}").text, "the greyed button says why"
    assert act(client_as("office_secondee"), task_id, "cancel", reason="不办了").status_code == 302


def test_lateness_is_explained_and_answered(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = overdue(cast, "逾期任务")
    head, supervisor = client_as("finance_head"), client_as("supervisor")
    assert "为什么是红灯" in head.get(f"/tasks/{task_id}").text
    assert act(head, task_id, "ask-extension", reason="来不及", new_due_on="2026-12-01").status_code == 409
    assert act(head, task_id, "explain-delay", text="预算延后").status_code == 302
    number = db.session.execute(db.text("SELECT id FROM delay_explanation")).scalar()
    address, due = f"/explanations/{number}/answer", (TODAY + timedelta(days=9)).isoformat()
    assert post(head, address, version=1, remark="知道了").status_code == 403
    assert post(supervisor, address, version=1, remark="限期整改", new_due_on=due).status_code == 302
    assert task(task_id).due_on == TODAY + timedelta(days=9)
    assert "逾期记录" in head.get(f"/tasks/{task_id}").text


def test_a_cooperating_unit_works_on_its_own_part(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = issued(cast, "带配合的", parts=["town"])
    part_id = task(task_id).parts[0].id
    town, head = client_as("town_head"), client_as("finance_head")

    def version() -> int:
        db.session.expire_all()
        return db.session.get_one(TaskPart, part_id).version

    assert post(head, f"/parts/{part_id}/accept", version=version()).status_code == 403
    assert post(town, f"/parts/{part_id}/accept", version=version()).status_code == 302
    assert post(town, f"/parts/{part_id}/report", version=version(), text="学生数已报送").status_code == 302
    assert "学生数已报送" in head.get(f"/tasks/{task_id}").text
    assert post(town, f"/parts/{part_id}/complete", version=version()).status_code == 302
    assert client_as("construction_head").get(f"/parts/{part_id}/report").status_code == 404


def test_a_milestone_is_finished_with_one_button(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "跨年任务", milestones=[("完成测算", TODAY + timedelta(days=3))])
    milestone = task(task_id).milestones[0].id
    address = f"/milestones/{milestone}/done"
    assert post(client_as("finance_liaison"), address, version=task(task_id).version).status_code == 403
    assert post(client_as("finance_head"), address, version="x").status_code == 422
    assert post(client_as("finance_head"), address, version=task(task_id).version).status_code == 302
    assert task(task_id).milestones[0].done_on == TODAY


def test_a_task_is_given_to_a_person_and_handed_down(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "教育局的任务", lead="education", who="education_head")
    head, clerk = client_as("education_head"), cast.person_ids["office_clerk"]
    assert act(head, task_id, "assign", owner=cast.person_ids["finance_head"]).status_code == 422
    assert act(head, task_id, "assign", owner=clerk).status_code == 302
    assert task(task_id).owner_id == clerk
    school, due = cast.unit_ids["school_one"], (TODAY + timedelta(days=20)).isoformat()
    wrong = cast.unit_ids["finance"]
    assert act(head, task_id, "split", unit=wrong, title="报数", due_on=due).status_code == 422
    assert act(head, task_id, "split", unit=school, title="报送学生数", due_on=due).status_code == 302
    assert "报送学生数" in head.get(f"/tasks/{task_id}").text
    assert "报送学生数" in client_as("school_one_head").get("/tasks").text


def test_a_leader_names_a_verifier_from_outside(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = submitted(cast, "待核验的")
    leader = client_as("leader")
    inside, outside = cast.person_ids["finance_staff"], cast.person_ids["town_head"]
    assert act(leader, task_id, "verifier", verifier=inside).status_code == 422
    assert act(leader, task_id, "verifier", verifier=outside).status_code == 302
    assert act(client_as("town_head"), task_id, "verify", outcome="passed", mode="desk").status_code == 302


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
    assert head.post("/tasks/confirm", data={"draft": ticks}).status_code == 422
    assert head.post("/tasks/confirm", data={"draft": ticks, "password": "不对"}).status_code == 422
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


def test_a_report_carries_files(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务")
    file = (BytesIO(PDF), "凭证.pdf")
    assert act(client_as("finance_head"), task_id, "report", text="已拨付", files=file).status_code == 302
    assert db.session.query(Evidence).one().name == "凭证.pdf"
