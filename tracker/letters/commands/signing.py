"""Signing (签署): exactly the text that was seen, by the person whom it names, once; or entered from paper."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.kernel import seals
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.steps import note, step
from tracker.letters.commands.tickets import new_ticket, nonce_of
from tracker.letters.models import Letter, LetterText, Signatory, Signature
from tracker.letters.rules import (
    SIGNABLE,
    SIGNATURE_PURPOSE,
    LetterKind,
    LetterMove,
    LetterState,
    Side,
    SigningMethod,
    is_turn_of,
    step_after_signing,
)
from tracker.organisation.models import Person
from tracker.tasks.commands import require_at_work

TICKET_PURPOSE = "letter ticket"
DRAWINGS = frozenset({"image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A letter as its signer saw it: which text with which digest, and the ticket that the page carried."""

    letter: Letter
    text_id: int
    sha256: str
    ticket: str


def ticket_for(text: LetterText, *, by: Actor, now: datetime) -> str:
    """A ticket for signing one text once, given to one person with the page that shows it; nothing is written."""
    return new_ticket(TICKET_PURPOSE, text.id, by=by, now=now)


def sign_letter(seen: Seen, *, drawing: NewFile | None = None, by: Actor, now: datetime) -> None:
    """Sign a letter as the person whom it names, having seen exactly this text; a ticket signs once."""
    letter = seen.letter
    require(policy.may_sign(by, letter))
    hindered = policy.hindrance(by, letter)
    if hindered is not None:
        raise Stale(hindered)
    text = policy.text_of(letter)
    if text is None or text.id != seen.text_id or text.sha256 != seen.sha256:
        raise Stale(_l("责任书内容已变更，请重新阅读后再签署。"))
    _require_unexpired(letter, now=now)
    if drawing is not None and drawing.media_type not in DRAWINGS:
        raise Invalid({"drawing": _l("手写签名须为图片。")})
    nonce = nonce_of(seen.ticket, TICKET_PURPOSE, text.id, by=by, now=now)
    complete, order = policy.complete_sides(letter), letter.batch.signing_order
    lines = [one for one in policy.to_sign(by, letter) if is_turn_of(one.side, order=order, complete=complete)]
    take(letter, states=SIGNABLE)
    person = db.session.get_one(Person, by.person_id)
    for number, line in enumerate(lines):
        unique = nonce if number == 0 else f"{nonce}.{number}"
        _put_down(text, line, person, nonce=unique, method=SigningMethod.ELECTRONIC, drawing=drawing, by=by, now=now)
    _after_signing(letter, by=by, now=now)


def record_paper(
    letter: Letter, *, people: Mapping[int, int], scan: NewFile, version: int, by: Actor, now: datetime
) -> None:
    """Enter what was signed by hand (纸质签署): people says by signatory who signed; the scan is kept as the original.

    Order does not matter here: on paper it is as it was signed.
    """
    require(policy.may_record_paper(by, letter))
    if by.person_id in people.values():
        raise NotAllowed(_l("不能代录本人的签署，请由他人办理。"))
    lines = {one.id: one for one in policy.unsigned(letter)}
    holding = queries.holders(list(lines.values()), day=local_date(now))
    if not people or not set(people) <= set(lines):
        raise Invalid({"signatories": _l("请选择在纸质责任书上签字的签署人。")})
    take(letter, version=version, states=SIGNABLE)
    _require_unexpired(letter, now=now)
    text = policy.text_of(letter)
    assert text is not None
    for signatory_id, person_id in sorted(people.items()):
        person = next((one for one in holding[signatory_id] if one.id == person_id), None)
        if person is None:
            raise Invalid({"signatories": _l("签字人须是现任职务的在任人员。")})
        nonce = secrets.token_hex(16)
        line, paper = lines[signatory_id], SigningMethod.PAPER
        _put_down(text, line, person, nonce=nonce, method=paper, scan=scan, by=by, now=now)
    _require_two_parties(letter)
    _after_signing(letter, by=by, now=now)


def _require_two_parties(letter: Letter) -> None:
    """Nobody promises something to themselves."""
    side = {one.id: one.side for one in letter.signatories}
    given = {(one.person_id, side[one.signatory_id]) for one in policy.signatures_of(letter)}
    if len(given) != len({person_id for person_id, _side in given}):
        raise Invalid({"signatories": policy.BOTH_SIDES})


def _require_unexpired(letter: Letter, *, now: datetime) -> None:
    require_at_work(letter.group)
    ends_on = letter.batch.ends_on
    if ends_on is not None and ends_on < local_date(now):
        raise Stale(_l("责任书的有效期已过。"))


def _put_down(
    text: LetterText,
    line: Signatory,
    person: Person,
    *,
    nonce: str,
    method: SigningMethod,
    drawing: NewFile | None = None,
    scan: NewFile | None = None,
    by: Actor,
    now: datetime,
) -> None:
    letter = text.letter
    one = Signature(
        signatory=line,
        person_id=person.id,
        person_name=person.name,
        signed_as=f"{line.party}{line.title}",
        method=method,
        nonce=nonce,
        signed_at=now,
        recorded_by_id=by.person_id if method is SigningMethod.PAPER else None,
        drawing_sha256=drawing.sha256 if drawing is not None else None,
        scan_sha256=scan.sha256 if scan is not None else None,
    )
    one.signatory_id = line.id
    one.statement = queries.statement_of_signature(letter, text, one, side=line.side)
    one.mark = seals.mark(SIGNATURE_PURPOSE, one.statement.encode())
    text.signatures.append(one)
    db.session.flush()
    act = "sign" if method is SigningMethod.ELECTRONIC else "record_paper"
    note(act, letter, by=by, now=now, name=person.name, signed_as=one.signed_as, text=text.ordinal, mark=one.mark)


def _after_signing(letter: Letter, *, by: Actor, now: datetime) -> None:
    complete = policy.complete_sides(letter)
    move = step_after_signing(complete)
    if move is LetterMove.ENTER_FORCE:
        _enter_force(letter, by=by, now=now)
    elif move is LetterMove.SIGN_ONE_SIDE and letter.state is LetterState.ISSUED:
        step(letter, move)
        if Side.SECOND in complete:
            notices.tell_first_party(letter, queries.people_to_sign(letter, Side.FIRST, now=now), now=now)
        else:
            people = queries.people_to_sign(letter, Side.SECOND, now=now)
            notices.tell("issued", letter, people, now=now, key="turn")


def _enter_force(letter: Letter, *, by: Actor, now: datetime) -> None:
    """Both parties have signed; a letter whose place this one takes is superseded, with all that was added to it."""
    step(letter, LetterMove.ENTER_FORCE)
    letter.in_force_at = now
    note("enter_force", letter, by=by, now=now)
    notices.tell("in_force", letter, notices.unit_audience(letter, now=now), now=now)
    if letter.kind is LetterKind.REPLACEMENT:
        for old in queries.replaced_by(letter):
            step(old, LetterMove.SUPERSEDE)
            note("supersede", old, by=by, now=now, by_number=letter.number)
