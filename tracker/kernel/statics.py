"""Stylesheets, scripts and pictures, each under an address that names its content: a browser asks for it only once."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

KEPT = "private, max-age=31536000, immutable"
"""For a year, the longest that is usual. Private, because an answer may carry somebody's cookie."""


@lru_cache(maxsize=256)
def _digest(path: Path, _changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _version(folder: Path, filename: str) -> str | None:
    """What an address says of the content of a file; None where there is no such file."""
    path = folder / filename
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except OSError:
        return None


def init_statics(app: Flask) -> None:
    """Put the content's digest into every address of a file, and let browsers keep what was asked for by it.

    A page from before an upgrade asks by the old digest: it gets the file as it is now, to be asked for again.
    """
    folder = Path(app.static_folder or "")

    @app.url_defaults
    def _name_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (version := _version(folder, values["filename"])):
            values["v"] = version

    @app.after_request
    def _let_keep(answer: Response) -> Response:
        asked = request.args.get("v")
        if request.endpoint != "static" or not asked or answer.status_code not in {200, 206, 304}:
            return answer
        if asked == _version(folder, (request.view_args or {})["filename"]):
            answer.headers["Cache-Control"] = KEPT
        return answer
