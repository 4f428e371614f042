"""Pages of responsibility letters."""

from tracker.letters.views import batches, changing, checking, papers, reading, reconciling, signing
from tracker.letters.views.blueprint import bp

__all__ = ["batches", "bp", "changing", "checking", "papers", "reading", "reconciling", "signing"]
