"""Flags on the desks: numbers and lists of what waits for whom, and deciding many at once."""

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.clock import Clock
from tests.desk.pages import main_of, text_of
from tests.oversight.flag_stories import (
    AFTER,
    allow_cards,
    decided,
    decided_by_leaders,
    flagged,
    fresh,
    proposed,
    raise_on,
    ready,
    reviewed,
    served,
    vacate,
)
from tests.tasks.stories import act, active, again, day
from tracker.desk import queries
from tracker.desk.rules import FlagList
from tracker.kernel.db import db
from tracker.organisation.rules import SeatRole
from tracker.oversight import commands
from tracker.oversight.models import Flag, FlagDecision
from tracker.oversight.rules import Card, DecisionKind, FlagState, ReviewOutcome
from tracker.tasks.queries import reckoning

ClientAs = Callable[[str], FlaskClient]


def numbers(cast: Cast, name: str, *, today: date = TODAY) -> queries.FlagNumbers:
    """The numbers of somebody's desk."""
    return queries.flag_numbers(cast.actor(name), cast.group_ids["g1"], today=today)


def listed(cast: Cast, name: str, wanted: FlagList, *, today: date = TODAY) -> list[int]:
    """The flags of a list, by id."""
    page = queries.flag_rows(cast.actor(name), cast.group_ids["g1"], wanted, today=today)
    return [row.flag.id for row in page.rows]


def test_what_may_be_decided_waits_for_the_supervisor(cast: Cast) -> None:
    waiting, heard = flagged(cast), ready(cast)
    assert (numbers(cast, "supervisor").mine, numbers(cast, "leader").mine) == (1, 0)
    assert listed(cast, "supervisor", FlagList.MINE) == [heard.id]
    assert numbers(cast, "supervisor").open == 2
    assert listed(cast, "supervisor", FlagList.MINE, today=date(2026, 3, 26)) == [waiting.id, heard.id]


def test_what_was_proposed_waits_for_the_leader(cast: Cast) -> None:
    flag = ready(cast)
    proposed(cast, flag, now=NOW)
    assert (numbers(cast, "supervisor").mine, numbers(cast, "leader").mine) == (0, 1)
    assert numbers(cast, "deputy_leader").mine == 0
    [row] = queries.flag_rows(cast.actor("leader"), flag.group_id, FlagList.MINE, today=TODAY).rows
    assert row.proposal is not None
    assert [said.text for said in row.statements] == ["已说明。"]


def test_a_review_waits_for_another_leader_than_who_decided(cast: Cast) -> None:
    flag = decided(cast, DecisionKind.INTERVIEW)
    act(commands.ask_review, flag, grounds="情况有变。", by=cast.actor("finance_head"))
    assert (numbers(cast, "leader").mine, numbers(cast, "deputy_leader").mine) == (0, 1)


def test_a_review_waits_for_nobody_who_proposed_and_for_who_decided_where_nobody_else_can(cast: Cast) -> None:
    flag = decided_by_leaders(cast)
    assert (numbers(cast, "leader").mine, numbers(cast, "deputy_leader").mine) == (0, 0)
    act(commands.ask_review, flag, grounds="情况有变。", by=cast.actor("finance_head"))
    assert (numbers(cast, "leader").mine, numbers(cast, "deputy_leader").mine) == (1, 0)


def test_where_no_supervisor_is_free_what_may_be_decided_waits_for_the_leaders(cast: Cast) -> None:
    finance, construction = ready(cast), ready(cast, lead="construction")
    both = [finance.id, construction.id]
    assert (listed(cast, "supervisor", FlagList.MINE), listed(cast, "leader", FlagList.MINE)) == (both, [])
    served(cast, "supervisor")
    assert listed(cast, "supervisor", FlagList.MINE) == [construction.id]
    assert listed(cast, "leader", FlagList.MINE) == [finance.id]
    assert listed(cast, "office_director", FlagList.MINE) == []
    vacate(cast, SeatRole.SUPERVISOR)
    assert listed(cast, "deputy_leader", FlagList.MINE) == both


