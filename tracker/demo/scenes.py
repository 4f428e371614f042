"""How a task got where it is: each scene is a list of acts with their days, played by the product's own commands."""

from collections.abc import Callable
from datetime import timedelta

from tracker.demo.stage import Stage
from tracker.kernel.clock import local_date
from tracker.oversight import commands as oversight
from tracker.oversight.rules import DirectionKind, UrgeChannel
from tracker.tasks import commands as tasks
from tracker.tasks.commands import NewReport
from tracker.tasks.commands.moving import is_late
from tracker.tasks.models import DelayExplanation, Extension
from tracker.tasks.rules import AdjustmentKind

Act = Callable[[Stage, int], None]
"""Something done to a task (by id) at the stage's time."""

REPORTS = (
    "已完成前期摸底，形成问题清单，正在逐项核对。",
    "已召开专题会议研究，明确了责任科室和时间节点。",
    "完成总量的六成，剩余部分正在推进，总体按计划进行。",
    "现场推进顺利，资料正在整理归档。",
)


def accept(stage: Stage, task_id: int) -> None:
    """The liaison signs for it."""
    task = stage.task(task_id)
    tasks.accept_task(task, version=task.version, by=stage.liaison(task), now=stage.now)


def report(stage: Stage, task_id: int) -> None:
    """The deputy in charge reports."""
    task = stage.task(task_id)
    text = REPORTS[(task_id + stage.now.day) % len(REPORTS)]
    tasks.report_progress(task, NewReport(text=text), version=task.version, by=stage.deputy(task), now=stage.now)


def no_change(stage: Stage, task_id: int) -> None:
    """Nothing new is a report too."""
    task = stage.task(task_id)
    tasks.report_progress(task, NewReport(no_change=True), version=task.version, by=stage.deputy(task), now=stage.now)


def draft_report(stage: Stage, task_id: int) -> None:
    """The liaison drafts a report that waits for confirmation."""
    task = stage.task(task_id)
    draft = NewReport(text="已在区级平台推出专题报道六期，第二批选题已经确定。")
    tasks.report_progress(task, draft, version=task.version, by=stage.liaison(task), now=stage.now)


def coordinate(stage: Stage, task_id: int) -> None:
    """Something that the unit cannot settle alone."""
    task = stage.task(task_id)
    said = NewReport(
        text="已完成两轮数据比对。",
        difficulty="教师与公务员收入统计口径不一致，缺少统一的核算表。",
        coordination="请领导小组办公室协调财政、教育部门统一核算口径。",
    )
    tasks.report_progress(task, said, version=task.version, by=stage.deputy(task), now=stage.now)


def submit(stage: Stage, task_id: int) -> None:
    """The head hands it in."""
    task = stage.task(task_id)
    text = "各项工作已按要求完成，相关资料齐备，报请核验。"
    tasks.submit_completion(task, statement=text, version=task.version, by=stage.head(task), now=stage.now)


def verify(stage: Stage, task_id: int) -> None:
    """Somebody not involved finds it done."""
    task = stage.task(task_id)
    by = stage.verifier(task)
    tasks.verify_completion(task, remark="资料齐全，核验通过。", version=task.version, by=by, now=stage.now)


def send_back(stage: Stage, task_id: int) -> None:
    """Something is missing."""
    task = stage.task(task_id)
    new_due = max(local_date(stage.now) + timedelta(days=12), task.due_on or local_date(stage.now))
    tasks.return_for_rework(
        task,
        remark="缺少逐校明细和现场照片，请补充后再报。",
        new_due_on=new_due,
        version=task.version,
        by=stage.verifier(task),
        now=stage.now,
    )


def urge(stage: Stage, task_id: int) -> None:
    """The office urges by message."""
    task = stage.task(task_id)
    oversight.urge_unit(
        task,
        unit_id=stage.lead(task),
        sentence="请抓紧推进，并于两个工作日内报送进展。",
        by=stage.urger(task),
        now=stage.now,
    )


def phone(stage: Stage, task_id: int) -> None:
    """The office calls."""
    task = stage.task(task_id)
    oversight.urge_unit(
        task,
        unit_id=stage.lead(task),
        channel=UrgeChannel.PHONE,
        answer="材料已报上级，预计下周批复。",
        by=stage.urger(task),
        now=stage.now,
    )


def ask_why(stage: Stage, task_id: int) -> None:
    """A supervisor asks for an explanation."""
    task = stage.task(task_id)
    oversight.direct(
        task,
        kind=DirectionKind.EXPLAIN,
        text="请说明滞后原因，并提出补救措施和完成时间。",
        version=task.version,
        by=stage.verifier(task),
        now=stage.now,
    )


def explain(stage: Stage, task_id: int) -> None:
    """The head explains the delay, unless a holiday has put lateness off."""
    task = stage.task(task_id)
    if not is_late(task, local_date(stage.now)):
        return
    text = "因连续降雨影响外墙施工，已增派两个班组，室内工程同步推进，预计月底前具备验收条件。"
    tasks.explain_delay(task, text=text, version=task.version, by=stage.head(task), now=stage.now)


def rectify(stage: Stage, task_id: int) -> None:
    """The explanation is answered with a new date, where there was a delay to explain."""
    task = stage.task(task_id)
    explanation = stage.latest_or_none(DelayExplanation, task_id)
    if explanation is None:
        return
    tasks.answer_explanation(
        explanation,
        remark="同意所述措施，请在限期内完成。",
        new_due_on=local_date(stage.now) + timedelta(days=11),
        version=explanation.version,
        by=stage.verifier(task),
        now=stage.now,
    )


