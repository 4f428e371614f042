"""Read accounts: one at a time, as lists, for a group, for the installation."""

from tracker.accounts.queries.installation import installation, is_demo, is_setup_code, setup_is_open
from tracker.accounts.queries.lists import (
    AccountRow,
    Story,
    StoryPerson,
    accounts_page,
    people_without_account,
    story,
    units_of_accounts,
)
from tracker.accounts.queries.people import GroupPerson, UnitLack, people_of_group, units_without_account
from tracker.accounts.queries.second_factor import recovery_codes_left, second_factor_of, with_second_factor
from tracker.accounts.queries.sign_in import (
    account_by_id,
    account_named,
    account_of,
    alive,
    is_last_administrator,
    living_sessions,
    logins_like,
    visible_account,
    words_about,
)

__all__ = [
    "AccountRow",
    "GroupPerson",
    "Story",
    "StoryPerson",
    "UnitLack",
    "account_by_id",
    "account_named",
    "account_of",
    "accounts_page",
    "alive",
    "installation",
    "is_demo",
    "is_last_administrator",
    "is_setup_code",
    "living_sessions",
    "logins_like",
    "people_of_group",
    "people_without_account",
    "recovery_codes_left",
    "second_factor_of",
    "setup_is_open",
    "story",
    "units_of_accounts",
    "units_without_account",
    "visible_account",
    "with_second_factor",
    "words_about",
]
