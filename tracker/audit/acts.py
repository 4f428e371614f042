"""Words for the acts of this feature in the record of acts."""

from tracker.kernel.text import _l

ACTS: dict[str, object] = {"audit.clock_back": _l("系统时钟倒退")}
