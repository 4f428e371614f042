"""Urging a unit: who may, by message with a cool-down, by phone with the answer, and many at once."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.tasks.stories import act, active, acts_of, again, completed, day, inbox, issued, refuses
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.oversight import commands, policy, queries
from tracker.oversight.models import Urge
from tracker.oversight.rules import UrgeChannel
from tracker.tasks.commands import assign_owner
from tracker.tasks.models import Task

SENTENCE = "请抓紧办理。"


def urge(cast: Cast, task: Task, *, by: str = "supervisor", unit: str = "finance", **said: Any) -> Urge:
    """Urge a unit by message, unless said otherwise."""
    words: dict[str, Any] = {"sentence": SENTENCE, **said}
    return act(commands.urge_unit, task, unit_id=cast.unit_ids[unit], by=cast.actor(by), **words)


@pytest.mark.parametrize("name", ["office_clerk", "office_director", "supervisor", "leader", "deputy_leader"])
def test_whoever_watches_over_a_group_urges_its_units(cast: Cast, name: str) -> None:
    task = active(cast)
    made = urge(cast, task, by=name)
    assert (made.sentence, made.by_id, made.unit_id) == (SENTENCE, cast.person_ids[name], cast.unit_ids["finance"])
    assert acts_of(task)[-1] == "task.urge"
    assert "task.urge" in inbox(cast, "finance_head")
    assert "task.urge" in inbox(cast, "finance_liaison")


@pytest.mark.parametrize(
    "name", ["finance_head", "finance_liaison", "town_head", "g2_supervisor", "d2_head", "outsider"]
)
def test_nobody_else_urges_the_lead_unit(cast: Cast, name: str) -> None:
    task = active(cast)
    with refuses(NotAllowed):
        commands.urge_unit(task, unit_id=cast.unit_ids["finance"], sentence=SENTENCE, by=cast.actor(name), now=NOW)


@pytest.mark.parametrize("name", ["finance_head", "finance_deputy", "finance_liaison", "finance_staff"])
def test_the_lead_unit_urges_those_who_cooperate(cast: Cast, name: str) -> None:
    task = active(cast, parts=("construction",))
    act(assign_owner, task, person=cast.person("finance_staff"), by=cast.actor("finance_head"))
    made = urge(cast, task, by=name, unit="construction")
    assert made.part_id == again(task).parts[0].id
    assert "task.urge" in inbox(cast, "construction_head")
    assert "task.urge" not in inbox(cast, "finance_head")


def test_a_cooperating_unit_urges_nobody(cast: Cast) -> None:
    task = active(cast, parts=("construction", "town"))
    with refuses(NotAllowed):
        commands.urge_unit(
            task, unit_id=cast.unit_ids["town"], sentence=SENTENCE, by=cast.actor("construction_head"), now=NOW
        )
    assert urge(cast, task, by="finance_head", unit="town").unit_id == cast.unit_ids["town"]


def test_only_units_of_the_task_are_urged_about_it(cast: Cast) -> None:
    task = active(cast)
    with refuses(Invalid, "unit_id"):
        commands.urge_unit(task, unit_id=cast.unit_ids["town"], sentence=SENTENCE, by=cast.actor("supervisor"), now=NOW)
    assert urge(cast, task).unit_id == cast.unit_ids["finance"]


def test_only_work_under_way_is_urged(cast: Cast) -> None:
    done, waiting = completed(cast), issued(cast)
    with refuses(Stale):
        commands.urge_unit(
            done, unit_id=cast.unit_ids["finance"], sentence=SENTENCE, by=cast.actor("supervisor"), now=NOW
        )
    assert urge(cast, waiting).task_id == waiting.id


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"sentence": "  "}, "sentence"),
        ({"sentence": "催" * 501}, "sentence"),
        ({"channel": UrgeChannel.PHONE, "answer": ""}, "answer"),
        ({"channel": UrgeChannel.PHONE, "answer": "答" * 501}, "answer"),
    ],
)
def test_an_urge_says_something_and_a_call_has_an_answer(cast: Cast, said: dict[str, Any], field: str) -> None:
    task = active(cast)
    words: dict[str, Any] = {"sentence": "", "unit_id": cast.unit_ids["finance"], **said}
    with refuses(Invalid, field):
        commands.urge_unit(task, by=cast.actor("supervisor"), now=NOW, **words)
    assert urge(cast, task).id


def test_a_call_keeps_what_the_other_side_said_and_writes_no_message(cast: Cast) -> None:
    task = active(cast)
    before = inbox(cast, "finance_head")
    made = urge(cast, task, by="office_clerk", channel=UrgeChannel.PHONE, sentence="", answer="本周内完成")
    assert (made.channel, made.answer) == (UrgeChannel.PHONE, "本周内完成")
    assert acts_of(task)[-1] == "task.urge_by_phone"
    assert inbox(cast, "finance_head") == before


def test_messages_have_a_cool_down_of_working_days_and_calls_have_none(cast: Cast) -> None:
    task = active(cast)
    urge(cast, task)
    with refuses(Stale):
        commands.urge_unit(
            task,
            unit_id=cast.unit_ids["finance"],
            sentence=SENTENCE,
            by=cast.actor("leader"),
            now=day("2026-03-19", 17),
        )
    urge(cast, task, channel=UrgeChannel.PHONE, answer="在办", now=day("2026-03-18", 16))
    assert urge(cast, task, now=day("2026-03-20", 8)).id
    with refuses(Stale):
        commands.urge_unit(
            task,
            unit_id=cast.unit_ids["finance"],
            sentence=SENTENCE,
            by=cast.actor("leader"),
            now=day("2026-03-23", 9),
        )
    assert urge(cast, task, now=day("2026-03-24", 9)).id


def test_each_unit_cools_down_by_itself(cast: Cast) -> None:
    task = active(cast, parts=("construction",))
    urge(cast, task)
    assert urge(cast, task, unit="construction").unit_id == cast.unit_ids["construction"]


def test_an_urge_does_not_make_the_units_open_form_stale(cast: Cast) -> None:
    task = active(cast)
    seen = task.version
    urge(cast, task)
    assert again(task).version == seen


def test_urging_many_says_for_each_what_became_of_it(cast: Cast) -> None:
    one, two, done = active(cast), active(cast, lead="construction"), completed(cast)
    urge(cast, two, unit="construction")
    with write_transaction():
        results = commands.urge_many([one, two, done], sentence=SENTENCE, by=cast.actor("supervisor"), now=NOW)
    assert [result.refusal is None for result in results] == [True, False, False]
    assert "task.urge" in inbox(cast, "finance_head")
    assert queries.urge_counts([one.id, two.id, done.id]) == {one.id: 1, two.id: 1}


def test_urging_many_needs_a_sentence(cast: Cast) -> None:
    task = active(cast)
    with refuses(Invalid, "sentence"):
        commands.urge_many([task], sentence=" ", by=cast.actor("supervisor"), now=NOW)
    with write_transaction():
        [result] = commands.urge_many([task], sentence=SENTENCE, by=cast.actor("supervisor"), now=NOW)
    assert result.refusal is None


def test_only_who_watches_over_a_group_urges_many(cast: Cast) -> None:
    allowed = {name for name in cast.person_ids if policy.may_urge_many(cast.actor(name))}
    assert allowed == {
        "leader",
        "deputy_leader",
        "office_director",
        "office_clerk",
        "office_secondee",
        "supervisor",
        "g2_office_director",
        "g2_office_clerk",
        "g2_supervisor",
        "d2_office_director",
    }


def test_the_page_offers_units_with_numbers_and_the_day_of_the_next_message(cast: Cast, session: Session) -> None:
    task = active(cast, parts=("construction",))
    urge(cast, task)
    [lead, part] = queries.urgeable(cast.actor("office_clerk"), [task], now=NOW)[task.id]
    assert (lead.leads, lead.free_on, part.leads, part.free_on) == (True, date(2026, 3, 20), False, None)
    assert [person.name for person in lead.callees] == ["纪晓东", "谢云岚", "钱广源"]
    assert all(person.phone for person in lead.callees)
    assert session.is_active


def test_the_lead_unit_is_offered_the_others_without_their_numbers(cast: Cast) -> None:
    task = active(cast, parts=("construction",))
    [offered] = queries.urgeable(cast.actor("finance_head"), [task], now=NOW)[task.id]
    assert (offered.unit_id, list(offered.callees)) == (cast.unit_ids["construction"], [])
    assert queries.urgeable(cast.actor("construction_head"), [task], now=NOW)[task.id] == []


def test_a_units_own_number_is_everybodys_who_urges_it(cast: Cast) -> None:
    task = active(cast, parts=("construction",))
    with write_transaction():
        cast.unit("construction").phone = "0571-1234567"
    [offered] = queries.urgeable(cast.actor("finance_head"), [again(task)], now=NOW)[task.id]
    assert [person.phone for person in offered.callees] == ["0571-1234567"]


def test_what_is_done_is_not_offered_to_be_urged(cast: Cast) -> None:
    task = completed(cast)
    assert queries.urgeable(cast.actor("supervisor"), [task], now=NOW)[task.id] == []


def test_a_task_of_others_does_not_exist_for_an_overseer_elsewhere(cast: Cast) -> None:
    task = active(cast)
    with pytest.raises(NotVisible):
        queries.task_to_oversee(cast.actor("g2_supervisor"), task.id)
    assert queries.task_to_oversee(cast.actor("supervisor"), task.id).id == task.id
    db.session.rollback()