def test_nobodys_own_unit_waits_for_them(cast: Cast) -> None:
    flag = ready(cast, parts=("government",))
    proposed(cast, flag, now=NOW)
    assert numbers(cast, "leader").mine == 0


def test_what_has_waited_too_long_has_a_list_and_a_number(cast: Cast) -> None:
    flag = ready(cast)
    for today, count in ((date(2026, 3, 24), 0), (date(2026, 3, 25), 1)):
        assert numbers(cast, "supervisor", today=today).late == count
        assert len(listed(cast, "office_clerk", FlagList.LATE, today=today)) == count
    act(commands.decide_flag, flag, kind=DecisionKind.URGE, reason="督促。", by=cast.actor("supervisor"))
    assert numbers(cast, "leader", today=date(2026, 5, 25)).late == 0
    assert listed(cast, "leader", FlagList.DECIDED) == [flag.id]


def test_only_a_units_own_people_are_asked_to_explain(cast: Cast) -> None:
    flag = flagged(cast, parts=("construction",))
    for name in ("finance_head", "finance_deputy", "finance_liaison"):
        assert [one.id for one in queries.flags_to_explain(cast.actor(name))] == [flag.id]
    for name in ("finance_staff", "construction_head", "supervisor", "outsider"):
        assert queries.flags_to_explain(cast.actor(name)) == []
    draft = act(commands.state_case, flag, text="草稿", by=cast.actor("finance_liaison"))
    assert [one.id for one in queries.statements_to_give(cast.actor("finance_head"))] == [draft.id]
    assert queries.statements_to_give(cast.actor("finance_liaison")) == []
    assert queries.statements_to_give(cast.actor("construction_head")) == []


def test_after_its_period_a_unit_reads_that_it_is_over_and_may_still_speak(cast: Cast, client_as: ClientAs) -> None:
    over = flagged(cast, now=day("2026-03-10"), due_on=date(2026, 3, 2))
    head = client_as("finance_head")
    for address in ("/", f"/flags/{over.id}"):
        page = main_of(head.get(address).text)
        assert "前作情况说明" not in page
        assert "已满" in page
    waiting = flagged(cast)
    for address in ("/", f"/flags/{waiting.id}"):
        assert "前作情况说明" in main_of(head.get(address).text)


def test_the_desks_show_what_waits(cast: Cast, client_as: ClientAs) -> None:
    flag = ready(cast)
    group = cast.group_ids["g1"]
    for address in (f"/groups/{group}/overview", f"/groups/{group}/review", f"/groups/{group}/leader"):
        assert "1 条预警等您处理" in text_of(client_as("supervisor"), address)
    assert "未决定的预警 1 条" in text_of(client_as("office_clerk"), "/")
    other = flagged(cast)
    page = text_of(client_as("finance_head"), "/")
    assert other.evidence["title"] in page
    assert "3月25日 前作情况说明" in page
    assert fresh(flag).state is FlagState.AWAITING


def test_many_are_decided_at_once_and_each_says_what_became_of_it(cast: Cast, client_as: ClientAs) -> None:
    one, two, waiting = ready(cast), ready(cast), flagged(cast)
    client = client_as("supervisor")
    ids = [one.id, two.id, waiting.id]
    page = client.get("/flags/decide", query_string={"flag": ids}).text
    assert main_of(page).count("单位说明：已说明。") == 2
    offered = [kind for kind in DecisionKind if f'value="{kind.value}"' in main_of(page)]
    assert offered == [DecisionKind.NO_ACTION, DecisionKind.URGE]
    said = {"flag": ids, "kind": "urge", "reason": "抓紧办理。"}
    versions = {f"version-{flag.id}": fresh(flag).version for flag in (one, two, waiting)}
    answer = client.post("/flags/decide", data={**said, **versions, f"version-{two.id}": 1})
    text = answer.text
    assert "1 项成功，2 项没有办理" in text
    states = [fresh(flag).state for flag in (one, two, waiting)]
    assert states == [FlagState.DECIDED, FlagState.AWAITING, FlagState.AWAITING]
    assert client.post("/flags/decide", data={"flag": ids, "kind": "urge"}).status_code == 422
    assert client.get("/flags/decide").status_code == 422
    assert client_as("finance_head").get("/flags/decide", query_string={"flag": ids}).status_code == 403


