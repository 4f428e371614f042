"""The pages of accounts, one file for each kind of visitor; importing them hangs them on the blueprint."""

from tracker.accounts.views import admin, demo, me, people, second_factor, setting_up, sign_in
from tracker.accounts.views.blueprint import bp

__all__ = ["admin", "bp", "demo", "me", "people", "second_factor", "setting_up", "sign_in"]
