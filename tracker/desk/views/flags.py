"""The flags of a group: what waits for whom, what has waited too long, and what was decided."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.desk import queries, words
from tracker.desk.rules import LABELS as DESK_LABELS
from tracker.desk.rules import FlagList
from tracker.desk.views.blueprint import bp, overseen_group
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.web import row_number
from tracker.organisation.rules import LEADERS, SeatRole
from tracker.oversight.rules import LABELS


@bp.get("/groups/<int:group_id>/flags")
def flags(group_id: int) -> ResponseReturnValue:
    """A group's flags; by default those that wait for the reader."""
    actor, today = current_actor(), clock.today()
    group = overseen_group(group_id)
    acts = bool(actor.roles_in(group_id) & (LEADERS | {SeatRole.SUPERVISOR}))
    unit_id = request.args.get("unit", type=row_number)
    known = {each.value: each for each in FlagList}
    shown = known.get(request.args.get("show", ""), FlagList.MINE if acts else FlagList.OPEN)
    cursor = request.args.get("after", "")
    numbers = queries.flag_numbers(actor, group_id, today=today)
    return render_template(
        "desk/flags.html",
        group=group,
        today=today,
        shown=shown,
        cursor=cursor,
        unit_id=unit_id,
        acts=acts,
        numbers=numbers,
        lists=_lists(group_id, shown, numbers, acts=acts),
        page=queries.flag_rows(actor, group_id, shown, today=today, unit_id=unit_id, cursor=cursor),
        labels=LABELS,
        words=words,
    )


def _lists(group_id: int, shown: FlagList, numbers: queries.FlagNumbers, *, acts: bool) -> list[dict[str, Any]]:
    counts = {FlagList.MINE: numbers.mine, FlagList.LATE: numbers.late, FlagList.OPEN: numbers.open}
    return [
        {
            "label": DESK_LABELS[each],
            "url": url_for(".flags", group_id=group_id, show=each.value),
            "active": each is shown,
            "count": counts.get(each),
        }
        for each in FlagList
        if acts or each is not FlagList.MINE
    ]
