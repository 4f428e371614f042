"""Who sees a letter, who prepares and issues it, who signs it, and who sends it back."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.letters.models import AskedLetter, Handover, Letter, LetterBatch, LetterText, Signatory, Signature
from tracker.letters.rules import SIGNABLE, LetterState, Side, is_turn_of
from tracker.organisation.models import Unit
from tracker.organisation.policy import WATCHING, may_confirm_for
from tracker.organisation.rules import OFFICE, PostRank, UnitKind
from tracker.tasks.policy import may_draft_for
from tracker.tasks.queries.answering import drafts_for

NOT_ABOVE = refused(_l("分解下达的责任书由下达它的单位办理。"))
NOT_OFFICE = refused(_l("责任书由领导小组办公室起草和下发。"))
FIRST_PARTY_ENDS = refused(_l("已生效的责任书由甲方签署人撤回，本单位以外的办公室人员可凭签批件代录。"))
BOTH_SIDES = _l("同一人不能代表双方签署：请办公室撤回后另定甲方签署人，重新起草。")


def letters_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The letters of the groups one watches over; once issued, those of one's own unit and of units below it.

    Drafts that hand clauses of a unit's letter on are for those who write for that unit.
    """
    units = sorted(actor.unit_ids)
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    own = sa.and_(
        Letter.edition > 0,
        sa.or_(Letter.unit_id.in_(units), Letter.unit_id.in_(below)),
    )
    handed_on = Letter.batch_id.in_(sa.select(LetterBatch.id).where(_own_batches(actor)))
    return sa.or_(Letter.group_id.in_(sorted(actor.groups_as(*WATCHING))), own, handed_on)


def batches_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The batches of the groups one watches over: who signs and who does not is not for other units to see.

    What a unit hands on is also for those who write for it.
    """
    return sa.or_(LetterBatch.group_id.in_(sorted(actor.groups_as(*WATCHING))), _own_batches(actor))


def _own_batches(actor: Actor) -> sa.ColumnElement[bool]:
    mine = drafts_for(actor, LetterBatch.unit_id, LetterBatch.group_id)
    return sa.false() if mine is None else mine


def may_manage(actor: Actor, group_id: int) -> Verdict:
    """Write, issue, withdraw and supplement letters, enter what was signed on paper: the group's office."""
    return ALLOWED if actor.roles_in(group_id) & OFFICE else NOT_OFFICE


def may_manage_batch(actor: Actor, batch: LetterBatch) -> Verdict:
    """The same for a batch: the group's office, or whoever writes for the unit that hands clauses on (层层分解)."""
    if batch.unit_id is None:
        return may_manage(actor, batch.group_id)
    return ALLOWED if may_draft_for(actor, batch.group_id, batch.unit_id) else NOT_ABOVE


def may_issue(actor: Actor, batch: LetterBatch) -> Verdict:
    """Issue letters: the group's office; what a unit hands on goes out in the name of its head or deputy in charge."""
    if batch.unit_id is None:
        return may_manage(actor, batch.group_id)
    if may_confirm_for(actor, batch.group_id, batch.unit_id):
        return ALLOWED
    return refused(_l("分解下达的责任书由本单位主要负责人或者分管负责人下发，联络员可以起草。"))


def may_withdraw(actor: Actor, letter: Letter) -> Verdict:
    """Take a letter back: whoever writes it; one with sub-tasks only the unit's head or deputy: they go with it."""
    verdict = may_manage_batch(actor, letter.batch)
    unit_id = letter.batch.unit_id
    if not verdict or unit_id is None or not letter.edition or may_confirm_for(actor, letter.group_id, unit_id):
        return verdict
    return refused(_l("已下发的分解责任书连同子任务由本单位主要负责人或者分管负责人撤回。"))


def may_hand_on(actor: Actor, letter: Letter) -> Verdict:
    """Hand clauses of a letter on to the unit's sections and schools: its head or deputy, or the liaison as a draft."""
    if may_draft_for(actor, letter.group_id, letter.unit_id):
        return ALLOWED
    return refused(_l("条款由签订单位的负责人分解给本单位科室和下属单位，联络员可以起草。"))


def may_urge(actor: Actor, batch: LetterBatch) -> Verdict:
    """Urge a unit to sign: whoever watches over the group; what a unit handed on, that unit."""
    if batch.unit_id is not None:
        return may_manage_batch(actor, batch)
    if actor.roles_in(batch.group_id) & WATCHING:
        return ALLOWED
    return refused(_l("催签由领导小组办公室、督导（督查）人员和领导进行。"))


def may_send_back(actor: Actor, letter: Letter) -> Verdict:
    """Send a letter back with reasons: the unit's head or deputy in charge, before the unit has signed."""
    if may_confirm_for(actor, letter.group_id, letter.unit_id):
        return ALLOWED
    return refused(_l("责任书由签订单位的主要负责人或者分管负责人退回。"))


