"""What is typed about a flag: a unit's statement, a proposal, a decision, a review; rules stand in commands."""

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, StringField

from tracker.kernel.files import ACCEPTED
from tracker.kernel.forms import (
    CHOSEN,
    OPTIONAL,
    ActForm,
    ChoiceField,
    FilesField,
    PaperForm,
    TextField,
    UploadField,
    words,
)
from tracker.kernel.text import _l
from tracker.oversight.rules import LABELS, LIGHT_KINDS, Card, DecisionKind, ReviewOutcome


def _kinds(*kinds: DecisionKind) -> list[Any]:
    return words((kind.value, LABELS[kind]) for kind in kinds)


HEAVY = tuple(kind for kind in DecisionKind if kind not in LIGHT_KINDS)
CARDS = words((card.value, LABELS[card]) for card in Card)


class UnitPaperForm(PaperForm):
    """What a unit's head says here, or signed on paper that the office enters."""

    paper = BooleanField(_l("纸质材料：单位负责人已签字报送，由我录入"))
    signatory = ChoiceField(_l("签字的单位负责人"))
    scan = UploadField(_l("纸质材料扫描或照片"), [OPTIONAL], render_kw={"accept": ",".join(ACCEPTED)})


class StatementForm(UnitPaperForm):
    """A unit states its case."""

    text = TextField(_l("情况说明"), required=True, rows=8)
    ends_period = BooleanField(_l("陈述完毕，不再补充（可以提前处理，不必等到期满）"))
    files = FilesField(_l("附件"))


class GiveStatementForm(ActForm):
    """A head gives what was drafted."""

    text = TextField(_l("情况说明"), required=True, rows=8)
    ends_period = BooleanField(_l("陈述完毕，不再补充（可以提前处理，不必等到期满）"))


class ProposeForm(ActForm):
    """A supervisor proposes what a leader decides."""

    kind = RadioField(_l("建议"), [CHOSEN], choices=_kinds(*HEAVY))
    card = RadioField(_l("用牌"), choices=CARDS, default=Card.NONE.value)
    reason = TextField(_l("理由"), required=True)


class DecideFlagForm(PaperForm):
    """What is decided."""

    kind = RadioField(_l("处理决定"), [CHOSEN], choices=_kinds(*DecisionKind))
    card = RadioField(_l("用牌"), choices=CARDS, default=Card.NONE.value)
    reason = TextField(_l("理由"), required=True)
    paper_number = StringField(_l("文号"), [OPTIONAL])


class DecideManyForm(ActForm):
    """What is decided about many flags alike."""

    kind = RadioField(_l("处理决定"), [CHOSEN], choices=_kinds(*DecisionKind))
    reason = TextField(_l("理由"), required=True)
    paper_number = StringField(_l("文号"), [OPTIONAL])


class ProposeManyForm(ActForm):
    """What is proposed about many flags alike."""

    kind = RadioField(_l("建议"), [CHOSEN], choices=_kinds(*HEAVY))
    reason = TextField(_l("理由"), required=True)


class RemarkForm(PaperForm):
    """A reason, by a leader here or on paper."""

    remark = TextField(_l("理由"), required=True)


class WithdrawForm(PaperForm):
    """Why a flag was wrong, by who withdraws it here or on paper."""

    reason = TextField(_l("理由"), required=True)


class GroundsForm(UnitPaperForm):
    """Why a decision should be looked at again."""

    grounds = TextField(_l("申请复核的理由"), required=True, rows=6)


class ReviewForm(PaperForm):
    """What a review found."""

    outcome = RadioField(
        _l("复核结果"), [CHOSEN], choices=words((outcome.value, LABELS[outcome]) for outcome in ReviewOutcome)
    )
    new_kind = RadioField(_l("变更为"), [OPTIONAL], choices=[*_kinds(*DecisionKind)], validate_choice=True)
    new_card = RadioField(_l("用牌"), choices=CARDS, default=Card.NONE.value)
    remark = TextField(_l("理由"), required=True)
    paper_number = StringField(_l("文号"), [OPTIONAL])


class CloseForm(ActForm):
    """What was carried out."""

    remark = TextField(_l("办理结果"))


class RuleForm(ActForm):
    """One rule of flags: on or off, and its threshold where a group may set one."""

    enabled = BooleanField(_l("启用"))
    threshold = IntegerField(_l("阈值"), [OPTIONAL])


class DaysForm(ActForm):
    """The days by which a group works with flags."""

    statement_days = IntegerField(_l("陈述申辩期（工作日）"))
    review_days = IntegerField(_l("申请复核期（天）"))
    decide_within_days = IntegerField(_l("可以处理以后，满多少个工作日没有处理就提醒督导人员和领导"))
    uses_cards = BooleanField(_l("使用黄牌、红牌（只随约谈、通报批评）"))
