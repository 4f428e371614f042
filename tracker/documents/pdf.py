"""Writer of PDF in the layout of GB/T 9704-2012: a paper in, bytes out.

It needs Pango from the system; where that is missing, papers are to be had as .docx and everything else works.
"""

from ctypes import CDLL
from ctypes.util import find_library
from functools import cache
from importlib import import_module
from typing import Any

from PIL import ImageFile

from tracker.documents.html import html
from tracker.documents.paper import Paper
from tracker.kernel.errors import Refusal
from tracker.kernel.text import _l

ENGINE = "weasyprint"
LIBRARIES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig")


class Missing(Refusal):
    """The server lacks what the act needs; somebody must install it (503)."""

    status = 503


@cache
def pdf_available() -> bool:
    """Whether this machine can make PDFs."""
    try:
        for name in LIBRARIES:
            CDLL(find_library(name) or name)
    except OSError:
        return False
    return True


def pdf(paper: Paper) -> bytes:
    """The paper as a PDF; its imprint stands on the last even page, as the standard asks.

    Raises:
        Missing: this machine has no Pango.
    """
    made = render(html(paper))
    if paper.imprint is not None and len(made.pages) % 2:
        made = render(html(paper, imprint_on_new_page=True))
    return bytes(made.write_pdf())


def page_count(paper: Paper) -> int:
    """How many pages a paper has when it is printed."""
    return len(render(html(paper)).pages)


def render(page: str) -> Any:
    """Lay a page out, with nothing but what is in it: no address is ever opened."""
    engine, urls = _engine()
    fetcher = urls.URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    return engine.HTML(string=page, url_fetcher=fetcher).render()


def _engine() -> tuple[Any, Any]:
    if not pdf_available():
        raise Missing(_l("服务器没有安装 Pango，不能生成 PDF；请下载 Word 文件，或请管理员安装。"))
    return _loaded()


@cache
def _loaded() -> tuple[Any, Any]:
    """Loading it takes more than a second, and most processes never make a PDF."""
    engine = import_module(ENGINE)
    # It lets Pillow take half a picture for a whole one, in all of the process: uploads, too.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return engine, import_module(f"{ENGINE}.urls")
