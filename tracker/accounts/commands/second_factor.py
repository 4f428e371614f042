"""The second factor of an account: set up by its owner, used, taken off again."""

from datetime import datetime

import sqlalchemy as sa

from tracker.accounts import codes, notices, policy, queries
from tracker.accounts.commands.signing_in import end_all_sessions
from tracker.accounts.models import Account, RecoveryCode, SecondFactor
from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.db import affected, db, take
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require

WRONG_CODE = _l("验证码不正确，或者已经用过。")


def set_second_factor(
    account: Account, *, secret: str, code: str, by: Actor, session_id: int, now: datetime
) -> list[str]:
    """Let an authenticator be asked from now on; its code shows that it works. Gives back the recovery codes, once.

    The password has been checked. Every other sign-in ends, for it was made without.
    """
    if account.id != by.account_id:
        raise NotVisible
    if queries.is_demo():
        raise NotAllowed(_l("演示账号没有密码，不能开启两步验证。"))
    if queries.second_factor_of(account.id) is not None:
        raise Stale(_l("两步验证已经开启。"))
    step = codes.step_of(secret, code, now=now)
    if step is None:
        raise Invalid({"code": _l("验证码不正确，请核对手机时间后重试。")})
    take(account)
    hidden = codes.hidden(secret, account.id)
    db.session.add(SecondFactor(account_id=account.id, secret=hidden, last_step=step, set_up_at=now))
    fresh = codes.new_recovery_codes()
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=codes.recovery_hash(one)) for one in fresh)
    end_all_sessions(account, by=by, now=now, but=session_id)
    record("account.second_factor_on", "account", account.id, by=by, now=now)
    notices.second_factor_on(account, now=now)
    return fresh


def use_code(account: Account, code: str, *, by: Actor, now: datetime) -> bool:
    """Take a code of the authenticator, or a recovery code: each is good once, whoever comes first."""
    factor = queries.second_factor_of(account.id)
    if factor is None:
        return False
    secret = codes.shown(factor.secret, account.id)
    step = codes.step_of(secret, code, now=now, after=factor.last_step) if secret is not None else None
    if step is not None:
        unused = sa.update(SecondFactor).where(SecondFactor.account_id == account.id, SecondFactor.last_step < step)
        return affected(unused.values(last_step=step)) == 1
    return _use_recovery_code(account, code, by=by, now=now)


def _use_recovery_code(account: Account, code: str, *, by: Actor, now: datetime) -> bool:
    unused = sa.update(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.code_hash == codes.recovery_hash(code),
        RecoveryCode.used_at.is_(None),
    )
    if affected(unused.values(used_at=now)) != 1:
        return False
    left = queries.recovery_codes_left(account.id)
    record("account.use_recovery_code", "account", account.id, by=by, now=now, new={"left": left})
    notices.recovery_code_used(account, left=left, now=now)
    return True


def give_up_second_factor(account: Account, *, by: Actor, now: datetime) -> None:
    """Ask for the password alone again; the owner's own act, password and code having been checked."""
    if account.id != by.account_id:
        raise NotVisible
    _remove(account, version=None, by=by, now=now)


def remove_second_factor(account: Account, *, by: Actor, now: datetime, version: int | None = None) -> None:
    """Take the second factor off somebody's account who has lost it: the system administrator, or the server's shell.

    Not one's own: that takes the code.
    """
    require(policy.may_keep_accounts(by, account.person.region))
    if account.id == by.account_id:
        raise Stale(_l("自己的两步验证请在“我的账号”里用密码和验证码关闭。"))
    _remove(account, version=version, by=by, now=now)


def _remove(account: Account, *, version: int | None, by: Actor, now: datetime) -> None:
    factor = queries.second_factor_of(account.id)
    if factor is None:
        raise Stale(_l("该账号没有开启两步验证。"))
    take(account, version=version)
    db.session.delete(factor)
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    record("account.second_factor_off", "account", account.id, by=by, now=now)
    notices.second_factor_off(account, by=by, now=now)
