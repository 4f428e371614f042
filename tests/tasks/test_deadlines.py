"""Extensions before the due date, changes of time from above, explanations after it (延期、时限调整、逾期说明)."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.cast import NOW, Cast
from tests.tasks.stories import (
    DUE,
    a_file,
    act,
    active,
    acts_of,
    completed,
    crossings,
    day,
    inbox,
    issued,
    refuses,
    returned,
    submit,
    submitted,
    suspended,
)
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.tasks import commands
from tracker.tasks.commands import PaperRoad
from tracker.tasks.models import DelayExplanation, DueDateChange, Extension, Task
from tracker.tasks.rules import ExplanationState, RequestState

NEW = date(2026, 5, 8)


def _ask(cast: Cast, task: Task, new_due_on: date = NEW, **said: Any) -> Extension:
    said.setdefault("by", cast.actor("finance_head"))
    return act(commands.ask_extension, task, reason="资金未到位。", new_due_on=new_due_on, **said)


# --- asking ----------------------------------------------------------------------------------------------------------


def test_head_and_deputy_ask_and_the_office_hears_of_it(cast: Cast) -> None:
    task = active(cast)
    for name in ("finance_liaison", "town_head", "office_clerk"):
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.ask_extension(task, reason="资金。", new_due_on=NEW, version=task.version, by=by, now=NOW)
    extension = _ask(cast, task, by=cast.actor("finance_deputy"))
    assert (extension.state, extension.ordinal, extension.old_due_on) == (RequestState.PENDING, 1, DUE)
    assert (task.due_on, task.extension_pending) == (DUE, True)
    assert inbox(cast, "office_clerk")[-1] == "task.extension_asked"
    with refuses(Stale):
        _ask(cast, task)


def test_an_extension_is_asked_before_the_due_date(cast: Cast) -> None:
    before, on_the_day = active(cast), active(cast)
    for at in ("2026-04-17", "2026-04-18", "2026-06-01"):
        with refuses(Stale):
            commands.ask_extension(
                on_the_day,
                reason="资金。",
                new_due_on=date(2026, 8, 1),
                version=on_the_day.version,
                by=cast.actor("finance_head"),
                now=day(at),
            )
    _ask(cast, before, now=day("2026-04-16", 23))
    assert before.extension_pending


def test_reason_and_a_later_date_are_needed(cast: Cast) -> None:
    task, head = active(cast), cast.actor("finance_head")
    with refuses(Invalid, "reason"):
        commands.ask_extension(task, reason="", new_due_on=NEW, version=task.version, by=head, now=NOW)
    for new_due_on in (None, DUE, date(2026, 4, 1), date(2026, 3, 17), date(2101, 1, 1)):
        with refuses(Invalid, "new_due_on"):
            commands.ask_extension(task, reason="资金。", new_due_on=new_due_on, version=task.version, by=head, now=NOW)


def test_a_continuous_task_needs_no_extension(cast: Cast) -> None:
    task = active(cast, due_on=None, continuous=True)
    with refuses(Stale):
        _ask(cast, task)


@pytest.mark.parametrize("make", [issued, submitted, suspended, completed])
def test_more_time_is_asked_only_for_work_under_way(cast: Cast, make: Any) -> None:
    task = make(cast)
    with refuses(Stale):
        _ask(cast, task)
    assert _ask(cast, returned(cast)).state is RequestState.PENDING


# --- deciding --------------------------------------------------------------------------------------------------------


def test_the_office_grants_the_first_and_the_first_date_is_kept(cast: Cast) -> None:
    task = active(cast)
    extension = _ask(cast, task)
    for name in ("supervisor", "finance_head", "outsider"):
        with refuses(NotAllowed):
            commands.decide_extension(extension, approve=True, version=1, by=cast.actor(name), now=NOW)
    act(commands.decide_extension, extension, approve=True, by=cast.actor("office_clerk"))
    assert (extension.state, extension.granted_due_on, task.extension_pending) == ("approved", NEW, False)
    assert (task.due_on, task.sort_on, task.first_due_on, task.cycle) == (NEW, NEW, DUE, 2)
    change = db.session.scalars(sa.select(DueDateChange)).one()
    assert (change.cause, change.old_due_on, change.basis) == ("extension", DUE, "资金未到位。")
    assert inbox(cast, "finance_head")[-1] == "task.extension_decided"
    with refuses(Stale):
        commands.decide_extension(extension, approve=False, remark="否", version=2, by=cast.actor("leader"), now=NOW)


def test_a_refusal_says_why_and_leaves_the_date(cast: Cast) -> None:
    task = active(cast)
    extension = _ask(cast, task)
    with refuses(Invalid, "remark"):
        commands.decide_extension(extension, approve=False, version=1, by=cast.actor("office_clerk"), now=NOW)
    act(commands.decide_extension, extension, approve=False, remark="时间充足。", by=cast.actor("office_clerk"))
    assert (extension.state, extension.granted_due_on) == (RequestState.REFUSED, None)
    assert (task.due_on, task.cycle, task.extension_pending) == (DUE, 1, False)


def test_the_second_is_for_a_leader(cast: Cast) -> None:
    task = active(cast)
    act(commands.decide_extension, _ask(cast, task), approve=True, by=cast.actor("office_director"))
    second = _ask(cast, task, date(2026, 6, 5))
    assert second.ordinal == 2
    assert inbox(cast, "leader")[-1] == "task.extension_asked"
    for name in ("office_director", "office_clerk"):
        with refuses(NotAllowed):
            commands.decide_extension(second, approve=True, version=1, by=cast.actor(name), now=NOW)
    act(commands.decide_extension, second, approve=True, by=cast.actor("deputy_leader"))
    assert (task.due_on, task.first_due_on) == (date(2026, 6, 5), DUE)


def test_what_was_withdrawn_does_not_count(cast: Cast) -> None:
    task = active(cast)
    withdrawn = _ask(cast, task)
    submit(cast, task)
    act(commands.return_for_rework, task, remark="缺台账。", by=cast.actor("supervisor"))
    first = _ask(cast, task)
    assert (withdrawn.ordinal, first.ordinal) == (1, 1)
    act(commands.decide_extension, first, approve=True, by=cast.actor("office_clerk"))


def test_another_date_than_asked_for_may_be_granted(cast: Cast) -> None:
    task = active(cast)
    extension = _ask(cast, task)
    for new_due_on in (DUE, date(2026, 4, 1)):
        with refuses(Invalid, "new_due_on"):
            commands.decide_extension(
                extension, approve=True, new_due_on=new_due_on, version=1, by=cast.actor("leader"), now=NOW
            )
    act(commands.decide_extension, extension, approve=True, new_due_on=date(2026, 4, 24), by=cast.actor("leader"))
    assert (extension.new_due_on, extension.granted_due_on, task.due_on) == (NEW, date(2026, 4, 24), date(2026, 4, 24))


def test_who_sits_in_the_lead_unit_decides_nothing_here(cast: Cast) -> None:
    task = active(cast, lead="education")
    extension = _ask(cast, task, by=cast.actor("education_head"))
    assert "task.extension_asked" in inbox(cast, "office_secondee")
    assert "task.extension_asked" not in inbox(cast, "office_director")
    paper = PaperRoad(cast.actor("leader"), a_file().sha256)
    for by, sheet in (
        ("office_director", None),
        ("office_clerk", paper),
        ("office_secondee", PaperRoad(cast.actor("education_head"))),
    ):
        with refuses(NotAllowed):
            commands.decide_extension(extension, approve=True, version=1, by=cast.actor(by), now=NOW, paper=sheet)
    act(commands.decide_extension, extension, approve=True, by=cast.actor("office_secondee"), paper=paper)
    assert extension.decided_by_id == cast.person_ids["leader"]
    assert extension.recorded_by_id == cast.person_ids["office_secondee"]


@pytest.mark.parametrize("column", ["decided_by_id", "recorded_by_id"])
def test_who_asked_for_time_neither_decides_nor_records_whatever_post_they_hold_by_then(
    cast: Cast, column: str
) -> None:
    extension = _ask(cast, active(cast))
    # As if the head who asked were by now somebody else's deputy leader, or in the office.
    asker = "leader" if column == "decided_by_id" else "office_clerk"
    _asked_by(cast, extension, asker)
    paper = PaperRoad(cast.actor("leader"), a_file().sha256)
    with refuses(NotAllowed):
        commands.decide_extension(
            extension, approve=True, version=1, by=cast.actor("office_clerk"), now=NOW, paper=paper
        )
    decided = {"state": RequestState.REFUSED, "decided_by_id": cast.person_ids["deputy_leader"]}
    decided[column] = cast.person_ids[asker]
    with pytest.raises(IntegrityError):
        db.session.execute(sa.update(Extension).values(**decided))
    db.session.rollback()
    by = cast.actor("office_secondee")
    other = PaperRoad(cast.actor("deputy_leader"), a_file().sha256)
    act(commands.decide_extension, extension, approve=True, by=by, paper=other)
    assert extension.decided_by_id == cast.person_ids["deputy_leader"]


def _asked_by(cast: Cast, extension: Extension, name: str) -> None:
    with write_transaction():
        extension.asked_by_id = cast.person_ids[name]


def test_asked_in_time_and_undecided_nobody_is_late(cast: Cast) -> None:
    task = active(cast)
    extension = _ask(cast, task)
    assert act(commands.record_crossings, cast.group(), now=day("2026-04-29")) == 0
    with refuses(Invalid, "new_due_on"):
        # What was asked for has passed too: the day granted must still come.
        by = cast.actor("leader")
        commands.decide_extension(extension, approve=True, version=1, by=by, now=day("2026-05-11"))
    act(commands.decide_extension, extension, approve=True, by=cast.actor("leader"), now=day("2026-05-06"))
    assert (task.due_on, crossings(task)) == (NEW, [])
    assert act(commands.record_crossings, cast.group(), now=day("2026-05-11")) == 1
    assert crossings(task) == [("task", NEW)]


def test_refused_after_the_deadline_the_wait_is_not_the_units(cast: Cast) -> None:
    task, other = active(cast), active(cast)
    leader, late = cast.actor("leader"), day("2026-04-24")
    act(commands.decide_extension, _ask(cast, task), approve=False, remark="不同意。", by=leader, now=late)
    assert (task.due_on, task.first_due_on) == (date(2026, 4, 27), DUE)
    said: dict[str, Any] = {"approve": False, "remark": "不同意。", "new_due_on": date(2026, 4, 30)}
    act(commands.decide_extension, _ask(cast, other), **said, by=leader, now=late)
    assert other.due_on == date(2026, 4, 30)
    assert act(commands.record_crossings, cast.group(), now=day("2026-04-28")) == 1
    assert (crossings(task), crossings(other)) == ([("task", date(2026, 4, 27))], [])


def test_refused_in_time_the_date_stands_and_lateness_counts_from_it(cast: Cast) -> None:
    task = active(cast)
    act(
        commands.decide_extension,
        _ask(cast, task),
        approve=False,
        remark="不同意。",
        by=cast.actor("leader"),
        now=day("2026-04-17"),
    )
    assert act(commands.record_crossings, cast.group(), now=day("2026-04-20")) == 1
    assert crossings(task) == [("task", DUE)]


def test_an_extension_waits_while_the_task_rests(cast: Cast) -> None:
    task = active(cast)
    extension, leader = _ask(cast, task), cast.actor("leader")
    act(commands.suspend_task, task, reason="暂缓。", by=leader)
    with refuses(Stale):
        commands.decide_extension(extension, approve=True, version=1, by=leader, now=NOW)
    act(commands.resume_task, task, new_due_on=date(2026, 6, 1), by=leader)
    with refuses(Invalid, "new_due_on"):
        commands.decide_extension(extension, approve=True, version=1, by=leader, now=NOW)
    act(commands.decide_extension, extension, approve=True, new_due_on=date(2026, 6, 12), by=leader)
    assert task.due_on == date(2026, 6, 12)


# --- adjustment of time ----------------------------------------------------------------------------------------------


def test_office_and_leaders_change_the_time_with_its_basis(cast: Cast) -> None:
    task = active(cast)
    for name in ("supervisor", "finance_head"):
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.adjust_time(task, new_due_on=NEW, basis="市通知。", version=task.version, by=by, now=NOW)
    with refuses(Invalid, "basis"):
        by = cast.actor("office_director")
        commands.adjust_time(task, new_due_on=NEW, basis="", version=task.version, by=by, now=NOW)
    for new_due_on in (None, date(2026, 3, 17), DUE):
        with refuses(Invalid, "new_due_on"):
            commands.adjust_time(task, new_due_on=new_due_on, basis="市通知。", by=by, now=NOW)
    act(commands.adjust_time, task, new_due_on=date(2026, 4, 3), basis="市通知。", by=by)
    assert (task.due_on, task.first_due_on, task.cycle) == (date(2026, 4, 3), DUE, 2)
    entry = history("task", task.id)[-1]
    assert (entry.act, entry.old, entry.new["basis"]) == ("task.adjust_time", {"due_on": "2026-04-17"}, "市通知。")


def test_many_are_changed_in_one_act_without_a_form_each(cast: Cast) -> None:
    for task in (active(cast), active(cast)):
        act(commands.adjust_time, task, new_due_on=NEW, basis="市通知。", version=None, by=cast.actor("leader"))
        assert task.due_on == NEW


def test_a_deadline_that_passed_stays_passed(cast: Cast) -> None:
    task, by = active(cast), cast.actor("leader")
    with refuses(Stale):
        commands.adjust_time(task, new_due_on=NEW, basis="市通知。", by=by, now=day("2026-04-20"))
    act(commands.adjust_time, task, new_due_on=NEW, basis="市通知。", by=by, now=day("2026-04-17"))


def test_what_was_asked_is_decided_before_the_time_is_changed(cast: Cast) -> None:
    task, by = active(cast), cast.actor("leader")
    extension = _ask(cast, task)
    with refuses(Stale):
        commands.adjust_time(task, new_due_on=NEW, basis="市通知。", by=by, now=NOW)
    act(commands.decide_extension, extension, approve=False, remark="统一调整。", by=by)
    act(commands.adjust_time, task, new_due_on=NEW, basis="市通知。", by=by)
    assert task.due_on == NEW


def test_neither_the_continuous_nor_what_rests_has_a_time_to_change(cast: Cast) -> None:
    for task in (active(cast, due_on=None, continuous=True), suspended(cast), submitted(cast)):
        with refuses(Stale):
            commands.adjust_time(task, new_due_on=NEW, basis="市通知。", by=cast.actor("leader"), now=NOW)


def test_the_time_is_changed_on_paper_by_the_uninvolved(cast: Cast) -> None:
    task = active(cast, lead="education")
    paper = PaperRoad(cast.actor("leader"))
    with refuses(NotAllowed):
        by = cast.actor("office_director")
        commands.adjust_time(task, new_due_on=NEW, basis="市通知。", by=by, now=NOW, paper=paper)
    act(commands.adjust_time, task, new_due_on=NEW, basis="市通知。", by=cast.actor("office_secondee"), paper=paper)
    assert history("task", task.id)[-1].new["signed_by"] == "罗正川"


# --- explanation -----------------------------------------------------------------------------------------------------

LATE = day("2026-04-20")


def _explain(cast: Cast, task: Task) -> DelayExplanation:
    return act(commands.explain_delay, task, text="施工受阻。", by=cast.actor("finance_head"), now=LATE)


def test_only_what_is_late_is_explained_and_by_head_or_deputy(cast: Cast) -> None:
    task, head = active(cast), cast.actor("finance_head")
    with refuses(Stale):
        commands.explain_delay(task, text="施工受阻。", version=task.version, by=head, now=day("2026-04-17"))
    for name in ("finance_liaison", "office_clerk"):
        with refuses(NotAllowed):
            commands.explain_delay(task, text="施工受阻。", version=task.version, by=cast.actor(name), now=LATE)
    with refuses(Invalid, "text"):
        commands.explain_delay(task, text="", version=task.version, by=head, now=LATE)
    explanation = _explain(cast, task)
    assert (explanation.state, explanation.due_on) == (ExplanationState.OPEN, DUE)
    assert crossings(task) == [("task", DUE)]
    assert inbox(cast, "supervisor") == ["task.explained"]
    with refuses(Stale):
        commands.explain_delay(task, text="又受阻。", version=task.version, by=head, now=LATE)


def test_what_waits_for_an_extension_needs_no_explanation(cast: Cast) -> None:
    task = active(cast)
    _ask(cast, task)
    with refuses(Stale):
        _explain(cast, task)


def test_what_is_handed_in_needs_no_explanation(cast: Cast) -> None:
    task = active(cast)
    submit(cast, task, now=LATE)
    with refuses(Stale):
        _explain(cast, task)


def test_an_explanation_is_noted_and_the_crossing_stays(cast: Cast) -> None:
    task = active(cast)
    explanation = _explain(cast, task)
    for name in ("finance_head", "outsider"):
        with refuses(NotAllowed):
            commands.answer_explanation(explanation, remark="已阅。", version=1, by=cast.actor(name), now=LATE)
    with refuses(Invalid, "remark"):
        commands.answer_explanation(explanation, remark="", version=1, by=cast.actor("supervisor"), now=LATE)
    act(commands.answer_explanation, explanation, remark="已阅。", by=cast.actor("supervisor"), now=LATE)
    assert (explanation.state, task.due_on, task.cycle) == (ExplanationState.NOTED, DUE, 1)
    assert crossings(task) == [("task", DUE)]
    assert inbox(cast, "finance_head")[-1] == "task.explanation_answered"
    with refuses(Stale):
        commands.answer_explanation(explanation, remark="又阅。", version=2, by=cast.actor("leader"), now=LATE)


def test_who_explained_does_not_answer_whatever_post_they_hold_by_then(cast: Cast) -> None:
    explanation = _explain(cast, active(cast))
    with write_transaction():
        explanation.given_by_id = cast.person_ids["supervisor"]
    with refuses(NotAllowed):
        commands.answer_explanation(explanation, remark="已阅。", version=1, by=cast.actor("supervisor"), now=LATE)
    values = {"state": ExplanationState.NOTED, "answered_by_id": cast.person_ids["supervisor"]}
    with pytest.raises(IntegrityError):
        db.session.execute(sa.update(DelayExplanation).values(**values))
    db.session.rollback()
    act(commands.answer_explanation, explanation, remark="已阅。", by=cast.actor("leader"), now=LATE)
    assert explanation.state is ExplanationState.NOTED


def test_an_explanation_is_answered_by_a_date_to_make_good_by(cast: Cast) -> None:
    task = active(cast)
    explanation, supervisor = _explain(cast, task), cast.actor("supervisor")
    with refuses(Invalid, "new_due_on"):
        past = date(2026, 4, 19)
        commands.answer_explanation(explanation, remark="", new_due_on=past, version=1, by=supervisor, now=LATE)
    act(commands.answer_explanation, explanation, remark="", new_due_on=NEW, by=supervisor, now=LATE)
    assert (explanation.state, explanation.new_due_on) == (ExplanationState.RECTIFY, NEW)
    assert (task.due_on, task.first_due_on, task.cycle) == (NEW, DUE, 2)
    assert crossings(task) == [("task", DUE)]
    act(commands.record_crossings, cast.group(), now=day("2026-05-11"))
    assert crossings(task) == [("task", DUE), ("task", NEW)]
    assert _explain_again(cast, task).due_on == NEW


def _explain_again(cast: Cast, task: Task) -> DelayExplanation:
    by = cast.actor("finance_head")
    return act(commands.explain_delay, task, text="仍受阻。", by=by, now=day("2026-05-11"))


def test_what_was_handed_in_meanwhile_gets_no_new_date_but_a_word(cast: Cast) -> None:
    task = active(cast)
    explanation, supervisor = _explain(cast, task), cast.actor("supervisor")
    submit(cast, task, now=LATE)
    with refuses(Stale):
        commands.answer_explanation(explanation, remark="", new_due_on=NEW, version=1, by=supervisor, now=LATE)
    act(commands.answer_explanation, explanation, remark="已阅。", by=supervisor, now=LATE)
    assert explanation.state is ExplanationState.NOTED


def test_an_explanation_is_answered_on_paper(cast: Cast) -> None:
    task = active(cast, lead="education")
    by = cast.actor("education_head")
    explanation = act(commands.explain_delay, task, text="施工受阻。", by=by, now=LATE)
    said: dict[str, Any] = {"remark": "已阅。", "paper": PaperRoad(cast.actor("leader")), "now": LATE}
    with refuses(NotAllowed):
        commands.answer_explanation(explanation, **said, version=1, by=cast.actor("office_clerk"))
    act(commands.answer_explanation, explanation, **said, by=cast.actor("office_secondee"))
    assert explanation.answered_by_id == cast.person_ids["leader"]


def test_a_date_to_make_good_by_is_set_on_late_work_alone_by_the_uninvolved(cast: Cast) -> None:
    task, supervisor = active(cast), cast.actor("supervisor")
    with refuses(Stale):
        commands.set_rectification(task, NEW, basis="督查要求。", by=supervisor, now=NOW)
    with refuses(NotAllowed):
        commands.set_rectification(task, NEW, basis="督查要求。", by=cast.actor("finance_head"), now=LATE)
    act(commands.set_rectification, task, due_on=NEW, basis="督查要求。", by=supervisor, now=LATE)
    assert (task.due_on, crossings(task)) == (NEW, [("task", DUE)])
    assert "task.adjust_time" not in acts_of(task)