def ask_time(stage: Stage, task_id: int) -> None:
    """The head asks for more time."""
    task = stage.task(task_id)
    due = (task.due_on or local_date(stage.now)) + timedelta(days=20)
    reason = "设备采购流标一次，重新组织招标需要时间。"
    tasks.ask_extension(task, reason=reason, new_due_on=due, version=task.version, by=stage.head(task), now=stage.now)


def grant_time(stage: Stage, task_id: int) -> None:
    """More time is granted."""
    extension = stage.latest(Extension, task_id)
    by = stage.decider(stage.task(task_id))
    tasks.decide_extension(extension, approve=True, remark="同意。", version=extension.version, by=by, now=stage.now)


def ask_adjustment(stage: Stage, task_id: int) -> None:
    """The unit finds that it is not its duty alone."""
    task = stage.task(task_id)
    tasks.ask_adjustment(
        task,
        kind=AdjustmentKind.STANDARD,
        reason="巡逻频次标准高于现有警力配备，建议按学校规模分级确定。",
        version=task.version,
        by=stage.head(task),
        now=stage.now,
    )


def suspend(stage: Stage, task_id: int) -> None:
    """It must wait for something else."""
    task = stage.task(task_id)
    reason = "等待省级国土调查成果下发。"
    tasks.suspend_task(task, reason=reason, version=task.version, by=stage.decider(task), now=stage.now)


def cancel(stage: Stage, task_id: int) -> None:
    """It is no longer needed."""
    task = stage.task(task_id)
    reason = "已并入区级停车专项，不再单列。"
    tasks.cancel_task(task, reason=reason, version=task.version, by=stage.decider(task), now=stage.now)


def split(stage: Stage, task_id: int) -> None:
    """The bureau hands pieces to its schools; the first two sign at once."""
    task = stage.task(task_id)
    for name, days, signs in (
        ("清澜区第一小学", 20, True),
        ("清澜区实验中学", 24, True),
        ("清澜区滨江中学", 18, False),
    ):
        unit_id = stage.unit(name).id
        piece = tasks.split_task(
            task,
            unit_id=unit_id,
            title=f"制定大班额化解方案（{name.removeprefix('清澜区')}）",
            content="摸清每个年级班额，提出分班和调剂办法。",
            due_on=local_date(stage.now) + timedelta(days=days),
            version=task.version,
            by=stage.head(task),
            now=stage.now,
        )
        school = stage.contact_of(unit_id, task.group_id)
        if signs and school is not None:
            tasks.accept_task(piece, version=piece.version, by=school, now=stage.now)


def accept_parts(stage: Stage, task_id: int) -> None:
    """Those who cooperate sign for their parts; for a unit without people the office calls and signs."""
    for part in stage.task(task_id).parts:
        own = stage.contact_of(part.unit_id, part.task.group_id)
        by, spoke_with = (own, "") if own is not None else (stage.urger(part.task), "值班同志")
        tasks.accept_part(part, version=part.version, by=by, now=stage.now, spoke_with=spoke_with)


def take_step(stage: Stage, task_id: int) -> None:
    """The first step of a task of years is done."""
    task = stage.task(task_id)
    tasks.complete_milestone(task.milestones[0], version=task.version, by=stage.deputy(task), now=stage.now)


def own(stage: Stage, task_id: int) -> None:
    """It is given to a person."""
    task = stage.task(task_id)
    person = stage.person_of(stage.liaison(task))
    tasks.assign_owner(task, person, version=task.version, by=stage.deputy(task), now=stage.now)


def timeline(scene: str, *, out: int, due: int | None) -> list[tuple[int, Act]]:
    """The acts of a scene with their days; out is the day on which the task was signed off."""
    end = -1 if due is None or due > 0 else due
    begun: list[tuple[int, Act]] = [(out + 1, accept), (out + 1, accept_parts), (out + 2, own)]
    middle = (out + end) // 2
    going = [*begun, (middle, report)]
    late = [*going, (min(end + 1, -1), urge)]
    scenes: dict[str, list[tuple[int, Act]]] = {
        "issued": [],
        "draft": [],
        "proposed": [],
        "accepted": [(-1, accept)],
        "adjustment_asked": [(-1, ask_adjustment)],
        "active": [*going, (-5 - (out % 4), no_change if out % 3 == 0 else report)],
        "step_done": [*going, (-33, take_step), (-9, report)],
        "drafted_report": [*going, (-1, draft_report)],
        "coordination": [*going, (-2, coordinate)],
        "split": [*going, (-16, split)],
        "done": [*going, (end - 4, submit), (end - 2, verify)],
        "done_late": [*going, (end + 5, submit), (end + 7, verify)],
        "submitted": [*going, (min(end, -1) - 1, submit)],
        "submitted_late": [*going, (end + 5, submit)],
        "returned": [*going, (-8, submit), (-6, send_back)],
        "overdue": going,
        "overdue_urged": [*late, (-1, phone)],
        "overdue_explained": [*late, (end + 3, ask_why), (-3, explain)],
        "overdue_rectify": [*late, (end + 4, explain), (end + 6, rectify)],
        "extension_asked": [*going, (-1, ask_time)],
        "extended": [*going, (-25, ask_time), (-24, grant_time)],
        "suspended": [*going, (-15, suspend)],
        "cancelled": [*going, (-10, cancel)],
    }
    return scenes[scene]
