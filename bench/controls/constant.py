"""Control 1: a constant page of the size given, under the same server. What the server alone costs."""

import os

from flask import Flask, Response

app = Flask(__name__)
PAGE = ("责" * (int(os.environ.get("BENCH_PAGE_BYTES", "30000")) // 3)).encode()


@app.get("/")
def page() -> Response:
    """The same bytes every time."""
    return Response(PAGE, content_type="text/html; charset=utf-8")
