"""The acts on a flag as pages, one row each."""

from tracker.kernel import clock
from tracker.kernel.forms import Choices
from tracker.kernel.text import _l
from tracker.oversight import commands, policy, queries
from tracker.oversight.forms import flags as forms
from tracker.oversight.models import Flag
from tracker.oversight.rules import FlagMove
from tracker.oversight.views import flag_doing as doing
from tracker.oversight.views.flag_acting import FlagAct, register
from tracker.tasks.queries import unit_signatories


def _heads(flag: Flag) -> Choices:
    return unit_signatories(flag.group_id, flag.unit_id, day=clock.today())


FLAG_ACTS = (
    FlagAct(
        "state_case",
        "/flags/<int:flag_id>/state",
        FlagMove.STATE,
        _l("作情况说明"),
        _l("提交"),
        _l("情况说明已保存。"),
        forms.StatementForm,
        queries.visible_flag,
        lambda actor, flag, _day: policy.may_state(actor, flag),
        doing.run_statement,
        make=doing.shape_statement,
        icon="message",
        enters=policy.may_enter_for_unit,
        signers=_heads,
        title_on_paper=_l("录入纸质情况说明"),
        note=_l("可以说明原因、进展和采取的措施，也可以申辩；负责人提交的立即生效，联络员、责任人起草的由负责人确认。"),
    ),
    FlagAct(
        "give_statement",
        "/statements/<int:statement_id>/give",
        FlagMove.STATE,
        _l("确认情况说明"),
        _l("确认并提交"),
        _l("情况说明已提交。"),
        forms.GiveStatementForm,
        queries.visible_statement_draft,
        lambda actor, statement, _day: policy.may_give_statement(actor, statement.flag),
        doing.run_given,
        make=doing.shape_given,
        icon="checks",
    ),
    FlagAct(
        "propose_decision",
        "/flags/<int:flag_id>/propose",
        FlagMove.PROPOSE,
        _l("提出处理建议"),
        _l("提交建议"),
        _l("处理建议已提交领导。"),
        forms.ProposeForm,
        queries.visible_flag,
        lambda actor, flag, day: policy.may_supervise(actor, flag, day=day),
        doing.run_proposal,
        make=doing.shape_proposal,
        possible=doing.require_no_proposal,
    ),
    FlagAct(
        "decide_flag",
        "/flags/<int:flag_id>/decide",
        FlagMove.DECIDE,
        _l("作出处理决定"),
        _l("作出决定"),
        _l("处理决定已记录，并已告知单位。"),
        forms.DecideFlagForm,
        queries.visible_flag,
        lambda actor, flag, day: policy.may_decide_at_all(actor, flag, proposal=queries.open_proposal(flag), day=day),
        doing.run_decision,
        make=doing.shape_decision,
        possible=commands.require_period_over,
    ),
    FlagAct(
        "turn_down",
        "/flags/proposals/<int:proposal_id>/turn-down",
        FlagMove.TURN_DOWN,
        _l("退回处理建议"),
        _l("退回"),
        _l("处理建议已退回。"),
        forms.RemarkForm,
        queries.visible_proposal,
        doing.may_turn_down,
        doing.run_turning_down,
        icon="arrow-back-up",
        kind="plain",
    ),
    FlagAct(
        "withdraw_flag",
        "/flags/<int:flag_id>/withdraw",
        FlagMove.WITHDRAW,
        _l("撤销预警"),
        _l("撤销预警"),
        _l("预警已撤销。"),
        forms.WithdrawForm,
        queries.visible_flag,
        lambda actor, flag, day: policy.may_withdraw(actor, flag, day=day),
        doing.run_withdrawal,
        icon="arrow-back-up",
        kind="plain",
        note=_l("预警有误时撤销，理由留存；撤销后不再计数，也不能再作处理决定。"),
    ),
    FlagAct(
        "ask_review",
        "/flags/<int:flag_id>/ask-review",
        FlagMove.ASK_REVIEW,
        _l("申请复核"),
        _l("提交申请"),
        _l("复核申请已提交。"),
        forms.GroundsForm,
        queries.visible_flag,
        lambda actor, flag, _day: policy.may_ask_review(actor, flag),
        doing.run_asking,
        possible=commands.require_reviewable,
        enters=policy.may_enter_for_unit,
        signers=_heads,
        title_on_paper=_l("录入纸质复核申请"),
        note=_l("只能申请一次；复核只会维持、减轻或者撤销原决定。"),
    ),
    FlagAct(
        "review_flag",
        "/flags/reviews/<int:review_id>/decide",
        FlagMove.REVIEW,
        _l("作出复核决定"),
        _l("提交复核决定"),
        _l("复核决定已记录，并已告知单位。"),
        forms.ReviewForm,
        queries.visible_review,
        lambda actor, review, day: policy.may_review_flag(actor, review, day=day),
        doing.run_review,
        make=doing.shape_review,
        possible=commands.require_review_open,
    ),
    FlagAct(
        "close_flag",
        "/flags/<int:flag_id>/close",
        FlagMove.CLOSE,
        _l("办结存档"),
        _l("办结存档"),
        _l("已办结存档。"),
        forms.CloseForm,
        queries.visible_flag,
        lambda actor, flag, day: policy.may_supervise(actor, flag, day=day),
        doing.run_closing,
        possible=commands.require_closable,
        icon="circle-check",
        kind="plain",
    ),
)

for _act in FLAG_ACTS:
    register(_act)
