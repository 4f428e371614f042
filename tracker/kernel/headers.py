"""Headers of every answer: nothing from elsewhere, nothing inline, nothing kept in caches."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)


def _harden(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    answer.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint != "static":
        answer.headers["Cache-Control"] = "no-store"
        answer.vary.add("Cookie")
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return answer


def init_headers(app: Flask) -> None:
    """Put the headers on every answer of an application, error pages and downloads included."""
    app.after_request(_harden)
