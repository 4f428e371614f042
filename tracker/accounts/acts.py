"""Words for the acts of accounts in the record of acts."""

from tracker.kernel.text import _l, _p

ACTS: dict[str, object] = {
    "account.create": _p("done", "开通账号"),
    "account.sign_in": _p("done", "登录"),
    "account.refuse": _p("done", "登录被拒绝"),
    "account.sign_out": _p("done", "退出登录"),
    "account.end_session": _p("done", "退出其他设备"),
    "account.change_password": _p("done", "修改密码"),
    "account.reset": _p("done", "重置密码"),
    "account.deactivate": _p("done", "停用账号"),
    "account.reactivate": _p("done", "启用账号"),
    "account.second_factor_on": _p("done", "开启两步验证"),
    "account.second_factor_off": _p("done", "关闭两步验证"),
    "account.use_recovery_code": _p("done", "使用恢复码"),
    "installation.setup_code": _p("done", "生成初始化码"),
    "installation.set_up": _p("done", "完成初始化"),
    "installation.mark_as_demo": _p("done", "标记为演示"),
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
