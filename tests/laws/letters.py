"""A letter that waits to be signed, and one signed on paper: for the walk over all routes."""

import sqlalchemy as sa

from tests.clock import NOW, TODAY
from tracker.kernel.db import db
from tracker.letters.models import (
    AskedLetter,
    ClauseOpinion,
    Handover,
    HandoverSignature,
    Letter,
    LetterBatch,
    LetterConsultation,
    LetterPile,
    LetterText,
    PilePage,
    Reconciliation,
    Signatory,
    Signature,
    Withdrawal,
)
from tracker.letters.rules import (
    BatchState,
    HandoverLine,
    LetterState,
    PageFault,
    PileState,
    Side,
    SigningMethod,
    SigningOrder,
)
from tracker.organisation.models import LeadershipGroup, Person, Post, Seat
from tracker.organisation.rules import PostRank, SeatRole
from tracker.tasks.rules import OpinionKind

DIGEST = "0" * 64


def of_letters(group: LeadershipGroup, unit_id: int, person_id: int, scan: str) -> dict[str, int | str]:
    """A batch with one letter that went out to a unit; its first text was signed on paper and has lapsed since."""
    batch = LetterBatch(
        group_id=group.id,
        title="目标责任书",
        year=2026,
        period="2026年度",
        first_party=group.name,
        number_prefix="责〔2026〕",
        signing_order=SigningOrder.ANY,
        sign_by=TODAY,
        purpose="目的",
        safeguards="",
        accountability="",
        closing="",
        state=BatchState.ISSUED,
        created_at=NOW,
        issued_at=NOW,
    )
    letter = Letter(
        group_id=group.id,
        batch=batch,
        unit_id=unit_id,
        number="责〔2026〕1号",
        state=LetterState.ISSUED,
        edition=2,
        check_code=f"CODE{group.id}",
        sign_by=TODAY,
        issued_at=NOW,
    )
    seats = sa.select(Seat.id).where(Seat.group_id == group.id).order_by(Seat.role != SeatRole.LEADER, Seat.id)
    heads = sa.select(Post.id).where(Post.unit_id == unit_id, Post.rank == PostRank.HEAD)
    first = Signatory(side=Side.FIRST, position=1, seat_id=db.session.scalars(seats).first(), party="", title="区长")
    second = Signatory(side=Side.SECOND, position=1, post_id=db.session.scalars(heads).first(), party="", title="局长")
    letter.signatories = [first, second]
    letter.texts = [
        LetterText(ordinal=ordinal, text="文本\n", sha256=DIGEST, sm3=DIGEST, mark="x", created_at=NOW)
        for ordinal in (1, 2)
    ]
    signature = Signature(
        signatory=first,
        person_id=person_id,
        person_name="某人",
        signed_as="区长",
        method=SigningMethod.PAPER,
        nonce=f"nonce{group.id}",
        signed_at=NOW,
        recorded_by_id=person_id,
        drawing_sha256=scan,
        scan_sha256=scan,
        statement="{}",
        mark="x",
    )
    letter.texts[0].signatures.append(signature)
    db.session.add(batch)
    db.session.flush()
    db.session.add_all([_reconciled(letter, person_id, scan), _withdrawn(letter, person_id, scan)])
    pile = LetterPile(batch_id=batch.id, state=PileState.READY, files=[], uploaded_by_id=person_id, uploaded_at=NOW)
    pile.pages = [PilePage(position=1, letter_id=letter.id, picture_sha256=DIGEST)]
    db.session.add(pile)
    own_batch, own_pile = _of_the_unit(batch, unit_id, person_id)
    handover = handover_of(letter, second, person_id, scan)
    db.session.add(handover)
    db.session.flush()
    asked = AskedLetter(letter=letter, text="文本\n", answered_by_id=person_id, answered_at=NOW)
    opinion = ClauseOpinion(position=1, text="一条", opinion=OpinionKind.TIME, said="时限偏紧")
    asked.rows = [opinion]
    consultation = LetterConsultation(batch=batch, reply_by=TODAY, opened_by_id=person_id, opened_at=NOW)
    consultation.asked = [asked]
    db.session.add(consultation)
    db.session.flush()
    return {
        "asked_id": asked.id,
        "letter_opinion_id": opinion.id,
        "letter_batch_id": batch.id,
        "letter_id": letter.id,
        "code": letter.check_code,
        "handover_id": handover.id,
        "pile_id": pile.id,
        "own_unit letter_batch_id": own_batch.id,
        "own_unit pile_id": own_pile.id,
        "position": 1,
    }


def _of_the_unit(above: LetterBatch, unit_id: int, person_id: int) -> tuple[LetterBatch, LetterPile]:
    """A batch in which the unit itself hands clauses on, and a pile of scans of it."""
    batch = LetterBatch(
        group_id=above.group_id,
        unit_id=unit_id,
        title="科室目标责任书",
        year=2026,
        period="2026年度",
        first_party="单位",
        number_prefix="责〔2026〕1-",
        signing_order=SigningOrder.SECOND_FIRST,
        sign_by=TODAY,
        purpose="目的",
        safeguards="",
        accountability="",
        closing="",
        state=BatchState.ISSUED,
        created_at=NOW,
        issued_at=NOW,
    )
    pile = LetterPile(batch=batch, state=PileState.READY, files=[], uploaded_by_id=person_id, uploaded_at=NOW)
    pile.pages = [PilePage(position=1, fault=PageFault.NO_CODE, picture_sha256=DIGEST)]
    db.session.add_all([batch, pile])
    db.session.flush()
    return batch, pile


def _reconciled(letter: Letter, person_id: int, scan: str) -> Reconciliation:
    return Reconciliation(
        letter_id=letter.id,
        drafted_by_id=person_id,
        drafted_at=NOW,
        confirmed_by_id=person_id,
        confirmed_at=NOW,
        method=SigningMethod.PAPER,
        recorded_by_id=person_id,
        scan_sha256=scan,
        mark="x",
    )


def _withdrawn(letter: Letter, person_id: int, scan: str) -> Withdrawal:
    return Withdrawal(
        letter_id=letter.id,
        person_id=person_id,
        person_name="某人",
        withdrawn_as="区长",
        withdrawn_at=NOW,
        method=SigningMethod.PAPER,
        recorded_by_id=person_id,
        scan_sha256=scan,
        statement="{}",
        mark="x",
    )


def handover_of(letter: Letter, line: Signatory, successor_id: int, scan: str) -> Handover:
    """A handover that its predecessor signed on paper, and its successor has not."""
    others = sa.select(Person.id).where(Person.id != successor_id).order_by(Person.id)
    predecessor_id = db.session.scalars(others).first()
    handover = Handover(
        letter_id=letter.id,
        signatory_id=line.id,
        predecessor_id=predecessor_id,
        predecessor_name="某人",
        successor_id=successor_id,
        successor_name="接任人",
        took_up_on=TODAY,
        due_on=TODAY,
        text="文本\n",
        sha256=DIGEST,
        sm3=DIGEST,
        mark="x",
        opened_by_id=successor_id,
        opened_at=NOW,
    )
    handover.signatures = [
        HandoverSignature(
            line=HandoverLine.PREDECESSOR,
            person_id=predecessor_id,
            person_name="某人",
            method=SigningMethod.PAPER,
            nonce=f"handover{letter.id}",
            signed_at=NOW,
            recorded_by_id=successor_id,
            scan_sha256=scan,
            statement="{}",
            mark="x",
        )
    ]
    return handover
