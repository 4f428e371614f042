"""The application for a WSGI server, and for `flask --app wsgi`."""

import gc
from importlib import import_module

from flask import Flask

from tracker.commandline import early_app, is_choosing_a_command


def _build() -> Flask:
    """Load and build the application.

    Nothing that is loaded here is ever garbage, and looking for some meanwhile takes a third of the start. What stands
    is also shared with the processes that a server forks.
    """
    gc.disable()
    app: Flask = import_module("tracker.app").create_app()
    gc.freeze()
    gc.enable()
    return app


app = early_app(_build) if is_choosing_a_command() else _build()
