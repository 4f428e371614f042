"""Words for the acts of this feature in the record of acts."""

from tracker.kernel.text import _l, _p

ACTS: dict[str, object] = {"audit.clock_back": _p("done", "系统时钟倒退")}

SUBJECTS: dict[str, object] = {
    "audit_seal": _l("封存"),
}
"""What acts are done to."""

KEYS: dict[str, object] = {
    "sha256": _l("文件摘要"),
    "sm3": _l("国密摘要"),
    "mark": _l("印记"),
}
"""What is noted of it, old and new."""
