"""Letters whose signer has left: who comes after, and what passes to them."""

from datetime import datetime

import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.letters.promises import in_force
from tests.retelling import retold_story
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.letters import commands, queries
from tracker.letters.commands import SeenHandover
from tracker.letters.models import Handover, Letter
from tracker.letters.queries import HandoverDue
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment


def succeed(cast: Cast, predecessor: str, successor: str, *, now: datetime = NOW) -> None:
    """A post passes from one person to another."""
    with write_transaction() as session:
        held = sa.select(Appointment).where(Appointment.person_id == cast.person_ids[predecessor])
        post = session.scalars(held.order_by(Appointment.id.desc())).first()
        assert post is not None
        organisation.hand_over(post, to=cast.person(successor), by=SYSTEM, now=now)


@retold_story
def passed_on(cast: Cast) -> Letter:
    """A letter in force whose head has been succeeded by the deputy."""
    letter = in_force(cast)
    succeed(cast, "finance_head", "finance_deputy")
    return letter


def due(letter: Letter, *, now: datetime = NOW) -> HandoverDue:
    """The one handover of a letter that is due."""
    [found] = queries.handovers_due([letter], day=now.date())
    return found


def drawn_up(cast: Cast, letter: Letter, *, by: str = "office_clerk", now: datetime = NOW) -> Handover:
    """The handover of a letter is drawn up."""
    with write_transaction():
        line = due(letter, now=now).signatory.id
        return commands.open_handover(letter, signatory_id=line, by=cast.actor(by, day=now.date()), now=now)


def seen(cast: Cast, handover: Handover, name: str, *, now: datetime = NOW) -> SeenHandover:
    """A handover as somebody has it before them."""
    by = cast.actor(name, day=now.date())
    return SeenHandover(handover, handover.sha256, commands.ticket_for_handover(handover, by=by, now=now))


def taken_over(cast: Cast, letter: Letter, name: str = "finance_deputy", *, now: datetime = NOW) -> Handover:
    """The successor reads the handover and signs it."""
    handover = drawn_up(cast, letter, now=now)
    with write_transaction():
        by = cast.actor(name, day=now.date())
        commands.sign_handover(seen(cast, handover, name, now=now), by=by, now=now)
    return handover
