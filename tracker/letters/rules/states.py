"""The life of a responsibility letter: kinds, states, the steps between them, and whose turn it is to sign."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from tracker.kernel.text import Labels, _l


class LetterState(StrEnum):
    """How a letter stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    SENT_BACK = "sent_back"
    HALF_SIGNED = "half_signed"
    IN_FORCE = "in_force"
    FULFILLED = "fulfilled"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class LetterMove(StrEnum):
    """A step in the life of a letter."""

    ISSUE = "issue"
    SIGN_ONE_SIDE = "sign_one_side"
    ENTER_FORCE = "enter_force"
    FULFIL = "fulfil"
    SEND_BACK = "send_back"
    SUPERSEDE = "supersede"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"


class LetterKind(StrEnum):
    """A letter of its own, one that adds to another, or one that takes another's place."""

    LETTER = "letter"
    SUPPLEMENT = "supplement"
    REPLACEMENT = "replacement"


class BatchState(StrEnum):
    """How far a batch of letters has come."""

    DRAFT = "draft"
    ISSUED = "issued"
    DISCARDED = "discarded"


class Side(StrEnum):
    """The party that demands (甲方) and the one that promises (乙方)."""

    FIRST = "first"
    SECOND = "second"


class SigningOrder(StrEnum):
    """Which party signs first."""

    ANY = "any"
    SECOND_FIRST = "second_first"
    FIRST_FIRST = "first_first"


class SigningMethod(StrEnum):
    """Signed here with the password, or by hand on paper and entered by the office."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


class ClauseKind(StrEnum):
    """What a clause promises: a number, a task, or something written by hand."""

    TARGET = "target"
    TASK = "task"
    FREE = "free"


class ClauseOutcome(StrEnum):
    """What became of a clause by the year's end."""

    MET = "met"
    PARTLY = "partly"
    UNMET = "unmet"


class HandoverState(StrEnum):
    """How a handover stands. Lapsed: another was drawn up in its place before the successor signed."""

    OPEN = "open"
    SIGNED = "signed"
    LAPSED = "lapsed"


class HandoverLine(StrEnum):
    """Who signs a handover: whoever answered for the letter, and the successor."""

    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"


class PaperKind(StrEnum):
    """What is made of all letters: a zip of Word files or of PDFs, one PDF for the meeting, or who has signed."""

    WORD = "word"
    PDF = "pdf"
    PRINT = "print"
    STANDING = "standing"


class PileState(StrEnum):
    """How far a pile of scans has come: it is taken apart, or filed and waiting for the office."""

    READING = "reading"
    READY = "ready"


class PageFault(StrEnum):
    """Why a page of a pile belongs to no letter."""

    NO_CODE = "no_code"
    BLANK = "blank"
    FOREIGN = "foreign"
    SEVERAL = "several"
    OTHER_BATCH = "other_batch"
    OLD_TEXT = "old_text"
    NOT_SIGNABLE = "not_signable"
    DUPLICATE = "duplicate"
    TAKEN_OUT = "taken_out"


class Gap(StrEnum):
    """What a letter lacks before it can go out, or what the office should know."""

    NO_SIGNATORY = "no_signatory"
    NO_CLAUSE = "no_clause"
    BOTH_SIDES = "both_sides"
    POST_EMPTY = "post_empty"
    UNISSUED_TASKS = "unissued_tasks"
    UNDATED_TASKS = "undated_tasks"
    PROMISED_ALREADY = "promised_already"


S = LetterState

MOVES: Mapping[LetterMove, tuple[frozenset[LetterState], LetterState]] = {
    LetterMove.ISSUE: (frozenset({S.DRAFT, S.SENT_BACK}), S.ISSUED),
    LetterMove.SIGN_ONE_SIDE: (frozenset({S.ISSUED}), S.HALF_SIGNED),
    LetterMove.ENTER_FORCE: (frozenset({S.ISSUED, S.HALF_SIGNED}), S.IN_FORCE),
    LetterMove.FULFIL: (frozenset({S.IN_FORCE, S.EXPIRED}), S.FULFILLED),
    LetterMove.SEND_BACK: (frozenset({S.ISSUED, S.HALF_SIGNED}), S.SENT_BACK),
    LetterMove.SUPERSEDE: (frozenset({S.IN_FORCE}), S.SUPERSEDED),
    LetterMove.EXPIRE: (frozenset({S.ISSUED, S.HALF_SIGNED, S.SENT_BACK, S.IN_FORCE}), S.EXPIRED),
    LetterMove.WITHDRAW: (frozenset({S.DRAFT, S.ISSUED, S.SENT_BACK, S.HALF_SIGNED}), S.WITHDRAWN),
    LetterMove.REVOKE: (frozenset({S.IN_FORCE}), S.WITHDRAWN),
}
"""From each step to the states it may start in and the state it ends in."""

EDITABLE = frozenset({S.DRAFT, S.SENT_BACK})
"""States in which clauses may still change; a new text follows."""
SIGNABLE = frozenset({S.ISSUED, S.HALF_SIGNED})
WAITING = frozenset({S.ISSUED, S.HALF_SIGNED, S.SENT_BACK})
"""Issued and not yet signed by all."""
PROMISING = frozenset({S.DRAFT, S.ISSUED, S.SENT_BACK, S.HALF_SIGNED, S.IN_FORCE, S.FULFILLED})
"""A letter that is on its way, or that stands: the unit needs no second one for the same plan and period."""
BLOCKING = frozenset({Gap.NO_SIGNATORY, Gap.NO_CLAUSE, Gap.BOTH_SIDES})
"""With these a letter cannot go out."""

