"""The mail server and the gateway in a process of their own; takes FOLDER, prints their ports, ends with its input.

They write down what they are given before they answer, so whoever kills the senders can still count.
"""

import json
import sys
from pathlib import Path

from tests.outbox.servers import ChatServer, MailServer, make_authority


def main(folder: Path) -> None:
    """Serve until told to stop."""
    authority = make_authority(folder / "authority")
    receipts = folder / "receipts"
    receipts.mkdir()
    with (
        MailServer(authority, file=receipts / "mail") as mail,
        ChatServer(authority, file=receipts / "gateway") as gateway,
    ):
        print(json.dumps({"mail": mail.port, "gateway": gateway.port}), flush=True)  # noqa: T201 - whoever started it reads it
        for line in sys.stdin:
            mode, _space, seconds = line.strip().partition(" ")
            mail.mode, mail.hang_seconds = mode, float(seconds or 0)
            print(mode, flush=True)  # noqa: T201 - likewise


if __name__ == "__main__":
    main(Path(sys.argv[1]))
