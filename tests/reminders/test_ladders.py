"""A group's own ladder: versions that are never changed, limits with their sentences, pages with a preview."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, TODAY
from tests.reminders.worlds import running_task
from tests.tasks.pages.acting import ClientAs
from tests.tasks.stories import refuses
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation.models import Seat
from tracker.organisation.rules import SeatRole
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel
from tracker.oversight.models import Flag, SupervisionNotice, Urge
from tracker.reminders import commands
from tracker.reminders.models import LadderPolicy, Reminder
from tracker.reminders.queries.ladders import ladder_of, ladders_of
from tracker.reminders.queries.preview import preview
from tracker.reminders.rules import (
    DEADLINE_LADDER,
    DEFAULTS,
    LATEST,
    MOST_REPEATS,
    MOST_RUNGS,
    Audience,
    Effect,
    Ladder,
    LadderKind,
    ReminderState,
    Rung,
    faults,
    made_up,
    new_warnings,
    steps_of,
)
from tracker.reminders.sweep import sweep

D = LadderKind.DEADLINE
OWN = (
    Rung(-3, (Audience.LIAISON,)),
    Rung(1, (Audience.UNIT_HEAD,), Effect.URGE, (Channel.MAIL, Channel.SMS), repeat_every=2, repeat_times=2),
    Rung(8, (Audience.LEADER,), Effect.YELLOW, ()),
)


def _change(cast: Cast, *rungs: Rung, version: int = 0, by: str = "office_director") -> LadderPolicy:
    with write_transaction():
        return commands.change_ladder(
            cast.group(), D, rungs, reason="按区里要求", version=version, by=cast.actor(by), now=NOW
        )


def _sweep(day: date = TODAY) -> dict[str, int]:
    now = NOW + (day - TODAY)
    return sweep(now=now, pause=lambda _seconds: None)


def test_a_change_is_a_new_version_and_what_was_told_keeps_its_own(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=TODAY)
    _sweep()
    assert _change(cast, *OWN).version == 1
    assert _change(cast, *OWN[:2], version=1).version == 2
    assert ladder_of(cast.group_ids["g1"], D).rungs == OWN[:2]
    _sweep(TODAY + timedelta(days=1))
    told = session.execute(
        sa.select(Reminder.rung, Reminder.policy_version)
        .where(Reminder.state == ReminderState.ACTIVE)
        .order_by(Reminder.id)
    ).all()
    assert [tuple(row) for row in told] == [(0, 0), (1, 2)]
    assert ladder_of(cast.group_ids["g2"], D).rungs == DEADLINE_LADDER
    both = ladders_of([cast.group_ids["g1"], cast.group_ids["g2"]], D)
    assert [ladder.version for ladder in both.values()] == [2, 0]


def test_of_two_who_change_at_once_the_second_is_told(cast: Cast) -> None:
    _change(cast, *OWN)
    with pytest.raises(Stale):
        _change(cast, *OWN[:1])


@pytest.mark.parametrize("name", ["office_clerk", "supervisor", "leader", "finance_head", "g2_office_director"])
def test_only_the_director_of_the_groups_office_changes_it(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        _change(cast, *OWN, by=name)
    with write_transaction(), pytest.raises(NotAllowed):
        commands.restore_ladder(cast.group(), D, version=0, by=cast.actor(name), now=NOW)


def test_the_defaults_come_back_as_a_version_of_their_own(cast: Cast) -> None:
    _change(cast, *OWN)
    with write_transaction():
        commands.restore_ladder(cast.group(), D, version=1, by=cast.actor("office_director"), now=NOW)
    found = ladder_of(cast.group_ids["g1"], D)
    assert (found.version, found.rungs) == (2, DEADLINE_LADDER)


def test_an_archived_group_changes_nothing(cast: Cast) -> None:
    with write_transaction():
        cast.group().ended_on = TODAY
    with pytest.raises(Stale):
        _change(cast, *OWN)


HEAD = (Audience.UNIT_HEAD,)


@pytest.mark.parametrize(
    ("rungs", "sentence"),
    [
        ((), "至少要有一级提醒。"),
        (tuple(Rung(n, HEAD) for n in range(MOST_RUNGS + 1)), "最多 12 级提醒。"),
        ((Rung(1, HEAD), Rung(1, HEAD)), "第 1 个工作日已有一级提醒。"),
        ((Rung(3, HEAD), Rung(1, HEAD)), "请按工作日从早到晚排列。"),
        ((Rung(1, ()),), "请至少选择一类接收人。"),
        ((Rung(1, (Audience.SIGNATORY,)),), "签署人不能作为这里的接收人。"),
        ((Rung(0, HEAD, Effect.YELLOW),), "催办、预警和督办通知单只能从逾期后第 1 个工作日起。"),
        ((Rung(LATEST + 1, HEAD),), "请填写 -60 到 120 之间的工作日数。"),
        ((Rung(-61, HEAD),), "请填写 -60 到 120 之间的工作日数。"),
        ((Rung(115, HEAD, repeat_every=3, repeat_times=2),), "重复提醒最晚到时限后 120 个工作日。"),
        ((Rung(1, HEAD, repeat_every=2),), "请填写最多重复几次。"),
        ((Rung(1, HEAD, repeat_times=2),), "请填写每隔几个工作日重复。"),
        ((Rung(1, HEAD, repeat_every=-1, repeat_times=2),), "重复的间隔和次数不能是负数。"),
        ((Rung(1, HEAD, repeat_every=1, repeat_times=MOST_REPEATS + 1),), "最多重复 20 次。"),
        ((Rung(-2, HEAD, repeat_every=1, repeat_times=3),), "时限前的提醒只能重复到时限当天。"),
    ],
)
def test_what_cannot_be_a_ladder_is_refused_with_its_sentence(
    cast: Cast, rungs: tuple[Rung, ...], sentence: str
) -> None:
    assert sentence in {str(said) for _place, said in faults(D, rungs)}
    with pytest.raises(Invalid):
        _change(cast, *rungs)
    assert ladder_of(cast.group_ids["g1"], D).version == 0


@pytest.mark.parametrize("kind", LadderKind)
def test_the_defaults_are_ladders_that_could_be_kept(kind: LadderKind) -> None:
    assert faults(kind, DEFAULTS[kind]) == []


@pytest.mark.parametrize("kind", [LadderKind.LETTER, LadderKind.OFFICE])
def test_letters_and_the_offices_duties_make_lists_and_never_flags(kind: LadderKind) -> None:
    said = faults(kind, (Rung(1, (Audience.OFFICE,), Effect.YELLOW),))
    assert [str(sentence) for _place, sentence in said] == ["这里的提醒只作电话清单，不产生预警和督办通知单。"]


def test_repeats_end_where_the_next_rung_begins() -> None:
    assert [(step.offset, step.repeat) for step in steps_of(OWN)] == [(-3, 0), (1, 0), (3, 1), (5, 2), (8, 0)]
    short = (Rung(1, HEAD, repeat_every=2, repeat_times=5), Rung(4, HEAD))
    assert [step.offset for step in steps_of(short)] == [1, 3, 4]


def test_a_rung_is_told_again_while_no_higher_one_is_reached(cast: Cast, session: Session) -> None:
    _change(cast, *OWN)
    with write_transaction():
        running_task(cast, due_on=TODAY)
    for ahead in range(9):
        _sweep(TODAY + timedelta(days=ahead))
    rows = session.execute(
        sa.select(Reminder.repeat, Reminder.scheduled_for).where(Reminder.rung == 1).order_by(Reminder.repeat)
    ).all()
    assert [tuple(row) for row in rows] == [
        (0, date(2026, 3, 19)),
        (1, date(2026, 3, 23)),
        (2, date(2026, 3, 25)),
    ]
    assert session.scalar(sa.select(sa.func.count()).select_from(Urge)) == 1


def test_messages_carry_the_rungs_ways_and_urgency(cast: Cast, session: Session) -> None:
    _change(cast, *OWN)
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 17))
        running_task(cast, due_on=date(2026, 3, 5))
    _sweep()
    found = session.execute(
        sa.select(InboxItem.channels, InboxItem.urgency).where(InboxItem.kind == "reminder.late")
    ).all()
    assert sorted(tuple(row) for row in found) == [("", 2), ("mail,sms", 1)]


def test_each_effect_is_carried_out_once(cast: Cast, session: Session) -> None:
    with write_transaction():
        for day in (date(2026, 3, 17), date(2026, 3, 13), date(2026, 3, 9), date(2026, 2, 24)):
            running_task(cast, due_on=day)
    for _again in range(2):
        _sweep()
    assert _happened(session) == (1, 2, ["red", "yellow", "yellow"])


def _happened(session: Session) -> tuple[int, int, list[str]]:
    """Urges, drafts of notices, and warnings by colour."""
    urges, drafts = (
        session.scalar(sa.select(sa.func.count()).select_from(model)) or 0 for model in (Urge, SupervisionNotice)
    )
    colours = [colour.value for colour in session.scalars(sa.select(Flag.colour).order_by(Flag.colour))]
    session.rollback()
    return urges, drafts, colours


@pytest.mark.parametrize(
    ("due_on", "happened"),
    [
        (date(2026, 3, 11), (0, 0, ["yellow"])),  # on the fifth day of lateness
        (date(2026, 3, 9), (0, 1, ["yellow"])),  # on the seventh: a draft, and the warning that was missed
        (date(2026, 2, 24), (0, 1, ["red"])),  # on the sixteenth: of two warnings the graver
    ],
)
def test_an_outage_costs_messages_but_neither_warnings_nor_drafts(
    cast: Cast, session: Session, due_on: date, happened: tuple[int, int, list[str]]
) -> None:
    with write_transaction():
        running_task(cast, due_on=due_on)
    for _again in range(2):
        _sweep()
        assert _happened(session) == happened


def test_the_first_sweep_on_a_repeat_warns_too(cast: Cast, session: Session) -> None:
    _change(cast, replace(DEADLINE_LADDER[-1], repeat_every=1, repeat_times=9))
    with write_transaction():
        db.session.execute(sa.update(LadderPolicy).values(made_at=NOW - timedelta(days=90)))
        running_task(cast, due_on=date(2026, 2, 10))
    _sweep()
    assert _happened(session) == (0, 0, ["red"])


def test_a_rung_that_is_new_warns_of_nothing_that_had_passed_it(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 13))
        running_task(cast, due_on=date(2026, 3, 16))
    _change(cast, *OWN[:1], Rung(2, (Audience.LEADER,), Effect.YELLOW), Rung(4, (Audience.OFFICE,)))
    _sweep(date(2026, 3, 20))
    assert _happened(session) == (0, 0, ["yellow"])
    assert session.scalars(sa.select(Flag.due_on)).one() == date(2026, 3, 16)


def test_a_rung_that_is_new_tells_of_what_had_passed_it_and_warns_only_from_its_day_on(
    cast: Cast, session: Session
) -> None:
    """A group that takes ten days for fifteen holds nobody to it who was late by more already."""
    with write_transaction():
        for due_on in (date(2026, 3, 2), date(2026, 3, 4)):
            running_task(cast, due_on=due_on)
    _change(cast, Rung(10, (Audience.LEADER,), Effect.RED))
    assert _sweep()["reminders"] == 2
    assert session.scalars(sa.select(Flag.due_on)).one() == date(2026, 3, 4)


def test_a_change_of_another_rung_takes_no_warning_away(cast: Cast, session: Session) -> None:
    """Reached on Monday while nobody swept; on Wednesday the ladder is changed where it has no warning."""
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 11))
    _change(cast, replace(DEADLINE_LADDER[0], offset=-5), *DEADLINE_LADDER[1:])
    _sweep()
    assert _happened(session) == (0, 0, ["yellow"])


BEFORE, CHANGED, NOW_SO = (
    Ladder(D, DEADLINE_LADDER),
    Ladder(D, (Rung(3, (Audience.LEADER,), Effect.RED), Rung(9, (Audience.OFFICE,))), 1, date(2026, 3, 2)),
    Ladder(
        D,
        (
            Rung(3, (Audience.OFFICE,), Effect.RED),
            Rung(9, (Audience.OFFICE,), Effect.YELLOW),
            Rung(15, (Audience.LEADER,), Effect.RED),
        ),
        2,
        date(2026, 3, 9),
    ),
)


@pytest.mark.parametrize(
    ("history", "new"),
    [
        ((BEFORE,), ()),
        ((CHANGED, BEFORE), ((3, date(2026, 3, 2)),)),
        ((NOW_SO, CHANGED, BEFORE), ((3, date(2026, 3, 2)), (9, date(2026, 3, 9)), (15, date(2026, 3, 9)))),
    ],
    ids=["defaults", "another colour", "kept, new, and back again"],
)
def test_since_when_a_ladder_warns(history: Sequence[Ladder], new: tuple[tuple[int, date], ...]) -> None:
    assert new_warnings(history) == new
    assert replace(history[0], warnings=new).warns_since(Rung(99, ())) == date.min


YELLOW, NOTICE, RED, LATER_RED = (
    Rung(3, (Audience.LEADER,), Effect.YELLOW),
    Rung(7, (Audience.LEADER,), Effect.NOTICE),
    Rung(15, (Audience.LEADER,), Effect.RED),
    Rung(20, (Audience.LEADER,), Effect.RED),
)


@pytest.mark.parametrize(
    ("missed", "then", "made"),
    [
        ((Rung(1, (Audience.LIAISON,), Effect.URGE),), Effect.NONE, ()),
        ((YELLOW,), Effect.NONE, (YELLOW,)),
        ((YELLOW,), Effect.NOTICE, (YELLOW,)),
        ((YELLOW, NOTICE), Effect.URGE, (NOTICE, YELLOW)),
        ((NOTICE,), Effect.NOTICE, ()),
        ((YELLOW, NOTICE), Effect.RED, (NOTICE,)),
        ((YELLOW, RED), Effect.NONE, (RED,)),
        ((RED, LATER_RED), Effect.NONE, (LATER_RED,)),
        ((replace(RED, offset=2), YELLOW), Effect.NONE, (replace(RED, offset=2),)),
        ((RED,), Effect.YELLOW, (RED,)),
        ((YELLOW,), Effect.YELLOW, ()),
    ],
)
def test_what_is_made_up_for(missed: tuple[Rung, ...], then: Effect, made: tuple[Rung, ...]) -> None:
    assert tuple(made_up(missed, then=then)) == made


def test_an_empty_post_shows_who_heard_instead(cast: Cast, session: Session, client_as: ClientAs) -> None:
    with write_transaction():
        task_id = running_task(cast, due_on=TODAY, unit="construction").id
    _sweep()
    row = session.scalars(sa.select(Reminder).where(Reminder.state == ReminderState.ACTIVE)).one()
    assert (row.audience, row.instead_of) == (Audience.UNIT_HEAD, Audience.LIAISON)
    session.rollback()
    assert "联络员缺位，由章立新代收" in client_as("office_clerk").get(f"/tasks/{task_id}").text
    assert "联络员缺位，由章立新代收" in client_as("construction_head").get(f"/tasks/{task_id}").text


@pytest.mark.parametrize("led", [False, True])
def test_a_rung_shows_that_no_leader_was_named(cast: Cast, session: Session, client_as: ClientAs, led: bool) -> None:
    with write_transaction():
        parts = (("town", date(2026, 3, 9)),)
        task = running_task(cast, due_on=date(2026, 3, 9), milestones=[date(2026, 3, 6)], parts=parts)
        seat = sa.select(Seat.id).where(Seat.group_id == task.group_id, Seat.role == SeatRole.DEPUTY_LEADER)
        task.leader_seat_id = session.scalars(seat).one() if led else None
        task_id = task.id
    _sweep()
    page = client_as("supervisor").get(f"/tasks/{task_id}").text
    # The rung of the seventh day for the task, the milestone and the part.
    assert page.count("未指定牵头领导") == (0 if led else 3)
    assert ("未指定牵头领导" in client_as("supervisor").get(f"/groups/{cast.group_ids['g1']}/review").text) is not led


def test_the_preview_says_that_nobody_is_told_for_a_leader_who_was_not_named(cast: Cast, client_as: ClientAs) -> None:
    address = f"/groups/{cast.group_ids['g1']}/ladders/deadline?due_on=2026-05-01"
    said = "牵头领导（按各项确定，未指定的不提醒）"
    assert said in client_as("supervisor").get(address).text
    _change(cast, Rung(7, (Audience.LEADER_IN_CHARGE,)))
    page = client_as("supervisor").get(address).text
    assert said not in page
    assert "牵头领导（按各项确定）" in page


def test_an_owner_who_left_is_stood_in_for(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=TODAY, unit="construction", owner="water_head")
    _sweep()
    row = session.scalars(sa.select(Reminder).where(Reminder.state == ReminderState.ACTIVE)).one()
    assert row.recipient_id == cast.person_ids["construction_head"]


def test_the_preview_names_real_people_on_real_days(cast: Cast, session: Session) -> None:
    lines = preview(cast.group(), D, DEADLINE_LADDER, due_on=TODAY, unit=cast.unit("construction"), today=TODAY)
    people = {line.step.offset: found for line in lines for _kinds, found in line.people}
    told = {line.step.offset: (line.day, {one.name for one in people[line.step.offset]}) for line in lines}
    assert told[0] == (TODAY, {"章立新"})
    assert told[1] == (date(2026, 3, 19), {"章立新"})
    assert told[15][1] == {"罗正川", "卫守成"}
    assert [line.day for line in lines] == sorted(line.day for line in lines)
    assert people[lines[0].step.offset][0].instead_of is Audience.LIAISON
    assert list(lines[0].open) == [Audience.OWNER]


def _form(*rungs: Mapping[str, object], **more: object) -> dict[str, object]:
    said: dict[str, object] = {"version": "0", "reason": "", **more}
    for place, rung in enumerate(rungs):
        said |= {f"rungs-{place}-{name}": value for name, value in {"effect": "none", **rung}.items()}
    return said


def test_the_director_changes_a_ladder_on_its_page(cast: Cast, client_as: ClientAs) -> None:
    director, address = client_as("office_director"), f"/groups/{cast.group_ids['g1']}/ladders/deadline"
    assert "默认规则，没有修改过" in director.get(address).text
    page = director.get(f"{address}/edit")
    assert page.status_code == 200
    later, early = {"offset": "5", "audience": "leader"}, {"offset": "-2", "audience": "liaison", "channels": "chat"}
    shown = director.post(f"{address}/edit", data=_form(later, early, {"offset": ""}, preview="1"))
    assert shown.status_code == 200
    assert "预览，尚未保存" in shown.text
    assert ladder_of(cast.group_ids["g1"], D).version == 0
    twice = director.post(f"{address}/edit", data=_form(later, later))
    assert twice.status_code == 422
    assert "第 5 个工作日已有一级提醒。" in twice.text
    assert director.post(f"{address}/edit", data=_form({"offset": "很多", "audience": "leader"})).status_code == 422
    assert director.post(f"{address}/edit", data=_form()).status_code == 422
    assert director.post(f"{address}/edit", data=_form(later, early)).status_code == 302
    assert [rung.offset for rung in ladder_of(cast.group_ids["g1"], D).rungs] == [-2, 5]
    assert "第 1 版" in director.get(address).text
    assert director.post(f"{address}/restore", data={"version": "1"}).status_code == 302
    assert ladder_of(cast.group_ids["g1"], D).rungs == DEADLINE_LADDER


@pytest.mark.parametrize(
    "wrong",
    [{"repeat_every": "9999", "repeat_times": "9999"}, {"offset": "9999", "effect": "yellow"}, {"offset": "-61"}],
)
def test_what_cannot_be_a_ladder_is_said_before_it_is_previewed(
    cast: Cast, client_as: ClientAs, wrong: Mapping[str, object]
) -> None:
    """Days that lie thousands of years ahead no calendar has."""
    address = f"/groups/{cast.group_ids['g1']}/ladders/deadline/edit"
    rung = {"offset": "1", "audience": "leader", **wrong}
    client = client_as("office_director")
    refused = client.post(address, data=_form(rung, preview="1"))
    assert refused.status_code == 422
    assert "is-invalid" in refused.text or "z-errors" in refused.text or "aria-invalid" in refused.text
    assert "预览，尚未保存" not in refused.text
    assert "预览，尚未保存" in client.post(address, data=_form({"offset": "1", "audience": "leader"}, preview="1")).text


def test_others_who_watch_over_the_group_read_it(cast: Cast, client_as: ClientAs) -> None:
    group_id = cast.group_ids["g1"]
    for kind in LadderKind:
        page = client_as("supervisor").get(f"/groups/{group_id}/ladders/{kind.value}?due_on=2026-05-01")
        assert page.status_code == 200
        assert "提醒规则由办公室主任、副主任修改。" in page.text
    assert client_as("supervisor").get(f"/groups/{group_id}/ladders/nothing").status_code == 404
    assert client_as("supervisor").get("/ladders").status_code == 302
    assert client_as("finance_head").get(f"/groups/{group_id}/ladders/deadline").status_code == 403
    with refuses(Invalid, "rungs"):
        _change(cast)
