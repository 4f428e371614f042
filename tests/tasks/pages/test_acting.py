"""The whole life of a task through its pages, each act by whose it is; refusals beside their permitted twins."""

from datetime import timedelta
from io import BytesIO

from tests.cast import TODAY, Cast
from tests.tasks.pages.acting import PDF, ClientAs, act, post, task
from tests.tasks.pages.worlds import accepted, issued, overdue, submitted
from tracker.kernel.db import db
from tracker.tasks.models import Evidence, Extension, ProgressReport, SignOffBatch, Task, TaskPart
from tracker.tasks.rules import TaskState


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
    assert "已起草，等待本单位负责人确认" in liaison.get(f"/tasks/{task_id}").text
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


def test_a_report_carries_files(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务")
    file = (BytesIO(PDF), "凭证.pdf")
    assert act(client_as("finance_head"), task_id, "report", text="已拨付", files=file).status_code == 302
    assert db.session.query(Evidence).one().name == "凭证.pdf"


def test_a_milestone_beyond_the_due_date_says_so(cast: Cast, client_as: ClientAs) -> None:
    step = TODAY + timedelta(days=40)
    [task_id] = accepted(cast, "落实经费", due_on=step, milestones=[("中期检查", step)])
    director, words = client_as("leader"), "晚于完成时限，随任务一并完成"
    assert words not in director.get(f"/tasks/{task_id}").text
    earlier = (step - timedelta(days=5)).isoformat()
    assert act(director, task_id, "adjust-time", new_due_on=earlier, basis="市通知。").status_code == 302
    assert words in director.get(f"/tasks/{task_id}").text
