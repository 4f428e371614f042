"""Flags in the story: most were raised by the ladder as days went by; here people explain, propose, decide, withdraw.

Flags come when the calendar of the day lets them, so each act looks whether there is something to act on.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa

from tracker.demo.stage import Stage
from tracker.documents.xlsx import write_table
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.kernel.files import NewFile, store
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import LEADERS, SeatRole
from tracker.oversight import commands, policy
from tracker.oversight.models import Flag, FlagProposal
from tracker.oversight.queries.flag_matters import decision_of, open_proposal, review_of
from tracker.oversight.rules import DecisionKind, FlagColour, FlagState, period_is_over
from tracker.tasks.commands import PaperRoad
from tracker.tasks.models import Task

Scene = Callable[[Stage], None]

DECIDED = "更换农村学校老旧供水管网"
"""Yellow, and its head was interviewed by a decision on paper; red since, and the unit has explained."""
PROPOSED, REVIEWED, SPARED = "完成实验中学扩建项目用地报批", "上报本辖区学龄人口摸底数据", "完成学籍信息核对"
DRAFTING, WITHDRAWN = "建成滨河小学新校区", "审计教育附加使用情况"

PIPES_SAID = "涉及七所学校的管网图纸缺失，重新探测用去二十天，逾期属实，我镇对前期摸底不细负有责任。"
PIPES_PROPOSED = "两次调度均未提出明确的完成时间，所述理由不充分。建议由领导约谈主要负责人，限期提出补救方案。"
PIPES_DECIDED = "同意约谈。请该镇主要负责人在约谈时说明补救措施和新的完成时间，约谈情况存档。"
RED_SAID = (
    "约谈后已增加两个施工班组，七所学校中五所已换装通水，其余两所因主管道压力试验不合格返工，"
    "预计十个工作日内完成。其间由镇政府每日送水，未影响学校供餐，请予核实。"
)
LAND_SAID = (
    "用地报批需补充林地审核意见，已于告知后次日补报。附材料报送清单。"
    "我局未及时申请延期，今后凡涉及外部审批的事项，提前十五个工作日研判时限。"
)
LAND_PROPOSED = "逾期已影响扩建项目开工，单位在到期前没有申请延期，也没有报告困难。建议约谈分管负责人。"
ROLLS_SAID = "跨区转入的一百二十七名学生学籍须由转出地确认，我局多次去函催办，核对结果已于逾期五日后报出。"
ROLLS_DECIDED = "迟延出自转出地确认，单位已尽催办之责，任务现已报出，不予追究。"
COUNT_SAID = "两个新建小区尚未移交社区管理，入户登记延迟，现已完成八成。"
COUNT_DECIDED = "理由不能成立：其他镇街同类小区均已按期完成。请于五个工作日内补报，并说明核对办法。"
COUNT_GROUNDS = "两个小区的常住人口数据由区级平台统一提供，平台数据在到期日后两天才下发，请对责任划分予以复核。"
AUDIT_WITHDRAWN = "经核实，该单位到期前已书面报送审计结果，因办公室登记迟延而显示逾期，预警依据不成立，予以撤销。"
NEW_SCHOOL_SAID = "外墙保温材料复检一次不合格，已更换批次。拟请施工单位每周报送形象进度，下月中旬前完成竣工验收。"


def scenes(root: Path) -> Sequence[tuple[int, Scene]]:
    """What happens on which day, counted from today. root: where files are kept."""
    yellow, red = FlagColour.YELLOW, FlagColour.RED
    return (
        (-17, partial(_explain, title=DECIDED, colour=yellow, text=PIPES_SAID)),
        (-15, partial(_propose, title=DECIDED, reason=PIPES_PROPOSED)),
        (-12, partial(_decide_on_paper, title=DECIDED)),
        (-14, partial(_explain, title=PROPOSED, colour=yellow, text=LAND_SAID, root=root)),
        (-8, partial(_explain, title=SPARED, colour=yellow, text=ROLLS_SAID)),
        (-8, partial(_explain, title=REVIEWED, colour=yellow, text=COUNT_SAID)),
        (-5, partial(_propose, title=PROPOSED, reason=LAND_PROPOSED)),
        (-5, partial(_decide, title=SPARED, kind=DecisionKind.NO_ACTION, reason=ROLLS_DECIDED)),
        (-5, partial(_decide, title=REVIEWED, kind=DecisionKind.URGE, reason=COUNT_DECIDED)),
        (-4, partial(_close, title=SPARED)),
        (-3, partial(_ask_review, title=REVIEWED)),
        (-2, partial(_explain, title=DECIDED, colour=red, text=RED_SAID, ends=False)),
        (-1, partial(_draft, title=DRAFTING)),
        (-1, partial(_withdraw, title=WITHDRAWN)),
    )


def _flag(title: str, state: FlagState, colour: FlagColour | None = None) -> Flag | None:
    """The last flag about a matter that is in a state; None where it did not come to that."""
    query = sa.select(Flag).join(Task, Task.id == Flag.task_id).where(Task.title == title, Flag.state == state)
    if colour is not None:
        query = query.where(Flag.colour == colour)
    return db.session.scalars(query.order_by(Flag.id.desc()).limit(1)).first()


def _ready(flag: Flag | None, stage: Stage) -> bool:
    """Whether somebody may propose or decide by now."""
    used = flag is not None and flag.period_used_at is not None
    return flag is not None and period_is_over(local_date(stage.now), statement_by=flag.statement_by, used=used)


def _who(stage: Stage, flag: Flag, roles: frozenset[SeatRole], may: Callable[[Actor], object]) -> Actor | None:
    """The first of some seats who may."""
    people = seat_holders(flag.group_id, day=local_date(stage.now), roles=tuple(roles))
    return next((actor for actor in map(stage.actor, people) if may(actor)), None)


def _supervisor(stage: Stage, flag: Flag) -> Actor | None:
    day = local_date(stage.now)
    return _who(stage, flag, frozenset({SeatRole.SUPERVISOR}), lambda by: policy.may_supervise(by, flag, day=day))


def _leader(stage: Stage, flag: Flag, proposal: FlagProposal) -> Actor | None:
    day: date = local_date(stage.now)
    return _who(
        stage, flag, LEADERS, lambda by: policy.may_decide_flag(by, flag, proposal.kind, proposal=proposal, day=day)
    )


def _explain(
    stage: Stage, *, title: str, colour: FlagColour, text: str, ends: bool = True, root: Path | None = None
) -> None:
    """The unit's head states its case, with a file where there is one."""
    with write_transaction():
        flag = _flag(title, FlagState.AWAITING, colour)
        if flag is None or flag.period_used_at is not None:
            return
        files = [] if root is None else [_list_of_papers(root, stage)]
        by = stage.head(flag.task)
        commands.state_case(flag, text=text, ends_period=ends, files=files, version=flag.version, by=by, now=stage.now)


