"""The papers of oversight, made of plain data: 督办通知单, 约谈通知, 约谈记录 and the draft of a 通报."""

from tracker.oversight.papers.circular import Circular, NamedProblem, circular_paper
from tracker.oversight.papers.interviews import (
    InterviewNotice,
    InterviewRecord,
    interview_notice_paper,
    interview_record_paper,
)
from tracker.oversight.papers.notice_sheet import AnswerGiven, NoticeSheet, notice_paper

__all__ = [
    "AnswerGiven",
    "Circular",
    "InterviewNotice",
    "InterviewRecord",
    "NamedProblem",
    "NoticeSheet",
    "circular_paper",
    "interview_notice_paper",
    "interview_record_paper",
    "notice_paper",
]
