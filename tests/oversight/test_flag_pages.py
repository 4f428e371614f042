"""The pages of a flag say what is needed to act on it, and offer what would not be refused."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.desk.pages import text_of
from tests.oversight.flag_stories import decided, flagged, fresh, proposed, ready
from tests.tasks.stories import act
from tracker.oversight import commands
from tracker.oversight.rules import DecisionKind, FlagColour
from tracker.tasks.commands import PaperRoad

ClientAs = Callable[[str], FlaskClient]


def test_who_decides_has_statement_and_proposal_beside_the_form(cast: Cast, client_as: ClientAs) -> None:
    flag = ready(cast)
    proposed(cast, flag, now=NOW)
    page = text_of(client_as("leader"), f"/flags/{flag.id}/decide")
    for said in ("已说明。", "多次催办无果。", "逾期达到黄色预警级", "陈述申辩期至"):
        assert said in page


def test_nothing_heavier_than_proposed_is_offered(cast: Cast, client_as: ClientAs) -> None:
    flag = ready(cast)
    proposed(cast, flag, DecisionKind.INTERVIEW, now=NOW)
    for name in ("leader", "office_secondee"):
        page = client_as(name).get(f"/flags/{flag.id}/decide").text
        offered = [kind for kind in DecisionKind if f'value="{kind.value}"' in page]
        assert offered == [DecisionKind.NO_ACTION, DecisionKind.URGE, DecisionKind.INTERVIEW]


def test_a_review_offers_only_what_is_lighter(cast: Cast, client_as: ClientAs) -> None:
    flag = decided(cast, DecisionKind.INTERVIEW)
    review = act(commands.ask_review, flag, grounds="情况有变。", by=cast.actor("finance_head"))
    page = client_as("deputy_leader").get(f"/flags/reviews/{review.id}/decide").text
    assert [kind for kind in DecisionKind if f'value="{kind.value}"' in page] == [
        DecisionKind.NO_ACTION,
        DecisionKind.URGE,
    ]
    assert "情况有变。" in page


def test_the_history_names_who_signed_on_paper_and_who_entered_it(cast: Cast, client_as: ClientAs) -> None:
    flag = ready(cast)
    proposed(cast, flag, now=NOW)
    paper, by = PaperRoad(signatory=cast.actor("leader")), cast.actor("office_secondee")
    act(commands.decide_flag, fresh(flag), kind=DecisionKind.INTERVIEW, reason="同意。", by=by, paper=paper)
    page = text_of(client_as("supervisor"), f"/flags/{flag.id}")
    history = page[page.index("办理经过") :]
    leader, clerk = cast.actor("leader").name, by.name
    assert f"作出处理决定 {leader}" in history
    assert f"纸质签批，{clerk}代录" in history


def test_why_it_is_too_early_is_said_once(cast: Cast, client_as: ClientAs) -> None:
    flag = flagged(cast)
    page = client_as("supervisor").get(f"/flags/{flag.id}").text
    assert page.count("期满或者单位说明完毕后才能处理") == 1
    assert "disabled" in page
    assert f'href="/groups/{flag.group_id}/flags"' in page
    unit = client_as("finance_head").get(f"/flags/{flag.id}").text
    assert f'href="/groups/{flag.group_id}/flags"' not in unit


SUGGESTED = "建议约谈 （系统建议，须由人提出和决定）"


def test_a_red_flag_suggests_an_interview_to_supervisor_and_leader_and_leads_to_the_form(
    cast: Cast, client_as: ClientAs
) -> None:
    flag = ready(cast, colour=FlagColour.RED)
    form = f'href="/flags/{flag.id}/propose">建议约谈</a>'
    for name, suggested, leads in (
        ("supervisor", True, True),
        ("leader", True, False),
        ("office_director", False, False),
        ("finance_head", False, False),
    ):
        client = client_as(name)
        assert (SUGGESTED in text_of(client, f"/flags/{flag.id}")) == suggested
        assert (form in client.get(f"/flags/{flag.id}").text) == leads
    page = client_as("supervisor").get(f"/flags/{flag.id}/propose").text
    assert chosen(page) == ["interview"]
    for name, leads in (("supervisor", True), ("leader", False)):
        client, desk = client_as(name), f"/groups/{flag.group_id}/review"
        assert SUGGESTED in text_of(client, desk)
        assert (form in client.get(desk).text) == leads
    proposed(cast, flag, now=NOW)
    assert SUGGESTED not in text_of(client_as("supervisor"), f"/flags/{flag.id}")
    assert SUGGESTED not in text_of(client_as("supervisor"), f"/groups/{flag.group_id}/review")


def test_before_the_period_is_over_the_suggestion_leads_nowhere(cast: Cast, client_as: ClientAs) -> None:
    flag = flagged(cast, colour=FlagColour.RED)
    for address in (f"/flags/{flag.id}", f"/groups/{flag.group_id}/review"):
        client = client_as("supervisor")
        assert SUGGESTED in text_of(client, address)
        assert f'href="/flags/{flag.id}/propose">建议约谈' not in client.get(address).text


def test_a_yellow_flag_suggests_nothing_and_its_form_has_nothing_chosen(cast: Cast, client_as: ClientAs) -> None:
    flag = ready(cast)
    client = client_as("supervisor")
    for address in (f"/flags/{flag.id}", f"/groups/{flag.group_id}/review"):
        assert SUGGESTED not in text_of(client, address)
    assert chosen(client.get(f"/flags/{flag.id}/propose").text) == []


def chosen(page: str) -> list[str]:
    """Which kinds of decision a form comes with."""
    inputs = re.findall(r'<input[^>]*name="kind"[^>]*>', page)
    assert inputs
    return [re.findall(r'value="([^"]+)"', one)[0] for one in inputs if " checked" in one]
