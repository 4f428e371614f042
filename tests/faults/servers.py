"""The mail server and the gateway in a process of their own; takes FOLDER, prints their ports, ends with its input.

They write down what they are given, and when by the shared clock, before they answer, so whoever kills the senders can
still count. A line of input says what is wrong with the mail server; `hang 0.2` lets both take so long to answer, or
until the next line.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.faults.shared_clock import SharedClock
from tests.outbox.servers import ChatServer, MailServer, make_authority


def main(folder: Path) -> None:
    """Serve until told to stop."""
    authority = make_authority(folder / "authority")
    receipts = folder / "receipts"
    receipts.mkdir()
    clock = SharedClock(folder / "clock")
    seconds = 0.0

    def think(_request: BaseHTTPRequestHandler) -> bool:
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            time.sleep(0.02)
        return False

    with (
        MailServer(authority, file=receipts / "mail") as mail,
        ChatServer(authority, file=receipts / "gateway") as gateway,
    ):
        for server in (mail, gateway):
            server.receipts.clock = lambda: clock().isoformat()
        gateway.before_answer = think
        print(json.dumps({"mail": mail.port, "gateway": gateway.port}), flush=True)  # noqa: T201 - whoever started it reads it
        for line in sys.stdin:
            mode, _space, said = line.strip().partition(" ")
            seconds = float(said or 0)
            mail.mode, mail.hang_seconds = mode, seconds
            print(mode, flush=True)  # noqa: T201 - likewise


if __name__ == "__main__":
    main(Path(sys.argv[1]))
