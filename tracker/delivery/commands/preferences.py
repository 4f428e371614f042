"""What people ask for themselves: mail address, channels, quiet hours, the hour of the digest."""

from dataclasses import asdict, dataclass
from datetime import datetime

from tracker.audit.commands import record
from tracker.delivery import queries
from tracker.delivery.models import DeliveryPreference
from tracker.delivery.rules import DEFAULT_DIGEST_HOUR, Hours
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.kernel.text import _l
from tracker.organisation import commands as organisation
from tracker.organisation.models import Person


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody asks for. Quiet hours that begin and end alike are none."""

    mail: bool = True
    chat: bool = True
    sms: bool = True
    quiet_from: int = 0
    quiet_until: int = 0
    digest_hour: int = DEFAULT_DIGEST_HOUR


def set_preferences(wishes: Wishes, *, email: str, by: Actor, now: datetime) -> None:
    """Keep one's own wishes, within the hours of one's groups.

    What must be signed and the gravest rungs go by mail whatever is switched off; the page says so.
    """
    if by.person_id is None:
        raise NotAllowed(_l("请先登录。"))
    values = (wishes.quiet_from, wishes.quiet_until, wishes.digest_hour)
    if any(not 0 <= hour <= 23 for hour in values):
        raise Invalid({"digest_hour": _l("请从列出的选项中选择。")})
    opens, closes = queries.hours_of_groups(by)
    if not opens <= wishes.digest_hour < closes:
        sentence = _l("所在领导小组允许的时间是 %(opens)s:00 至 %(closes)s:00。", opens=opens, closes=closes)
        raise Invalid({"digest_hour": sentence})
    hours = Hours(wishes.digest_hour, wishes.quiet_from, wishes.quiet_until, opens, closes)
    if not hours.reach_anybody():
        raise Invalid({"quiet_from": _l("免打扰时段把能发消息的时间都盖住了，请缩短。")})
    row = db.session.get(DeliveryPreference, by.person_id, with_for_update=True)
    if row is None:
        row = DeliveryPreference(person_id=by.person_id, **asdict(wishes), updated_at=now)
        db.session.add(row)
        old = asdict(Wishes())
    else:
        old = {name: getattr(row, name) for name in asdict(wishes)}
        for name, value in asdict(wishes).items():
            setattr(row, name, value)
        row.updated_at, row.version = now, row.version + 1
    organisation.set_email(db.session.get_one(Person, by.person_id), email=email, by=by, now=now)
    record("delivery.set_preferences", "person", by.person_id, by=by, now=now, old=old, new=asdict(wishes))
