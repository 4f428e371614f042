"""What letters need before they go out: complete, their dates ahead, and the views of the units dealt with."""

from collections.abc import Sequence
from datetime import date, datetime

from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.letters import queries
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import BLOCKING
from tracker.tasks.rules import ConsultationState


def require_complete(batch: LetterBatch, letters: Sequence[Letter], *, now: datetime) -> None:
    """Refuse letters that lack something without which they cannot go out, or whose dates have passed."""
    today, first = local_date(now), min(letter.sign_by for letter in letters)
    if batch.ends_on is not None and batch.ends_on < today:
        raise Stale(_l("责任书的有效期已过。"))
    if first < today:
        raise Invalid({"letters": _l("签署期限 %(day)s 已过，请先在“修改条款”中另定期限。", day=first)})
    found = queries.gaps(batch, letters, day=today)
    lacking = [letter.unit.name for letter in letters if BLOCKING & set(found[letter.id])]
    if lacking:
        units = "、".join(lacking)
        raise Invalid({"letters": _l("以下单位的责任书还不完整，请补齐或者先移出：%(units)s", units=units)})


def require_views_settled(batch: LetterBatch, letters: Sequence[Letter], *, day: date) -> None:
    """Refuse a batch about which units are still being asked, or have said what nobody has handled yet."""
    consultation = queries.consultation_of(batch.id)
    if consultation is None or consultation.state is ConsultationState.WITHDRAWN:
        return
    ids = {letter.id for letter in letters}
    asked = [one for one in queries.asked_by_letter(consultation, today=day).values() if one.asked.letter_id in ids]
    if day <= consultation.reply_by and any(one.asked.answered_at is None for one in asked):
        raise Invalid(
            {
                "letters": _l(
                    "正在征求意见（%(day)s 截止）：全部答复、截止之后或者撤回之后再办。", day=consultation.reply_by
                )
            }
        )
    open_units = [one.asked.letter.unit.name for one in asked if one.unhandled]
    if open_units:
        units = "、".join(open_units)
        raise Invalid({"letters": _l("以下单位的意见还没有处理，请先采纳或者说明不采纳的理由：%(units)s", units=units)})
