"""Messages that went out in the story, and some that did not: by an invented mail server and an invented robot.

Everything is written by the product's own courier; only the line out of the house is played, and both endpoints are
disabled before the story ends. Nothing ever leaves.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from tracker.delivery import endpoints
from tracker.delivery.claiming import Claim
from tracker.delivery.commands import disable_endpoint
from tracker.delivery.courier import Courier
from tracker.delivery.models import ChannelEndpoint
from tracker.delivery.rules import CHANNEL_OF, Encryption, EndpointKind, Outcome
from tracker.delivery.senders import Answer, Letter, Sender
from tracker.demo.stage import Stage
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.organisation.commands import set_email
from tracker.organisation.models import LeadershipGroup, Person

MAILBOXES = {
    "傅明谦": "fu.mingqian",
    "乐知秋": "le.zhiqiu",
    "梅长青": "mei.changqing",
    "鲍思远": "bao.siyuan",
    "席慕白": "xi.mubai",
    "麻晓舟": "ma.xiaozhou",
    "连翘": "lian.qiao",
    "谷雨生": "gu.yusheng",
}
"""Who of the story has a mailbox; the domain is one that can never exist."""
DOMAIN = "qinglan.example"
ANSWERS: Mapping[str, Answer] = {
    "连翘": Answer(Outcome.PERMANENT, "550"),
    "谷雨生": Answer(Outcome.UNKNOWN, "timeout"),
}
"""What the played line answers about whom; about all others that it took the message."""
REASON = "演示数据：渠道为虚构，不向外发送"


@dataclass
class _Line:
    """Where a connection would be."""

    code: str

    def send(self, letter: Letter) -> Answer:
        return ANSWERS.get(letter.name, Answer(Outcome.DELIVERED, self.code))


class _PlayedCourier(Courier):
    """The product's courier, in front of a painted door."""

    @contextmanager
    def _line(self, endpoint: ChannelEndpoint) -> Iterator[Sender]:
        yield _Line("250" if endpoint.kind is EndpointKind.MAIL else "0")

    def _log(self, claim: Claim, answer: Answer, *, marked: bool) -> None:
        """Nothing left the house, so the log says nothing of it."""


def deliver(stage: Stage, *, group_id: int) -> None:
    """One morning's digests: mail for everybody with a mailbox, and the robot of one group."""
    with write_transaction() as session:
        for person in session.scalars(sa.select(Person).where(Person.name.in_(sorted(MAILBOXES)))):
            set_email(person, email=f"{MAILBOXES[person.name]}@{DOMAIN}", by=SYSTEM, now=stage.now)
        ids = [endpoint.id for endpoint in _endpoints(stage, group_id)]
    _PlayedCourier("演示", lambda: stage.now, chance=float).work()
    with write_transaction() as session:
        for endpoint_id in ids:
            endpoint = session.get_one(ChannelEndpoint, endpoint_id)
            disable_endpoint(endpoint, reason=REASON, version=endpoint.version, by=SYSTEM, now=stage.now)


def _endpoints(stage: Stage, group_id: int) -> list[ChannelEndpoint]:
    """Written as rows: the command asks the operator's list of what may be called, which has no invented address."""
    group = db.session.get_one(LeadershipGroup, group_id)
    mail = _endpoint(stage, EndpointKind.MAIL, None, name="区电子政务外网邮件服务器", host=f"smtp.{DOMAIN}", port=587)
    mail.encryption, mail.login, mail.sender = Encryption.STARTTLS, "zeren", f"zeren@{DOMAIN}"
    robot = _endpoint(stage, EndpointKind.WECOM, group.id, name="老旧小区改造工作群", host=f"chat.{DOMAIN}", port=443)
    db.session.add_all([mail, robot])
    db.session.flush()
    mail.secret = endpoints.hidden(mail.id, {"password": "invented"})
    robot.secret = endpoints.hidden(robot.id, {"url": f"https://chat.{DOMAIN}/hook", "key": ""})
    return [mail, robot]


def _endpoint(
    stage: Stage, kind: EndpointKind, group_id: int | None, *, name: str, host: str, port: int
) -> ChannelEndpoint:
    return ChannelEndpoint(
        kind=kind,
        channel=CHANNEL_OF[kind],
        group_id=group_id,
        name=name,
        host=host,
        port=port,
        created_at=stage.now,
    )
