"""Handover (交接确认): drawn up as work and promises stand, signed by the successor, by whoever left on paper."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.kernel import seals
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.steps import note
from tracker.letters.commands.tickets import new_ticket, nonce_of
from tracker.letters.models import Handover, HandoverSignature, Letter
from tracker.letters.queries import HandoverDue
from tracker.letters.rules import (
    HANDOVER_PURPOSE,
    HANDOVER_SIGNATURE_PURPOSE,
    HandoverLine,
    HandoverState,
    LetterState,
    SigningMethod,
)
from tracker.tasks.commands import require_at_work

TICKET_PURPOSE = "letter handover ticket"


@dataclass(frozen=True, slots=True)
class SeenHandover:
    """A handover as its signer saw it: the digest of its text, and the ticket that the page carried."""

    handover: Handover
    sha256: str
    ticket: str


def open_handover(letter: Letter, *, signatory_id: int, by: Actor, now: datetime) -> Handover:
    """Draw up the handover of a line to the successor; one drawn up before and not signed lapses."""
    require(policy.may_open_handover(by, letter))
    require_at_work(letter.group)
    take(letter, states=[LetterState.IN_FORCE])
    day = local_date(now)
    due = next((one for one in queries.handovers_due([letter], day=day) if one.signatory.id == signatory_id), None)
    if due is None:
        raise Stale(_l("签署人没有变动，或者已经交接，不需要办理交接确认。"))
    _let_lapse(signatory_id)
    words = queries.handover_text(due, day=day)
    found = _frozen(due, words, by=by, now=now)
    note("open_handover", letter, by=by, now=now, handover=found.id, mark=found.mark, successor=found.successor_name)
    if by.person_id != found.successor_id:
        notices.tell("handover", letter, [found.successor_id], now=now, key=f"handover:{found.id}")
    return found


def tell_successors(letters: Sequence[Letter], *, by: Actor, now: datetime) -> int:  # noqa: ARG001 - nobody decides
    """Tell those who have taken up a post which letters pass to them, each once; gives back how many were told.

    Where the handover is drawn up already its successor has it on the desk.
    """
    return sum(
        notices.tell_successor(
            due.letter,
            due.successor.id,
            before=due.predecessor_name,
            since=due.took_up_on,
            due_on=due.due_on,
            now=now,
        )
        for due in queries.handovers_due(letters, day=local_date(now))
        if due.drawn_up is None
    )


def _let_lapse(signatory_id: int) -> None:
    """Nobody signs what was drawn up before; what was signed on it stays on record."""
    waiting = queries.open_handover_of(signatory_id)
    if waiting is not None:
        take(waiting, states=[HandoverState.OPEN])
        waiting.state = HandoverState.LAPSED
        db.session.flush()


def _frozen(due: HandoverDue, words: str, *, by: Actor, now: datetime) -> Handover:
    digests = seals.digests(words.encode())
    assert by.person_id is not None
    found = Handover(
        letter_id=due.letter.id,
        signatory_id=due.signatory.id,
        predecessor_id=due.predecessor_id,
        predecessor_name=due.predecessor_name,
        successor_id=due.successor.id,
        successor_name=due.successor.name,
        took_up_on=due.took_up_on,
        due_on=due.due_on,
        text=words,
        sha256=digests.sha256,
        sm3=digests.sm3,
        opened_by_id=by.person_id,
        opened_at=now,
    )
    found.letter, found.signatory = due.letter, due.signatory
    found.mark = seals.mark(HANDOVER_PURPOSE, queries.statement_of_handover(found).encode())
    db.session.add(found)
    db.session.flush()
    return found


def ticket_for_handover(handover: Handover, *, by: Actor, now: datetime) -> str:
    """A ticket for signing one handover once, given to one person with the page that shows it."""
    return new_ticket(TICKET_PURPOSE, handover.id, by=by, now=now)


def sign_handover(seen: SeenHandover, *, by: Actor, now: datetime) -> None:
    """Take a letter over as the successor, having seen exactly this text; the old signature stays as history."""
    handover = seen.handover
    require(policy.may_sign_handover(by, handover))
    if handover.sha256 != seen.sha256:
        raise Stale(_l("交接内容已变更，请重新阅读后再签署。"))
    nonce = nonce_of(seen.ticket, TICKET_PURPOSE, handover.id, by=by, now=now)
    _require_waiting(handover, now=now)
    take(handover, states=[HandoverState.OPEN])
    _put_down(handover, HandoverLine.SUCCESSOR, nonce=nonce, scan=None, by=by, now=now)
    _after_successor(handover, now=now)


def record_handover(
    handover: Handover, *, lines: Collection[HandoverLine], scan: NewFile, version: int, by: Actor, now: datetime
) -> None:
    """Enter which lines of a handover were signed by hand (纸质签署); the scan is kept as the original."""
    require(policy.may_record_handover(by, handover))
    signed = {one.line for one in handover.signatures}
    if not lines or signed & set(lines):
        raise Invalid({"lines": _l("请选择在纸上签字、还没有录入的人。")})
    _require_at_work(handover)
    if HandoverLine.SUCCESSOR in lines:
        _require_waiting(handover, now=now)
    take(handover, version=version, states=[HandoverState.OPEN, HandoverState.SIGNED])
    for line in sorted(lines):
        _put_down(handover, line, nonce=secrets.token_hex(16), scan=scan, by=by, now=now)
    if HandoverLine.SUCCESSOR in lines:
        _after_successor(handover, now=now)


def _require_at_work(handover: Handover) -> None:
    require_at_work(handover.letter.group)
    if handover.letter.state is not LetterState.IN_FORCE:
        raise Stale(_l("责任书不在生效状态，不再办理交接。"))


def _require_waiting(handover: Handover, *, now: datetime) -> None:
    """Nobody has signed for the successor, and the letter still passes to the same person today."""
    _require_at_work(handover)
    waiting = [due.drawn_up for due in queries.handovers_due([handover.letter], day=local_date(now))]
    if handover not in waiting:
        raise Stale(_l("这份交接确认已经签署或者失效。"))


def _put_down(
    handover: Handover, line: HandoverLine, *, nonce: str, scan: NewFile | None, by: Actor, now: datetime
) -> None:
    is_successor = line is HandoverLine.SUCCESSOR
    one = HandoverSignature(
        line=line,
        person_id=handover.successor_id if is_successor else handover.predecessor_id,
        person_name=handover.successor_name if is_successor else handover.predecessor_name,
        method=SigningMethod.ELECTRONIC if scan is None else SigningMethod.PAPER,
        nonce=nonce,
        signed_at=now,
        recorded_by_id=by.person_id if scan is not None else None,
        scan_sha256=scan.sha256 if scan is not None else None,
    )
    one.statement = queries.statement_of_handover_signature(handover, one)
    one.mark = seals.mark(HANDOVER_SIGNATURE_PURPOSE, one.statement.encode())
    handover.signatures.append(one)
    db.session.flush()
    act = "sign_handover" if scan is None else "record_handover"
    note(act, handover.letter, by=by, now=now, name=one.person_name, handover=handover.id, mark=one.mark)


def _after_successor(handover: Handover, *, now: datetime) -> None:
    handover.state = HandoverState.SIGNED
    notices.tell_office("handed_over", handover.letter, now=now)
