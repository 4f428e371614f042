"""A completion and the sender that is about to begin race, many times: what is completed does not leave.

`python -m tests.faults.races URL FOLDER ROUNDS` plays it and prints what it found as JSON.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.cast import NOW, enter_cast
from tests.engines import build_app, wait_longer_for_rows
from tests.outbox.racing import race, ways_to_complete
from tests.outbox.servers import Authority
from tests.outbox.world import set_up_mail
from tracker.kernel import clock
from tracker.kernel.db import db, write_transaction


def main(arguments: Sequence[str]) -> int:
    """Race; nothing is sent, so the mail server need not be there."""
    url, folder, rounds = arguments
    began = time.monotonic()
    clock.set_source(lambda: NOW)
    wait_longer_for_rows()
    app = build_app(url, Path(folder))
    with app.app_context():
        with write_transaction():
            cast = enter_cast()
        endpoint = set_up_mail(cast, 2525, Authority(Path("ca.pem"), Path("server.pem")))
        found = race(app, endpoint.id, ways_to_complete(cast), rounds=int(rounds))
        db.session.remove()
        db.engine.dispose()
    if not found["begun"] * found["not_begun"]:
        found["faults"].append("all races ended alike")
    print(json.dumps({**found, "seconds": round(time.monotonic() - began, 1)}))  # noqa: T201
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
