"""Read what this installation is: set up, a demo, or waiting."""

import sqlalchemy as sa

from tracker.accounts import rules
from tracker.accounts.models import Account, Installation
from tracker.kernel.db import db
from tracker.organisation.models import InstallationDuty
from tracker.organisation.rules import DutyKind


def setup_is_open() -> bool:
    """Whether this installation still waits for its first administrator. Once closed, it is closed for good."""
    administrator = (
        sa.select(InstallationDuty.id)
        .join(Account, Account.person_id == InstallationDuty.person_id)
        .where(InstallationDuty.duty == DutyKind.SYSTEM_ADMINISTRATOR)
        .exists()
    )
    demo = sa.select(Installation.id).where(Installation.demo).exists()
    return bool(db.session.scalar(sa.select(sa.not_(sa.or_(administrator, demo)))))


def installation() -> Installation | None:
    """The row of this installation."""
    return db.session.get(Installation, 1)


def is_demo() -> bool:
    """Whether this database holds the demo story; no other may be entered without a password."""
    row = installation()
    return row is not None and row.demo


def is_setup_code(code: str) -> bool:
    """Whether this is the code that the server printed last."""
    row = installation()
    return bool(code) and row is not None and row.setup_code_hash == rules.token_hash(code)
