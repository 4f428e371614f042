"""The only writer of regions, units, people, posts, groups, seats, member units and duties."""

from tracker.organisation.commands.adjusting import (
    decide_seat_change,
    issue_seat_notice,
    propose_seat_change,
    withdraw_seat_change,
)
from tracker.organisation.commands.calendar import correct_day, publish_year, seed_calendar
from tracker.organisation.commands.directory import (
    add_region,
    add_short_name,
    add_unit,
    change_unit,
    drop_short_name,
    end_unit,
    rename_region,
)
from tracker.organisation.commands.duties import end_duty, grant_duty
from tracker.organisation.commands.groups import (
    change_group,
    change_group_settings,
    change_holder,
    end_group,
    end_seat,
    found_group,
    seat,
)
from tracker.organisation.commands.members import (
    add_member_unit,
    change_member_unit,
    end_contact,
    end_member_unit,
    set_contact,
)
from tracker.organisation.commands.people import (
    add_person,
    appoint,
    end_appointment,
    ensure_post,
    hand_over,
    rename_person,
    set_email,
    set_phone,
    set_presiding,
)
from tracker.organisation.commands.taking_back import take_back

__all__ = [
    "add_member_unit",
    "add_person",
    "add_region",
    "add_short_name",
    "add_unit",
    "appoint",
    "change_group",
    "change_group_settings",
    "change_holder",
    "change_member_unit",
    "change_unit",
    "correct_day",
    "decide_seat_change",
    "drop_short_name",
    "end_appointment",
    "end_contact",
    "end_duty",
    "end_group",
    "end_member_unit",
    "end_seat",
    "end_unit",
    "ensure_post",
    "found_group",
    "grant_duty",
    "hand_over",
    "issue_seat_notice",
    "propose_seat_change",
    "publish_year",
    "rename_person",
    "rename_region",
    "seat",
    "seed_calendar",
    "set_contact",
    "set_email",
    "set_phone",
    "set_presiding",
    "take_back",
    "withdraw_seat_change",
]
