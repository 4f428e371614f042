"""A group sets the rules that raise its flags, and the days by which it works. Setting a rule re-raises nothing."""

from datetime import datetime
from typing import cast

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, insert_if_new, take
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup
from tracker.oversight import policy
from tracker.oversight.models import AccountabilitySetting, FlagRuleSetting
from tracker.oversight.rules import FLAG_RULES, FlagRule
from tracker.tasks.commands import require_at_work

BOUNDS = {"statement_days": (1, 30), "review_days": (1, 180), "decide_within_days": (1, 60)}


def set_flag_rule(
    group: LeadershipGroup, rule: FlagRule, *, enabled: bool, threshold: int, by: Actor, now: datetime
) -> bool:
    """Switch a rule on or off or set its threshold; says whether anything changed.

    It holds for what becomes true from today on: what happened before is not flagged by it.
    """
    require(policy.may_set_rules(by, group.id))
    require_at_work(group)
    definition = FLAG_RULES[rule]
    if definition.by_ladder:
        threshold = definition.threshold
    if not definition.least <= threshold <= definition.most:
        limits = {"least": definition.least, "most": definition.most}
        raise Invalid({"threshold": _l("请填写 %(least)s 到 %(most)s。", **limits)})
    row = db.session.scalar(
        sa.select(FlagRuleSetting)
        .where(FlagRuleSetting.group_id == group.id, FlagRuleSetting.rule == rule)
        .with_for_update()
    )
    old = (row.enabled, row.threshold) if row else (True, definition.threshold)
    if old == (enabled, threshold):
        return False
    if row is None:
        row = FlagRuleSetting(group_id=group.id, rule=rule)
        db.session.add(row)
    row.enabled, row.threshold, row.since = enabled, threshold, local_date(now)
    row.by_id, row.at = cast("int", by.person_id), now
    db.session.flush()
    record(
        "flag.set_rule",
        "group",
        group.id,
        by=by,
        now=now,
        group_id=group.id,
        old={"rule": rule, "enabled": old[0], "threshold": old[1]},
        new={"rule": rule, "enabled": enabled, "threshold": threshold},
    )
    return True


def set_accountability(
    group: LeadershipGroup,
    *,
    statement_days: int,
    review_days: int,
    decide_within_days: int,
    uses_cards: bool,
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Set the days of statement, review and decision, and whether the group gives cards (黄牌/红牌).

    Periods that run already keep their end.
    """
    require(policy.may_set_rules(by, group.id))
    require_at_work(group)
    wanted = {"statement_days": statement_days, "review_days": review_days, "decide_within_days": decide_within_days}
    for name, (least, most) in BOUNDS.items():
        if not least <= wanted[name] <= most:
            raise Invalid({name: _l("请填写 %(least)s 到 %(most)s。", least=least, most=most)})
    db.session.execute(insert_if_new(AccountabilitySetting).values(group_id=group.id))
    row = db.session.get_one(AccountabilitySetting, group.id)
    new: dict[str, object] = {**wanted, "uses_cards": uses_cards}
    old = {name: getattr(row, name) for name in new}
    if old == new:
        return
    take(row, version=version)
    for name, value in new.items():
        setattr(row, name, value)
    db.session.flush()
    record("flag.set_days", "group", group.id, by=by, now=now, group_id=group.id, old=old, new=new)
