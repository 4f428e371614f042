"""What is put under the installation's key: texts, signatures, seals and handovers, as canonical JSON."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime

TEXT_PURPOSE = "letter text"
SIGNATURE_PURPOSE = "letter signature"
SEAL_PURPOSE = "letter seal"
HANDOVER_PURPOSE = "letter handover"
HANDOVER_SIGNATURE_PURPOSE = "letter handover signature"


def instant(moment: datetime) -> str:
    """An instant in one form whatever database it comes from."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def promise_statement(
    *,
    signatories: Sequence[tuple[str, int, int | None, int | None, str, str]],
    clauses: Sequence[tuple[int, str, int | None, int | None, str, date | None]],
    handed_on: Sequence[tuple[int, int]] = (),
) -> str:
    """What lies behind a text: who is to sign, and which task and target each clause stands for.

    Signatories as (side, position, seat, post, party, title), clauses as (position, kind, task, target, words, date).
    handed_on: of a letter that hands clauses of another on, by position which; said only where there are any.
    """
    said: dict[str, object] = {
        "signatories": [list(one) for one in signatories],
        "clauses": [[*clause, due_on.isoformat() if due_on is not None else None] for *clause, due_on in clauses],
    }
    if handed_on:
        said["handed_on"] = [list(one) for one in handed_on]
    return canonical(said)


def frame_statement(
    *,
    batch: Sequence[int | None],
    words: Sequence[str],
    template: Sequence[str],
    days: Sequence[date | None],
    issued_at: str,
    parent_id: int | None,
    standards: Sequence[str],
) -> str:
    """What a letter stands in beside its text: the numbers, words and days of its batch, and what it hands on."""
    return canonical(
        {
            "batch": list(batch),
            "words": list(words),
            "template": list(template),
            "days": [day.isoformat() if day is not None else None for day in days],
            "issued_at": issued_at,
            "parent": parent_id,
            "standards": list(standards),
        }
    )


def text_statement(
    *,
    letter_id: int,
    group_id: int,
    number: str,
    unit_id: int,
    kind: str,
    follows_id: int | None,
    check_code: str,
    order: str,
    ordinal: int,
    sha256: str,
    sm3: str,
    promise: str,
    at: datetime,
) -> str:
    """That this text was put before the parties as a letter's first, second, … one.

    promise is the digest of what lies behind the text.
    """
    return canonical(
        {
            "letter": letter_id,
            "group": group_id,
            "number": number,
            "unit": unit_id,
            "kind": kind,
            "follows": follows_id,
            "code": check_code,
            "order": order,
            "promise": promise,
            "text": ordinal,
            "sha256": sha256,
            "sm3": sm3,
            "at": instant(at),
        }
    )


def signature_statement(
    *,
    letter_id: int,
    number: str,
    unit_id: int,
    ordinal: int,
    sha256: str,
    sm3: str,
    side: str,
    signatory_id: int,
    person_id: int,
    person_name: str,
    signed_as: str,
    method: str,
    at: datetime,
    nonce: str,
    recorded_by_id: int | None,
    drawing_sha256: str | None,
    scan_sha256: str | None,
) -> str:
    """That this person signed this text, as what, when and how."""
    return canonical(
        {
            "letter": letter_id,
            "number": number,
            "unit": unit_id,
            "text": ordinal,
            "sha256": sha256,
            "sm3": sm3,
            "side": side,
            "signatory": signatory_id,
            "person": person_id,
            "name": person_name,
            "as": signed_as,
            "method": method,
            "at": instant(at),
            "nonce": nonce,
            "recorded_by": recorded_by_id,
            "drawing": drawing_sha256,
            "scan": scan_sha256,
        }
    )


def canonical(fields: dict[str, object]) -> str:
    """The one form of a statement."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def handover_statement(
    *,
    letter_id: int,
    number: str,
    signatory_id: int,
    predecessor_id: int,
    predecessor_name: str,
    successor_id: int,
    successor_name: str,
    took_up_on: date,
    due_on: date,
    sha256: str,
    sm3: str,
    opened_by_id: int,
    at: datetime,
) -> str:
    """That this text was drawn up for handing a letter over from one person to another."""
    return canonical(
        {
            "letter": letter_id,
            "number": number,
            "signatory": signatory_id,
            "from": [predecessor_id, predecessor_name],
            "to": [successor_id, successor_name],
            "since": took_up_on.isoformat(),
            "due": due_on.isoformat(),
            "sha256": sha256,
            "sm3": sm3,
            "opened_by": opened_by_id,
            "at": instant(at),
        }
    )


def handover_signature_statement(
    *,
    handover: str,
    line: str,
    person_id: int,
    person_name: str,
    method: str,
    at: datetime,
    nonce: str,
    recorded_by_id: int | None,
    scan_sha256: str | None,
) -> str:
    """That this person signed a line of a handover; handover is the mark of its text."""
    return canonical(
        {
            "handover": handover,
            "line": line,
            "person": person_id,
            "name": person_name,
            "method": method,
            "at": instant(at),
            "nonce": nonce,
            "recorded_by": recorded_by_id,
            "scan": scan_sha256,
        }
    )


def seal_statement(
    *,
    letter_id: int,
    number: str,
    sha256: str,
    pdf_sha256: str,
    provider: str,
    certificate_name: str,
    certificate_sha256: str,
    at: datetime,
) -> str:
    """That these bytes are the sealed PDF of a letter's text; sha256 is the digest of the text."""
    return canonical(
        {
            "letter": letter_id,
            "number": number,
            "sha256": sha256,
            "pdf": pdf_sha256,
            "provider": provider,
            "certificate_name": certificate_name,
            "certificate": certificate_sha256,
            "at": instant(at),
        }
    )
