"""What a unit does with what it was given: sign for it, ask for changes, explain, give it to people and units below."""

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.forms import ActForm
from tracker.kernel.text import _l
from tracker.kernel.verdict import Verdict
from tracker.tasks import commands, policy, queries
from tracker.tasks.forms import acts as forms
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.queries.step_rules import WORKING
from tracker.tasks.rules import OPEN, PART_WORK, AdjustmentKind, PartState, TaskState
from tracker.tasks.views.acting import Act, Doing, register


def _seen(doing: Doing) -> int:
    version: int = doing.form.seen_version
    return version


def _spoke(doing: Doing) -> str:
    return (doing.form.spoke_with.data or "") if "spoke_with" in doing.form else ""


def _accept(doing: Doing) -> None:
    commands.accept_task(doing.thing, version=_seen(doing), spoke_with=_spoke(doing), by=doing.by, now=doing.now)


def _accept_part(doing: Doing) -> None:
    commands.accept_part(doing.thing, version=_seen(doing), spoke_with=_spoke(doing), by=doing.by, now=doing.now)


def _own_hand(form: ActForm, thing: Task | TaskPart) -> None:
    """Who signs for their own unit is not asked with whom they spoke."""
    task, unit_id = (thing, thing.lead_unit_id) if isinstance(thing, Task) else (thing.task, thing.unit_id)
    if policy.may_draft_for(current_actor(), task.group_id, unit_id):
        del form.spoke_with


def _ask_adjustment(doing: Doing) -> None:
    commands.ask_adjustment(
        doing.thing,
        kind=AdjustmentKind(doing.form.kind.data),
        reason=doing.form.reason.data or "",
        new_due_on=doing.form.new_due_on.data,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
    )


def _ask_extension(doing: Doing) -> None:
    commands.ask_extension(
        doing.thing,
        reason=doing.form.reason.data or "",
        new_due_on=doing.form.new_due_on.data,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
    )


def _explain(doing: Doing) -> None:
    text = doing.form.text.data or ""
    commands.explain_delay(doing.thing, text=text, version=_seen(doing), by=doing.by, now=doing.now)


def _offer_owners(form: ActForm, thing: Task) -> None:
    form.owner.offer(queries.people_of_lead(thing, day=clock.today()))
    if not form.is_submitted():
        form.owner.data = thing.owner_id or 0


def _assign(doing: Doing) -> None:
    row_id = doing.form.owner.row_id
    person = queries.person_named(row_id) if row_id else None
    commands.assign_owner(doing.thing, person, version=_seen(doing), by=doing.by, now=doing.now)


def _offer_units_below(form: ActForm, thing: Task) -> None:
    below = queries.units_below(thing)
    form.unit.offer(below)
    if not below:
        form.unit.description = _l("还没有登记本单位的科室或者所属单位，请联系领导小组办公室登记。")
    if not form.is_submitted():
        form.due_on.data = thing.due_on


def _split(doing: Doing) -> None:
    form = doing.form
    commands.split_task(
        doing.thing,
        unit_id=form.unit.data,
        title=form.title.data or "",
        content=form.content.data or "",
        due_on=form.due_on.data,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
    )


def _may_accept(actor: Actor, thing: Task) -> Verdict:
    return policy.may_accept(actor, thing)


ISSUED = frozenset({TaskState.ISSUED})

ACTS = (
    Act(
        "accept",
        "/tasks/<int:task_id>/accept",
        _l("签收"),
        _l("签收"),
        _l("已签收。"),
        forms.AcceptForm,
        queries.visible_task,
        _may_accept,
        _accept,
        make=_own_hand,
        states=ISSUED,
        note=_l("签收表示已知悉任务内容、完成标准和时限。"),
        possible=commands.require_acceptable,
    ),
    Act(
        "accept_part",
        "/parts/<int:part_id>/accept",
        _l("签收配合事项"),
        _l("签收"),
        _l("配合事项已签收。"),
        forms.AcceptForm,
        queries.visible_part,
        policy.may_accept_part,
        _accept_part,
        make=_own_hand,
        states=PART_WORK,
        thing_states=frozenset({PartState.ISSUED}),
    ),
    Act(
        "ask_adjustment",
        "/tasks/<int:task_id>/ask-adjustment",
        _l("申请调整"),
        _l("提交申请"),
        _l("调整申请已提交，等待办公室决定。"),
        forms.AskAdjustmentForm,
        queries.visible_task,
        policy.may_ask,
        _ask_adjustment,
        states=ISSUED,
        note=_l("签收前可以申请一次：职责不符、时限或者标准需要调整。办公室在 2 个工作日内决定，决定后照此执行。"),
        possible=commands.require_adjustment_open,
    ),
    Act(
        "ask_extension",
        "/tasks/<int:task_id>/ask-extension",
        _l("申请延期"),
        _l("提交申请"),
        _l("延期申请已提交，等待决定。"),
        forms.AskExtensionForm,
        queries.visible_task,
        policy.may_ask,
        _ask_extension,
        states=WORKING,
        note=_l("延期须在时限之前申请，原时限保留在记录中。"),
        possible=commands.require_extension_open,
        instead="explain_delay",
    ),
    Act(
        "explain_delay",
        "/tasks/<int:task_id>/explain-delay",
        _l("逾期说明"),
        _l("提交说明"),
        _l("逾期说明已提交。"),
        forms.ExplainForm,
        queries.visible_task,
        policy.may_ask,
        _explain,
        states=OPEN,
        possible=commands.require_delay_unexplained,
    ),
    Act(
        "assign",
        "/tasks/<int:task_id>/assign",
        _l("落实责任人"),
        _l("保存"),
        _l("责任人已落实。"),
        forms.AssignForm,
        queries.visible_task,
        policy.may_assign,
        _assign,
        make=_offer_owners,
        states=OPEN,
    ),
    Act(
        "split",
        "/tasks/<int:task_id>/split",
        _l("层层分解"),
        _l("下达子任务"),
        _l("子任务已下达。"),
        forms.SplitForm,
        queries.visible_task,
        policy.may_assign,
        _split,
        make=_offer_units_below,
        states=WORKING,
        note=_l("分解给本单位的科室或者所属学校，牵头责任不变。"),
        possible=commands.require_dividable,
    ),
)

for _act in ACTS:
    register(_act)
