"""Nothing that waits for a decision goes unnoticed: supervisors and leaders are told, again but not too often."""

from datetime import datetime

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.oversight import notices
from tracker.oversight.queries.flag_facts import group_setting
from tracker.oversight.queries.flag_waits import not_chased_since, undecided_too_long

CHASED_AT_ONCE = 200


def chase_undecided(group_id: int, *, now: datetime) -> int:
    """Tell of flags on which a decision was possible for the group's number of working days and nobody took one.

    Again after as many days. Does nothing on days off. Returns how many flags were brought up.
    """
    group = db.session.get_one(LeadershipGroup, group_id)
    today = local_date(now)
    if group.ended_on is not None or not working_days().is_working(today):
        return 0
    days = group_setting(group_id).decide_within_days
    chased = 0
    waiting = undecided_too_long(group_id, today, days=days).where(not_chased_since(today, days=days))
    for flag in db.session.scalars(waiting.limit(CHASED_AT_ONCE)).all():
        people = {*notices.supervisors_of(flag, now=now), *notices.deciders_of(flag, now=now)}
        flag.chased_on = today
        notices.tell_undecided(flag, people, days=days, now=now)
        chased += 1
    return chased
