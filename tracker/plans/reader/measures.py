"""Tasks and measures: which numbered items oblige, and everything that is printed about each."""

import re
from dataclasses import dataclass, field, replace

from .answerable import Responsible
from .dates import squeeze
from .deadlines import Deadline, in_running_text, is_time_value, read_value
from .defaults import Defaults
from .errors import N_
from .findings import Doubtful, TaskFinding, warning
from .outline import Item, walk
from .phases import PhasesFound
from .responsible import read_responsible
from .responsible_labels import bracket_spans, is_label_line, mark_labels, strip_spans
from .sections import Kind, begins_with_act
from .targets import find_targets

LEADER_LEFT_OUT = N_("牵头领导“%(text)s”没有列入任务（任务只记责任单位和责任人）。")
EMPTY_ITEM = N_("第%(text)s项没有内容，未列为任务。")


@dataclass(slots=True)
class TasksFound:
    """Tasks in order, and which items of the outline they are."""

    tasks: list[TaskFinding] = field(default_factory=list)
    items: set[int] = field(default_factory=set)
    warnings: list[Doubtful] = field(default_factory=list)


@dataclass(slots=True)
class Clause:
    """The whole text of an item with what was read from it."""

    item: Item
    text: str
    responsible: Responsible
    notes_below: bool


def read_tasks(root: Item, phases: PhasesFound, defaults: Defaults, year: int | None) -> TasksFound:
    """Read the numbered tasks of a document."""
    found = TasksFound()
    leaves = [item for item in walk(root) if not item.children]
    clauses = {id(item): _clause(item) for item in walk(root)}
    has_task_section = any(item.section == Kind.TASK for item in leaves)
    for item in leaves:
        clause = clauses[id(item)]
        if id(item) in phases.by_item and not clause.responsible.labelled:
            continue
        given = _given(item, clause, clauses)
        if not _obliges(item, clause, given, phases, has_task_section, year):
            continue
        if not clause.text:
            found.warnings.append(warning(item.line, EMPTY_ITEM, text=item.number))
            continue
        found.items.add(id(item))
        found.tasks.append(_task(item, clause, given, defaults, year, found.warnings))
    return found


def _clause(item: Item) -> Clause:
    parts = [squeeze(mark_labels(item.text))]
    below_it = [paragraph for paragraph in item.body if not paragraph.table]
    if item.children:
        below_it = [paragraph for paragraph in below_it if is_label_line(paragraph.text)]
    parts.extend(squeeze(mark_labels(paragraph.text)) for paragraph in below_it)
    text = ""
    for part in parts:
        if text and text[-1] not in "。；：，、！？）)]】":
            text += "。"
        text += part
    below = bool(item.body) and is_label_line(item.body[-1].text)
    return Clause(item, text, read_responsible(text), below)


def _given(item: Item, clause: Clause, clauses: dict[int, Clause]) -> Responsible:
    """Who answers for an item: its own note, else the note below its last sibling, else that of a heading above."""
    own = clause.responsible
    if own.labelled and own.found:
        return own
    parent = item.parent
    if parent is not None and len(parent.children) > 1:
        last = clauses[id(parent.children[-1])]
        if (
            last.notes_below
            and last.responsible.found
            and not any(_answers(clauses[id(child)].responsible) for child in parent.children[:-1])
        ):
            return _with_own(own, last.responsible)
    while parent is not None and parent.kind != "root":
        above = clauses.get(id(parent))
        if above and above.responsible.labelled and above.responsible.found:
            return _with_own(own, above.responsible)
        parent = parent.parent
    return own


def _answers(one: Responsible) -> bool:
    """Whether an item says itself who answers for it, so that the note below its last sibling is that one's alone."""
    return one.labelled or bool(one.shared)


def _with_own(own: Responsible, above: Responsible) -> Responsible:
    if own.found and own.leads:
        return own
    return replace(
        above,
        owner=own.owner or above.owner,
        leaders=own.leaders or above.leaders,
        deadline=own.deadline or above.deadline,
        standard=own.standard,
        labelled=True,
        spans=own.spans,
    )


