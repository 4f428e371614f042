"""Load the demo story: five months of two groups' work, played day by day up to now."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tracker.demo import deliveries, flags, founding, ladders, letters, notices, scenes, tasks
from tracker.demo.stage import Known, Stage
from tracker.demo.tasks import Matter
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import LOCAL, local_date
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import OFFICE_DIRECTORS, SeatRole
from tracker.plans.models import Plan
from tracker.reminders.rules import OPEN_BRAKE
from tracker.reminders.sweep import sweep
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, TaskDraft
from tracker.tasks.models import Task
from tracker.tasks.rules import OpinionKind

FOUNDED, PLAN_OUT, SECOND_OUT, LATEST_OUT = -149, -138, -95, -2
SWEEPS = (-104, -72, -42, -28, *range(-21, 1))
"""The long past is swept now and then, the last weeks day by day, so that reminders have the dates they would have."""

Scene = Callable[[Stage], None]


@dataclass
class Play:
    """What happens when, in order; what happens may make more happen."""

    start: datetime
    root: Path
    queue: list[tuple[datetime, int, Scene]] = field(default_factory=list)
    numbers: Any = field(default_factory=count)
    known: Known = field(default_factory=Known)

    def at(self, day: int, scene: Scene, *, hour: int = 9) -> None:
        """Let something happen on a day (from today), never later than now."""
        when = datetime.combine(local_date(self.start) + timedelta(days=day), datetime.min.time(), tzinfo=LOCAL)
        moment = min(when + timedelta(hours=hour), self.start)
        heapq.heappush(self.queue, (moment, next(self.numbers), scene))

    def run(self) -> None:
        """Play everything, each act in a transaction of its own."""
        while self.queue:
            moment, _number, scene = heapq.heappop(self.queue)
            scene(Stage(moment, self.known))


def load(*, now: datetime, root: Path) -> dict[str, int]:
    """Fill an empty, migrated database with the story; returns how many tasks, people and messages it holds.

    root is the folder of uploaded files, where the plan itself is kept.
    """
    play = Play(now, root)
    play.at(FOUNDED, lambda stage: _found(play, stage))
    for day in SWEEPS:
        play.at(day, lambda stage: _sweep(play, stage), hour=8)
    play.run()
    return _counts()


def _found(play: Play, stage: Stage) -> None:
    today = local_date(play.start)
    with write_transaction():
        region, registrar = founding.found_district(stage)
        plan = founding.bring_plan(stage, region, registrar, today=today, root=play.root)
        group = plan.group
        group.short_name = "优质均衡领导小组"
        founding.settle_people(stage, region, group)
        second = founding.found_renovation(stage, region)
        founding.open_accounts(stage)
        plan_id, group_id, second_id = plan.id, group.id, second.id
    play.at(PLAN_OUT, lambda then: _sign_off_plan(play, then, plan_id))
    for group_key, title, matters, day in (
        (group_id, "第二批重点任务", tasks.BY_HAND, SECOND_OUT),
        (second_id, "老旧小区改造年度任务", tasks.RENOVATION, SECOND_OUT),
        (group_id, "近期补充任务", tasks.LATEST, LATEST_OUT),
    ):
        play.at(day, _batch_scene(play, group_key, title, matters, day))
    play.at(-1, lambda then: _unfinished(play, then, group_id))
    for day, rungs, reason in ladders.VERSIONS:
        play.at(day, partial(ladders.change, group_id=group_id, rungs=rungs, reason=reason), hour=7)
    play.at(SECOND_OUT, lambda then: _apportion(play, then, group_id))
    for day, scene in letters.letters_of(group_id, second_id, today=today):
        play.at(day, scene, hour=15)
    for day, scene in notices.scenes():
        play.at(day, scene, hour=16)
    for day, scene in flags.scenes(play.root):
        play.at(day, scene, hour=14)
    # Messages go out on working days only, and not before nine.
    morning = (working_days().shift(today, -1) - today).days
    play.at(morning, partial(deliveries.deliver, group_id=second_id), hour=10)


def _director(stage: Stage, group_id: int) -> Any:
    return stage.actor(seat_holders(group_id, day=local_date(stage.now), roles=OFFICE_DIRECTORS)[0])


def _clerk(stage: Stage, group_id: int) -> Any:
    return stage.actor(seat_holders(group_id, day=local_date(stage.now), roles=(SeatRole.OFFICE_STAFF,))[0])


def _sign_off_plan(play: Play, stage: Stage, plan_id: int) -> None:
    with write_transaction() as session:
        plan = session.get_one(Plan, plan_id)
        drafts = list(session.scalars(sa.select(Task).where(Task.plan_id == plan_id).order_by(Task.id)))
        _send_out(stage, plan.group, drafts, title="实施方案重点任务", number="清澜教优〔〕1号")
        staged = [
            (task.id, tasks.PLAN_SCENES.get(task.number, "active"), task.due_on, task.series_id) for task in drafts
        ]
    today = local_date(play.start)
    for task_id, scene, due_on, series_id in staged:
        if series_id is not None:
            _play_period(play, task_id, (stage_day(play, stage), due_on))
        else:
            due = None if due_on is None else (due_on - today).days
            _play(play, task_id, scene, out=PLAN_OUT, due=due)


def stage_day(play: Play, stage: Stage) -> int:
    """The day of a stage, counted from today."""
    return (local_date(stage.now) - local_date(play.start)).days


def _play(play: Play, task_id: int, scene: str, *, out: int, due: int | None) -> None:
    for hour, (day, act) in enumerate(scenes.timeline(scene, out=out, due=due), 9):
        play.at(day, _act_scene(act, task_id), hour=min(hour, 17))


def _act_scene(act: scenes.Act, task_id: int) -> Scene:
    def run(stage: Stage) -> None:
        with write_transaction():
            act(stage, task_id)

    return run


def _play_period(play: Play, task_id: int, dates: tuple[int, Any]) -> None:
    """A task of one period: signed for, reported, handed in a day early and verified, as far as that is past."""
    out, due_on = dates
    due = (due_on - local_date(play.start)).days
    # A period that ends right after it is issued is handed in late, not before it is signed for.
    done = max(due - 1, out + 3)
    acts = [
        (out + 1, scenes.accept),
        (out + 1, scenes.accept_parts),
        (out + 2, scenes.report),
        (done, scenes.submit),
        (done + 1, scenes.verify),
    ]
    for hour, (day, act) in enumerate(acts, 10):
        if day < 0:
            play.at(day, _act_scene(act, task_id), hour=hour)


def _send_out(stage: Stage, group: LeadershipGroup, drafts: Sequence[Task], *, title: str, number: str) -> None:
    year = local_date(stage.now).year
    number = number.replace("〔〕", f"〔{year}〕")
    clerk, director = _clerk(stage, group.id), _director(stage, group.id)
    batch = commands.propose_batch(group, drafts, title=title, document_number=number, by=clerk, now=stage.now)
    commands.sign_off_batch(batch, version=batch.version, by=director, now=stage.now)


def _draft(stage: Stage, group: LeadershipGroup, matter: Matter, play: Play) -> Task:
    due = None if matter.due is None else local_date(play.start) + timedelta(days=matter.due)
    draft = TaskDraft(
        title=matter.title,
        content=f"{matter.title}，形成工作台账，按时报送进展。",
        standard="任务完成，佐证材料齐全，经核验通过。",
        basis="领导小组办公室工作安排",
        lead_unit_id=stage.unit(matter.lead).id,
        due_on=due,
        parts=[NewPart(stage.unit(name).id, "按职责配合") for name in matter.cooperating],
        milestones=[(name, local_date(play.start) + timedelta(days=day)) for name, day in matter.steps],
    )
    return commands.draft_task(group, draft, by=_clerk(stage, group.id), now=stage.now)


def _batch_scene(play: Play, group_id: int, title: str, matters: Sequence[Matter], day: int) -> Scene:
    def run(stage: Stage) -> None:
        with write_transaction() as session:
            group = session.get_one(LeadershipGroup, group_id)
            drafts = [_draft(stage, group, matter, play) for matter in matters]
            _send_out(stage, group, drafts, title=title, number="清澜教优〔〕2号" if day < -50 else "")
            ids = [task.id for task in drafts]
        for task_id, matter in zip(ids, matters, strict=True):
            _play(play, task_id, matter.scene, out=day, due=matter.due)

    return run


def _unfinished(play: Play, stage: Stage, group_id: int) -> None:
    """What lies on the office's desk: drafts, and a batch that waits to be signed off."""
    with write_transaction() as session:
        group = session.get_one(LeadershipGroup, group_id)
        _ask_views(stage, group, [_draft(stage, group, matter, play) for matter in tasks.DRAFTS])
        proposed = [_draft(stage, group, matter, play) for matter in tasks.PROPOSED]
        commands.propose_batch(group, proposed, title="岁末补充任务", by=_clerk(stage, group_id), now=stage.now)