def test_deciding_many_as_proposed_keeps_the_card_that_was_proposed(cast: Cast, client_as: ClientAs) -> None:
    allow_cards(cast)
    carded, plain, circular = ready(cast), ready(cast), ready(cast)
    proposed(cast, carded, card=Card.YELLOW, now=NOW)
    proposed(cast, plain, now=NOW)
    proposed(cast, circular, DecisionKind.CIRCULAR, card=Card.RED, now=NOW)
    flags, leader = (carded, plain, circular), client_as("leader")
    assert "建议：约谈 黄牌" in text_of(leader, f"/groups/{cast.group_ids['g1']}/flags")
    page = text_of(leader, f"/flags/decide?flag={carded.id}&flag={plain.id}&flag={circular.id}")
    assert "建议：约谈 黄牌 多次催办无果。" in page
    assert "按建议决定的，随用建议的牌" in page
    assert "随用建议的牌" not in text_of(leader, f"/flags/decide?flag={plain.id}")
    assert "随用建议的牌" not in text_of(client_as("supervisor"), f"/flags/propose?flag={carded.id}")
    said = {"flag": [flag.id for flag in flags], "kind": "interview", "reason": "同意约谈。"}
    versions = {f"version-{flag.id}": fresh(flag).version for flag in flags}
    assert "3 项全部办理成功" in leader.post("/flags/decide", data={**said, **versions}).text
    decisions = db.session.execute(sa.select(FlagDecision.kind, FlagDecision.card).order_by(FlagDecision.flag_id))
    interview = DecisionKind.INTERVIEW
    assert [tuple(row) for row in decisions] == [
        (interview, Card.YELLOW),
        (interview, Card.NONE),
        (interview, Card.NONE),
    ]
    assert "约谈 黄牌" in text_of(leader, f"/groups/{cast.group_ids['g1']}/flags?show=decided")
    assert "已决定 · 约谈 黄牌" in text_of(leader, f"/groups/{cast.group_ids['g1']}/review")


def test_many_are_proposed_at_once(cast: Cast, client_as: ClientAs) -> None:
    flags = [ready(cast), ready(cast)]
    versions = {f"version-{flag.id}": flag.version for flag in flags}
    said = {"flag": [flag.id for flag in flags], "kind": "interview", "reason": "多次催办无果。"}
    assert client_as("supervisor").post("/flags/propose", data={**said, **versions}).status_code == 200
    assert numbers(cast, "leader").mine == 2


def test_the_review_desk_shows_flags_and_what_was_decided_before(cast: Cast) -> None:
    before = decided(cast, DecisionKind.NO_ACTION)
    flag = flagged(cast)
    group_id, today = cast.group_ids["g1"], reckoning(TODAY)
    cases = queries.review(cast.actor("supervisor"), group_id, None, day=today, now=NOW).tasks.rows
    found = next(case for case in cases if case.row.id == flag.task_id)
    assert [row.flag.id for row in found.flags] == [flag.id]
    assert found.before is not None
    assert found.before.counts == {DecisionKind.NO_ACTION: 1}
    [own] = next(case for case in cases if case.row.id == before.task_id).flags
    assert own.decision is not None


def test_a_flag_goes_from_the_page_to_a_decision(cast: Cast, client_as: ClientAs, clock: Clock) -> None:
    flag = flagged(cast)
    at = f"/flags/{flag.id}"
    unit, supervisor, leader = (client_as(name) for name in ("finance_liaison", "supervisor", "leader"))
    assert "请在 2026年3月25日 前作情况说明" in text_of(unit, at)
    unit.post(f"{at}/state", data={"version": flag.version, "text": "材料未齐。"})
    [draft] = queries.statements_to_give(cast.actor("finance_head"))
    head = client_as("finance_head")
    give = {"version": flag.version, "text": "材料未齐，已补。", "ends_period": "y"}
    assert head.post(f"/statements/{draft.id}/give", data=give).status_code == 302
    assert "材料未齐，已补。" in text_of(supervisor, at)
    said = {"version": fresh(flag).version, "kind": "interview", "reason": "拖延较久。"}
    assert supervisor.post(f"{at}/propose", data=said).status_code == 302
    assert "拖延较久。" not in text_of(head, at)
    said = {
        "version": fresh(flag).version,
        "kind": "interview",
        "reason": "同意约谈。",
        "paper_number": "优均办〔2026〕7号",
    }
    assert leader.post(f"{at}/decide", data=said).status_code == 302
    text = text_of(head, at)
    assert "同意约谈。" in text
    assert "优均办〔2026〕7号" in text
    clock.set(day("2026-03-20"))
    asked = {"version": fresh(flag).version, "grounds": "已经完成。"}
    assert head.post(f"{at}/ask-review", data=asked).status_code == 302
    assert fresh(flag).state is FlagState.DECIDED


