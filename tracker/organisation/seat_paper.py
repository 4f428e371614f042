"""The text of an adjustment notice (调整通知), ready to print or paste."""

from flask_babel import force_locale, format_date

from tracker.kernel.text import _
from tracker.organisation.models import SeatNotice
from tracker.organisation.rules import LABELS


def notice_text(notice: SeatNotice) -> str:
    """The notice as it goes out: in Chinese, whatever the language of who opens the page."""
    with force_locale("zh"):
        name = notice.group.name
        lines = [
            _("关于调整%(group)s组成人员的通知", group=name),
            notice.document_number,
            "",
            _("各成员单位："),
            _("因人事变动，经领导小组领导批准，现将%(group)s组成人员调整如下：", group=name),
            *(f"{number}. {line}" for number, line in enumerate(_lines(notice), 1)),
            "",
            _("%(group)s办公室", group=name),
            format_date(notice.issued_on, "long"),
        ]
    return "\n".join(lines)


def _lines(notice: SeatNotice) -> list[str]:
    found = []
    for change in notice.changes:
        taking_over = _(
            "%(unit)s%(post)s%(name)s任%(role)s，自%(day)s起",
            unit=change.post.unit.name,
            post=change.post.title,
            name=change.person.name,
            role=LABELS[change.seat.role],
            day=format_date(max(change.starts_on, notice.issued_on), "long"),
        )
        relieved = _("；%(names)s不再担任", names=change.outgoing) if change.outgoing else ""
        found.append(f"{taking_over}{relieved}。")
    return found
