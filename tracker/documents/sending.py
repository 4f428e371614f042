"""Sending a paper to its reader, as the kind of file that was asked for."""

from werkzeug.wrappers import Response

from tracker.documents.docx import docx
from tracker.documents.paper import Paper
from tracker.documents.pdf import pdf
from tracker.kernel.web import send_made

WRITERS = {"docx": docx, "pdf": pdf}


def send_paper(paper: Paper, name: str, ending: str) -> Response:
    """The paper as .docx or .pdf, as an attachment under its name."""
    return send_made(WRITERS[ending](paper), f"{name}.{ending}")
