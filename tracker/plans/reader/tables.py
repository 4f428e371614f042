"""Tables of tasks, people and phases: of Word, flattened to columns, or flattened to one cell a line."""

import re
from dataclasses import dataclass, field, replace

from .lines import Paragraph, split_columns
from .numbering import read_number
from .table_columns import column_of, year_column


@dataclass(slots=True)
class Row:
    """One row of a table, by column."""

    line: int
    cells: dict[str, str]
    shared: frozenset[str] = frozenset()


@dataclass(slots=True)
class Table:
    """A table whose head was understood."""

    kind: str  # task, seat, phase
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    odd: list[tuple[int, str]] = field(default_factory=list)
    line: int = 0
    used: set[int] = field(default_factory=set)
    leaders_column: bool = False


def _head(cells: list[str]) -> tuple[str, ...] | None:
    names = [column_of(cell) or year_column(cell) for cell in cells]
    known = [name for name in names if name]
    if len(set(known)) < 2 or len(known) < len([cell for cell in cells if cell]) * 0.6:
        return None
    if names.count("post") > 1 and "role" not in names:
        names[names.index("post")] = "role"
    seen: list[str] = []
    for index, name in enumerate(names):
        word = name or f"other{index}"
        seen.append(word if word not in seen else f"{word}#{index}")
    return tuple(seen)


def _kind(columns: tuple[str, ...]) -> str | None:
    have = set(columns)
    if "name" in have and not have & {"task", "lead"}:
        return "seat"
    if "phase" in have and "deadline" in have and not have & {"lead", "responsible"}:
        return "phase"
    if have & {"task", "detail", "standard"} and (
        have & {"lead", "responsible", "coop", "deadline", "owner", "leader"} or "number" in have
    ):
        return "task"
    if "member_unit" in have and have & {"owner", "phone"}:
        return "seat"
    return None


def find_tables(paragraphs: list[Paragraph]) -> list[Table]:
    """All tables of a document, in order."""
    found: list[Table] = []
    index = 0
    while index < len(paragraphs):
        step = _word_table(paragraphs, index) or _column_table(paragraphs, index) or _cell_lines(paragraphs, index)
        if step is None:
            index += 1
            continue
        table, index = step
        if table.rows:
            found.append(table)
    return found


def _word_table(paragraphs: list[Paragraph], index: int) -> tuple[Table, int] | None:
    number = paragraphs[index].table
    if not number:
        return None
    end = index
    while end < len(paragraphs) and paragraphs[end].table == number:
        end += 1
    block = paragraphs[index:end]
    for start, row in enumerate(block[:4]):
        columns = _head(list(row.cells))
        kind = _kind(columns) if columns else None
        if columns and kind:
            columns, first = _lower_head(columns, block, start + 1)
            table = Table(kind, columns, line=row.line)
            table.used.update(item.line for item in block[:first])
            _fill(table, [(item.line, list(item.cells)) for item in block[first:]])
            return table, end
    return Table("none", (), line=paragraphs[index].line), end


def _lower_head(columns: tuple[str, ...], block: list[Paragraph], index: int) -> tuple[tuple[str, ...], int]:
    """A head of two rows: the lower one divides what the upper one spans. Gives the columns and the first row below."""
    below = _head(list(block[index].cells)) if index < len(block) else None
    if below and len(below) == len(columns) and _kind(below):
        return below, index + 1
    return columns, index


def _column_table(paragraphs: list[Paragraph], index: int) -> tuple[Table, int] | None:
    head = split_columns(paragraphs[index].raw)
    columns = _head(head) if len(head) >= 3 or (len(head) == 2 and "\t" in paragraphs[index].raw) else None
    kind = _kind(columns) if columns else None
    if not columns or not kind:
        return None
    table = Table(kind, columns, line=paragraphs[index].line)
    table.used.add(paragraphs[index].line)
    rows: list[tuple[int, list[str]]] = []
    end = index + 1
    while end < len(paragraphs):
        cells = split_columns(paragraphs[end].raw)
        if _rule_line(paragraphs[end].text):
            table.used.add(paragraphs[end].line)
        elif len(cells) >= max(2, len(columns) - 3) or len(cells) == len(columns):
            rows.append((paragraphs[end].line, cells))
        elif _heads_rows(paragraphs, end, columns):
            rows.append((paragraphs[end].line, [_unnumbered(paragraphs[end].text)] * max(3, len(columns))))
        else:
            break
        end += 1
    _fill(table, rows)
    return table, end


def _heads_rows(paragraphs: list[Paragraph], index: int, columns: tuple[str, ...]) -> bool:
    """A short line alone between rows heads those that follow: 一、政务服务提效行动."""
    text = paragraphs[index].text
    after = paragraphs[index + 1] if index + 1 < len(paragraphs) else None
    return (
        columns[0] == "number"
        and len(text) <= 40
        and not re.search(r"[。；：:]", text)
        and after is not None
        and len(split_columns(after.raw)) == len(columns)
        and bool(re.match(r"^\d{1,3}[.、]?$", split_columns(after.raw)[0]))
    )


