"""The only writer of accounts: throttling, sign-in, keeping accounts, the set-up, a group's people in one step."""

from tracker.accounts.commands.keeping import (
    OneTime,
    choose_appearance,
    create_account,
    create_with_password,
    deactivate_account,
    open_accounts,
    open_demo_account,
    reactivate_account,
    reset_password,
)
from tracker.accounts.commands.people import RowResult, check_people, import_people
from tracker.accounts.commands.second_factor import (
    WRONG_CODE,
    give_up_second_factor,
    remove_second_factor,
    set_second_factor,
    use_code,
)
from tracker.accounts.commands.setting_up import NewAccount, create_officer, mark_as_demo, new_setup_code, set_up
from tracker.accounts.commands.signing_in import (
    change_password,
    confirm_session,
    end_session,
    note_failure,
    sign_in,
    sign_out,
)
from tracker.accounts.commands.throttle import TooOften, count_try, forget_tries

__all__ = [
    "WRONG_CODE",
    "NewAccount",
    "OneTime",
    "RowResult",
    "TooOften",
    "change_password",
    "check_people",
    "choose_appearance",
    "confirm_session",
    "count_try",
    "create_account",
    "create_officer",
    "create_with_password",
    "deactivate_account",
    "end_session",
    "forget_tries",
    "give_up_second_factor",
    "import_people",
    "mark_as_demo",
    "new_setup_code",
    "note_failure",
    "open_accounts",
    "open_demo_account",
    "reactivate_account",
    "remove_second_factor",
    "reset_password",
    "set_second_factor",
    "set_up",
    "sign_in",
    "sign_out",
    "use_code",
]