def test_the_office_enters_a_decision_on_paper_through_the_page(cast: Cast, client_as: ClientAs) -> None:
    flag = ready(cast)
    proposed(cast, flag, now=NOW)
    office = client_as("office_secondee")
    at = f"/flags/{flag.id}/decide"
    said = {"version": fresh(flag).version, "kind": "interview", "reason": "同意。", "paper": "y"}
    assert office.post(at, data={**said, "paper": ""}).status_code == 403
    assert office.post(at, data=said).status_code == 422
    leader = cast.person_ids["leader"]
    assert office.post(at, data={**said, "signatory": leader}).status_code == 302
    assert "纸质签批" in text_of(office, f"/flags/{flag.id}")


def test_a_later_rung_is_listed_with_the_first(cast: Cast) -> None:
    flag = flagged(cast)
    raise_on(cast, flag.task_id, colour=flag.colour, rung=1)
    assert len(listed(cast, "supervisor", FlagList.ALL)) == 1
    assert active(cast).id
    assert again(flag.task).id == flag.task_id
    assert db.session.get_one(Flag, flag.id).raised_at < AFTER


def test_the_list_says_of_which_a_decision_is_possible(cast: Cast, client_as: ClientAs) -> None:
    flagged(cast)
    page = text_of(client_as("supervisor"), f"/groups/{cast.group_ids['g1']}/flags?show=open")
    assert "陈述申辩期内" in page
    assert "可以处理" not in page
    ready(cast)
    assert "可以处理" in text_of(client_as("supervisor"), f"/groups/{cast.group_ids['g1']}/flags?show=open")


def test_what_a_review_lifted_or_changed_stands_nowhere_as_it_was(cast: Cast, client_as: ClientAs) -> None:
    group_id, unit_id = cast.group_ids["g1"], cast.unit_ids["finance"]
    lifted, changed = decided(cast, DecisionKind.INTERVIEW), decided(cast, DecisionKind.CIRCULAR)

    def counts() -> dict[DecisionKind, int]:
        before = queries.decided_before(group_id, [unit_id])[unit_id].counts
        assert queries.portrait(cast.group(), unit_id, today=TODAY).decisions == before
        return before

    supervisor = client_as("supervisor")
    at = f"/groups/{group_id}/flags?show=decided"
    assert counts() == {DecisionKind.INTERVIEW: 1, DecisionKind.CIRCULAR: 1}
    assert "原决定" not in text_of(supervisor, at)
    reviewed(cast, lifted, ReviewOutcome.LIFTED)
    assert counts() == {DecisionKind.CIRCULAR: 1}
    assert "该单位此前的决定：通报批评 1" in text_of(supervisor, f"/groups/{group_id}/review")
    reviewed(cast, changed, ReviewOutcome.CHANGED, new_kind=DecisionKind.URGE)
    assert counts() == {DecisionKind.URGE: 1}
    listing = text_of(supervisor, at)
    leader = cast.person("leader").name
    assert f"督促 原决定：通报批评 {leader} 变更决定" in listing
    assert f"原决定：约谈 {leader} 撤销原决定" in listing
    page = text_of(supervisor, f"/groups/{group_id}/review")
    assert "该单位此前的决定：督促 1" in page
    assert "已决定 · 督促 · 复核：变更决定" in page
    assert "已决定 · 复核：撤销原决定" in page