def holds(actor: Actor, signatory: Signatory) -> bool:
    """Whether somebody is today the person who is to sign: by the seat, by the post, or by presiding (主持工作)."""
    if signatory.seat_id is not None:
        return any(seat.seat_id == signatory.seat_id for seat in actor.seats)
    post = signatory.post
    assert post is not None
    # An administrator's or auditor's post counts as staff for so long: they sign nothing.
    in_person = any(held.post_id == post.id and held.rank != PostRank.STAFF for held in actor.posts)
    presides = any(held.presiding and held.unit_id == post.unit_id for held in actor.posts)
    return in_person or (presides and post.rank is PostRank.HEAD)


def text_of(letter: Letter) -> LetterText | None:
    """The text that counts; none before the letter is issued."""
    return next((text for text in letter.texts if text.ordinal == letter.edition), None)


def signatures_of(letter: Letter) -> Sequence[Signature]:
    """The signatures under the text that counts."""
    text = text_of(letter)
    return text.signatures if text is not None else []


def complete_sides(letter: Letter) -> frozenset[Side]:
    """The parties whose signatories have all signed the text that counts."""
    signed = {signature.signatory_id for signature in signatures_of(letter)}
    return frozenset(side for side in Side if all(one.id in signed for one in letter.signatories if one.side is side))


def unsigned(letter: Letter) -> list[Signatory]:
    """Those who have not signed the text that counts, the first party first."""
    signed = {signature.signatory_id for signature in signatures_of(letter)}
    return [one for one in letter.signatories if one.id not in signed]


def to_sign(actor: Actor, letter: Letter) -> list[Signatory]:
    """The lines that somebody has still to sign, whether or not it is their turn; never lines of both parties."""
    if letter.state not in SIGNABLE:
        return []
    side = side_of(actor, letter)
    return [one for one in unsigned(letter) if one.side is side and holds(actor, one)]


def side_of(actor: Actor, letter: Letter) -> Side | None:
    """For which party somebody signs: the one they have signed for, else the unit they head, else the first party.

    A leader who also heads the unit promises for the unit; the demand must come from somebody else.
    """
    given = {one.signatory_id for one in signatures_of(letter) if one.person_id == actor.person_id}
    signed = {one.side for one in letter.signatories if one.id in given}
    held = signed or {one.side for one in letter.signatories if holds(actor, one)}
    return Side.SECOND if Side.SECOND in held else next(iter(held), None)


def may_sign(actor: Actor, letter: Letter) -> Verdict:
    """Sign a letter: who holds the seat or post that is named on it. Whether it is their turn is the letter's state."""
    if any(holds(actor, one) for one in letter.signatories):
        return ALLOWED
    return refused(_l("责任书由文本载明的签署人本人签署。"))


def hindrance(actor: Actor, letter: Letter) -> Any:
    """Why somebody who may sign a letter cannot do it now; None when they can."""
    if letter.state not in SIGNABLE:
        return _l("责任书不在待签署状态。")
    open_lines = to_sign(actor, letter)
    if not open_lines:
        if any(holds(actor, one) for one in unsigned(letter)):
            return BOTH_SIDES
        return _l("您已经签署。")
    if letter.group.ended_on is not None:
        return _l("该领导小组已经结束并归档。")
    complete, order = complete_sides(letter), letter.batch.signing_order
    if not any(is_turn_of(one.side, order=order, complete=complete) for one in open_lines):
        return _l("按约定的签署顺序，还没有轮到您签署。")
    return None


def may_seal(actor: Actor) -> Verdict:
    """Put the installation's seal on a PDF: the product itself, never a person."""
    return ALLOWED if actor == SYSTEM else refused(_l("PDF 由系统自动盖章。"))


def may_record_paper(actor: Actor, letter: Letter) -> Verdict:
    """Enter what was signed by hand (纸质签署): the office, and nobody for their own signature."""
    verdict = may_manage_batch(actor, letter.batch)
    if verdict and to_sign(actor, letter):
        return refused(_l("本人是签署人的，请直接签署，或者由他人代录。"))
    return verdict


def may_answer(actor: Actor, asked: AskedLetter) -> Verdict:
    """Answer for a unit: head or deputy in charge; the liaison drafts; the office enters what it was told (代录)."""
    if may_manage(actor, asked.letter.group_id) or drafts_answer(actor, asked):
        return ALLOWED
    return refused(_l("由被征求意见单位的主要负责人、分管负责人答复，联络员可以起草，办公室可以代录。"))


