"""Change seats by proposal (报请调整): a unit proposes, a leader decides, the office's notice carries it out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line, paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation import policy, queries
from tracker.organisation.commands.groups import check_open, finish_seat, seat
from tracker.organisation.commands.rows import DAY, ENDED, insert, lock
from tracker.organisation.models import Appointment, LeadershipGroup, Person, Post, Seat, SeatChange, SeatNotice, on_day
from tracker.organisation.notices import tell
from tracker.organisation.rules import OPEN_CHANGES, PostRank, SeatChangeState


def propose_seat_change(
    row: Seat, *, successor: Appointment, starts_on: date | None = None, reason: str, by: Actor, now: datetime
) -> SeatChange:
    """Propose who takes over a seat of a unit, with the post held there; without a date from today on.

    What the office enters from a unit's paper (代录) says so, and nobody of the unit stands as its proposer.
    """
    today = local_date(now)
    units = policy.units_of_seats([row], day=today)[row.id]
    require(policy.may_propose(by, row, units))
    check_open(row.group)
    if not policy.goes_by_proposal(row):
        raise Stale(_l("该席位不走报请调整，由办公室凭文号直接办理。"))
    lock(row)
    if row.ends_on is not None and row.ends_on < today:
        raise Stale(ENDED)
    day = starts_on or max(today, row.starts_on + DAY)
    _check_successor(row, successor, day, by=by, today=today)
    unit_id = policy.home_of(successor.post.unit)
    own = policy.may_confirm_for(by, row.group_id, unit_id)
    change = SeatChange(
        group=row.group,
        seat=row,
        unit_id=unit_id,
        person=successor.person,
        post=successor.post,
        outgoing=queries.outgoing(row, day=today),
        starts_on=day,
        reason=paragraphs(reason, "reason", limit=500, required=True),
        state=SeatChangeState.PROPOSED,
        proposed_by_id=by.person_id if own else None,
        recorded_by_id=None if own else by.person_id,
        proposed_at=now,
    )
    insert(change, field="successor", taken=_l("该席位已有报请在办。"))
    _note("propose", change, by=by, now=now, new=_facts(change))
    tell("proposed", change, [person.id for person in queries.deciders(change, day=today)], now=now)
    return change


def decide_seat_change(
    change: SeatChange,
    *,
    approve: bool,
    remark: str = "",
    signatory_id: int | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """A leader approves or refuses a proposal; what was decided on paper is entered with who signed it (纸质签批)."""
    if signatory_id is None:
        require(policy.may_decide_change(by, change))
    else:
        require(policy.may_record_decision(by, change))
        if signatory_id not in {person.id for person in queries.deciders(change, day=local_date(now))}:
            raise Invalid({"signatory": _l("请选择签批的组长、副组长。")})
    remark = paragraphs(remark, "remark", limit=500, required=not approve)
    take(change, version=version, states=[SeatChangeState.PROPOSED])
    change.state = SeatChangeState.APPROVED if approve else SeatChangeState.REFUSED
    change.decided_by_id = signatory_id or by.person_id
    change.decision_recorded_by_id = by.person_id if signatory_id is not None else None
    change.decided_at, change.remark = now, remark
    new = {"decided_by_id": change.decided_by_id, "on_paper": signatory_id is not None, "remark": remark}
    _note("approve" if approve else "refuse", change, by=by, now=now, new=new)
    told = queries.people_of_unit(change, day=local_date(now))
    if approve:
        told |= set(queries.office_people(change.group_id, day=local_date(now)))
    tell(change.state, change, told, now=now)


def withdraw_seat_change(change: SeatChange, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """A proposal is taken back before the notice, with the reason; the seat stays as it is."""
    require(policy.may_withdraw(by, change))
    remark = paragraphs(remark, "remark", limit=500, required=True)
    take(change, version=version, states=OPEN_CHANGES)
    old = {"state": change.state}
    change.state, change.remark = SeatChangeState.WITHDRAWN, remark
    _note("withdraw", change, by=by, now=now, old=old, new={"remark": remark})
    today = local_date(now)
    told = queries.people_of_unit(change, day=today) | set(queries.office_people(change.group_id, day=today))
    tell("withdrawn", change, told - {by.person_id or 0}, now=now)


def issue_seat_notice(
    group: LeadershipGroup,
    *,
    changes: Sequence[SeatChange],
    document_number: str,
    issued_on: date | None = None,
    by: Actor,
    now: datetime,
) -> SeatNotice:
    """Issue the notice (调整通知) of approved changes: the seats pass on with its number, all of them or none.

    No seat passes on before the date of the notice, even where the unit proposed an earlier day.
    """
    require(policy.may_keep_group(by, group))
    check_open(group)
    day = issued_on or local_date(now)
    _check_notice(changes, day, today=local_date(now))
    notice = SeatNotice(
        group=group,
        document_number=one_line(document_number, "document_number", limit=100, required=True),
        issued_on=day,
        issued_by_id=by.person_id,
        issued_at=now,
    )
    insert(notice, field="document_number", taken=_l("该文号的调整通知已经登记。"))
    for change in changes:
        _carry_out(change, notice, by=by, now=now)
    new = {
        "document_number": notice.document_number,
        "issued_on": day,
        "seat_change_ids": [change.id for change in changes],
    }
    record("organisation.issue_seat_notice", "group", group.id, by=by, now=now, group_id=group.id, new=new)
    return notice


def _check_successor(row: Seat, successor: Appointment, day: date, *, by: Actor, today: date) -> None:
    if successor.id not in {known.id for known in queries.successors(by, row, day=today)}:
        raise Invalid({"successor": _l("请选择该席位所在单位的在任人员。")})
    if successor.person in queries.sitting(row, day=today):
        raise Invalid({"successor": _l("此人现在就在该席位。")})
    if day <= row.starts_on:
        raise Invalid({"starts_on": _l("应晚于现席位的起始日期。")})
    if not _holds(successor.person, successor.post, day):
        raise Invalid({"successor": _not_in_office(successor.person, successor.post)})


def _holds(person: Person, post: Post, day: date) -> bool:
    held = sa.select(Appointment.id).where(Appointment.person_id == person.id, Appointment.post_id == post.id)
    return bool(db.session.scalar(held.where(on_day(Appointment, day)).limit(1)))


def _not_in_office(person: Person, post: Post) -> object:
    return _l("%(name)s到席位起始日不在%(post)s任上。", name=person.name, post=f"{post.unit.name}{post.title}")


def _check_notice(changes: Sequence[SeatChange], day: date, *, today: date) -> None:
    if not changes:
        raise Invalid({"change_ids": _l("请至少选择一项已批准的调整。")})
    approved = [local_date(change.decided_at) for change in changes if change.decided_at is not None]
    if day > today or any(day < approval for approval in approved):
        raise Invalid({"issued_on": _l("发文日期不早于批准之日，不晚于今天。")})


def _carry_out(change: SeatChange, notice: SeatNotice, *, by: Actor, now: datetime) -> None:
    """One seat passes on: its row ends, another in its place begins with the number of the notice.

    A post of a head has one holder, so the seat stays the post's; of other posts it is given by name.
    """
    take(change, states=[SeatChangeState.APPROVED])
    begin = max(change.starts_on, notice.issued_on)
    if not _holds(change.person, change.post, begin):
        raise Invalid({"change_ids": _not_in_office(change.person, change.post)})
    finish_seat(change.seat, last_day=begin - DAY, by=by, now=now)
    by_post = change.post.rank is PostRank.HEAD
    seat(
        change.group,
        role=change.seat.role,
        post=change.post if by_post else None,
        person=None if by_post else change.person,
        title=f"{change.post.unit.name}{change.post.title}",
        position=change.seat.position,
        starts_on=begin,
        instrument=notice.document_number,
        by=by,
        now=now,
    )
    change.state, change.notice = SeatChangeState.ISSUED, notice
    _note("issue", change, by=by, now=now, new={"starts_on": begin, "instrument": notice.document_number})
    tell("issued", change, queries.people_of_unit(change, day=local_date(now)), now=now)


def _facts(change: SeatChange) -> dict[str, object]:
    return {
        "seat_id": change.seat_id,
        "person_id": change.person_id,
        "post_id": change.post_id,
        "starts_on": change.starts_on,
        "reason": change.reason,
        "recorded_by_id": change.recorded_by_id,
    }


def _note(
    act: str,
    change: SeatChange,
    *,
    by: Actor,
    now: datetime,
    old: Mapping[str, object] | None = None,
    new: Mapping[str, object],
) -> None:
    record(
        f"organisation.{act}_seat_change",
        "seat_change",
        change.id,
        by=by,
        now=now,
        group_id=change.group_id,
        unit_id=change.unit_id,
        old=old,
        new=new,
    )
