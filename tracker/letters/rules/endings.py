"""What is put under the installation's key when a letter ends: outcomes of its clauses, or that it is taken back."""

from collections.abc import Sequence
from datetime import datetime

from tracker.letters.rules.statements import canonical, instant

RECONCILIATION_PURPOSE = "letter reconciliation"
WITHDRAWAL_PURPOSE = "letter withdrawal"


def reconciliation_statement(
    *,
    letter_id: int,
    number: str,
    sha256: str,
    outcomes: Sequence[tuple[int, str, str]],
    drafted_by_id: int,
    person_id: int,
    person_name: str,
    confirmed_as: str,
    method: str,
    at: datetime,
    recorded_by_id: int | None,
    scan_sha256: str | None,
) -> str:
    """That this person confirmed what became of the clauses, each given as (clause, outcome, sentence).

    sha256 is the digest of the letter's text that was signed.
    """
    return canonical(
        {
            "letter": letter_id,
            "number": number,
            "sha256": sha256,
            "outcomes": [list(one) for one in outcomes],
            "drafted_by": drafted_by_id,
            "person": person_id,
            "name": person_name,
            "as": confirmed_as,
            "method": method,
            "at": instant(at),
            "recorded_by": recorded_by_id,
            "scan": scan_sha256,
        }
    )


def withdrawal_statement(
    *,
    letter_id: int,
    number: str,
    sha256: str,
    remark: str,
    person_id: int,
    person_name: str,
    withdrawn_as: str,
    method: str,
    at: datetime,
    recorded_by_id: int | None,
    scan_sha256: str | None,
) -> str:
    """That this person took a letter in force back, and why; sha256 is the digest of the text that was signed."""
    return canonical(
        {
            "letter": letter_id,
            "number": number,
            "sha256": sha256,
            "remark": remark,
            "person": person_id,
            "name": person_name,
            "as": withdrawn_as,
            "method": method,
            "at": instant(at),
            "recorded_by": recorded_by_id,
            "scan": scan_sha256,
        }
    )
