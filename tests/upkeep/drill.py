"""Somebody who writes all the time, in a process of their own; takes URL and FOLDER. Ends when told, or killed."""

import sys
from io import BytesIO
from itertools import count
from pathlib import Path

from tests.engines import build_app
from tracker.kernel import clock
from tracker.kernel.db import write_transaction
from tracker.kernel.files import keep
from tracker.kernel.jobs import JobRun, RunState


def main(url: str, folder: str) -> None:
    """Keep a file and write the row that speaks of it, over and over."""
    app = build_app(url, Path(folder))
    root = app.extensions["settings"].files_dir
    with app.app_context():
        for number in count():
            data = BytesIO(f"%PDF-1.4 {number}".encode()).getvalue()
            with write_transaction() as session:
                digest = keep(data, "application/pdf", root=root, now=clock.now())
                row = JobRun(job="drill", slot=str(number), state=RunState.FINISHED, started_at=clock.now(), counts={})
                row.error = digest
                session.add(row)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
