"""An act that makes no sense as things stand is refused when its page is opened, not after it was filled in."""

from datetime import timedelta

import sqlalchemy as sa

from tests.cast import TODAY, Cast
from tests.tasks.pages.acting import ClientAs, act, post
from tests.tasks.pages.worlds import accepted, issued, overdue, reported, submitted
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import LeadershipGroup
from tracker.tasks.models import Adjustment, DelayExplanation, Extension, Task, TaskPart

LATER = (TODAY + timedelta(days=90)).isoformat()


def test_no_extension_is_asked_for_past_the_date_and_the_explanation_is_offered(
    cast: Cast, client_as: ClientAs
) -> None:
    [late], [early] = overdue(cast, "已逾期"), accepted(cast, "未到期")
    head = client_as("finance_head")
    page = head.get(f"/tasks/{late}/ask-extension")
    assert page.status_code == 409
    assert "延期须在时限之前提出" in page.text
    assert f'href="/tasks/{late}/explain-delay"' in page.text
    assert f'href="/tasks/{late}"' in page.text
    assert "<textarea" not in page.text
    sent = act(head, late, "ask-extension", reason="手续未批", new_due_on=LATER)
    assert sent.status_code == 409
    assert f'href="/tasks/{late}/explain-delay"' in sent.text
    assert head.get(f"/tasks/{early}/ask-extension").status_code == 200
    assert act(head, early, "ask-extension", reason="手续未批", new_due_on=LATER).status_code == 302
    again = head.get(f"/tasks/{early}/ask-extension")
    assert again.status_code == 409
    assert "上一次申请还没有决定" in again.text
    assert "explain-delay" not in again.text


def test_only_what_is_late_and_unexplained_is_explained(cast: Cast, client_as: ClientAs) -> None:
    [late], [early] = overdue(cast, "已逾期"), accepted(cast, "未到期")
    head = client_as("finance_head")
    assert head.get(f"/tasks/{early}/explain-delay").status_code == 409
    assert head.get(f"/tasks/{late}/explain-delay").status_code == 200
    assert act(head, late, "explain-delay", text="招标流标一次").status_code == 302
    assert head.get(f"/tasks/{late}/explain-delay").status_code == 409


def test_the_date_of_late_work_is_not_adjusted_nor_is_it_divided(cast: Cast, client_as: ClientAs) -> None:
    [late], [early] = overdue(cast, "已逾期"), accepted(cast, "未到期")
    clerk, head = client_as("office_secondee"), client_as("finance_head")
    assert clerk.get(f"/tasks/{late}/adjust-time").status_code == 409
    assert clerk.get(f"/tasks/{early}/adjust-time").status_code == 200
    assert head.get(f"/tasks/{late}/split").status_code == 409
    assert head.get(f"/tasks/{early}/split").status_code == 200
    assert "/split" not in head.get(f"/tasks/{late}").text
    assert "/split" in head.get(f"/tasks/{early}").text


def test_an_adjustment_is_not_offered_twice_nor_past_its_limit(cast: Cast, client_as: ClientAs) -> None:
    first, slow = issued(cast, "职责不符", "过了签收时限")
    head = client_as("finance_head")
    assert head.get(f"/tasks/{first}/ask-adjustment").status_code == 200
    assert act(head, first, "ask-adjustment", kind="duty", reason="不是本局职责").status_code == 302
    assert head.get(f"/tasks/{first}/ask-adjustment").status_code == 409
    assert head.get(f"/tasks/{first}/accept").status_code == 409
    assert head.get(f"/tasks/{slow}/accept").status_code == 200
    with write_transaction() as session:
        session.execute(sa.update(Task).where(Task.id == slow).values(accept_by=TODAY - timedelta(days=1)))
    assert head.get(f"/tasks/{slow}/ask-adjustment").status_code == 409


