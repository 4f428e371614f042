"""The application for a WSGI server, and for `flask --app wsgi`."""

import gc

# Nothing that is loaded here is ever garbage, and looking for some meanwhile takes a third of the start. What stands is
# also shared with the processes that a server forks.
gc.disable()

from tracker.app import create_app  # noqa: E402 - only what comes after is loaded without looking

app = create_app()

gc.freeze()
gc.enable()
