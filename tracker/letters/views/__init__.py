"""Pages of responsibility letters."""

from tracker.letters.views import batches, changing, checking, reading, signing
from tracker.letters.views.blueprint import bp

__all__ = ["batches", "bp", "changing", "checking", "reading", "signing"]
