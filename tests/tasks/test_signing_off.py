"""Proposing and signing off (送审、签发): in batches, under a name and a number, only what somebody could verify."""

from datetime import date
from hashlib import sha256

import pytest
import sqlalchemy as sa

from tests.cast import FOUNDED, NOW, PEOPLE, TODAY, Cast
from tests.factories import make_person
from tests.tasks.stories import (
    a_file,
    act,
    acts_of,
    again,
    cancelled,
    completed,
    day,
    draft,
    inbox,
    issue,
    issued,
    propose,
    refuses,
    submitted,
)
from tracker.accounts.identity import actor_of_person
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment, Seat
from tracker.organisation.rules import PostRank, SeatRole
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, PaperRoad
from tracker.tasks.models import SignOffBatch
from tracker.tasks.rules import BatchState, Every, TaskState

EVERYBODY = ("education", "government", "government_office", "supervision")
"""All units of those who verify in g1."""


def test_the_office_proposes_and_the_director_hears_of_it(cast: Cast) -> None:
    task = draft(cast)
    for name in ("leader", "supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.propose_batch(cast.group(), [task], title="一批", by=cast.actor(name), now=NOW)
    batch = propose(cast, task)
    assert (batch.state, task.state, task.batch_id) == (BatchState.PROPOSED, TaskState.PROPOSED, batch.id)
    assert inbox(cast, "office_director") == ["batch.proposed"]
    assert [entry.act for entry in history("batch", batch.id)] == ["batch.propose"]


def test_a_batch_needs_tasks_of_one_group_and_a_title(cast: Cast) -> None:
    task, clerk = draft(cast), cast.actor("office_clerk")
    foreign = act(
        commands.draft_task, cast.group("g2"), draft=commands.TaskDraft(title="别组"), by=cast.actor("g2_office_clerk")
    )
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [], title="一批", by=clerk, now=NOW)
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [task, foreign], title="一批", by=clerk, now=NOW)
    with refuses(Invalid, "title"):
        commands.propose_batch(cast.group(), [task], title=" ", by=clerk, now=NOW)
    with refuses(Stale):
        commands.propose_batch(cast.group(), [task, task], title="一批", by=clerk, now=NOW)
    assert propose(cast, task).state is BatchState.PROPOSED


@pytest.mark.parametrize(
    "said",
    [
        {"lead": None},
        {"due_on": None},
        {"due_on": date(2026, 3, 17)},
        {"milestones": [("摸底", date(2026, 3, 17))]},
        {"parts": EVERYBODY},
    ],
    ids=["no lead", "no date", "past", "past milestone", "nobody could verify"],
)
def test_what_is_not_ready_does_not_go_out(cast: Cast, said: dict[str, object]) -> None:
    good, bad = draft(cast), draft(cast, **said)  # type: ignore[arg-type]
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [good, bad], title="一批", by=cast.actor("office_clerk"), now=NOW)
    assert propose(cast, good).state is BatchState.PROPOSED


def test_a_part_that_has_passed_does_not_go_out_and_one_due_today_does(cast: Cast) -> None:
    late = draft(cast, parts=[NewPart(cast.unit_ids["town"], due_on=date(2026, 3, 17))])
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [late], title="一批", by=cast.actor("office_clerk"), now=NOW)
    issue(cast, draft(cast, parts=[NewPart(cast.unit_ids["town"], due_on=TODAY)]))


