"""Whether an account asks for a second factor, and how many recovery codes are left."""

from collections.abc import Collection

import sqlalchemy as sa

from tracker.accounts.models import RecoveryCode, SecondFactor
from tracker.kernel.db import db


def second_factor_of(account_id: int) -> SecondFactor | None:
    """The second factor of an account, if its owner has set one up."""
    return db.session.get(SecondFactor, account_id)


def with_second_factor(account_ids: Collection[int]) -> frozenset[int]:
    """Which of some accounts have one; one query."""
    return frozenset(
        db.session.scalars(sa.select(SecondFactor.account_id).where(SecondFactor.account_id.in_(account_ids)))
    )


def recovery_codes_left(account_id: int) -> int:
    """How many recovery codes nobody has used yet."""
    left = sa.select(sa.func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(left) or 0