def drafts_answer(actor: Actor, asked: AskedLetter) -> bool:
    """Whether somebody writes for the unit that is asked."""
    return may_draft_for(actor, asked.letter.group_id, asked.letter.unit_id)


def gives_answer(actor: Actor, asked: AskedLetter) -> bool:
    """Whether what somebody enters is the unit's answer at once, rather than a draft for its head to confirm."""
    return may_confirm_for(actor, asked.letter.group_id, asked.letter.unit_id) or not drafts_answer(actor, asked)


def _belongs_to(actor: Actor, unit_id: int) -> bool:
    """Whether somebody is of a unit or of one of its sections (科室)."""
    section = sa.and_(Unit.parent_id == unit_id, Unit.kind == UnitKind.SECTION)
    own = sa.select(Unit.id).where(Unit.id.in_(sorted(actor.unit_ids)), sa.or_(Unit.id == unit_id, section))
    return db.session.scalar(own.limit(1)) is not None


def signs_first(actor: Actor, letter: Letter) -> bool:
    """Whether somebody is today one of those who sign a letter for the first party."""
    return any(holds(actor, one) for one in letter.signatories if one.side is Side.FIRST)


def may_revoke(actor: Actor, letter: Letter) -> Verdict:
    """Take a letter in force back: who signs for the first party and is not of the unit that promises."""
    return ALLOWED if signs_first(actor, letter) and not _belongs_to(actor, letter.unit_id) else FIRST_PARTY_ENDS


def may_record_revocation(actor: Actor, letter: Letter) -> Verdict:
    """Enter from paper that the first party takes a letter back: the office; nobody for themselves or their unit."""
    own = signs_first(actor, letter) or _belongs_to(actor, letter.unit_id)
    return FIRST_PARTY_ENDS if own or not may_withdraw(actor, letter) else ALLOWED


def may_reconcile(actor: Actor, letter: Letter) -> Verdict:
    """Draft what became of a letter's clauses, and enter a confirmation from paper: the office, never the doer."""
    verdict = may_manage_batch(actor, letter.batch)
    if verdict and _belongs_to(actor, letter.unit_id):
        return refused(_l("年终对账由签订单位以外的人员办理。"))
    return verdict


def may_fulfil(actor: Actor, letter: Letter) -> Verdict:
    """Confirm what became of a letter's clauses: who signs for the first party and is not of the unit."""
    if not signs_first(actor, letter):
        return refused(_l("年终对账由甲方签署人确认。"))
    if _belongs_to(actor, letter.unit_id):
        return refused(_l("签订单位的人员不确认本单位的年终对账，请由甲方其他签署人确认。"))
    return ALLOWED


def may_record_fulfilment(actor: Actor, letter: Letter) -> Verdict:
    """Enter from paper that the first party confirmed: the office, and nobody their own confirmation."""
    verdict = may_reconcile(actor, letter)
    if verdict and may_fulfil(actor, letter):
        return refused(_l("本人是甲方签署人的，请直接确认。"))
    return verdict


def is_successor(actor: Actor, handover: Handover) -> bool:
    """Whether somebody is the one to whom a letter is handed over, and still in the post."""
    return actor.person_id == handover.successor_id and holds(actor, handover.signatory)


def may_open_handover(actor: Actor, letter: Letter) -> Verdict:
    """Draw up a handover: the office, or whoever would sign for the second party today."""
    if may_manage_batch(actor, letter.batch) or any(
        holds(actor, one) for one in letter.signatories if one.side is Side.SECOND
    ):
        return ALLOWED
    return refused(_l("交接确认由接任人本人或者领导小组办公室办理。"))


def may_sign_handover(actor: Actor, handover: Handover) -> Verdict:
    """Sign a handover: the successor in person."""
    return ALLOWED if is_successor(actor, handover) else refused(_l("交接确认由接任人本人签署。"))


def may_record_handover(actor: Actor, handover: Handover) -> Verdict:
    """Enter from paper that a handover was signed: the office, and nobody their own signature."""
    verdict = may_manage_batch(actor, handover.letter.batch)
    if verdict and actor.person_id in {handover.predecessor_id, handover.successor_id}:
        return refused(_l("不能代录本人的签署，请由他人办理。"))
    return verdict


def binds(letter: Letter) -> bool:
    """Whether something was signed of a letter and still counts: not once it was sent back, withdrawn or superseded."""
    if letter.state is LetterState.EXPIRED:
        return letter.in_force_at is not None
    return letter.state in SIGNABLE | {LetterState.IN_FORCE, LetterState.FULFILLED} and bool(signatures_of(letter))


def was_in_force(letter: Letter) -> bool:
    """Whether a letter was signed by all, and is in force or has expired since: only then is there to reconcile."""
    return letter.in_force_at is not None and letter.state in {LetterState.IN_FORCE, LetterState.EXPIRED}