def test_director_and_leaders_sign_off_and_number_and_name_stay(cast: Cast) -> None:
    task = draft(cast, parts=("construction",))
    batch = propose(cast, task)
    for name in ("office_clerk", "supervisor", "finance_head", "g2_office_director"):
        with refuses(NotAllowed):
            commands.sign_off_batch(batch, version=batch.version, by=cast.actor(name), now=NOW)
    with refuses(Stale):
        commands.sign_off_batch(batch, version=batch.version + 1, by=cast.actor("leader"), now=NOW)
    act(commands.sign_off_batch, batch, document_number=" 优均办〔2026〕3号 ", by=cast.actor("office_director"))
    assert (batch.state, batch.signed_by_id) == (BatchState.SIGNED, cast.person_ids["office_director"])
    assert (batch.document_number, batch.signed_as) == ("优均办〔2026〕3号", "优质均衡领导小组办公室主任")
    assert task.batch is batch
    assert (task.state, task.accept_by) == (TaskState.ISSUED, date(2026, 3, 23))
    assert acts_of(task) == ["task.draft", "task.propose", "task.sign_off"]
    assert inbox(cast, "finance_liaison") == ["task.issued"]
    assert inbox(cast, "construction_head") == ["task.part_issued"]
    with refuses(Stale):
        commands.sign_off_batch(batch, version=batch.version, by=cast.actor("leader"), now=NOW)


def test_a_number_given_with_the_proposal_stays_when_none_is_given_at_signing(cast: Cast) -> None:
    batch = act(
        commands.propose_batch,
        cast.group(),
        tasks=[draft(cast)],
        title="一批",
        document_number="优均办〔2026〕4号",
        by=cast.actor("office_clerk"),
    )
    act(commands.sign_off_batch, batch, by=cast.actor("leader"))
    assert batch.document_number == "优均办〔2026〕4号"


def test_what_became_unready_while_it_waited_is_not_signed_off(cast: Cast) -> None:
    task = draft(cast)
    batch = propose(cast, task)
    with refuses(Invalid, "tasks"):
        commands.sign_off_batch(batch, version=batch.version, by=cast.actor("leader"), now=day("2026-04-18"))
    act(commands.sign_off_batch, batch, by=cast.actor("leader"), now=day("2026-04-17"))
    assert task.state is TaskState.ISSUED


def test_a_batch_from_which_everything_was_left_out_is_not_signed_off(cast: Cast) -> None:
    left_out, kept = draft(cast), draft(cast)
    empty, half = propose(cast, left_out), propose(cast, kept, draft(cast))
    for task in (left_out, half.tasks[1]):
        act(commands.cancel_task, task, reason="重复。", by=cast.actor("office_clerk"))
    with refuses(Stale):
        commands.sign_off_batch(empty, version=empty.version, by=cast.actor("leader"), now=NOW)
    act(commands.sign_off_batch, half, by=cast.actor("leader"))
    assert [task.state for task in half.tasks] == [TaskState.ISSUED, TaskState.CANCELLED]


def test_a_batch_sent_back_makes_drafts_again(cast: Cast) -> None:
    task = draft(cast)
    batch = propose(cast, task)
    with refuses(NotAllowed):
        commands.send_back_batch(batch, remark="数字不准。", version=1, by=cast.actor("office_clerk"), now=NOW)
    with refuses(Invalid, "remark"):
        commands.send_back_batch(batch, remark="", version=1, by=cast.actor("leader"), now=NOW)
    act(commands.send_back_batch, batch, remark="数字不准。", by=cast.actor("leader"))
    assert (batch.state, task.state, task.batch_id) == (BatchState.SENT_BACK, TaskState.DRAFT, None)
    assert inbox(cast, "office_clerk") == ["batch.sent_back"]
    assert propose(cast, task).state is BatchState.PROPOSED


def test_a_batch_proposed_by_the_product_tells_nobody_when_it_comes_back(cast: Cast) -> None:
    batch = propose(cast, draft(cast))
    with write_transaction():
        batch.proposed_by_id = None
    act(commands.send_back_batch, batch, remark="数字不准。", by=cast.actor("leader"))
    assert inbox(cast, "office_clerk") == []


