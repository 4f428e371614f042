"""Words for the acts of accounts in the record of acts."""

from tracker.kernel.text import _l

ACTS: dict[str, object] = {
    "account.create": _l("开通账号"),
    "account.sign_in": _l("登录"),
    "account.refuse": _l("登录被拒绝"),
    "account.sign_out": _l("退出登录"),
    "account.end_session": _l("退出其他设备"),
    "account.change_password": _l("修改密码"),
    "account.reset": _l("重置密码"),
    "account.deactivate": _l("停用账号"),
    "account.reactivate": _l("启用账号"),
    "account.second_factor_on": _l("开启两步验证"),
    "account.second_factor_off": _l("关闭两步验证"),
    "account.use_recovery_code": _l("使用恢复码"),
    "installation.setup_code": _l("生成初始化码"),
    "installation.set_up": _l("完成初始化"),
    "installation.mark_as_demo": _l("标记为演示"),
}

SUBJECTS: dict[str, object] = {
    "account": _l("账号"),
    "installation": _l("本系统"),
}
"""What acts are done to."""

KEYS: dict[str, object] = {
    "login": _l("登录名"),
    "address": _l("网络地址"),
    "region": _l("行政区"),
    "active": _l("启用"),
    "left": _l("剩余"),
    "why": _l("原因"),
}
"""What is noted of it, old and new."""
