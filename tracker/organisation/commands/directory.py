"""Keep regions and units."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.pinyin import initials_of, pinyin_of
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation import policy
from tracker.organisation.commands.rows import insert, overlapping, unique
from tracker.organisation.models import MemberUnit, Region, Unit, UnitShortName
from tracker.organisation.rules import REGION_CODE, RegionLevel, UnitKind

UNIT_TAKEN = _l("本行政区已有同名单位。")
CODE_TAKEN = _l("该行政区划代码已经登记。")
WRONG_PARENT = _l("上级单位须在同一行政区，且不能是本单位或其下级。")
WRONG_HOST = _l("挂靠单位须在同一行政区，且不能是本单位。")


def add_region(
    *, code: str, name: str, level: RegionLevel, parent: Region | None = None, by: Actor, now: datetime
) -> Region:
    """Enter an administrative division under its code (GB/T 2260)."""
    require(policy.may_add_region(by, parent))
    code = one_line(code, "code", limit=12, required=True)
    if not REGION_CODE.fullmatch(code):
        raise Invalid({"code": _l("行政区划代码为 2、4、6、9 或 12 位数字。")})
    region = Region(code=code, name=one_line(name, "name", limit=60, required=True), level=level, parent=parent)
    insert(region, field="code", taken=CODE_TAKEN)
    record("organisation.add_region", "region", region.id, by=by, now=now, new={"code": code, "name": region.name})
    return region


def rename_region(region: Region, *, name: str, by: Actor, now: datetime) -> None:
    """Correct a division's name."""
    require(policy.may_keep_region(by, region))
    old, region.name = region.name, one_line(name, "name", limit=60, required=True)
    record(
        "organisation.rename_region", "region", region.id, by=by, now=now, old={"name": old}, new={"name": region.name}
    )


def add_unit(
    region: Region,
    *,
    name: str,
    kind: UnitKind,
    parent: Unit | None = None,
    hosted_by: Unit | None = None,
    short_names: Iterable[str] = (),
    phone: str = "",
    by: Actor,
    now: datetime,
) -> Unit:
    """Enter a unit with the names by which papers call it."""
    require(policy.may_add_to(by, region))
    unit = Unit(region=region, kind=kind, phone=one_line(phone, "phone", limit=30))
    _name(unit, name)
    with db.session.no_autoflush:
        _place(unit, region, parent, hosted_by)
    insert(unit, field="name", taken=UNIT_TAKEN)
    record(
        "organisation.add_unit",
        "unit",
        unit.id,
        by=by,
        now=now,
        unit_id=unit.id,
        new={"name": unit.name, "kind": kind, "parent_id": unit.parent_id, "hosted_by_id": unit.hosted_by_id},
    )
    for short_name in short_names:
        add_short_name(unit, name=short_name, by=by, now=now)
    return unit


def change_unit(
    unit: Unit,
    *,
    name: str,
    kind: UnitKind,
    parent: Unit | None,
    hosted_by: Unit | None,
    phone: str,
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Rename a unit or put it elsewhere. Its old name stays as a short name, so that old papers still find it."""
    require(policy.may_keep_unit(by, unit))
    take(unit, version=version)
    old = _facts(unit)
    old_name = unit.name
    with unique(field="name", taken=UNIT_TAKEN), db.session.no_autoflush:
        _name(unit, name)
        unit.kind, unit.phone = kind, one_line(phone, "phone", limit=30)
        _place(unit, unit.region, parent, hosted_by)
    record("organisation.change_unit", "unit", unit.id, by=by, now=now, unit_id=unit.id, old=old, new=_facts(unit))
    if old_name != unit.name:
        _keep_name(unit, old_name)


def end_unit(unit: Unit, *, on: date | None = None, version: int, by: Actor, now: datetime) -> None:
    """A unit ceases (撤并): not while units under it live or a group has it as member."""
    require(policy.may_keep_unit(by, unit))
    take(unit, version=version)
    day = on or local_date(now)
    below = sa.select(Unit.id).where(
        sa.or_(Unit.parent_id == unit.id, Unit.hosted_by_id == unit.id), Unit.ended_on.is_(None)
    )
    if unit.ended_on is not None or db.session.scalar(below.limit(1)):
        raise Stale(_l("该单位已经撤销，或还有下级、挂靠单位，请先处理。"))
    member = sa.select(MemberUnit.id).where(MemberUnit.unit_id == unit.id, overlapping(MemberUnit, day))
    if db.session.scalar(member.limit(1)):
        raise Stale(_l("该单位仍是领导小组成员单位，请先移出。"))
    unit.ended_on = day
    record("organisation.end_unit", "unit", unit.id, by=by, now=now, unit_id=unit.id, new={"ended_on": day})


def add_short_name(unit: Unit, *, name: str, by: Actor, now: datetime) -> None:
    """Add another name by which papers call a unit; a name it already has changes nothing."""
    require(policy.may_name_unit(by, unit))
    name = one_line(name, "short_name", limit=100, required=True)
    if _keep_name(unit, name):
        record("organisation.add_short_name", "unit", unit.id, by=by, now=now, unit_id=unit.id, new={"name": name})


def drop_short_name(unit: Unit, *, name: str, by: Actor, now: datetime) -> None:
    """Take a wrong short name away."""
    require(policy.may_keep_unit(by, unit))
    row = db.session.scalar(
        sa.select(UnitShortName).where(UnitShortName.unit_id == unit.id, UnitShortName.name == name)
    )
    if row is None:
        raise Stale
    unit.short_names.remove(row)
    db.session.delete(row)
    record("organisation.drop_short_name", "unit", unit.id, by=by, now=now, unit_id=unit.id, old={"name": name})


def _keep_name(unit: Unit, name: str) -> bool:
    if name == unit.name or any(short.name == name for short in unit.short_names):
        return False
    unit.short_names.append(UnitShortName(name=name))
    db.session.flush()
    return True


def _name(unit: Unit, name: str) -> None:
    unit.name = one_line(name, "name", limit=100, required=True)
    unit.pinyin, unit.initials = pinyin_of(unit.name), initials_of(unit.name)


def _place(unit: Unit, region: Region, parent: Unit | None, hosted_by: Unit | None) -> None:
    above = parent
    while above is not None:
        if above is unit or above.region_id != region.id:
            raise Invalid({"parent_id": WRONG_PARENT})
        above = above.parent
    if hosted_by is not None and (hosted_by is unit or hosted_by.region_id != region.id):
        raise Invalid({"hosted_by_id": WRONG_HOST})
    if unit.kind == UnitKind.SECTION and parent is None:
        raise Invalid({"parent_id": _l("科室必须归属一个单位。")})
    unit.parent, unit.hosted_by = parent, hosted_by


def _facts(unit: Unit) -> dict[str, object]:
    return {
        "name": unit.name,
        "kind": unit.kind,
        "parent_id": unit.parent_id,
        "hosted_by_id": unit.hosted_by_id,
        "phone": unit.phone,
    }
