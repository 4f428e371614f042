"""What the owner of an account is told: that the password was changed or made anew, and by whom."""

from datetime import datetime

from tracker.accounts.models import Account
from tracker.kernel.actor import Actor
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.outbox.commands import enqueue

MESSAGES = {
    "account.password_changed": Message(
        _l("您的登录密码已修改。如非本人操作，请立即联系系统管理员。"), "accounts.me", "", icon="lock"
    ),
    "account.password_reset": Message(
        _l("%(by)s 为您重新发放了一次性密码。如非您本人要求，请联系系统管理员。"), "accounts.me", "", icon="lock"
    ),
    "account.second_factor_on": Message(
        _l("您的账号已开启两步验证。如非本人操作，请立即联系系统管理员。"), "accounts.me", "", icon="lock"
    ),
    "account.second_factor_off": Message(
        _l("%(by)s 关闭了您账号的两步验证。如非您本人要求，请立即联系系统管理员。"), "accounts.me", "", icon="lock"
    ),
    "account.recovery_code_used": Message(
        _l("您的一个恢复码已被使用，还剩 %(left)s 个。如非本人操作，请立即联系系统管理员。"),
        "accounts.me",
        "",
        icon="lock",
    ),
}


def second_factor_on(account: Account, *, now: datetime) -> None:
    """Tell the owner that codes are asked from now on."""
    _tell(account, "account.second_factor_on", {}, now)


def second_factor_off(account: Account, *, by: Actor, now: datetime) -> None:
    """Tell the owner who took the second factor off."""
    _tell(account, "account.second_factor_off", {"by": by.name}, now)


def recovery_code_used(account: Account, *, left: int, now: datetime) -> None:
    """Tell the owner, who may not have been the one to use it."""
    _tell(account, "account.recovery_code_used", {"left": str(left)}, now, more=f":{left}")


def password_changed(account: Account, *, now: datetime) -> None:
    """Tell the owner, who would otherwise not notice a stranger's doing."""
    _tell(account, "account.password_changed", {}, now)


def password_reset(account: Account, *, by: Actor, now: datetime) -> None:
    """Tell the owner who made a new one-time password."""
    _tell(account, "account.password_reset", {"by": by.name}, now)


def _tell(account: Account, kind: str, params: dict[str, str], now: datetime, *, more: str = "") -> None:
    enqueue(
        kind,
        [account.person_id],
        subject=("account", account.id),
        params=params,
        key=f"{kind}:{account.id}:{account.version}{more}",
        now=now,
    )
