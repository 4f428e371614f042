"""Papers that follow from a decision: they say what is on record, and only for who watches over the group."""

from collections.abc import Callable
from io import BytesIO

from docx import Document
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.oversight.flag_stories import LATE, decided, flags_of, late, reviewed
from tests.tasks.stories import active, day
from tracker.oversight.models import Flag
from tracker.oversight.rules import DecisionKind, ReviewOutcome
from tracker.oversight.views.decision_papers import NAMES
from tracker.reminders.sweep import sweep

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