def test_a_sheet_signed_by_hand_is_entered_by_the_office(cast: Cast) -> None:
    batch = propose(cast, draft(cast))
    scan = a_file("签批单.pdf").sha256
    leader = PaperRoad(cast.actor("leader"), scan)
    for by, paper in (
        ("supervisor", leader),
        ("finance_head", leader),
        ("office_clerk", PaperRoad(cast.actor("finance_head"))),
        ("office_clerk", PaperRoad(cast.actor("office_clerk"))),
    ):
        with refuses(NotAllowed):
            commands.sign_off_batch(batch, version=batch.version, by=cast.actor(by), now=NOW, paper=paper)
    act(commands.sign_off_batch, batch, by=cast.actor("office_clerk"), paper=leader)
    assert (batch.signed_by_id, batch.recorded_by_id) == (cast.person_ids["leader"], cast.person_ids["office_clerk"])
    assert batch.paper_sha256 == scan == sha256("签批单.pdf".encode()).hexdigest()
    signed = history("batch", batch.id)[-1]
    assert (signed.actor_name, signed.new["signed_by"]) == (PEOPLE["office_clerk"][0], PEOPLE["leader"][0])


def test_a_recurring_task_begins_its_series_when_it_goes_out(cast: Cast) -> None:
    task = issued(cast, due_on=None, cadence_every=Every.MONTH, cadence_day=28)
    assert task.series is not None
    assert (task.period, task.series.next_from) == ("2026-03", date(2026, 4, 1))
    assert issued(cast, due_on=None, cadence_every=Every.MONTH, continuous=True).series_id is None


# --- verifiers and leaders in charge ---------------------------------------------------------------------------------


def test_a_leader_whose_unit_is_involved_names_nobody(cast: Cast) -> None:
    task = submitted(cast, parts=("government",))
    person = cast.person("water_head")
    with refuses(NotAllowed):
        commands.appoint_verifier(task, person, version=task.version, by=cast.actor("leader"), now=NOW)
    by = _leader_of_elsewhere(cast)
    act(commands.appoint_verifier, task, person=person, by=by)
    assert task.verifier_id == person.id


def test_a_leader_who_is_not_involved_names_a_verifier(cast: Cast) -> None:
    task = submitted(cast)
    person = cast.person("water_head")
    for name in ("office_director", "supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.appoint_verifier(task, person, version=task.version, by=cast.actor(name), now=NOW)
    for wrong in ("finance_staff", "d2_head"):
        with refuses(Invalid, "verifier_id"):
            commands.appoint_verifier(task, cast.person(wrong), version=task.version, by=cast.actor("leader"), now=NOW)
    act(commands.appoint_verifier, task, person=person, by=cast.actor("leader"))
    assert (task.verifier_id, inbox(cast, "water_head")) == (person.id, ["task.verifier"])
    assert acts_of(task)[-1] == "task.appoint_verifier"


def test_a_verifier_named_before_submission_is_told_when_there_is_something_to_verify(cast: Cast) -> None:
    task = issued(cast)
    act(commands.appoint_verifier, task, person=cast.person("water_head"), by=cast.actor("leader"))
    assert inbox(cast, "water_head") == []


def test_somebody_without_a_post_is_not_named_as_verifier(cast: Cast) -> None:
    task = submitted(cast)
    with write_transaction():
        nobody = organisation.add_person(cast.region(), name="无职", by=SYSTEM, now=NOW)
    with refuses(Invalid, "verifier_id"):
        commands.appoint_verifier(task, nobody, version=task.version, by=cast.actor("leader"), now=NOW)


def test_what_only_the_named_verifier_could_verify_goes_out_while_they_are_uninvolved(cast: Cast) -> None:
    task = draft(cast, parts=EVERYBODY)
    act(commands.appoint_verifier, task, person=cast.person("water_head"), by=_leader_of_elsewhere(cast))
    with write_transaction() as session:
        session.get_one(Seat, cast.group_ids["seat"]).ends_on = date(2026, 3, 17)
        post = organisation.ensure_post(cast.unit("finance"), title="挂职", rank=PostRank.STAFF, by=SYSTEM, now=NOW)
        row = Appointment(person_id=cast.person_ids["water_head"], post_id=post.id, starts_on=TODAY)
        session.add(row)
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [task], title="一批", by=cast.actor("office_clerk"), now=NOW)
    with write_transaction() as session:
        session.delete(session.merge(row))
    assert propose(cast, task).state is BatchState.PROPOSED


