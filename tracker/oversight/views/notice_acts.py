"""Every step of a supervision notice as a page: load it, ask the policy, show the form, run the command."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.forms import Choices, PaperForm
from tracker.kernel.text import _, _l
from tracker.kernel.uploads import kept
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.oversight import commands, forms, policy, queries
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import LABELS, NOTICE_MOVES, NoticeMove, NoticeState
from tracker.oversight.views.blueprint import bp
from tracker.oversight.views.notice_doing import Doing, NoticeAct
from tracker.tasks.on_paper import paper_and_scans
from tracker.tasks.queries import unit_signatories


def register(act: NoticeAct) -> None:
    """Hang a step on the blueprint, under its own name."""

    def view(supervision_notice_id: int) -> ResponseReturnValue:
        actor, notice_id = current_actor(), supervision_notice_id
        notice = queries.visible_notice(actor, notice_id)
        paper = _check(act, actor, notice)
        form = act.form(version=notice.version) if request.method == "GET" else act.form()
        act.make(form, notice)
        if paper and isinstance(form, PaperForm):
            form.signatory.offer(act.signers(notice))
        if form.validate_on_submit():
            with form_errors(form), write_transaction():
                _run(act, notice_id, form, actor)
                flash(str(_done(act, actor, notice)), "success")
                return redirect(url_for("oversight.notice", supervision_notice_id=notice_id))
        page = render_template(
            "oversight/notice_act.html",
            act=act,
            title=act.titled(actor, notice),
            form=form,
            notice=notice,
            paper=paper,
            names=list(form._fields),
        )
        return page, status_of(form)

    rule = f"/notices/<int:supervision_notice_id>/{act.path}"
    bp.add_url_rule(rule, endpoint=act.name, view_func=view, methods=["GET", "POST"])


def _check(act: NoticeAct, actor: Actor, notice: SupervisionNotice) -> bool:
    """Refuse whoever may not, and what makes no sense; says whether it may be entered as taken on paper."""
    verdict = act.verdict(actor, notice)
    paper = act.on_paper(actor, notice)
    if not (verdict or paper):
        require(verdict)
    if notice.state not in act.states:
        title = act.titled(actor, notice)
        raise Stale(_("督办通知单现在是“%(state)s”，不能“%(act)s”。", state=LABELS[notice.state], act=title))
    return paper


def _run(act: NoticeAct, notice_id: int, form: Any, actor: Actor) -> None:
    """Read the notice anew inside the transaction, so that the decision rests on it as it stands."""
    now = clock.now()
    notice = queries.visible_notice(actor, notice_id)
    paper, scans = paper_and_scans(form, act.enters(actor, notice), now=now)
    act.run(Doing(notice, form, actor, now, paper, scans))


def _done(act: NoticeAct, actor: Actor, notice: SupervisionNotice) -> object:
    if act.name == "reply_notice" and not act.on_paper(actor, notice) and not policy.may_send_reply(actor, notice):
        return _("已起草，等待本单位负责人确认。")
    if act.name == "reply_notice" and not act.verdict(actor, notice):
        return _("纸质回执已录入。")
    return act.done


def _fill_words(form: Any, notice: SupervisionNotice) -> None:
    if form.is_submitted():
        return
    for name in ("matter", "basis", "demand", "reply_by", "contact", "phone"):
        form[name].data = getattr(notice, name)
    form.urgency.data = notice.urgency.value


def _own_hand(form: Any, notice: SupervisionNotice) -> None:
    """Who signs for their own unit is not asked with whom they spoke."""
    if policy.signs_for_own(current_actor(), notice):
        del form.spoke_with


def _fill_reply(form: Any, notice: SupervisionNotice) -> None:
    """A draft that waits, or the answer that was sent back, is where the unit's next one begins."""
    if form.is_submitted():
        return
    own = policy.may_draft_reply(current_actor(), notice)
    form.paper.data = not own
    if own and notice.replies:
        form.text.data = notice.replies[-1].text


def _heads(notice: SupervisionNotice) -> Choices:
    return unit_signatories(notice.group_id, notice.unit_id, day=clock.today())


def _reply(doing: Doing) -> None:
    text = forms.chosen(doing.form, "text")
    files = kept(doing.form.files.uploads, field="files", now=doing.now)
    if doing.paper is not None:
        commands.send_reply(doing.notice, text=text, files=[*doing.scans, *files], paper=doing.paper, **doing.said)
        return
    command = commands.send_reply if policy.may_send_reply(doing.by, doing.notice) else commands.draft_reply
    command(doing.notice, text=text, files=files, **doing.said)


def _states(move: NoticeMove) -> frozenset[NoticeState]:
    return NOTICE_MOVES[move][0]


