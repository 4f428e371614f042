"""The list of tasks, and the same list as a spreadsheet. The address is the state of the list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.documents.pdf import pdf_available
from tracker.documents.xlsx import write_table
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.registry import registry
from tracker.kernel.text import _
from tracker.kernel.web import send_made
from tracker.tasks import queries
from tracker.tasks.forms.filters import Applied, address_of, applied, read_filter
from tracker.tasks.queries import EXPORT_ROWS, Sort, Stage, TaskFilter, TaskRow, Window
from tracker.tasks.queries.filters import LABELS as FILTER_LABELS
from tracker.tasks.rules import LABELS, Light, TaskSource, TaskState
from tracker.tasks.views.blueprint import bp


@dataclass(frozen=True, slots=True)
class Select:
    """A drop-down of the filter bar."""

    name: str
    label: str
    options: list[tuple[str, object]]


@bp.get("/tasks")
def index() -> ResponseReturnValue:
    """The tasks that somebody sees, as the address narrows them."""
    actor, today, wanted = current_actor(), clock.today(), read_filter(request.args)
    day = queries.reckoning(today)
    page = queries.list_tasks(actor, wanted, today=today, cursor=request.args.get("after", ""), day=day)
    groups = queries.groups_of(actor, day)
    choices = queries.list_choices(actor, group_id=wanted.group_id)
    names = {"group": dict(groups), **{kind: dict(rows) for kind, rows in choices.items()}}
    return render_template(
        "tasks/index.html",
        page=page,
        wanted=wanted,
        today=today,
        selects=_selects(groups, choices),
        applied=_chips(applied(request.args, wanted, names)),
        labels=LABELS,
        lights=list(Light),
        states=list(TaskState),
        hidden=_hidden(),
        sorts=[(sort.value, FILTER_LABELS[sort]) for sort in Sort],
        several_groups=len(groups) > 1 and wanted.group_id is None,
        group_names=names["group"],
        bulk=[action for action in registry.bulk if action.visible(actor)],
        address=lambda **changes: url_for("tasks.index", **address_of(request.args, **changes)),
        export_url=url_for("tasks.export", **address_of(request.args)),
        breakdown_url=url_for("tasks.breakdown_of_list", **address_of(request.args)),
        pdf=pdf_available(),
    )


def _chips(found: list[Applied]) -> list[dict[str, str]]:
    return [
        {"label": chip.label, "url": url_for("tasks.index", **address_of(request.args, **{f"{chip.name}_": None}))}
        for chip in found
    ]


def _hidden() -> dict[str, str]:
    """What the filter bar has no field for but keeps."""
    return {name: request.args[name] for name in ("part", "apportionment", "quiet", "own") if request.args.get(name)}


def _selects(groups: list[tuple[int, str]], choices: dict[str, list[tuple[int, str]]]) -> list[Select]:
    states: list[tuple[str, object]] = [("", FILTER_LABELS[Stage.LIVE]), (Stage.ALL.value, FILTER_LABELS[Stage.ALL])]
    states += [(state.value, LABELS[state]) for state in TaskState]

    def rows(found: list[tuple[int, str]]) -> list[tuple[str, object]]:
        return [("", _("全部")), *((str(row_id), name) for row_id, name in found)]

    found = [
        Select("state", _("状态"), states),
        Select("light", _("灯号"), [("", _("全部")), *((light.value, LABELS[light]) for light in Light)]),
        Select("due", _("时限"), [("", _("全部")), *((window.value, FILTER_LABELS[window]) for window in Window)]),
        Select("source", _("来源"), [("", _("全部")), *((source.value, LABELS[source]) for source in TaskSource)]),
    ]
    owner, owners = request.args.get("owner", ""), rows(choices["owner"])
    if owner not in dict(owners):
        # An address may name somebody who owns nothing that is seen: the bar keeps what the list is narrowed by.
        owners.append((owner, _("已选")))
    if len(owners) > 1:
        found.insert(0, Select("owner", _("责任人"), owners))
    if len(choices["unit"]) > 1:
        found.insert(0, Select("unit", _("牵头单位"), rows(choices["unit"])))
    if len(groups) > 1:
        found.insert(0, Select("group", _("领导小组"), rows(groups)))
    if choices["phase"]:
        found.append(Select("phase", _("阶段"), rows(choices["phase"])))
    return found


@bp.get("/tasks/export")
def export() -> ResponseReturnValue:
    """The whole list of a filter as .xlsx, up to 5,000 rows; a longer one says in the file that it was cut."""
    actor, today, wanted = current_actor(), clock.today(), read_filter(request.args)
    rows = list(queries.all_rows(actor, wanted, today=today, limit=EXPORT_ROWS + 1))
    notes = [_("导出日期：%(day)s", day=today.isoformat()), _sentence(actor, wanted)]
    if len(rows) > EXPORT_ROWS:
        notes.append(
            _("符合条件的任务超过 %(limit)s 项，本表只含前 %(limit)s 项，请缩小筛选范围后再导出。", limit=EXPORT_ROWS)
        )
    data = write_table(_("任务台账"), _headings(), _cells(rows[:EXPORT_ROWS]), notes=notes)
    name = _("任务台账") + f"{today:%Y%m%d}.xlsx"
    return send_made(data, name)


def _sentence(actor: Actor, wanted: TaskFilter) -> str:
    names = {"group": dict(queries.groups_of(actor, queries.reckoning(clock.today())))}
    choices = queries.list_choices(actor, group_id=wanted.group_id)
    names |= {kind: dict(found) for kind, found in choices.items()}
    words = [chip.label for chip in applied(request.args, wanted, names)]
    return str(_("筛选：%(what)s", what="、".join(words) or _("在办的全部任务")))


def _headings() -> list[tuple[str, int]]:
    return [
        (_("编号"), 10),
        (_("任务"), 44),
        (_("牵头单位"), 22),
        (_("责任人"), 10),
        (_("完成时限"), 12),
        (_("原定时限"), 12),
        (_("灯号"), 10),
        (_("工作日"), 14),
        (_("状态"), 10),
        (_("最近进展"), 44),
        (_("最近报告"), 12),
    ]


def _cells(rows: list[TaskRow]) -> Iterator[list[str]]:
    for row in rows:
        yield [
            row.number,
            row.title,
            row.lead_unit,
            row.owner,
            row.due_on.isoformat() if row.due_on else row.deadline_text or _("长期坚持"),
            row.first_due_on.isoformat() if row.first_due_on and row.first_due_on != row.due_on else "",
            str(LABELS[row.light]),
            _days(row),
            str(LABELS[row.state]),
            row.progress,
            clock.local_date(row.reported_at).isoformat() if row.reported_at else "",
        ]


def _days(row: TaskRow) -> str:
    if row.days is None:
        return ""
    if row.days == 0:
        return str(_("今天到期"))
    return str(_("逾期 %(days)s 天", days=row.days) if row.overdue else _("还有 %(days)s 个工作日", days=row.days))


def lamp(light: Light) -> dict[str, Any]:
    """A light as the components draw it."""
    return {"code": light.value, "word": LABELS[light]}
