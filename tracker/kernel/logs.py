"""Structured logs, one line an event, each with the id of the request it belongs to."""

import contextlib
import logging
import secrets

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

from tracker.kernel import clock

log = structlog.get_logger("zeren")


class CarefulLogger(structlog.PrintLogger):
    """Writes lines, and lets go those that cannot be written: a full disk must not end whoever has to tell of it."""

    def msg(self, message: str) -> None:
        """Write a line, if that can be done."""
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def configure_logs(level: str, form: str) -> None:
    """Set up logging for this process; form is console or json."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=lambda *_names: CarefulLogger(),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        cache_logger_on_first_use=False,
    )


def init_request_logs(app: Flask) -> None:
    """Give every request an id, and log its answer with status and time in milliseconds."""

    @app.before_request
    def _begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.request_began = clock.now()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def _finish(answer: Response) -> Response:
        answer.headers["X-Request-ID"] = g.get("request_id", "")
        if request.endpoint != "static" and "request_began" in g:
            took = (clock.now() - g.request_began).total_seconds() * 1000
            log.info(
                "request",
                method=request.method,
                endpoint=request.endpoint,
                status=answer.status_code,
                ms=round(took, 1),
            )
        return answer
