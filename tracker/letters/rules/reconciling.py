"""What a year's end says of a clause before anybody has judged it: proposed from how its task stands."""

from dataclasses import dataclass
from datetime import date

from tracker.documents.paper import day
from tracker.letters.rules.states import ClauseOutcome
from tracker.tasks.rules import TaskState

MAX_SENTENCE = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """How the task of a clause stands on a day; elsewhere: another unit leads it now."""

    state: TaskState
    due_on: date | None
    late: bool
    completed_on: date | None
    elsewhere: bool
    overdue: bool


def proposed_outcome(task: Standing) -> tuple[ClauseOutcome | None, str]:
    """What the office may begin with: an outcome where the facts decide it, and a sentence; people judge."""
    if task.state is TaskState.CANCELLED or task.elsewhere:
        return None, "任务已撤销。" if task.state is TaskState.CANCELLED else "任务已改由其他单位牵头。"
    if task.completed_on is not None:
        late = "，晚于完成时限" if task.late else ""
        return ClauseOutcome.MET, f"已于{day(task.completed_on)}办结{late}。"
    if task.state is TaskState.SUBMITTED:
        return ClauseOutcome.PARTLY, "已报请办结，待核验。"
    if task.due_on is None:
        return None, "长期坚持，正在推进。"
    if task.overdue:
        return ClauseOutcome.UNMET, f"完成时限{day(task.due_on)}已过，尚未办结。"
    return ClauseOutcome.PARTLY, f"正在办理，完成时限为{day(task.due_on)}。"
