"""Nothing that waits for a decision goes unnoticed: who could act is told, else the next there is, not too often."""

from datetime import datetime

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.oversight import notices
from tracker.oversight.models import Flag
from tracker.oversight.queries.flag_facts import group_setting
from tracker.oversight.queries.flag_waits import not_chased_since, undecided_too_long

CHASED_AT_ONCE = 200


def chase_undecided(group_id: int, *, now: datetime) -> int:
    """Tell of flags on which a decision was possible for the group's number of working days and nobody took one.

    Again after as many days. Does nothing on days off. Where all seats are empty that could act, the office hears, and
    where there is no office either, the administrators. Returns how many flags were brought up; one of which nobody
    could be told is not, and is tried again on the next day.
    """
    group = db.session.get_one(LeadershipGroup, group_id)
    today = local_date(now)
    if group.ended_on is not None or not working_days().is_working(today):
        return 0
    days = group_setting(group_id).decide_within_days
    chased: list[Flag] = []
    unheard: list[Flag] = []
    waiting = undecided_too_long(group_id, today, days=days).where(not_chased_since(today, days=days))
    for flag in db.session.scalars(waiting.limit(CHASED_AT_ONCE)).all():
        if people := {*notices.supervisors_of(flag, now=now), *notices.deciders_of(flag, now=now)}:
            notices.tell_undecided(flag, people, days=days, now=now)
        elif people := {*notices.office_of(flag, now=now)}:
            notices.tell_nobody_decides(flag, people, days=days, now=now)
        (chased if people else unheard).append(flag)
    if unheard and notices.tell_nobody_there(group, len(unheard), days=days, now=now):
        chased += unheard
    for flag in chased:
        flag.chased_on = today
    return len(chased)