def _obliges(  # noqa: PLR0911 - rules in their order of rank, the first that fits decides
    item: Item, clause: Clause, given: Responsible, phases: PhasesFound, has_task_section: bool, year: int | None
) -> bool:
    """Whether an item is a task."""
    if item.section == Kind.GROUP and re.search(r"(?:专班|小组|组)$", item.heading):
        return False
    labelled = clause.responsible.strong and (clause.responsible.found or clause.responsible.deadline is not None)
    if _opens_section(item):
        return labelled and item.section not in (Kind.GOAL, Kind.GROUP)
    if _within_phase(item, phases) or item.section in (Kind.GROUP, Kind.DUTY, Kind.GOAL, Kind.PROSE):
        told = bool(clause.responsible.leads) and any("任务" in above.heading for above in item.ancestors())
        return (labelled or told) and bool(clause.responsible.found)
    if item.section == Kind.TASK:
        return True
    if item.section == Kind.MAYBE_TASK and not has_task_section:
        return True
    if item.section == Kind.PHASE:
        return given.found and labelled
    if clause.responsible.labelled or item.section not in (Kind.MAYBE_TASK, None) or not has_no_past(clause.text):
        return clause.responsible.labelled
    deadline = in_running_text(clause.text, year)
    return bool(deadline) and (item.section == Kind.MAYBE_TASK or begins_with_act(clause.text))


def has_no_past(text: str) -> bool:
    """Whether a text speaks of what is to come, not of what was done."""
    return not re.search(r"近年来|以来，|已完成|顺利通过|取得.{0,6}成效|现有", text)


def _opens_section(item: Item) -> bool:
    """A heading that names a section is no task itself."""
    parent = item.parent
    return (
        parent is None
        or parent.section != item.section
        or (parent.kind in ("root", "annex") and item.kind in ("han", "chapter"))
    )


def _within_phase(item: Item, phases: PhasesFound) -> bool:
    above: Item | None = item
    while above is not None:
        if id(above) in phases.by_item:
            return True
        above = above.parent
    return False


def year_for(item: Item, year: int | None) -> int | None:
    """The year that the headings above an item speak of, else that of the document."""
    for above in reversed(item.ancestors()):
        years = set(re.findall(r"(?:19|20)\d{2}(?=年)", squeeze(above.text)))
        if len(years) == 1:
            return int(years.pop())
    return year


def _task(
    item: Item, clause: Clause, given: Responsible, defaults: Defaults, year: int | None, warnings: list[Doubtful]
) -> TaskFinding:
    own_year = year_for(item, year)
    lead, coop, doubt = given.settle(first_rule=given.first_leads or defaults.first_leads(item.line))
    if lead is None and not given.responsible:
        lead = defaults.lead(item.line)
    coop = [*coop, *(unit for unit in defaults.coop(item.line) if unit != lead and unit not in coop)]
    text = strip_spans(clause.text, clause.responsible.spans)
    deadline = _deadline(given, text, own_year, item)
    for msgid, printed in [*deadline.doubts, *([doubt] if doubt else [])]:
        warnings.append(warning(item.line, msgid, text=printed))
    if given.leaders:
        warnings.append(warning(item.line, LEADER_LEFT_OUT, text=given.leaders))
    targets = find_targets(text + ("。" + given.standard if given.standard else ""), own_year)
    return TaskFinding(
        number=item.number,
        path=tuple(above.heading for above in item.ancestors() if above.heading),
        text=text,
        lead_unit=lead,
        cooperating_units=tuple(coop),
        owner=given.owner,
        due_on=deadline.due_on,
        deadline_text=deadline.text,
        cadence=deadline.cadence,
        targets=tuple(targets),
        line=item.line,
    )


def _deadline(given: Responsible, text: str, year: int | None, item: Item) -> Deadline:
    if given.deadline:
        return read_value(given.deadline, year)
    own = in_running_text(text, year)
    return own or _above(item, year)


def _above(item: Item, year: int | None) -> Deadline:
    """The deadline that a heading prints for all below it: 汛前准备（3月31日前完成）."""
    for above in reversed(item.ancestors()):
        heading = squeeze(above.text)
        for start, end in bracket_spans(heading):
            inner = heading[start + 1 : end - 1]
            if is_time_value(inner) and re.search(r"前|完成|底", inner):
                return read_value(inner, year)
    return Deadline()
