"""Who hears of a supervision notice: who signs it off, the unit that it is addressed to, who checks the answer."""

from collections.abc import Iterable
from datetime import datetime

from tracker.kernel.clock import local_date
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.organisation.queries import contacts, seat_holders, units_by_person
from tracker.organisation.rules import LEADERS, OFFICE_DIRECTORS, ContactRole
from tracker.outbox.commands import enqueue, settle
from tracker.oversight import policy
from tracker.oversight.models import SupervisionNotice
from tracker.tasks import policy as tasks

URGENCY = 2
"""As urgent as what the ladder says a week after the date."""


def _message(words: object, icon: str, *, late: bool = False) -> Message:
    return Message(words, "oversight.notice", "supervision_notice_id", icon, late=late)


MESSAGES = {
    "notice.proposed": _message(_l("督办通知单待签发：%(title)s（%(unit)s）"), "signature"),
    "notice.sent_back": _message(_l("督办通知单被退回修改：%(title)s"), "arrow-back-up"),
    "notice.issued": _message(_l("收到督办通知单 %(number)s，请签收：%(title)s"), "rubber-stamp"),
    "notice.withdrawn": _message(_l("督办通知单 %(number)s 已撤回：%(title)s"), "arrow-back-up"),
    "notice.reply_drafted": _message(_l("督办通知单 %(number)s 的回执待您确认：%(title)s"), "pencil"),
    "notice.replied": _message(_l("督办回执待审：%(number)s %(title)s（%(unit)s）"), "checks"),
    "notice.returned": _message(_l("督办回执被退回，请重报：%(number)s %(title)s"), "arrow-back-up"),
    "notice.accepted": _message(_l("督办回执已审核通过：%(number)s %(title)s"), "circle-check"),
    "notice.late": _message(_l("督办回执已超过办理时限：%(number)s %(title)s"), "alert-triangle", late=True),
}


def tell_signers(notice: SupervisionNotice, *, now: datetime) -> None:
    """Tell who signs off that a notice waits: the office's directors, without any the leaders."""
    day = local_date(now)
    directors = seat_holders(notice.group_id, day=day, roles=OFFICE_DIRECTORS)
    _tell("notice.proposed", notice, directors or seat_holders(notice.group_id, day=day, roles=LEADERS), now=now)


def tell_drafter(notice: SupervisionNotice, *, now: datetime) -> None:
    """Tell who put a notice up that it came back."""
    people = [notice.proposed_by_id] if notice.proposed_by_id is not None else []
    _tell("notice.sent_back", notice, people, now=now)


def tell_unit(kind: str, notice: SupervisionNotice, *, now: datetime) -> None:
    """Tell the unit's head, deputy in charge and liaison."""
    day = local_date(now)
    people = tasks.confirmers(notice.group_id, notice.unit_id, day=day)
    others = contacts(notice.group_id, notice.unit_id, day=day, roles=tuple(ContactRole))
    _tell(kind, notice, people | set(others), now=now)


def tell_heads(notice: SupervisionNotice, *, now: datetime) -> None:
    """Tell head and deputy in charge that their liaison has drafted an answer."""
    people = tasks.confirmers(notice.group_id, notice.unit_id, day=local_date(now))
    _tell("notice.reply_drafted", notice, people, now=now)


def tell_checkers(notice: SupervisionNotice, *, now: datetime) -> None:
    """Tell who checks the answer: the side that drafted and the supervisors; where all do the work, the leaders."""
    day = local_date(now)
    working = set(seat_holders(notice.group_id, day=day, roles=policy.checking_roles(notice) - LEADERS))
    leading = set(seat_holders(notice.group_id, day=day, roles=LEADERS))
    able = _outside(notice, working | leading, now=now)
    _tell("notice.replied", notice, able & working or able & leading, now=now)


def _outside(notice: SupervisionNotice, people: set[int], *, now: datetime) -> set[int]:
    """Those of some people who do not belong to what the notice is about."""
    day = local_date(now)
    units = units_by_person(sorted(people), day=day)
    if notice.task is not None:
        return set(tasks.able_to_verify(notice.task, units, day=day))
    return {person for person in people if notice.unit_id not in units[person]}


def _tell(kind: str, notice: SupervisionNotice, people: Iterable[int], *, now: datetime) -> None:
    enqueue(
        kind,
        people,
        subject=("notice", notice.id),
        params={"title": notice.matter, "unit": notice.unit.name, "number": notice.document_number},
        key=f"{kind}:{notice.id}:{notice.version}",
        now=now,
        group_id=notice.group_id,
        urgency=URGENCY,
    )


def settle_notice(notice: SupervisionNotice, *, now: datetime) -> None:
    """A step is done with: what was still unread about it no longer asks for attention."""
    settle(("notice", notice.id), now=now)
