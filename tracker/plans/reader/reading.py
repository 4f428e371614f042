"""Reading a whole document: each rule has its turn, in the order that lets none read the same line twice."""

import re

from .dates import PlanYear, squeeze
from .deadlines import AMBIGUOUS, NO_SUCH_DAY, dated_points
from .defaults import read_defaults
from .errors import N_
from .findings import Doubtful, Findings, warning
from .group import Clerk
from .group_names import mentioned_name
from .head import Head, read_head
from .lines import Line, Paragraph, paragraphs
from .measures import read_tasks
from .outline import Item, build, walk
from .phases import read_phases
from .suggestions import read_suggestions
from .table_columns import column_of
from .table_seats import read_table_seats
from .table_tasks import read_table_tasks
from .tables import Table, find_tables

NOTHING = N_("没有认出小组、阶段或任务，请确认这是一份实施方案。")
NO_TITLE = N_("没有认出标题。")
UNCLEAR = (AMBIGUOUS, NO_SUCH_DAY)


def read_lines(lines: list[Line]) -> Findings:
    """Read the lines of one document."""
    parts = paragraphs(lines, lambda text: column_of(text) is not None)
    tables = find_tables(parts)
    parts, tables = _untabled(parts, tables)
    in_tables = {line for table in tables for line in table.used}
    head = read_head([part for part in parts if part.line not in in_tables])
    found = Findings(head.title, head.region, head.issuer, head.document_number, head.issued_on)
    clerk = _read_groups(parts, head, tables, in_tables, found.warnings)
    found.groups = clerk.found.groups
    year = context_year(head)
    root = build(parts, head.used | clerk.found.listed | in_tables)
    phases = read_phases(root, tables, year)
    defaults = read_defaults(parts)
    tasks = read_tasks(root, phases, defaults, year)
    found.phases = phases.phases
    found.tasks = [*tasks.tasks]
    found.warnings += [*clerk.found.warnings, *phases.warnings, *tasks.warnings]
    for table in tables:
        if table.kind == "task":
            found.tasks += read_table_tasks(table, _container(root, table), defaults, year, found.warnings)
    found.tasks.sort(key=lambda task: task.line)
    found.phases.sort(key=lambda phase: phase.line)
    found.suggestions = read_suggestions(root, phases, tasks.items, clerk.found.used)
    told = [dict(item.values).get("text", "") for item in found.warnings if item.msgid in UNCLEAR]
    found.warnings += _vague_dates(parts, {task.line for task in found.tasks} | in_tables, told)
    _general_warnings(found)
    found.warnings = _ordered(found.warnings)
    return found


def _untabled(parts: list[Paragraph], tables: list[Table]) -> tuple[list[Paragraph], list[Table]]:
    """Rows of tables that were not understood go on as plain text."""
    known = [table for table in tables if table.kind != "none"]
    used = {line for table in known for line in table.used}
    for part in parts:
        if part.table and part.line not in used:
            part.table = 0
            part.text = (
                "  ".join(re.sub(r"\s+", "", cell) if _single(cell) else cell for cell in _once(part.cells))
                or part.text
            )
    return [part for part in parts if part.text], known


def _single(cell: str) -> bool:
    """A cell of single characters is one padded word."""
    return all(len(word) == 1 for word in cell.split()) and len(cell.split()) <= 5


def _once(cells: tuple[str, ...]) -> list[str]:
    return [cell for index, cell in enumerate(cells) if cell and (index == 0 or cell != cells[index - 1])]


def _read_groups(
    parts: list[Paragraph], head: Head, tables: list[Table], in_tables: set[int], warnings: list[Doubtful]
) -> Clerk:
    clerk = Clerk()
    waiting = [table for table in tables if table.kind == "seat"]
    above = ""
    for part in parts:
        while waiting and part.line >= waiting[0].line:
            _seat_table(clerk, waiting.pop(0), warnings, above)
        above = part.text
        if part.line in head.title_lines:
            clerk.note_title(part.text)
        elif part.line not in head.used and part.line not in in_tables:
            clerk.read(part)
    for table in waiting:
        _seat_table(clerk, table, warnings, above)
    clerk.finish(mentioned_name([part.text for part in parts]))
    return clerk


def _seat_table(clerk: Clerk, table: Table, warnings: list[Doubtful], above: str) -> None:
    """Under the heading of a list of liaisons everybody is one."""
    for seat in read_table_seats(table, warnings, liaisons=bool(re.search("联络员|联系人", above))):
        clerk.seat(seat)


def context_year(head: Head) -> int | None:
    """The year that dates without a year belong to: the title's, else that of the issue; never when several compete."""
    title_years = set(re.findall(r"(?:19|20)\d{2}", squeeze(head.title or "")))
    if len(title_years) == 1:
        year, issued = int(title_years.pop()), head.issued_on
        # A list of points for next year comes out in its last weeks; what comes out earlier begins at once.
        begins_before = issued is not None and issued.year == year - 1 and issued.month <= 10
        return PlanYear.of(year, issued) if issued is not None and begins_before else year
    if head.issued_on is not None:
        return head.issued_on.year
    number = re.search(r"(?:19|20)\d{2}", head.document_number or "")
    return int(number.group()) if number else None


def _container(root: Item, table: Table) -> Item | None:
    within: Item | None = None
    for item in walk(root):
        if item.line <= table.line:
            within = item
    return within


def _vague_dates(parts: list[Paragraph], read: set[int], told: list[str]) -> list[Doubtful]:
    """“9月前” or 2月30日前 in prose: nobody could say which day is meant, so a clerk must see it."""
    found: list[Doubtful] = []
    for part in parts:
        for dated in dated_points(squeeze(part.text), 2000):
            line = part.line_at(_place(part.text, dated.text))
            if (
                dated.doubt in UNCLEAR
                and "月" in dated.text
                and not any(dated.text in text for text in told)
                and not {part.line, line} & read
            ):
                found.append(warning(line, dated.doubt, text=dated.text))
    return found


def _place(text: str, printed: str) -> int:
    found = re.search(r"\s*".join(re.escape(char) for char in printed), text)
    return found.start() if found else 0


def _general_warnings(found: Findings) -> None:
    if found.title is None:
        found.warnings.append(warning(1, NO_TITLE))
    if not (found.groups or found.phases or found.tasks or found.suggestions):
        found.warnings.append(warning(1, NOTHING))


def _ordered(warnings: list[Doubtful]) -> list[Doubtful]:
    unique: list[Doubtful] = []
    for item in sorted(warnings, key=lambda item: item.line):
        if item not in unique:
            unique.append(item)
    return unique
