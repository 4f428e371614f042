"""The only writer of letters: prepared, issued, signed, sent back, withdrawn, followed, urged, expired."""

from tracker.letters.commands.changing import (
    Urged,
    expire_letters,
    follow_letter,
    send_back,
    urge_letters,
    withdraw_letter,
)
from tracker.letters.commands.issuing import issue_batch, issue_letter
from tracker.letters.commands.preparing import (
    BatchWords,
    discard_batch,
    edit_letter,
    prepare_batch,
    set_template,
)
from tracker.letters.commands.signing import Seen, Signed, record_paper, sign_letter, sign_many, ticket_for

__all__ = [
    "BatchWords",
    "Seen",
    "Signed",
    "Urged",
    "discard_batch",
    "edit_letter",
    "expire_letters",
    "follow_letter",
    "issue_batch",
    "issue_letter",
    "prepare_batch",
    "record_paper",
    "send_back",
    "set_template",
    "sign_letter",
    "sign_many",
    "ticket_for",
    "urge_letters",
    "withdraw_letter",
]