ACTS = (
    NoticeAct(
        "edit_notice",
        "edit",
        _l("修改"),
        _l("已保存。"),
        forms.NoticeForm,
        frozenset({NoticeState.DRAFT}),
        lambda actor, notice: policy.may_draft_notice(actor, notice.group_id),
        lambda doing: commands.edit_notice(doing.notice, doing.form.said, **doing.said),
        make=_fill_words,
    ),
    NoticeAct(
        "propose_notice",
        "propose",
        _l("送签"),
        _l("已送签，等待签发。"),
        forms.PlainForm,
        _states(NoticeMove.PROPOSE),
        lambda actor, notice: policy.may_draft_notice(actor, notice.group_id),
        lambda doing: commands.propose_notice(doing.notice, **doing.said),
    ),
    NoticeAct(
        "sign_off_notice",
        "sign",
        _l("签发"),
        _l("已签发，单位可以签收。"),
        forms.SignOffNoticeForm,
        _states(NoticeMove.SIGN_OFF),
        lambda actor, notice: policy.may_sign_off_notice(actor, notice.group_id),
        lambda doing: commands.sign_off_notice(doing.notice, paper=doing.paper, **doing.said),
        note=_l("签发时编号，编号连续不跳号；未填办理时限的，自今天起计算。"),
    ),
    NoticeAct(
        "send_back_notice",
        "send-back",
        _l("退回修改"),
        _l("已退回修改。"),
        forms.RemarkForm,
        _states(NoticeMove.SEND_BACK),
        lambda actor, notice: policy.may_sign_off_notice(actor, notice.group_id),
        lambda doing: commands.send_back_notice(doing.notice, remark=forms.chosen(doing.form, "remark"), **doing.said),
    ),
    NoticeAct(
        "discard_notice",
        "discard",
        _l("作废"),
        _l("已作废。"),
        forms.RemarkForm,
        _states(NoticeMove.DISCARD),
        policy.may_discard_notice,
        lambda doing: commands.discard_notice(doing.notice, remark=forms.chosen(doing.form, "remark"), **doing.said),
        kind="danger",
    ),
    NoticeAct(
        "sign_for_notice",
        "sign-for",
        _l("签收"),
        _l("已签收，请在办理时限内报送回执。"),
        forms.SignForForm,
        _states(NoticeMove.SIGN_FOR),
        policy.may_sign_for_notice,
        lambda doing: commands.sign_for_notice(
            doing.notice, spoke_with=forms.chosen(doing.form, "spoke_with"), **doing.said
        ),
        make=_own_hand,
    ),
    NoticeAct(
        "reply_notice",
        "reply",
        _l("填写回执"),
        _l("回执已报送。"),
        forms.ReplyForm,
        _states(NoticeMove.REPLY),
        policy.may_draft_reply,
        _reply,
        make=_fill_reply,
        enters=policy.may_record_reply,
        signers=_heads,
        title_on_paper=_l("录入纸质回执"),
    ),
    NoticeAct(
        "accept_reply",
        "accept",
        _l("审核通过"),
        _l("回执已审核通过，督办通知单办结。"),
        forms.AcceptReplyForm,
        _states(NoticeMove.ACCEPT),
        policy.may_check_reply,
        lambda doing: commands.accept_reply(doing.notice, remark=forms.chosen(doing.form, "remark"), **doing.said),
        note=_l("这里审核的是回执；任务是否完成，仍以报请办结和核验为准。"),
    ),
    NoticeAct(
        "return_reply",
        "return",
        _l("退回重报"),
        _l("已退回单位重报。"),
        forms.ReturnReplyForm,
        _states(NoticeMove.RETURN),
        policy.may_check_reply,
        lambda doing: commands.return_reply(
            doing.notice,
            remark=forms.chosen(doing.form, "remark"),
            reply_by=doing.form.reply_by.data,
            **doing.said,
        ),
    ),
    NoticeAct(
        "withdraw_notice",
        "withdraw",
        _l("撤回"),
        _l("已撤回。"),
        forms.WithdrawNoticeForm,
        _states(NoticeMove.WITHDRAW),
        policy.may_withdraw_notice,
        lambda doing: commands.withdraw_notice(
            doing.notice, remark=forms.chosen(doing.form, "remark"), paper=doing.paper, **doing.said
        ),
        kind="danger",
        enters=policy.may_record_withdrawal,
        note=_l("撤回后编号保留，不再使用。"),
    ),
)
"""Every step, in the order in which the page of a notice offers them."""

for _act in ACTS:
    register(_act)


def possible(actor: Actor, notice: SupervisionNotice) -> list[NoticeAct]:
    """The steps that somebody may take with a notice as it stands, on paper or by hand."""
    return [act for act in ACTS if notice.state in act.states and _may(act, actor, notice)]


def _may(act: NoticeAct, actor: Actor, notice: SupervisionNotice) -> bool:
    return bool(act.verdict(actor, notice)) or act.on_paper(actor, notice)
