"""What is put under the installation's key: a text that was issued, and a signature under it; as canonical JSON."""

import json
from datetime import UTC, datetime

TEXT_PURPOSE = "letter text"
SIGNATURE_PURPOSE = "letter signature"


def instant(moment: datetime) -> str:
    """An instant in one form whatever database it comes from."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def text_statement(
    *, letter_id: int, number: str, unit_id: int, ordinal: int, sha256: str, sm3: str, at: datetime
) -> str:
    """That this text was put before the parties as a letter's first, second, … one."""
    return _canonical(
        {
            "letter": letter_id,
            "number": number,
            "unit": unit_id,
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
    return _canonical(
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


def _canonical(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
