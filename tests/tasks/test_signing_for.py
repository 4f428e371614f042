"""Signing for a task or a part (签收), by the unit or after a call (代签收)."""

from datetime import date

from tests.cast import NOW, Cast
from tests.tasks.stories import act, active, acts_of, completed, day, draft, issued, part_of, refuses, suspended
from tracker.audit.queries import history
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.tasks import commands
from tracker.tasks.rules import PartState, TaskState


def test_head_deputy_and_liaison_sign_for_their_unit(cast: Cast) -> None:
    for name in ("finance_head", "finance_deputy", "finance_liaison"):
        task = issued(cast)
        act(commands.accept_task, task, by=cast.actor(name))
        assert (task.state, task.accepted_at) == (TaskState.ACTIVE, NOW)
        assert acts_of(task)[-1] == "task.accept"


def test_others_do_not_sign_for_a_unit(cast: Cast) -> None:
    task = issued(cast)
    for name in ("finance_staff", "town_head", "leader", "supervisor", "outsider"):
        with refuses(NotAllowed):
            commands.accept_task(task, version=task.version, by=cast.actor(name), now=NOW, spoke_with="某某")
    act(commands.accept_task, task, by=cast.actor("finance_head"))


def test_the_office_signs_for_a_unit_only_after_a_call_and_says_so(cast: Cast) -> None:
    task, clerk = issued(cast), cast.actor("office_clerk")
    with refuses(Invalid, "spoke_with"):
        commands.accept_task(task, version=task.version, by=clerk, now=NOW)
    act(commands.accept_task, task, by=clerk, spoke_with="钱广源局长")
    entry = history("task", task.id)[-1]
    assert (entry.act, entry.new["spoke_with"]) == ("task.accept_by_phone", "钱广源局长")


def test_signing_late_is_possible_and_only_a_list_to_phone(cast: Cast) -> None:
    task = issued(cast)
    assert task.accept_by == date(2026, 3, 23)
    act(commands.accept_task, task, by=cast.actor("finance_head"), now=day("2026-04-10"))
    assert task.state is TaskState.ACTIVE


def test_a_stale_form_signs_for_nothing(cast: Cast) -> None:
    task = issued(cast)
    with refuses(Stale):
        commands.accept_task(task, version=task.version - 1, by=cast.actor("finance_head"), now=NOW)


def test_a_cooperating_unit_signs_for_its_own_part(cast: Cast) -> None:
    task = issued(cast, parts=("construction",))
    part = part_of(task)
    for name in ("finance_head", "town_head", "leader"):
        with refuses(NotAllowed):
            commands.accept_part(part, version=part.version, by=cast.actor(name), now=NOW, spoke_with="某某")
    act(commands.accept_part, part, by=cast.actor("construction_head"))
    assert (part.state, part.accepted_at, part.version) == (PartState.ACTIVE, NOW, 2)
    with refuses(Stale):
        commands.accept_part(part, version=part.version, by=cast.actor("construction_head"), now=NOW)
    assert acts_of(task)[-1] == "part.accept"


def test_signing_for_a_part_leaves_the_lead_units_form_good(cast: Cast) -> None:
    task = issued(cast, parts=("construction",))
    version, part = task.version, part_of(task)
    act(commands.accept_part, part, by=cast.actor("construction_head"))
    act(commands.accept_task, task, version=version, by=cast.actor("finance_head"))
    assert task.state is TaskState.ACTIVE


def test_the_office_signs_for_a_part_after_a_call(cast: Cast) -> None:
    part, clerk = part_of(issued(cast, parts=("construction",))), cast.actor("office_clerk")
    with refuses(Invalid, "spoke_with"):
        commands.accept_part(part, version=part.version, by=clerk, now=NOW)
    act(commands.accept_part, part, by=clerk, spoke_with="章立新")
    assert acts_of(part.task)[-1] == "part.accept_by_phone"


def test_a_part_is_signed_for_only_while_its_task_runs(cast: Cast) -> None:
    head = cast.actor("construction_head")
    for task in (
        draft(cast, parts=("construction",)),
        *(make(cast, parts=("construction",)) for make in (suspended, completed)),
    ):
        part = part_of(task)
        with refuses(Stale):
            commands.accept_part(part, version=part.version, by=head, now=NOW)
    running = part_of(active(cast, parts=("construction",)))
    act(commands.accept_part, running, by=head)
    assert running.state is PartState.ACTIVE
