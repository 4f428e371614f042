"""A worker's process on a database of the tests, with a kind of job that takes its time; takes URL and FOLDER."""

import sys
import time
from itertools import count
from pathlib import Path

from tests.engines import build_app
from tracker.jobs.worker import run_worker
from tracker.kernel.errors import Stale
from tracker.kernel.jobs import Made, Work
from tracker.kernel.registry import JobKind, registry


def slow(work: Work) -> Made:
    """Steps of a tenth of a second, until there is a file that says that it is enough.

    It never comes to its end by itself: whoever is slow to stop it would find it done.
    """
    for done in count():
        work.reached(min(done, 19), 20)
        if (work.folder.parent / "hurry").exists():
            break
        time.sleep(0.1)
    path = work.folder / "made"
    path.write_bytes(b"PK slow")
    return Made(path, "慢.zip")


def main(url: str, folder: str) -> None:
    """Run until told to stop."""
    app = build_app(url, Path(folder))
    registry.add_job(JobKind("test", "试：%(title)s", "好了：%(title)s", "没成：%(title)s", slow, lambda *_: None))
    try:
        run_worker(app)
    except Stale as refusal:
        sys.exit(str(refusal.message))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
