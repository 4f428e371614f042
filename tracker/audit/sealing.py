"""Seal whatever waits, batch after batch, each in a transaction of its own. The scheduler does it, and the shell."""

from datetime import datetime

from tracker.audit import commands, queries
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.logs import log


def seal_waiting(*, now: datetime, everything: bool = False) -> int:
    """Seal the acts that have no place in the chain yet; returns how many.

    everything looks at the whole record, and not only at what came in lately. Where nothing waits nothing is locked.
    """
    after_id, sealed = 0 if everything else queries.settled_id(now), 0
    while db.session.execute(queries.unsealed(after_id).limit(1)).first() is not None:
        with write_transaction():
            seal = commands.seal_batch(by=SYSTEM, now=now, after_id=after_id)
            if seal is None:
                break
            after_id, sealed = seal.last_id, sealed + seal.last_sequence - seal.first_sequence + 1
            # In the log too, which is often kept elsewhere: it is an anchor.
            log.info("audit seal", seal=seal.number, rows=seal.last_sequence, digest=seal.digest)
    db.session.rollback()
    return sealed
