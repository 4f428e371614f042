"""What a ladder must be like to be kept. Pure rules with their sentences."""

from collections.abc import Sequence
from itertools import pairwise

from tracker.kernel.text import _l
from tracker.reminders.rules.ladders import AUDIENCES, EFFECTS, Rung
from tracker.reminders.rules.words import LABELS, Effect, LadderKind

EARLIEST, LATEST = -60, 120
"""Working days around the date within which a rung, repeats included, must lie: well within the year and a month that a
sweep looks back and ahead (HORIZON)."""
MOST_RUNGS = 12
MOST_REPEATS = 20


def faults(kind: LadderKind, rungs: Sequence[Rung]) -> list[tuple[int | None, object]]:
    """What is wrong with a ladder: the place of the rung (none: the whole) and the sentence."""
    if not rungs:
        return [(None, _l("至少要有一级提醒。"))]
    if len(rungs) > MOST_RUNGS:
        return [(None, _l("最多 %(count)s 级提醒。", count=MOST_RUNGS))]
    found: list[tuple[int | None, object]] = []
    for place, rung in enumerate(rungs):
        found += [(place, sentence) for sentence in _of_rung(kind, rung)]
    return found + _of_order(rungs)


def _of_rung(kind: LadderKind, rung: Rung) -> list[object]:
    found: list[object] = []
    last = rung.offset + rung.repeat_every * rung.repeat_times
    if not EARLIEST <= rung.offset <= LATEST:
        found.append(_l("请填写 %(low)s 到 %(high)s 之间的工作日数。", low=EARLIEST, high=LATEST))
    elif last > LATEST:
        found.append(_l("重复提醒最晚到时限后 %(high)s 个工作日。", high=LATEST))
    if not rung.audience:
        found.append(_l("请至少选择一类接收人。"))
    found += [
        _l("%(who)s不能作为这里的接收人。", who=LABELS[audience])
        for audience in rung.audience
        if audience not in AUDIENCES[kind]
    ]
    if rung.effect not in EFFECTS[kind]:
        found.append(_l("这里的提醒只作电话清单，不产生预警和督办通知单。"))
    elif rung.effect is not Effect.NONE and rung.offset <= 0:
        found.append(_l("催办、预警和督办通知单只能从逾期后第 1 个工作日起。"))
    return found + _of_repeats(rung)


def _of_repeats(rung: Rung) -> list[object]:
    if rung.repeat_every < 0 or rung.repeat_times < 0:
        return [_l("重复的间隔和次数不能是负数。")]
    if rung.repeat_every and not rung.repeat_times:
        return [_l("请填写最多重复几次。")]
    if rung.repeat_times and not rung.repeat_every:
        return [_l("请填写每隔几个工作日重复。")]
    if rung.repeat_times > MOST_REPEATS:
        return [_l("最多重复 %(count)s 次。", count=MOST_REPEATS)]
    if rung.repeat_times and rung.offset <= 0 < rung.offset + rung.repeat_every * rung.repeat_times:
        return [_l("时限前的提醒只能重复到时限当天。")]
    return []


def _of_order(rungs: Sequence[Rung]) -> list[tuple[int | None, object]]:
    found: list[tuple[int | None, object]] = []
    for place, (before, rung) in enumerate(pairwise(rungs), start=1):
        if rung.offset == before.offset:
            found.append((place, _l("第 %(offset)s 个工作日已有一级提醒。", offset=rung.offset)))
        elif rung.offset < before.offset:
            found.append((place, _l("请按工作日从早到晚排列。")))
    return found
