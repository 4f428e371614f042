"""The clerk's sheet: what the page about a document sends back, laid over what was kept before.

Rows are numbered as in the kept choices, so a form can only fill rows that are there; new rows are made by a button.
What no clerk edits (line, path, kind) is taken from the kept row.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.kernel.entry import one_line, paragraphs
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.organisation.rules import SeatRole
from tracker.plans.proposal import BLANK_PHASE, BLANK_POST, BLANK_SEAT, BLANK_STAFF, BLANK_TASK, Choices

MAX_ROWS = 400
OPERATORS = (">=", "<=", "=", ">", "<")
EVERY = ("month", "quarter", "year")
WRONG_DATE = _l("日期应写成 2026-06-30 的样子。")
WRONG_NUMBER = _l("请填写数字。")
BLANK_TARGET: Mapping[str, Any] = {
    "quantity": "",
    "scope": "",
    "operator": ">=",
    "value": 0,
    "unit": "",
    "due_on": None,
}


@dataclass(slots=True)
class Sheet:
    """Choices as they came back; errors by the name of the field."""

    form: Mapping[str, str]
    choices: Choices
    errors: dict[str, object] = field(default_factory=dict)

    def line(self, name: str, old: object, limit: int) -> str:
        """A text on one line."""
        raw = self.form.get(name)
        if raw is None:
            return str(old or "")
        try:
            return one_line(raw, name, limit=limit)
        except Invalid as refusal:
            self.errors.update(refusal.errors)
            return raw[:limit]

    def text(self, name: str, old: object, limit: int) -> str:
        """A text of several lines."""
        raw = self.form.get(name)
        if raw is None:
            return str(old or "")
        try:
            return paragraphs(raw, name, limit=limit)
        except Invalid as refusal:
            self.errors.update(refusal.errors)
            return raw[:limit]

    def day(self, name: str, old: object) -> str | None:
        """A day, kept as text; an empty field is none."""
        raw = self.form.get(name)
        if raw is None:
            return str(old) if old else None
        if not raw.strip():
            return None
        try:
            day = date.fromisoformat(raw.strip())
        except ValueError:
            self.errors[name] = WRONG_DATE
            return None
        if not 1990 <= day.year <= 2100:
            self.errors[name] = WRONG_DATE
        return day.isoformat()

    def one_of(self, name: str, old: str, allowed: object) -> str:
        """One of some codes; anything else changes nothing."""
        raw = self.form.get(name, old)
        return raw if raw in allowed else old  # type: ignore[operator]

    def whole(self, name: str, low: int, high: int) -> int | None:
        """A small whole number; an empty field is none."""
        raw = self.form.get(name, "").strip()
        if not raw:
            return None
        if raw.isascii() and raw.isdigit() and len(raw) < 4 and low <= int(raw) <= high:
            return int(raw)
        self.errors[name] = _l("请填写 %(low)s 到 %(high)s 之间的数。", low=low, high=high)
        return None

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.form


def read_sheet(form: Mapping[str, str], kept: Choices) -> Sheet:
    """Lay a form over the kept choices. Rows to be taken out stay, marked, until `without_dropped`."""
    sheet = Sheet(form, deepcopy(kept))
    choices = sheet.choices
    for name, limit in (("title", 200), ("issuer", 200), ("document_number", 60), ("lead", 100)):
        choices[name] = sheet.line(name, choices[name], limit)
    choices["issued_on"] = sheet.day("issued_on", choices["issued_on"])
    for place, group in enumerate(choices["groups"]):
        _group(sheet, f"g-{place}", group)
    for place, phase in enumerate(choices["phases"]):
        _phase(sheet, f"p-{place}", phase)
    for place, task in enumerate(choices["tasks"]):
        _task(sheet, f"t-{place}", task, len(choices["phases"]))
    for place, warning in enumerate(choices["warnings"]):
        warning["seen"] = sheet.ticked(f"w-{place}-seen")
    for place, row in enumerate(choices["staff"]):
        for name, limit in (("name", 60), ("unit", 100), ("post", 60), ("phone", 30)):
            row[name] = sheet.line(f"f-{place}-{name}", row[name], limit)
        row["drop"] = sheet.ticked(f"f-{place}-drop")
    _answers(sheet)
    return sheet


def _group(sheet: Sheet, at: str, group: dict[str, Any]) -> None:
    group["take"] = sheet.ticked(f"{at}-take")
    group["target"] = sheet.line(f"{at}-target", group["target"], 20)
    group["name"] = sheet.line(f"{at}-name", group["name"], 120)
    group["office_unit"] = sheet.line(f"{at}-office_unit", group["office_unit"], 100)
    for place, seat in enumerate(group["seats"]):
        here = f"{at}-s-{place}"
        seat["drop"] = sheet.ticked(f"{here}-drop")
        seat["take"] = sheet.ticked(f"{here}-take") and not seat["drop"]
        seat["role"] = sheet.one_of(f"{here}-role", seat["role"], set(SeatRole))
        seat["person"] = sheet.line(f"{here}-person", seat["person"], 60).replace(" ", "")
        for number, post in enumerate(seat["posts"]):
            post["unit"] = sheet.line(f"{here}-p-{number}-unit", post["unit"], 100)
            post["post"] = sheet.line(f"{here}-p-{number}-post", post["post"], 60)


def _phase(sheet: Sheet, at: str, phase: dict[str, Any]) -> None:
    phase["drop"] = sheet.ticked(f"{at}-drop")
    phase["name"] = sheet.line(f"{at}-name", phase["name"], 200)
    phase["starts_on"] = sheet.day(f"{at}-starts_on", phase["starts_on"])
    phase["ends_on"] = sheet.day(f"{at}-ends_on", phase["ends_on"])
    if phase["starts_on"] and phase["ends_on"] and phase["ends_on"] < phase["starts_on"]:
        sheet.errors[f"{at}-ends_on"] = _l("结束日期早于开始日期。")


def _task(sheet: Sheet, at: str, task: dict[str, Any], phases: int) -> None:
    task["drop"] = sheet.ticked(f"{at}-drop")
    task["take"] = sheet.ticked(f"{at}-take") and not task["drop"]
    for name, limit in (("title", 120), ("lead", 100), ("cooperating", 1000), ("deadline_text", 60), ("number", 40)):
        task[name] = sheet.line(f"{at}-{name}", task[name], limit)
    task["text"] = sheet.text(f"{at}-text", task["text"], 8000)
    task["due_on"] = sheet.day(f"{at}-due_on", task["due_on"])
    raw = sheet.form.get(f"{at}-phase")
    if raw is not None:
        task["phase"] = int(raw) if raw in {str(place) for place in range(phases)} else None
    task["cadence"] = _cadence(sheet, at, task["cadence"])
    if task["take"] and not task["title"] and not task["text"]:
        sheet.errors[f"{at}-title"] = _l("请填写任务名称，或者取消勾选。")
    for place, target in enumerate(task["targets"]):
        _target(sheet, f"{at}-g-{place}", target)


def _cadence(sheet: Sheet, at: str, old: Any) -> Any:
    every = sheet.form.get(f"{at}-every")
    if every is None:
        return old
    if every not in EVERY:
        return "continuous" if every == "continuous" else None
    month = sheet.whole(f"{at}-month", 1, 3 if every == "quarter" else 12)
    return {"every": every, "month": month, "day": sheet.whole(f"{at}-day", 1, 31) or "last"}


def _target(sheet: Sheet, at: str, target: dict[str, Any]) -> None:
    target["drop"] = sheet.ticked(f"{at}-drop")
    target["quantity"] = sheet.line(f"{at}-quantity", target["quantity"], 100)
    target["scope"] = sheet.line(f"{at}-scope", target["scope"], 60)
    target["unit"] = sheet.line(f"{at}-unit", target["unit"], 20)
    target["operator"] = sheet.one_of(f"{at}-operator", target["operator"], OPERATORS)
    target["due_on"] = sheet.day(f"{at}-due_on", target["due_on"])
    raw = sheet.form.get(f"{at}-value")
    if raw is None or target["drop"]:
        return
    try:
        value = float(raw)
    except ValueError:
        value = float("nan")
    if not -1e12 < value < 1e12:
        sheet.errors[f"{at}-value"] = WRONG_NUMBER
    else:
        target["value"] = int(value) if value.is_integer() else value
    if not target["quantity"]:
        sheet.errors[f"{at}-quantity"] = _l("请填写指标名称，或者勾选移除。")


def _answers(sheet: Sheet) -> None:
    """Which unit and which person the names mean, as far as the page asked."""
    for place in range(MAX_ROWS):
        name = sheet.line(f"u-{place}-key", "", 100)
        if not name:
            break
        sheet.choices["units"][name] = {
            "choice": sheet.line(f"u-{place}-choice", "", 20),
            "name": sheet.line(f"u-{place}-name", "", 100),
            "kind": sheet.line(f"u-{place}-kind", "", 32),
        }
    for place in range(MAX_ROWS):
        name = sheet.line(f"n-{place}-key", "", 60)
        if not name:
            break
        sheet.choices["people"][name] = sheet.line(f"n-{place}-choice", "", 20)


def without_dropped(choices: Choices) -> Choices:
    """The choices without the rows that a clerk marked to be taken out; tasks keep their stages."""
    kept = deepcopy(choices)
    places = {
        old: new for new, old in enumerate(p for p, row in enumerate(kept["phases"]) if not row.pop("drop", False))
    }
    kept["phases"] = [kept["phases"][old] for old in places]
    for group in kept["groups"]:
        group["seats"] = [seat for seat in group["seats"] if not seat.pop("drop", False)]
    kept["tasks"] = [task for task in kept["tasks"] if not task.pop("drop", False)]
    for task in kept["tasks"]:
        task["phase"] = places.get(task["phase"])
        task["targets"] = [target for target in task["targets"] if not target.pop("drop", False)]
    kept["staff"] = [row for row in kept["staff"] if not row.pop("drop", False)]
    return kept


def add_row(choices: Choices, what: str) -> str:
    """Add a blank row (seat:0, post:0:3, phase, task, target:5, staff) and give back its place on the page."""
    kind, *numbers = what.split(":")
    if not all(number.isascii() and number.isdigit() and len(number) < 4 for number in numbers):
        return ""
    try:
        return _added(choices, kind, [int(number) for number in numbers])
    except (IndexError, ValueError):
        return ""


def _added(choices: Choices, kind: str, at: list[int]) -> str:
    """Raises IndexError or ValueError where there is no such place."""
    match kind, at:
        case "seat", [group]:
            return _grow(choices["groups"][group]["seats"], BLANK_SEAT, f"g-{group}-s")
        case "post", [group, seat]:
            _grow(choices["groups"][group]["seats"][seat]["posts"], BLANK_POST, "")
            return f"g-{group}-s-{seat}"
        case "target", [task]:
            _grow(choices["tasks"][task]["targets"], BLANK_TARGET, "")
            return f"t-{task}"
        case "phase", []:
            return _grow(choices["phases"], BLANK_PHASE, "p")
        case "task", []:
            return _grow(choices["tasks"], BLANK_TASK, "t")
        case "staff", []:
            return _grow(choices["staff"], BLANK_STAFF, "f")
    raise ValueError(kind)


def _grow(rows: list[dict[str, Any]], blank: Mapping[str, Any], at: str) -> str:
    if len(rows) < MAX_ROWS:
        rows.append(deepcopy(dict(blank)))
    return f"{at}-{len(rows) - 1}"
