"""Give and end what people do for the installation."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation import policy
from tracker.organisation.commands.rows import DAY, end, lies_within, lock, overlapping
from tracker.organisation.models import InstallationDuty, Person
from tracker.organisation.rules import DUTIES_APART, DutyKind


def grant_duty(
    person: Person, *, duty: DutyKind, starts_on: date | None = None, by: Actor, now: datetime
) -> InstallationDuty:
    """Give somebody an installation duty. Who keeps the accounts cannot audit them as well."""
    require(policy.may_grant_duty(by, person))
    day = starts_on or local_date(now)
    lock(person)
    held = set(
        db.session.scalars(
            sa.select(InstallationDuty.duty).where(
                InstallationDuty.person_id == person.id, overlapping(InstallationDuty, day)
            )
        )
    )
    if duty in held:
        raise Invalid({"duty": _l("此人已担任该职责。")})
    if any(apart <= held | {duty} for apart in DUTIES_APART):
        raise Invalid({"duty": _l("系统管理员和审计员不能由同一人担任。")})
    row = InstallationDuty(person=person, duty=duty, starts_on=day)
    db.session.add(row)
    db.session.flush()
    record("organisation.grant_duty", "person", person.id, by=by, now=now, new={"duty": duty, "starts_on": day})
    return row


def end_duty(row: InstallationDuty, *, last_day: date | None = None, by: Actor, now: datetime) -> None:
    """End an installation duty; its last day is yesterday unless said otherwise. The last administrator stays."""
    require(policy.may_end_duty(by, row.person))
    last = last_day or local_date(now) - DAY
    person_id, duty, starts_on = row.person_id, row.duty, row.starts_on
    if duty == DutyKind.SYSTEM_ADMINISTRATOR and not _another_administrator(row, last + DAY):
        raise Stale(_l("这是最后一名系统管理员，请先指定另一名。"))
    end(row, last_day=last)
    record(
        "organisation.end_duty",
        "person",
        person_id,
        by=by,
        now=now,
        old={"duty": duty, "starts_on": starts_on},
        new={"ends_on": last},
    )


def _another_administrator(row: InstallationDuty, day: date) -> bool:
    """Whether somebody else keeps the accounts of the same region from a day on, for good.

    All administrators' rows are held meanwhile: of two who leave at once, one is refused.
    """
    others = db.session.scalars(
        sa.select(InstallationDuty)
        .where(
            InstallationDuty.duty == DutyKind.SYSTEM_ADMINISTRATOR,
            InstallationDuty.ends_on.is_(None),
            InstallationDuty.starts_on <= day,
        )
        .order_by(InstallationDuty.id)
        .with_for_update()
    ).all()
    return any(
        other.person_id != row.person_id and lies_within(row.person.region, other.person.region) for other in others
    )
