"""The story's group changes its ladder twice, by the hand of its director."""

from tests.cast import NOW, Cast
from tracker.demo import ladders
from tracker.demo.stage import Known, Stage
from tracker.reminders.queries.ladders import ladder_of, versions
from tracker.reminders.rules import LadderKind


def test_each_version_has_its_reason_and_the_last_counts(cast: Cast) -> None:
    group_id = cast.group_ids["g1"]
    for _day, rungs, reason in ladders.VERSIONS:
        ladders.change(Stage(NOW, Known()), group_id=group_id, rungs=rungs, reason=reason)
    found = versions(group_id, LadderKind.DEADLINE)
    assert [row.version for row in found] == [2, 1]
    assert all(row.reason and row.made_by for row in found)
    assert ladder_of(group_id, LadderKind.DEADLINE).rungs == tuple(ladders.AGAIN)
