"""Papers that follow from a decision: 约谈通知, 约谈记录, and the draft of a 通报, made from what is on record."""

from collections.abc import Mapping, Sequence

from flask import url_for
from flask.typing import ResponseReturnValue

from tracker.documents.paper import Paper, day
from tracker.documents.sending import send_paper
from tracker.kernel.actor import current_actor
from tracker.kernel.errors import NotVisible, Stale
from tracker.kernel.installation import on_paper
from tracker.kernel.text import _, _l, noted
from tracker.oversight import queries
from tracker.oversight.models import Flag, FlagDecision, FlagReview
from tracker.oversight.papers.circular import Circular, NamedProblem, circular_paper
from tracker.oversight.papers.interviews import (
    InterviewNotice,
    InterviewRecord,
    interview_notice_paper,
    interview_record_paper,
)
from tracker.oversight.rules import DecisionKind, FlagSubject
from tracker.oversight.views.blueprint import bp
from tracker.tasks.policy import OVERSEERS

NAMES = {"interview-notice": _l("约谈通知"), "interview-record": _l("约谈记录"), "circular": _l("通报")}


PAPERS: Mapping[DecisionKind, Sequence[str]] = {
    DecisionKind.INTERVIEW: ("interview-notice", "interview-record"),
    DecisionKind.CIRCULAR: ("circular",),
}


def papers_for(decision: FlagDecision | None, review: FlagReview | None) -> Sequence[str]:
    """Which papers go with what stands after a review, by their code in the address."""
    stands = queries.in_force(decision, review)
    return () if stands is None else PAPERS.get(stands.kind, ())


@bp.get("/flags/decided/<int:decided_id>/<any('interview-notice', 'interview-record', circular):what>.<ending>")
def decision_paper(decided_id: int, what: str, ending: str) -> ResponseReturnValue:
    """A paper of a decision, for whoever watches over the group: to be completed by hand, numbered and sent out."""
    actor = current_actor()
    flag = queries.visible_flag(actor, decided_id)
    if ending not in {"docx", "pdf"} or not actor.roles_in(flag.group_id) & OVERSEERS:
        raise NotVisible
    decision, review = queries.decision_of(flag), queries.review_of(flag)
    if decision is None or what not in papers_for(decision, review):
        raise Stale(_("这项决定没有这份文书，或者已经复核变更、撤销。"))
    return send_paper(_paper(flag, decision, review, what), f"{noted(NAMES[what])['text']}{flag.id}", ending)


def _facts(flag: Flag) -> list[str]:
    seen = flag.evidence
    late = f"，逾期{seen['late_days']}个工作日" if seen["late_days"] else ""
    urged = f"；已催办{seen['urges']}次" if seen["urges"] else ""
    return [f"{_matter(flag)}应于{day(flag.due_on)}完成{late}{urged}。"]


def _matter(flag: Flag) -> str:
    """What should have been done by then: the task, a step inside it, or a cooperating unit's part."""
    task = f"任务“{flag.evidence['title']}”"
    if flag.subject_kind is FlagSubject.PART:
        return f"{task}中由你单位承担的配合事项"
    # Warnings raised before names were kept know only that it was a milestone.
    name = flag.evidence.get("milestone_name")
    return f"{task}的年度节点{f'“{name}”' if name else ''}" if flag.evidence["milestone"] else task


def _named(flag: Flag) -> str:
    """The same for a table."""
    title, name = str(flag.evidence["title"]), flag.evidence.get("milestone_name")
    if flag.subject_kind is FlagSubject.PART:
        return f"{title}（配合事项）"
    return f"{title}（年度节点{f'：{name}' if name else ''}）" if flag.evidence["milestone"] else title


def _signed(row: FlagDecision | FlagReview) -> str:
    return f"{row.decided_by.name}（{row.decided_as}）" if row.decided_by else ""


def _paper(flag: Flag, decision: FlagDecision, review: FlagReview | None, what: str) -> Paper:
    """One paper of what stands: number and signatory are the review's where that changed the decision."""
    issuer, url = flag.group.name, on_paper(url_for("oversight.flag", flag_id=flag.id))
    signed = review if review is not None and review.new_kind is not None else decision
    number, unit = signed.paper_number, flag.unit.name
    if what == "interview-notice":
        notice = InterviewNotice(
            issuer=issuer,
            addressee=unit,
            interviewees=f"{unit}主要负责人",
            reason=decision.reason,
            facts=_facts(flag),
            number=number,
            interviewers=_signed(signed),
            url=url,
        )
        return interview_notice_paper(notice)
    if what == "interview-record":
        record = InterviewRecord(
            issuer=issuer,
            unit=unit,
            interviewers=_signed(signed),
            interviewees=f"{unit}主要负责人",
            reason=decision.reason,
            number=number,
            url=url,
        )
        return interview_record_paper(record)
    problem = NamedProblem(unit, _named(flag), flag.evidence["late_days"], decision.reason)
    circular = Circular(
        issuer=issuer,
        title=f"关于{unit}有关任务推进情况的通报",
        opening="现将有关情况通报如下。",
        problems=[problem],
        demands=["请对照任务要求抓紧整改，并按时报送整改情况。"],
        number=number,
    )
    return circular_paper(circular)
