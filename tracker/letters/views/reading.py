"""The list of letters, one letter with its text, and the scan of what was signed on paper."""

from io import BytesIO

from flask import render_template, send_file
from flask.typing import ResponseReturnValue

from tracker.accounts import gate
from tracker.audit.sending import SANDBOX, read_kept, send_kept
from tracker.documents.pdf import pdf_available
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.errors import NotVisible
from tracker.kernel.installation import settings
from tracker.kernel.text import _
from tracker.letters import policy, queries
from tracker.letters.forms import FulfilForm, ReasonForm
from tracker.letters.models import Letter
from tracker.letters.printing import holder_of
from tracker.letters.rules import EDITABLE, LABELS, MOVES, NUMBER_TO_COME, SIGNABLE, LetterKind, LetterMove, LetterState
from tracker.letters.views.blueprint import bp
from tracker.organisation.policy import WATCHING
from tracker.organisation.queries import visible_groups
from tracker.organisation.rules import OFFICE, UnitKind


@bp.get("/letters")
def index() -> ResponseReturnValue:
    """What waits for the reader's signature, the letters of their units, and the batches of groups they watch over."""
    actor, today = current_actor(), clock.today()
    watched = actor.groups_as(*WATCHING)
    own = queries.own_batches(actor)
    groups = [group for group in visible_groups(actor) if group.id in watched]
    return render_template(
        "letters/index.html",
        waiting=queries.waiting_for(actor),
        own=queries.own_letters(actor),
        handed=own,
        handed_tallies=queries.tallies(sorted({batch.group_id for batch in own}), day=today),
        asked=queries.views_waiting_for(actor, today=today),
        handovers=queries.handovers_waiting_for(actor, day=today),
        reconciled=queries.reconciliations_waiting_for(actor),
        groups=[(group, queries.batches_of(actor, group.id)) for group in groups],
        tallies=queries.tallies([group.id for group in groups], day=today),
        offices=actor.groups_as(*OFFICE),
        today=today,
        labels=LABELS,
    )


@bp.get("/letters/<int:letter_id>")
def show(letter_id: int) -> ResponseReturnValue:
    """A letter: its text, who signed, what has changed since, and the one next step."""
    actor = current_actor()
    return letter_page(actor, queries.visible_letter(actor, letter_id)), 200


def letter_page(
    actor: Actor,
    letter: Letter,
    *,
    sending_back: ReasonForm | None = None,
    withdrawing: ReasonForm | None = None,
    fulfilling: FulfilForm | None = None,
) -> str:
    """The page of a letter; with a form where one was refused."""
    may_sign = policy.may_sign(actor, letter)
    signs = may_sign and policy.hindrance(actor, letter) is None
    fresh = {"formdata": None, "version": letter.version}
    signed = policy.complete_sides(letter) if letter.edition else frozenset()
    closable = policy.was_in_force(letter)
    seal = queries.seal_of(letter) if letter.in_force_at is not None else None
    return render_template(
        "letters/show.html",
        letter=letter,
        text=policy.text_of(letter),
        preview=queries.text_for(letter, number=letter.number or NUMBER_TO_COME) if letter.state in EDITABLE else "",
        lines=queries.lines_of([letter], day=clock.today())[letter.id],
        deviations=queries.deviations(letter),
        places=queries.places_of(letter),
        handed_on=queries.handed_on(actor, letter) if letter.in_force_at is not None else None,
        hands_on=_hands_on(actor, letter),
        handovers_due=queries.handovers_due([letter], day=clock.today()),
        handovers=queries.handovers_of(letter),
        draws_up=policy.may_open_handover(actor, letter),
        reader_id=actor.person_id,
        reconciliation=queries.reconciliation_of(letter) if closable or letter.state is LetterState.FULFILLED else None,
        reconciles=closable and policy.may_reconcile(actor, letter),
        fulfils=closable and policy.may_fulfil(actor, letter),
        records_fulfilment=closable and policy.may_record_fulfilment(actor, letter),
        gaps=queries.gaps(letter.batch, [letter], day=clock.today())[letter.id] if letter.state in EDITABLE else [],
        signs=signs,
        hindrance=policy.hindrance(actor, letter) if may_sign and letter.state in SIGNABLE else None,
        office=policy.may_manage_batch(actor, letter.batch),
        sends_back=policy.may_send_back(actor, letter)
        and letter.state in MOVES[LetterMove.SEND_BACK][0]
        and "second" not in signed,
        sending_back=sending_back or ReasonForm(**fresh),
        withdrawing=withdrawing or ReasonForm(**fresh),
        fulfilling=fulfilling or FulfilForm(formdata=None),
        **gate.asks(now=clock.now()),
        editable=letter.state in EDITABLE,
        signable=letter.state in SIGNABLE,
        withdrawable=letter.state in MOVES[LetterMove.WITHDRAW][0] and policy.may_withdraw(actor, letter),
        revocable=letter.state is LetterState.IN_FORCE
        and (policy.may_revoke(actor, letter) or policy.may_record_revocation(actor, letter)),
        withdrawal=queries.withdrawal_of(letter) if letter.state is LetterState.WITHDRAWN else None,
        urging=None if signs else _urging(actor, letter),
        followable=letter.state is LetterState.IN_FORCE and letter.kind is not LetterKind.SUPPLEMENT,
        seal=seal,
        seals=settings().pdf_seal is not None,
        pdf=pdf_available() or seal is not None,
        issues=policy.may_issue(actor, letter.batch),
        watches=bool(actor.roles_in(letter.group_id) & WATCHING) or bool(policy.may_manage_batch(actor, letter.batch)),
        today=clock.today(),
        labels=LABELS,
    )


def _urging(actor: Actor, letter: Letter) -> dict[str, object] | None:
    """Whether the reader may urge those on whom the letter waits, and from when again; None where they may not."""
    if letter.state not in SIGNABLE or not policy.may_urge(actor, letter.batch):
        return None
    return {"free_on": queries.urged_until([letter], day=clock.today()).get(letter.id)}


def _hands_on(actor: Actor, letter: Letter) -> bool:
    """Whether the reader may hand clauses on now, and there is somebody to hand them to."""
    if letter.state is not LetterState.IN_FORCE or letter.parent_id is not None:
        return False
    if letter.unit.kind is UnitKind.SECTION or not policy.may_hand_on(actor, letter):
        return False
    return bool(queries.units_to_hand_on_to(letter))


@bp.get("/letters/<int:letter_id>/drawings/<sha256>")
def drawing(letter_id: int, sha256: str) -> ResponseReturnValue:
    """A drawn signature, as a picture beside the name."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    if sha256 not in {signature.drawing_sha256 for text in letter.texts for signature in text.signatures}:
        raise NotVisible
    data = read_kept(sha256, "签名.png", holder=holder_of(letter), actor=actor, now=clock.now())
    answer = send_file(BytesIO(data), mimetype="image/png")
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


@bp.get("/letters/<int:letter_id>/scans/<sha256>")
def scan(letter_id: int, sha256: str) -> ResponseReturnValue:
    """The scan of a letter that was signed on paper."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    if sha256 not in {signature.scan_sha256 for text in letter.texts for signature in text.signatures}:
        raise NotVisible
    name = str(_("%(number)s签署页", number=letter.number))
    return send_kept(sha256, name, holder=holder_of(letter), actor=actor, now=clock.now())