def _unnumbered(text: str) -> str:
    numbered = read_number(text)
    return numbered.rest if numbered else text


def _rule_line(text: str) -> bool:
    return bool(re.fullmatch(r"[\s|｜│:：\-—=+─┼┌┐└┘├┤┬┴]+", text))


def _cell_lines(paragraphs: list[Paragraph], index: int) -> tuple[Table, int] | None:
    head: list[str] = []
    end = index
    while end < len(paragraphs) and column_of(paragraphs[end].text) and len(head) < 12:
        head.append(paragraphs[end].text)
        end += 1
    columns = _head(head) if len(head) >= 3 else None
    kind = _kind(columns) if columns else None
    if not columns or not kind:
        return None
    table = Table(kind, columns, line=paragraphs[index].line)
    table.used.update(item.line for item in paragraphs[index:end])
    rest = paragraphs[end:]
    rows = _rows_by_number(rest, len(columns)) if columns[0] == "number" else _rows_by_count(rest, len(columns))
    used = sum(len(row) for row in rows)
    for row in rows:
        table.used.update(item.line for item in row)
    _fill(table, [(row[0].line, [item.text for item in row]) for row in rows])
    return table, end + used


def _rows_by_number(rest: list[Paragraph], size: int) -> list[list[Paragraph]]:
    rows: list[list[Paragraph]] = []
    expected = 1
    for item in rest:
        if re.fullmatch(rf"{expected}[.、]?", item.text):
            rows.append([item])
            expected += 1
        elif (
            not rows
            or len(rows[-1]) >= size + 4
            or re.match(r"^(?:[一二三四五六七八九十]+、|附件|备注|注[：:])", item.text)
        ):
            break
        else:
            rows[-1].append(item)
    rows = [_mended(row, size) for row in rows]
    if rows and len(rows[-1]) > size:
        rows[-1] = rows[-1][:size]
    return rows


def _mended(row: list[Paragraph], size: int) -> list[Paragraph]:
    """A cell that ends inside a list or a sentence goes on in the line below."""
    mended: list[Paragraph] = []
    extra = len(row) - size
    for item in row:
        if mended and extra > 0 and mended[-1].text.endswith(("、", "，", "；", "和", "及")):
            mended[-1] = replace(mended[-1], text=mended[-1].text + item.text)
            extra -= 1
        else:
            mended.append(item)
    return mended


def _rows_by_count(rest: list[Paragraph], size: int) -> list[list[Paragraph]]:
    rows: list[list[Paragraph]] = []
    for start in range(0, len(rest) - size + 1, size):
        row = rest[start : start + size]
        if any(
            len(item.text) > 200 or re.match(r"^(?:[一二三四五六七八九十]+、|附件|备注|注[：:])", item.text)
            for item in row
        ):
            break
        rows.append(row)
    return rows


def _fill(table: Table, rows: list[tuple[int, list[str]]]) -> None:
    """Give each cell its column; a cell that a merge left out takes the value above."""
    size = len(table.columns)
    above: dict[str, str] = {}
    for line, cells in rows:
        table.used.add(line)
        if not any(cells):
            continue
        if _head(cells) is not None and len(cells) == size:
            continue
        if len(set(cells)) == 1 and size > 2 and len(cells) > 1:
            above["category"] = cells[0]
            continue
        placed = _place(table.columns, cells)
        if placed is None:
            table.odd.append((line, " ".join(cell for cell in cells if cell)))
            continue
        shared = set()
        for column in table.columns:
            value = placed.get(column, "")
            if not value and column in _MERGED and above.get(column):
                placed[column] = above[column]
                shared.add(column)
            elif value and value == above.get(column):
                shared.add(column)
        if "category" in above and "category" not in table.columns:
            placed["category"] = above["category"]
        above.update({key: value for key, value in placed.items() if value})
        table.rows.append(Row(line, placed, frozenset(shared)))


_MERGED = frozenset({"category", "role", "phase"})


def _place(columns: tuple[str, ...], cells: list[str]) -> dict[str, str] | None:  # noqa: PLR0911 - rules in their order of rank, the first that fits decides
    if len(cells) == len(columns):
        return dict(zip(columns, cells, strict=True))
    if len(cells) > len(columns):
        return dict(zip(columns, cells, strict=False)) if not any(cells[len(columns) :]) else None
    missing = len(columns) - len(cells)
    merged = [column for column in columns if column in ("category", "leader", "role")]
    if "number" in columns and cells and re.fullmatch(r"\d{1,3}[.、]?", cells[0]) and missing == len(merged) > 0:
        kept = [column for column in columns if column not in merged]
        return dict(zip(kept, cells, strict=True))
    if missing == 1 and columns[0] in ("category", "role"):
        return dict(zip(columns[1:], cells, strict=True))
    if columns[-missing:] and all(
        column in ("remark", "phone") or column.startswith("other") for column in columns[-missing:]
    ):
        return dict(zip(columns, cells, strict=False))
    if missing == 1 and "coop" in columns and columns[-1] == "deadline":
        kept = [column for column in columns if column != "coop"]
        return dict(zip(kept, cells, strict=True))
    return None
