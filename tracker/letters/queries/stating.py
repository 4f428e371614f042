"""What is put under the installation's key, or on record, of a letter as its rows stand now."""

from tracker.kernel import seals
from tracker.letters.models import Letter, LetterText, Signature
from tracker.letters.rules import frame_statement, instant, promise_statement, signature_statement, text_statement


def frame_of(letter: Letter) -> str:
    """The digest of what a letter stands in: its batch with the words that frame it, and the letter it hands on."""
    batch = letter.batch
    statement = frame_statement(
        batch=[batch.id, batch.group_id, batch.unit_id, batch.plan_id, batch.year, batch.issued_by_id],
        words=[batch.title, batch.period, batch.first_party, batch.number_prefix, batch.signing_order, batch.state],
        template=[batch.purpose, batch.safeguards, batch.accountability, batch.closing],
        days=[batch.sign_by, batch.ends_on],
        issued_at=instant(batch.issued_at) if batch.issued_at is not None else "",
        parent_id=letter.parent_id,
        standards=[clause.standard for clause in letter.clauses],
    )
    return seals.digests(statement.encode()).sha256


def promise_of(letter: Letter) -> str:
    """The digest of what lies behind a letter's text: who is to sign, and the tasks and targets of its clauses."""
    statement = promise_statement(
        signatories=[
            (one.side, one.position, one.seat_id, one.post_id, one.party, one.title)
            for one in sorted(letter.signatories, key=lambda one: (one.side, one.position))
        ],
        clauses=[(one.position, one.kind, one.task_id, one.target_id, one.text, one.due_on) for one in letter.clauses],
        handed_on=[(one.position, one.parent_clause_id) for one in letter.clauses if one.parent_clause_id is not None],
    )
    return seals.digests(statement.encode()).sha256


def statement_of(letter: Letter, text: LetterText, *, promise: str) -> str:
    """What is put under the key when a text goes out; promise is the digest of what lies behind it."""
    return text_statement(
        letter_id=letter.id,
        group_id=letter.group_id,
        number=letter.number or "",
        unit_id=letter.unit_id,
        kind=letter.kind,
        follows_id=letter.follows_id,
        check_code=letter.check_code,
        order=letter.batch.signing_order,
        ordinal=text.ordinal,
        sha256=text.sha256,
        sm3=text.sm3,
        promise=promise,
        at=text.created_at,
    )


def statement_of_signature(letter: Letter, text: LetterText, signature: Signature, *, side: str) -> str:
    """What is put under the key when a text is signed, as the rows stand now."""
    return signature_statement(
        letter_id=letter.id,
        number=letter.number or "",
        unit_id=letter.unit_id,
        ordinal=text.ordinal,
        sha256=text.sha256,
        sm3=text.sm3,
        side=side,
        signatory_id=signature.signatory_id,
        person_id=signature.person_id,
        person_name=signature.person_name,
        signed_as=signature.signed_as,
        method=signature.method,
        at=signature.signed_at,
        nonce=signature.nonce,
        recorded_by_id=signature.recorded_by_id,
        drawing_sha256=signature.drawing_sha256,
        scan_sha256=signature.scan_sha256,
    )
