"""Writer of plain tables as .xlsx: rows in, bytes out. Every cell is text, so none can become a formula."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]

MAX_CELL = 32_000
"""Characters that fit into one cell."""


def write_table(
    title: str,
    headings: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[str]],
    *,
    notes: Sequence[str] = (),
) -> bytes:
    """A workbook of one sheet: title, notes, headings (with their widths in characters), rows.

    Rows are written as they come, so that memory does not grow with them.
    """
    out = BytesIO()
    book = Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#E9EDF4", "border": 1, "border_color": "#B9C2D6"})
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#DFE4EE"})
    for number, (_heading, width) in enumerate(headings):
        sheet.set_column(number, number, width)
    sheet.write_string(0, 0, plain(title), bold)
    line = 1
    for note in notes:
        sheet.write_string(line, 0, plain(note))
        line += 1
    for number, (heading, _width) in enumerate(headings):
        sheet.write_string(line, number, plain(heading), head)
    sheet.freeze_panes(line + 1, 0)
    for row in rows:
        line += 1
        for number, value in enumerate(row):
            sheet.write_string(line, number, plain(value), cell)
    book.close()
    return out.getvalue()


def plain(value: str) -> str:
    """Text that a cell can hold: without control characters, which make a file unreadable, and not too long."""
    kept = "".join(c for c in value if c in "\n\t" or (c >= " " and c not in "\x7f\ufffe\uffff"))
    return kept.encode("utf-8", "ignore").decode()[:MAX_CELL]
