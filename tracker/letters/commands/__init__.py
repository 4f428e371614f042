"""The only writer of letters: prepared, issued, signed, sent back, withdrawn, followed, urged, expired."""

from tracker.letters.commands.asking import ask_for_papers
from tracker.letters.commands.cascading import Piece, hand_on, require_divisible
from tracker.letters.commands.changing import (
    expire_letters,
    follow_letter,
    send_back,
    urge_letter,
    usual_sign_by,
)
from tracker.letters.commands.consulting import answer_views, ask_views, handle_view, require_askable, withdraw_views
from tracker.letters.commands.handing_over import (
    SeenHandover,
    open_handover,
    record_handover,
    sign_handover,
    tell_successors,
    ticket_for_handover,
)
from tracker.letters.commands.issuing import ask_to_issue, issue_batch, issue_letter
from tracker.letters.commands.piles import assign_pages, record_from_pile, upload_pile
from tracker.letters.commands.preparing import (
    BatchWords,
    discard_batch,
    drop_letters,
    edit_letter,
    prepare_batch,
    set_template,
)
from tracker.letters.commands.reconciling import Judged, draft_reconciliation, fulfil_letter
from tracker.letters.commands.sealing import keep_seal
from tracker.letters.commands.signing import Seen, record_paper, sign_letter, ticket_for
from tracker.letters.commands.steps import SignedOnPaper
from tracker.letters.commands.withdrawing import revoke_letter, withdraw_letter

__all__ = [
    "BatchWords",
    "Judged",
    "Piece",
    "Seen",
    "SeenHandover",
    "SignedOnPaper",
    "answer_views",
    "ask_for_papers",
    "ask_to_issue",
    "ask_views",
    "assign_pages",
    "discard_batch",
    "draft_reconciliation",
    "drop_letters",
    "edit_letter",
    "expire_letters",
    "follow_letter",
    "fulfil_letter",
    "hand_on",
    "handle_view",
    "issue_batch",
    "issue_letter",
    "keep_seal",
    "open_handover",
    "prepare_batch",
    "record_from_pile",
    "record_handover",
    "record_paper",
    "require_askable",
    "require_divisible",
    "revoke_letter",
    "send_back",
    "set_template",
    "sign_handover",
    "sign_letter",
    "tell_successors",
    "ticket_for",
    "ticket_for_handover",
    "upload_pile",
    "urge_letter",
    "usual_sign_by",
    "withdraw_letter",
    "withdraw_views",
]
