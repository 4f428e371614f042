"""flask worker run: the process that does what people ask for and wait for."""

from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from tracker.jobs.worker import run_worker
from tracker.kernel import clock
from tracker.kernel.errors import Stale
from tracker.kernel.soundness import refuse_unsound

worker = AppGroup("worker", help="The process that does jobs in the background.")


@worker.command("run")
def run() -> None:
    """Do jobs until told to stop; the one under way is done anew by the next worker."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    refuse_unsound(clock.now())
    try:
        run_worker(app)
    except Stale as refusal:
        with force_locale("zh"):
            raise SystemExit(str(refusal.message)) from refusal
