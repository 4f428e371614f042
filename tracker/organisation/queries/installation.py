"""Regions and installation duties within somebody's reach."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation import policy
from tracker.organisation.models import InstallationDuty, Person, Region


def regions(actor: Actor) -> Sequence[Region]:
    """The actor's region and those below it, by code."""
    return db.session.scalars(
        sa.select(Region).where(Region.id.in_(policy.regions_below(actor.region_id))).order_by(Region.code)
    ).all()


def region_by_id(actor: Actor, region_id: int) -> Region:
    """A region within the actor's reach."""
    region = db.session.scalar(
        sa.select(Region).where(Region.id == region_id, Region.id.in_(policy.regions_below(actor.region_id)))
    )
    if region is None:
        raise NotVisible
    return region


def duties(actor: Actor, *, day: date) -> Sequence[InstallationDuty]:
    """Who has an installation duty within the actor's reach, today or to come."""
    return db.session.scalars(
        sa.select(InstallationDuty)
        .join(Person)
        .where(
            Person.region_id.in_(policy.regions_below(actor.region_id)),
            sa.or_(InstallationDuty.ends_on.is_(None), InstallationDuty.ends_on >= day),
        )
        .options(contains_eager(InstallationDuty.person))
        .order_by(InstallationDuty.duty, InstallationDuty.id)
    ).all()


def duty_by_id(actor: Actor, duty_id: int) -> InstallationDuty:
    """An installation duty of somebody within the actor's reach."""
    row = db.session.scalar(
        sa.select(InstallationDuty)
        .join(Person)
        .where(InstallationDuty.id == duty_id, Person.region_id.in_(policy.regions_below(actor.region_id)))
    )
    if row is None:
        raise NotVisible
    return row