def _ask_views(stage: Stage, group: LeadershipGroup, drafts: Sequence[Task]) -> None:
    """Units are asked about drafts; the lead unit has answered, with an opinion on the first of them."""
    until = working_days().shift(local_date(stage.now), group.consult_days)
    title, clerk = "下一年度任务征求意见", _clerk(stage, group.id)
    asked = commands.open_consultation(group, drafts, title=title, reply_by=until, by=clerk, now=stage.now).units[0]
    opinions = {row.id: (OpinionKind.NONE, "") for row in asked.rows}
    opinions[asked.rows[0].id] = OpinionKind.TIME, "学龄人口数据下月才能核定，建议完成时限延后十个工作日。"
    head = stage.head(drafts[0])
    commands.answer_consultation(asked, opinions=opinions, version=asked.version, by=head, now=stage.now)


def _apportion(play: Play, stage: Stage, group_id: int) -> None:
    title, names, due = tasks.APPORTIONED
    with write_transaction() as session:
        group = session.get_one(LeadershipGroup, group_id)
        draft = TaskDraft(title=title, due_on=local_date(play.start) + timedelta(days=due))
        made = commands.draft_apportioned(
            group,
            draft,
            unit_ids=[stage.unit(name).id for name in names],
            summing_unit_id=stage.unit("区统计局").id,
            by=_clerk(stage, group_id),
            now=stage.now,
        )
        _send_out(stage, group, made, title="分办任务", number="")
        ids = [task.id for task in made]
    for task_id, scene in zip(ids, ("done", "done", "overdue_urged"), strict=True):
        _play(play, task_id, scene, out=SECOND_OUT, due=due)


def _sweep(play: Play, stage: Stage) -> None:
    known = db.session.scalar(sa.select(sa.func.max(Task.id))) or 0
    db.session.rollback()
    # The long past is swept at a few moments only, so that a run is larger than any would be.
    sweep(now=stage.now, pause=lambda _seconds: None, brake=OPEN_BRAKE)
    query = sa.select(Task.id, Task.due_on).where(Task.id > known, Task.series_id.is_not(None))
    fresh = db.session.execute(query).all()
    db.session.rollback()
    for task_id, due_on in fresh:
        _play_period(play, task_id, (stage_day(play, stage), due_on))


def _counts() -> dict[str, int]:
    names = ("task", "person", "unit", "inbox_item")
    found = {
        name: db.session.scalar(sa.select(sa.func.count()).select_from(db.metadata.tables[name])) or 0 for name in names
    }
    db.session.rollback()
    return found