def _list_of_papers(root: Path, stage: Stage) -> NewFile:
    table = write_table(
        "材料报送清单",
        [("材料", 30), ("报送单位", 24), ("状态", 14)],
        [
            ("勘测定界报告", "市自然资源局", "已报送"),
            ("林地审核意见", "市林业局", "已补报"),
            ("社会稳定风险评估", "区信访局", "已备案"),
        ],
    )
    return store(
        BytesIO(table), "用地报批材料报送清单.xlsx", root=root, max_bytes=len(table), now=stage.now, field="files"
    )


def _draft(stage: Stage, *, title: str) -> None:
    """The liaison writes what a head has still to give."""
    with write_transaction():
        flag = _flag(title, FlagState.AWAITING)
        if flag is not None:
            by = stage.liaison(flag.task)
            commands.state_case(flag, text=NEW_SCHOOL_SAID, version=flag.version, by=by, now=stage.now)


def _propose(stage: Stage, *, title: str, reason: str) -> None:
    """A supervisor proposes an interview."""
    with write_transaction():
        flag = _flag(title, FlagState.AWAITING)
        by = _supervisor(stage, flag) if flag is not None and _ready(flag, stage) else None
        if flag is not None and by is not None:
            commands.propose_decision(
                flag, kind=DecisionKind.INTERVIEW, reason=reason, version=flag.version, by=by, now=stage.now
            )


def _decide_on_paper(stage: Stage, *, title: str) -> None:
    """A leader signs by hand, and the office enters it."""
    with write_transaction():
        flag = _flag(title, FlagState.AWAITING)
        proposal = None if flag is None else open_proposal(flag)
        if flag is None or proposal is None:
            return
        leader = _leader(stage, flag, proposal)
        clerk = _who(stage, flag, frozenset({SeatRole.OFFICE_STAFF}), lambda by: policy.may_record_paper(by, flag))
        if leader is None or clerk is None:
            return
        commands.decide_flag(
            flag,
            kind=proposal.kind,
            reason=PIPES_DECIDED,
            number=f"清澜教优督〔{local_date(stage.now).year}〕7号",
            version=flag.version,
            by=clerk,
            now=stage.now,
            paper=PaperRoad(leader),
        )


def _decide(stage: Stage, *, title: str, kind: DecisionKind, reason: str) -> None:
    """A supervisor decides what a supervisor may."""
    with write_transaction():
        flag = _flag(title, FlagState.AWAITING)
        by = _supervisor(stage, flag) if flag is not None and _ready(flag, stage) else None
        if flag is not None and by is not None:
            commands.decide_flag(flag, kind=kind, reason=reason, version=flag.version, by=by, now=stage.now)


def _close(stage: Stage, *, title: str) -> None:
    """What has no consequence is closed."""
    with write_transaction():
        flag = _flag(title, FlagState.DECIDED)
        by = None if flag is None else _supervisor(stage, flag)
        if flag is not None and by is not None:
            remark = "任务已办结，存档。"
            commands.close_flag(flag, remark=remark, version=flag.version, by=by, now=stage.now)


def _ask_review(stage: Stage, *, title: str) -> None:
    """The unit asks another leader to look again."""
    with write_transaction():
        flag = _flag(title, FlagState.DECIDED)
        if flag is not None and decision_of(flag) is not None and review_of(flag) is None:
            by = stage.head(flag.task)
            commands.ask_review(flag, grounds=COUNT_GROUNDS, version=flag.version, by=by, now=stage.now)


def _withdraw(stage: Stage, *, title: str) -> None:
    """A flag that was wrong is withdrawn."""
    with write_transaction():
        flag = _flag(title, FlagState.AWAITING)
        by = None if flag is None else _supervisor(stage, flag)
        if flag is not None and by is not None:
            commands.withdraw_flag(flag, reason=AUDIT_WITHDRAWN, version=flag.version, by=by, now=stage.now)