def _leader_of_elsewhere(cast: Cast) -> Actor:
    """A deputy leader who sits by name and works in a unit that has nothing to do with the tasks here."""
    with write_transaction():
        person = make_person(cast.unit("emergency"), "陶远", "书记", PostRank.DEPUTY, now=FOUNDED)
        seat = organisation.seat(cast.group(), role=SeatRole.DEPUTY_LEADER, person=person, by=SYSTEM, now=FOUNDED)
        cast.group_ids["seat"] = seat.id
    return actor_of_person(person.id, day=TODAY)


def test_the_office_says_which_leader_watches_over_a_task(cast: Cast) -> None:
    task = issued(cast)
    seats = {seat.role: seat for seat in _seats(cast)}
    leader, clerk = seats[SeatRole.LEADER], cast.actor("office_clerk")
    with refuses(NotAllowed):
        commands.set_leader_in_charge(task, leader, version=task.version, by=cast.actor("leader"), now=NOW)
    with refuses(Invalid, "leader_seat_id"):
        commands.set_leader_in_charge(task, seats[SeatRole.SUPERVISOR], version=task.version, by=clerk, now=NOW)
    act(commands.set_leader_in_charge, task, seat=leader, by=clerk)
    assert task.leader_seat_id == leader.id
    act(commands.set_leader_in_charge, task, seat=None, by=clerk)
    assert task.leader_seat_id is None


def test_a_seat_that_has_ended_watches_over_nothing(cast: Cast) -> None:
    task = issued(cast)
    with write_transaction():
        leader = next(seat for seat in _seats(cast) if seat.role is SeatRole.LEADER)
        leader.ends_on = date(2026, 3, 17)
    with refuses(Invalid, "leader_seat_id"):
        commands.set_leader_in_charge(task, leader, version=task.version, by=cast.actor("office_clerk"), now=NOW)


def test_a_seat_that_a_task_names_stays_for_its_first_day_though_it_is_ended_before(cast: Cast) -> None:
    task, clerk = issued(cast), cast.actor("office_clerk")
    with write_transaction():
        wrong, named = (
            organisation.seat(cast.group(), role=SeatRole.DEPUTY_LEADER, person=cast.person(name), by=SYSTEM, now=NOW)
            for name in ("school_one_head", "school_two_head")
        )
    wrong_id, named_id = wrong.id, named.id
    act(commands.set_leader_in_charge, task, seat=named, by=clerk)
    with write_transaction():
        organisation.end_seat(wrong, by=clerk, now=NOW)
        organisation.end_seat(named, by=clerk, now=NOW)
    assert {seat.id: seat.ends_on for seat in _seats(cast) if seat.id in {wrong_id, named_id}} == {named_id: TODAY}
    assert again(task).leader_seat_id == named_id
    ended = [entry.new["ends_on"] for entry in history("group", cast.group_ids["g1"]) if entry.act.endswith("end_seat")]
    assert ended == ["2026-03-17", "2026-03-18"]
    with refuses(Stale):
        organisation.end_seat(named, by=clerk, now=NOW)


def test_what_is_at_its_end_gets_neither_verifier_nor_leader(cast: Cast) -> None:
    leader = next(seat for seat in _seats(cast) if seat.role is SeatRole.LEADER)
    for task in (completed(cast), cancelled(cast)):
        with refuses(Stale):
            commands.set_leader_in_charge(task, leader, version=task.version, by=cast.actor("office_clerk"), now=NOW)
        with refuses(Stale):
            commands.appoint_verifier(
                task, cast.person("water_head"), version=task.version, by=cast.actor("leader"), now=NOW
            )


def _seats(cast: Cast) -> list[Seat]:
    return list(db.session.scalars(sa.select(Seat).where(Seat.group_id == cast.group_ids["g1"])))


def test_batches_are_counted_in_the_history_of_the_batch(cast: Cast) -> None:
    batch: SignOffBatch = issue(cast, draft(cast), draft(cast))
    assert [entry.new.get("tasks") for entry in history("batch", batch.id)] == [2, 2]
