"""The ladders, who hears, what else a rung does, and how reminders and held runs stand; with their Chinese names."""

from enum import StrEnum

from tracker.kernel.text import Labels, _l


class LadderKind(StrEnum):
    """What a ladder is for: work by its deadline, letters to be signed, and what the office itself owes."""

    DEADLINE = "deadline"
    LETTER = "letter"
    OFFICE = "office"


class SubjectName(StrEnum):
    """What somebody is reminded of."""

    TASK = "task"
    MILESTONE = "milestone"
    PART = "part"
    LETTER = "letter"
    VERIFICATION = "verification"
    EXTENSION = "extension"
    ADJUSTMENT = "adjustment"
    COORDINATION = "coordination"
    WARNED_TASK = "warned_task"
    """A task, a part, looked at by the rules of flags; a flag of which somebody is to be told."""
    WARNED_PART = "warned_part"
    WARNING = "warning"


class Audience(StrEnum):
    """Who hears at a rung; resolved to persons when the rung is reached."""

    OWNER = "owner"
    SIGNATORY = "signatory"
    LIAISON = "liaison"
    DEPUTY_IN_CHARGE = "deputy_in_charge"
    UNIT_HEAD = "unit_head"
    OFFICE = "office"
    OFFICE_DIRECTOR = "office_director"
    SUPERVISOR = "supervisor"
    LEADER_IN_CHARGE = "leader_in_charge"
    DEPUTY_LEADER = "deputy_leader"
    LEADER = "leader"


class Effect(StrEnum):
    """What else happens when a rung is reached. A red warning proposes; people decide."""

    NONE = "none"
    URGE = "urge"
    YELLOW = "yellow"
    NOTICE = "notice"
    RED = "red"


class ReminderState(StrEnum):
    """How a reminder stands.

    active: told. superseded: a higher rung was reached at once, this one is on record only. held: written in a run
    that somebody must look at first. cancelled: was held, and is told to nobody.
    """

    ACTIVE = "active"
    SUPERSEDED = "superseded"
    HELD = "held"
    CANCELLED = "cancelled"


class HoldCause(StrEnum):
    """Why a run is held: far more than usual, far more of the highest urgency, or a clock that cannot be right."""

    STORM = "storm"
    URGENT = "urgent"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"


class HoldState(StrEnum):
    """How a held run stands. released: it may go out; done: it went out. discarded: it never will."""

    HELD = "held"
    RELEASED = "released"
    DONE = "done"
    DISCARDED = "discarded"


CLOCK = frozenset({HoldCause.CLOCK_AHEAD, HoldCause.CLOCK_BEHIND})

LABELS = Labels(
    {
        LadderKind.DEADLINE: _l("任务和配合事项"),
        LadderKind.LETTER: _l("责任书签署"),
        LadderKind.OFFICE: _l("办公室自身事项"),
    },
    {
        SubjectName.TASK: _l("任务"),
        SubjectName.MILESTONE: _l("年度节点"),
        SubjectName.PART: _l("配合事项"),
        SubjectName.LETTER: _l("责任书"),
        SubjectName.VERIFICATION: _l("待核验"),
        SubjectName.EXTENSION: _l("延期申请"),
        SubjectName.ADJUSTMENT: _l("调整申请"),
        SubjectName.COORDINATION: _l("需协调事项"),
        SubjectName.WARNED_TASK: _l("任务的预警"),
        SubjectName.WARNED_PART: _l("配合事项的预警"),
        SubjectName.WARNING: _l("预警的告知"),
    },
    {
        Audience.OWNER: _l("责任人"),
        Audience.SIGNATORY: _l("签署人"),
        Audience.LIAISON: _l("联络员"),
        Audience.DEPUTY_IN_CHARGE: _l("分管负责人"),
        Audience.UNIT_HEAD: _l("主要负责人"),
        Audience.OFFICE: _l("领导小组办公室"),
        Audience.OFFICE_DIRECTOR: _l("办公室主任、副主任"),
        Audience.SUPERVISOR: _l("督导（督查）人员"),
        Audience.LEADER_IN_CHARGE: _l("牵头领导"),
        Audience.DEPUTY_LEADER: _l("副组长"),
        Audience.LEADER: _l("组长"),
    },
    {
        Effect.NONE: _l("只提醒"),
        Effect.URGE: _l("记一次催办"),
        Effect.YELLOW: _l("黄色预警"),
        Effect.NOTICE: _l("草拟督办通知单"),
        Effect.RED: _l("红色预警并建议约谈"),
    },
    {
        ReminderState.ACTIVE: _l("已提醒"),
        ReminderState.SUPERSEDED: _l("已由更高一级提醒取代"),
        ReminderState.HELD: _l("暂扣，等待确认"),
        ReminderState.CANCELLED: _l("已取消，没有发出"),
    },
    {
        HoldCause.STORM: _l("数量远超平日"),
        HoldCause.URGENT: _l("最高一级提醒过多"),
        HoldCause.CLOCK_AHEAD: _l("系统时间比数据库时间或者上次运行晚太多"),
        HoldCause.CLOCK_BEHIND: _l("系统时间比数据库时间或者上次运行还早"),
    },
    {
        HoldState.HELD: _l("等待确认"),
        HoldState.RELEASED: _l("已放行，工作日发出"),
        HoldState.DONE: _l("已放行"),
        HoldState.DISCARDED: _l("已取消"),
    },
)