BEFORE = {SigningOrder.SECOND_FIRST: (Side.SECOND, Side.FIRST), SigningOrder.FIRST_FIRST: (Side.FIRST, Side.SECOND)}

LABELS = Labels(
    {
        LetterState.DRAFT: _l("草拟"),
        LetterState.ISSUED: _l("待签署"),
        LetterState.SENT_BACK: _l("已退回"),
        LetterState.HALF_SIGNED: _l("一方已签"),
        LetterState.IN_FORCE: _l("已生效"),
        LetterState.FULFILLED: _l("已对账"),
        LetterState.SUPERSEDED: _l("已被替代"),
        LetterState.EXPIRED: _l("已到期"),
        LetterState.WITHDRAWN: _l("已撤回"),
    },
    {
        LetterMove.ISSUE: _l("下发"),
        LetterMove.SIGN_ONE_SIDE: _l("一方签署"),
        LetterMove.ENTER_FORCE: _l("双方签署生效"),
        LetterMove.FULFIL: _l("确认年终对账"),
        LetterMove.SEND_BACK: _l("退回"),
        LetterMove.SUPERSEDE: _l("被重签替代"),
        LetterMove.EXPIRE: _l("到期"),
        LetterMove.WITHDRAW: _l("撤回"),
        LetterMove.REVOKE: _l("生效后撤回"),
    },
    {
        LetterKind.LETTER: _l("责任书"),
        LetterKind.SUPPLEMENT: _l("补充责任书"),
        LetterKind.REPLACEMENT: _l("重签责任书"),
    },
    {
        BatchState.DRAFT: _l("草拟"),
        BatchState.ISSUED: _l("已下发"),
        BatchState.DISCARDED: _l("已弃用"),
    },
    {Side.FIRST: _l("甲方"), Side.SECOND: _l("乙方")},
    {
        SigningOrder.ANY: _l("不分先后"),
        SigningOrder.SECOND_FIRST: _l("单位先签、领导后签"),
        SigningOrder.FIRST_FIRST: _l("领导先签、单位后签"),
    },
    {SigningMethod.ELECTRONIC: _l("系统签署"), SigningMethod.PAPER: _l("纸质签署")},
    {ClauseKind.TARGET: _l("责任目标"), ClauseKind.TASK: _l("工作任务"), ClauseKind.FREE: _l("其他约定")},
    {ClauseOutcome.MET: _l("完成"), ClauseOutcome.PARTLY: _l("部分完成"), ClauseOutcome.UNMET: _l("未完成")},
    {HandoverState.OPEN: _l("待接任人签署"), HandoverState.SIGNED: _l("已交接"), HandoverState.LAPSED: _l("已失效")},
    {HandoverLine.PREDECESSOR: _l("移交人"), HandoverLine.SUCCESSOR: _l("接任人")},
    {
        PaperKind.WORD: _l("全部责任书（Word 压缩包）"),
        PaperKind.PDF: _l("全部责任书（PDF 压缩包）"),
        PaperKind.PRINT: _l("全部打印（一个 PDF）"),
        PaperKind.STANDING: _l("签订情况表（PDF）"),
    },
    {PileState.READING: _l("正在识别"), PileState.READY: _l("待确认")},
    {
        PageFault.NO_CODE: _l("没有识别到二维码"),
        PageFault.BLANK: _l("空白页"),
        PageFault.FOREIGN: _l("不是本领导小组的责任书"),
        PageFault.SEVERAL: _l("一页上有几份责任书的二维码"),
        PageFault.OTHER_BATCH: _l("属于其他批次"),
        PageFault.OLD_TEXT: _l("印的不是现行文本"),
        PageFault.NOT_SIGNABLE: _l("责任书不在待签署状态"),
        PageFault.DUPLICATE: _l("与前面一页重复"),
        PageFault.TAKEN_OUT: _l("已移出"),
    },
    {
        Gap.NO_SIGNATORY: _l("没有登记主要负责人职务"),
        Gap.NO_CLAUSE: _l("没有任务，也没有其他约定"),
        Gap.BOTH_SIDES: _l("甲方签署人就是该单位负责人，请移出后另起一批，由其他领导签署"),
        Gap.POST_EMPTY: _l("签署人职务缺位"),
        Gap.UNISSUED_TASKS: _l("有任务尚未签发，不列入"),
        Gap.UNDATED_TASKS: _l("有任务没有完成时限"),
        Gap.PROMISED_ALREADY: _l("同一方案、同一期间已有责任书"),
    },
)


def may_follow(move: LetterMove, state: LetterState) -> bool:
    """Whether a step may start in a state."""
    return state in MOVES[move][0]


def is_turn_of(side: Side, *, order: SigningOrder, complete: Collection[Side]) -> bool:
    """Whether a party may sign now; complete are the parties that have signed in full."""
    if side in complete:
        return False
    return order is SigningOrder.ANY or side is BEFORE[order][0] or BEFORE[order][0] in complete


def step_after_signing(complete: Collection[Side]) -> LetterMove | None:
    """The step that the latest signature makes: none while no party has signed in full."""
    if not complete:
        return None
    return LetterMove.ENTER_FORCE if len(set(complete)) == len(Side) else LetterMove.SIGN_ONE_SIDE
