"""Several PDFs as one to print on both sides: each begins on the front of a sheet."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

PDFS = "pypdfium2"


def joined(parts: Iterable[bytes], path: Path) -> None:
    """Write our own PDFs into one file, a blank page behind each that has an odd number. One thread at a time."""
    # Loading it takes a while, and of all processes only the worker ever joins PDFs.
    library: Any = import_module(PDFS)
    whole = library.PdfDocument.new()
    try:
        for data in parts:
            part = library.PdfDocument(data)
            try:
                whole.import_pages(part)
                if len(part) % 2:
                    whole.new_page(*part[0].get_size())
            finally:
                part.close()
        whole.save(str(path))
    finally:
        whole.close()
