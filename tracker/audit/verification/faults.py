"""What can be wrong with the record of acts, and how it is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracker.kernel.text import _l


class Fault(StrEnum):
    """What can be wrong with the record."""

    ROW_ALTERED = "row_altered"
    ROW_REMOVED = "row_removed"
    ROW_FOREIGN = "row_foreign"
    PLACE_ALTERED = "place_altered"
    PLACES_REMOVED = "places_removed"
    PLACE_UNSEALED = "place_unsealed"
    SEAL_ALTERED = "seal_altered"
    SEALS_REMOVED = "seals_removed"
    SEAL_UNCHAINED = "seal_unchained"
    SEAL_MISMATCH = "seal_mismatch"
    KEY_UNKNOWN = "key_unknown"
    ANCHOR_CUT = "anchor_cut"
    ANCHOR_REPLACED = "anchor_replaced"
    ANCHOR_ALTERED = "anchor_altered"


SENTENCES = {
    Fault.ROW_ALTERED: _l("序号 %(sequence)s：记录 %(id)s 被改动，或不是本系统写入的"),
    Fault.ROW_REMOVED: _l("序号 %(sequence)s：记录 %(id)s 已不存在"),
    Fault.ROW_FOREIGN: _l("未封存的记录 %(id)s：被改动，或不是本系统写入的"),
    Fault.PLACE_ALTERED: _l("序号 %(sequence)s：记录 %(id)s 本不在此（被插入、调换或替换）"),
    Fault.PLACES_REMOVED: _l("序号 %(first)s 至 %(last)s：记录连同其位置已不存在"),
    Fault.PLACE_UNSEALED: _l("序号 %(sequence)s：记录 %(id)s 所属的封存已不存在"),
    Fault.SEAL_ALTERED: _l("第 %(seal)s 次封存：封存本身被改动"),
    Fault.SEALS_REMOVED: _l("第 %(first)s 至 %(last)s 次封存：封存已不存在"),
    Fault.SEAL_UNCHAINED: _l("第 %(seal)s 次封存：没有接续前一次封存"),
    Fault.SEAL_MISMATCH: _l("第 %(seal)s 次封存：序号 %(first)s 至 %(last)s 的记录不是当时封存的"),
    Fault.KEY_UNKNOWN: _l("%(what)s %(id)s：校验所用的密钥 %(key)s 不在本机，无从判断"),
    Fault.ANCHOR_CUT: _l("锚点第 %(seal)s 次封存（至序号 %(rows)s）：现有记录里没有，尾部被截去"),
    Fault.ANCHOR_REPLACED: _l("锚点第 %(seal)s 次封存：现有的同号封存与锚点不同，记录被整体替换"),
    Fault.ANCHOR_ALTERED: _l("锚点第 %(seal)s 次封存：锚点本身被改动，或不是本系统出具的"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    fault: Fault
    where: Mapping[str, Any]

    def __str__(self) -> str:
        return str(SENTENCES[self.fault]) % self.where
