"""Letters and what becomes of them: promised and signed, reconciled at the year's end, handed over to successors."""

from tracker.letters.models.consulting import AskedLetter, ClauseOpinion, LetterConsultation
from tracker.letters.models.handing_over import Handover, HandoverSignature
from tracker.letters.models.letters import (
    Letter,
    LetterBatch,
    LetterClause,
    LetterTemplate,
    LetterText,
    Signatory,
    Signature,
)
from tracker.letters.models.piles import LetterPile, PilePage
from tracker.letters.models.reconciling import OutcomeOfClause, Reconciliation
from tracker.letters.models.seals import LetterSeal
from tracker.letters.models.withdrawing import Withdrawal

__all__ = [
    "AskedLetter",
    "ClauseOpinion",
    "Handover",
    "HandoverSignature",
    "Letter",
    "LetterBatch",
    "LetterClause",
    "LetterConsultation",
    "LetterPile",
    "LetterSeal",
    "LetterTemplate",
    "LetterText",
    "OutcomeOfClause",
    "PilePage",
    "Reconciliation",
    "Signatory",
    "Signature",
    "Withdrawal",
]