def test_what_was_decided_is_not_decided_again(cast: Cast, client_as: ClientAs) -> None:
    [asking] = issued(cast, "职责不符")
    [longer] = accepted(cast, "要延期")
    [late] = overdue(cast, "已逾期")
    head, director, clerk = client_as("finance_head"), client_as("office_director"), client_as("office_secondee")
    act(head, asking, "ask-adjustment", kind="duty", reason="不是本局职责")
    act(head, longer, "ask-extension", reason="手续未批", new_due_on=LATER)
    act(head, late, "explain-delay", text="招标流标一次")
    ids = {model: db.session.scalars(sa.select(model.id)).one() for model in (Adjustment, Extension, DelayExplanation)}
    pages = (
        (director, f"/adjustments/{ids[Adjustment]}/decide", {"decision": "no", "remark": "职责明确"}, asking),
        (clerk, f"/extensions/{ids[Extension]}/decide", {"decision": "no", "remark": "按期完成"}, longer),
        (clerk, f"/explanations/{ids[DelayExplanation]}/answer", {"remark": "已知悉"}, late),
    )
    for client, address, said, task_id in pages:
        assert client.get(address).status_code == 200, address
        assert post(client, address, version=1, **said).status_code == 302, address
        refused = client.get(address)
        assert refused.status_code == 409, address
        assert f'href="/tasks/{task_id}"' in refused.text


def test_a_part_and_a_report_are_dealt_with_once(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "有配合", parts=["town"])
    part_id = db.session.scalars(sa.select(TaskPart.id)).one()
    town, head = client_as("town_head"), client_as("finance_head")
    assert town.get(f"/parts/{part_id}/report").status_code == 409, "not signed for yet"
    assert town.get(f"/parts/{part_id}/accept").status_code == 200
    assert post(town, f"/parts/{part_id}/accept", version=1).status_code == 302
    assert town.get(f"/parts/{part_id}/accept").status_code == 409
    assert town.get(f"/parts/{part_id}/report").status_code == 200
    report_id = reported(cast, task_id, "拨付一半")
    assert head.get(f"/reports/{report_id}/confirm").status_code == 200
    assert post(head, f"/reports/{report_id}/confirm", version=1).status_code == 302
    assert head.get(f"/reports/{report_id}/confirm").status_code == 409


def test_nothing_is_handed_in_or_cancelled_over_open_sub_tasks(cast: Cast, client_as: ClientAs) -> None:
    [whole] = accepted(cast, "教育局的任务", lead="education", who="education_head")
    head, leader = client_as("education_head"), client_as("leader")
    assert head.get(f"/tasks/{whole}/submit").status_code == 200
    assert leader.get(f"/tasks/{whole}/cancel").status_code == 200
    school, due = cast.unit_ids["school_one"], TODAY + timedelta(days=20)
    assert act(head, whole, "split", unit=school, title="报数", due_on=due.isoformat()).status_code == 302
    assert head.get(f"/tasks/{whole}/submit").status_code == 409
    assert leader.get(f"/tasks/{whole}/cancel").status_code == 409


def test_nothing_is_opened_any_more_in_a_group_that_has_ended(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务")
    group = cast.group_ids["g1"]
    head, clerk = client_as("finance_head"), client_as("office_secondee")
    pages = (
        (head, f"/tasks/{task_id}/report"),
        (clerk, f"/tasks/{task_id}/suspend"),
        (clerk, f"/tasks/{task_id}/copy"),
        (clerk, f"/groups/{group}/drafts/new"),
        (clerk, f"/groups/{group}/apportion"),
    )
    assert [client.get(address).status_code for client, address in pages] == [200] * len(pages)
    with write_transaction() as session:
        session.execute(sa.update(LeadershipGroup).where(LeadershipGroup.id == group).values(ended_on=TODAY))
    assert [client.get(address).status_code for client, address in pages] == [409] * len(pages)


def test_the_review_desk_directs_only_what_is_being_worked_on(cast: Cast, client_as: ClientAs) -> None:
    [late], [waiting] = overdue(cast, "已逾期"), submitted(cast, "待核验")
    supervisor = client_as("supervisor")
    assert supervisor.get(f"/tasks/{late}/direct").status_code == 200
    assert supervisor.get(f"/tasks/{waiting}/direct").status_code == 409
