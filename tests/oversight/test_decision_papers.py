"""Papers that follow from a decision: they say what is on record, and only for who watches over the group."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.oversight.flag_stories import LATE, WAS_DUE, decided, flags_of, fresh, late, proposed, raise_on, reviewed
from tests.tasks.stories import DUE, act, active, day
from tracker.kernel.db import write_transaction
from tracker.oversight import commands
from tracker.oversight.models import Flag
from tracker.oversight.rules import DecisionKind, FlagColour, ReviewOutcome
from tracker.oversight.views.decision_papers import NAMES
from tracker.reminders.sweep import sweep
from tracker.tasks.commands import NewPart

ClientAs = Callable[[str], FlaskClient]


def words_of(data: bytes) -> str:
    """Everything that a Word file says."""
    document = Document(BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_an_interview_has_a_notice_and_a_record(cast: Cast, client_as: ClientAs) -> None:
    flag = decided(cast, DecisionKind.INTERVIEW)
    leader = client_as("leader")
    for what in ("interview-notice", "interview-record"):
        answer = leader.get(f"/flags/decided/{flag.id}/{what}.docx")
        assert answer.status_code == 200
        assert "澄江区财政局" in words_of(answer.data)
        assert f"/flags/decided/{flag.id}/{what}.docx" in leader.get(f"/flags/{flag.id}").text
    notice = words_of(leader.get(f"/flags/decided/{flag.id}/interview-notice.docx").data)
    assert "根据督查督办情况，现决定对你单位" in notice
    assert "情况属实。" in notice
    assert "。。" not in notice
    assert "。，" not in notice
    assert leader.get(f"/flags/decided/{flag.id}/circular.docx").status_code == 409
    assert leader.get(f"/flags/decided/{flag.id}/circular.txt").status_code == 404
    assert client_as("finance_head").get(f"/flags/decided/{flag.id}/interview-notice.docx").status_code == 404


def test_a_circular_names_unit_and_matter(cast: Cast, client_as: ClientAs) -> None:
    flag = decided(cast, DecisionKind.CIRCULAR)
    answer = client_as("office_clerk").get(f"/flags/decided/{flag.id}/circular.docx")
    assert flag.evidence["title"] in words_of(answer.data)
    light = decided(cast)
    assert client_as("office_clerk").get(f"/flags/decided/{light.id}/circular.docx").status_code == 409


def test_what_a_review_lifted_has_no_paper_and_what_it_changed_has_the_new_ones(
    cast: Cast, client_as: ClientAs
) -> None:
    leader = client_as("leader")

    def papers(flag: Flag) -> dict[str, int]:
        at = f"/flags/decided/{flag.id}"
        page = leader.get(f"/flags/{flag.id}").text
        found = {what: leader.get(f"{at}/{what}.docx").status_code for what in NAMES}
        assert [what for what in NAMES if f"{at}/{what}.docx" in page] == [w for w in NAMES if found[w] == 200]
        return found

    lifted = decided(cast, DecisionKind.INTERVIEW)
    assert papers(lifted) == {"interview-notice": 200, "interview-record": 200, "circular": 409}
    assert set(papers(reviewed(cast, lifted, ReviewOutcome.LIFTED)).values()) == {409}
    changed = decided(cast, DecisionKind.CIRCULAR)
    assert papers(changed) == {"interview-notice": 409, "interview-record": 409, "circular": 200}
    reviewed(cast, changed, ReviewOutcome.CHANGED, new_kind=DecisionKind.INTERVIEW, number="优均办〔2026〕9号")
    assert papers(changed) == {"interview-notice": 200, "interview-record": 200, "circular": 409}
    notice = words_of(leader.get(f"/flags/decided/{changed.id}/interview-notice.docx").data)
    assert "优均办〔2026〕9号" in notice
    assert cast.person("deputy_leader").name in notice


def test_the_sweep_raises_by_rung_and_its_flags_stand_once(cast: Cast) -> None:
    task, other = late(cast), active(cast, now=LATE)
    first = sweep(now=day("2026-03-11"), pause=lambda _seconds: None)
    assert (first["failed"], first["flags"], first["chased"]) == (0, 0, 0)
    assert [flag.rung for flag in flags_of(task)] == [3]
    assert flags_of(other) == []
    again = sweep(now=day("2026-03-11"), pause=lambda _seconds: None)
    assert not any(again.values())
    assert len(flags_of(task)) == 1


def _decided_on(cast: Cast, kind: str, decision: DecisionKind) -> Flag:
    """A red warning of the ladder about a task, a milestone or a part, and the leader's decision on it."""
    step, part = ("核定", WAS_DUE), NewPart(cast.unit_ids["construction"], "提供资料", WAS_DUE)
    whole: dict[str, Any] = {"due_on": WAS_DUE} if kind == "task" else {"milestones": (step,), "parts": (part,)}
    task = active(cast, **{"now": LATE, "due_on": DUE, **whole})
    ids = {"task": [task.id], "milestone": [row.id for row in task.milestones], "part": [row.id for row in task.parts]}
    assert raise_on(cast, *ids[kind], kind=kind, colour=FlagColour.RED, rung=8) == 1
    [flag] = flags_of(task)
    head = cast.actor("construction_head" if kind == "part" else "finance_head")
    act(commands.state_case, flag, text="已说明。", ends_period=True, by=head)
    proposed(cast, flag, decision, now=NOW)
    act(commands.decide_flag, fresh(flag), kind=decision, reason="情况属实。", by=cast.actor("leader"))
    return fresh(flag)


@pytest.mark.parametrize(
    ("kind", "sentence", "named"),
    [
        ("task", "任务“{}”应于", "{}"),
        ("milestone", "任务“{}”的年度节点“核定”应于", "{}（年度节点：核定）"),
        ("part", "任务“{}”中由你单位承担的配合事项应于", "{}（配合事项）"),
    ],
)
def test_papers_say_whether_the_task_a_milestone_or_a_part_was_due(
    cast: Cast, client_as: ClientAs, kind: str, sentence: str, named: str
) -> None:
    leader = client_as("leader")
    flag = _decided_on(cast, kind, DecisionKind.INTERVIEW)
    title = flag.evidence["title"]
    notice = words_of(leader.get(f"/flags/decided/{flag.id}/interview-notice.docx").data)
    assert f"{sentence.format(title)}2026年3月6日完成，逾期8个工作日" in notice
    flag = _decided_on(cast, kind, DecisionKind.CIRCULAR)
    circular = words_of(leader.get(f"/flags/decided/{flag.id}/circular.docx").data)
    assert named.format(title) in circular.split("\n")


def test_a_warning_from_before_milestones_were_named_says_that_it_was_one(cast: Cast, client_as: ClientAs) -> None:
    leader = client_as("leader")
    for decision, what in ((DecisionKind.INTERVIEW, "interview-notice"), (DecisionKind.CIRCULAR, "circular")):
        flag = _decided_on(cast, "milestone", decision)
        with write_transaction():
            row = fresh(flag)
            row.evidence = {key: value for key, value in row.evidence.items() if key != "milestone_name"}
        said = words_of(leader.get(f"/flags/decided/{flag.id}/{what}.docx").data)
        title = flag.evidence["title"]
        assert (f"任务“{title}”的年度节点应于" if what == "interview-notice" else f"{title}（年度节点）") in said
        assert leader.get(f"/flags/{flag.id}").status_code == 200
