"""Compares what a reader found in a plan document with the answer written for it: pure functions over the JSON form."""

from collections import Counter
from collections.abc import Callable

from tests.plans.variants.scoring import Check, Difference, Score, check, invented, pair
from tests.plans.variants.values import (
    Json,
    about,
    name_within,
    near,
    options,
    same,
    same_cadence,
    same_heading,
    same_measure,
    same_number,
    same_path,
    same_post,
    same_units,
    starts_alike,
)


def compare(found: Json, expected: Json) -> list[Difference]:
    """Names every field in which the finding departs from the answer."""
    return [one.difference for one in checks(found, expected) if not one.right]


def score(found: Json, expected: Json) -> Score:
    """Counts the fields that are right among those the answer asks for; an invention is a wrong field."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for one in checks(found, expected):
        asked[one.difference.field] += 1
        right[one.difference.field] += one.right
    return Score(sum(right.values()), sum(asked.values()), {name: (right[name], asked[name]) for name in sorted(asked)})


def checks(found: Json, expected: Json) -> list[Check]:
    """Every single comparison of a finding with its answer, right or wrong."""
    results = [
        check(name, "document", expected[name], found.get(name), accept=same_heading)
        for name in ("title", "region", "issuer", "document_number", "issued_on")
        if name in expected
    ]
    results += _group_checks(found, expected)
    results += _phase_checks(found, expected)
    results += _task_checks(found, expected)
    results += _loose_checks(found, expected)
    return results


# --- groups, seats, posts


def groups_of(document: Json) -> list[Json]:
    """The groups of a finding or an answer, whichever of “group” and “groups” it uses."""
    groups = document.get("groups") or [document.get("group")]
    return [group for group in groups if group and (group.get("name") or group.get("seats"))]


def _group_checks(found: Json, expected: Json) -> list[Check]:
    answers, findings = groups_of(expected), groups_of(found)
    if not answers:
        return [check("group", "document", [], [group.get("name") for group in findings])]
    pairs, rest = pair(
        answers, findings, lambda a, b: same(a["name"], b.get("name")), lambda a, b: bool(a["seats"]), lambda a, b: True
    )
    results = [invented("group", "document", group.get("name")) for group in rest]
    for answer, finding in pairs:
        if not finding and expected.get("_group_optional"):
            continue
        place = f"group {answer['name']}"
        results += [
            check("group." + name, place, answer[name], finding.get(name, "missing"))
            for name in ("name", "office_unit", "office_director")
            if name in answer
        ]
        results += _seat_checks(answer, finding, place, open_lines=expected.get("_open_seats", []))
    for line in expected.get("_seat_or_warning", []):
        seats = [seat["line"] for group in findings for seat in group.get("seats", [])]
        heard = seats + [warning.get("line") for warning in found.get("warnings", [])]
        results.append(
            Check(Difference("seat or warning", f"line {line}", line, heard), any(near(line, h) for h in heard))
        )
    return results


def _who(seat: Json, other: Json) -> bool:
    if seat["person"] is not None:
        return same(seat["person"], other.get("person"))
    if other.get("person"):
        return False
    if seat["unit"] is not None:
        return same(seat["unit"], other.get("unit"))
    return bool(seat["posts"]) and all(_has_post(post, other) for post in seat["posts"])


def _seat_checks(answer: Json, finding: Json, place: str, *, open_lines: list[int]) -> list[Check]:
    pairs, rest = pair(
        answer["seats"],
        finding.get("seats") or [],
        lambda a, b: same(a["role"], b.get("role")) and _who(a, b) and near(a["line"], b.get("line")),
        lambda a, b: same(a["role"], b.get("role")) and _who(a, b),
        _who,
        lambda a, b: same(a["role"], b.get("role")) and near(a["line"], b.get("line")),
    )
    results = [invented("seat", place, seat) for seat in rest if seat.get("line") not in open_lines]
    for seat, other in pairs:
        where = f"{place}, line {seat['line']}"
        results += [
            check("seat.role", where, seat["role"], other.get("role")),
            check("seat.person", where, seat["person"], other.get("person", "missing")),
            check("seat.line", where, seat["line"], other.get("line")),
        ]
        if seat["unit"] is not None:
            results.append(check("seat.unit", where, seat["unit"], other.get("unit")))
        results += _post_checks(seat, other, where)
    order = {id(other): index for index, other in enumerate(finding.get("seats") or [])}
    places = [order[id(other)] for _, other in pairs if other]
    if answer["seats"]:
        results.append(check("seat order", place, sorted(places), places))
    return results


def _post_checks(seat: Json, other: Json, where: str) -> list[Check]:
    found = other.get("posts") or []
    results = [
        Check(Difference("seat.post", where, post, found), any(same_post(post, one) for one in found))
        for post in seat["posts"]
    ]
    extra = [one for one in found if not any(same_post(post, one) for post in seat["posts"])]
    if seat["unit"] is None:
        results += [invented("seat.post", where, one) for one in extra]
    return results


def _has_post(post: Json, seat: Json) -> bool:
    return any(same_post(post, one) for one in seat.get("posts") or [])


# --- phases, tasks, targets


def _phase_checks(found: Json, expected: Json) -> list[Check]:
    answers, findings = expected.get("phases", []), found.get("phases") or []
    pairs, rest = pair(
        answers,
        findings,
        lambda a, b: near(a["line"], b.get("line")) and ("name" not in a or name_within(a["name"], b.get("name"))),
        lambda a, b: "name" in a and name_within(a["name"], b.get("name")),
        lambda a, b: near(a["line"], b.get("line")) and same(a["ends_on"], b.get("ends_on")),
    )
    free = expected.get("_open_phases", [])
    results = [invented("phase", "document", phase) for phase in rest if phase.get("line") not in free]
    for answer, finding in pairs:
        place = f"phase, line {answer['line']}"
        if "name" in answer:
            results.append(check("phase.name", place, answer["name"], finding.get("name"), accept=name_within))
        results += [
            check("phase." + name, place, answer[name], finding.get(name, "missing"))
            for name in ("starts_on", "ends_on", "line")
        ]
    return results


TASK_FIELDS: tuple[tuple[str, Callable[[object, object], bool]], ...] = (
    ("number", same_number),
    ("path", same_path),
    ("text", starts_alike),
    ("lead_unit", same),
    ("cooperating_units", same_units),
    ("owner", same),
    ("due_on", same),
    ("cadence", same_cadence),
)


def _task_checks(found: Json, expected: Json) -> list[Check]:
    if "tasks" not in expected:
        return []
    slack = expected.get("_line_slack", 0)
    pairs, rest = pair(
        expected["tasks"],
        found.get("tasks") or [],
        lambda a, b: (
            near(a["line"], b.get("line"), slack) and ("text" not in a or starts_alike(a["text"], b.get("text")))
        ),
        lambda a, b: near(a["line"], b.get("line")),
        lambda a, b: "text" in a and starts_alike(a["text"], b.get("text")),
    )
    results = [check("no invented task", "document", [], [(task.get("line"), task.get("number")) for task in rest])]
    for answer, finding in pairs:
        place = f"task, line {answer['line']}"
        results += [
            check("task." + name, place, answer[name], finding.get(name, "missing"), accept=accept)
            for name, accept in TASK_FIELDS
            if name in answer
        ]
        results.append(
            Check(
                Difference("task.line", place, answer["line"], finding.get("line")),
                near(answer["line"], finding.get("line"), slack),
            )
        )
        results += _target_checks(answer, finding, place)
    return results


def _target_checks(answer: Json, finding: Json, place: str) -> list[Check]:
    pairs, rest = pair(
        answer.get("targets", []),
        finding.get("targets") or [],
        lambda a, b: same_measure(a, b) and same(a["operator"], b.get("operator")) and about(a, b),
        lambda a, b: same_measure(a, b) and same(a["operator"], b.get("operator")),
        same_measure,
        lambda a, b: same(a["value"], b.get("value")),
    )
    results: list[Check] = []
    for target, other in pairs:
        if target.get("optional"):
            continue
        where = f"{place}, target {target['value']}"
        results += [
            Check(
                Difference("target.value and unit", where, target, other), bool(other) and same_measure(target, other)
            ),
            check("target.operator", where, target["operator"], other.get("operator")),
            Check(Difference("target.quantity", where, target, other), bool(other) and about(target, other)),
            Check(
                Difference("target.due_on", where, target, other),
                bool(other) and _same_due(target, other, answer, finding),
            ),
        ]
    # One answer for 小学、初中 may be found as one target for each of them.
    split = [
        one
        for one in rest
        if any(
            same_measure(target, one) and same(target["operator"], one.get("operator"))
            for target in answer.get("targets", [])
        )
    ]
    return results + [invented("target", place, one) for one in rest if one not in split]


def _same_due(target: Json, other: Json, answer: Json, finding: Json) -> bool:
    """A target without a date of its own has the task's."""
    effective = other.get("due_on") or finding.get("due_on")
    wanted = [option or answer.get("due_on", finding.get("due_on")) for option in options(target["due_on"])]
    return any(same(one, effective) for one in wanted)


# --- what is only asked to be there


def _loose_checks(found: Json, expected: Json) -> list[Check]:
    results: list[Check] = []
    for name in ("suggestions", "warnings"):
        lines = [one.get("line") for one in found.get(name) or []]
        for wanted in expected.get(name, []):
            there = any(near(wanted["line"], line) for line in lines)
            results.append(Check(Difference(name, f"line {wanted['line']}", wanted["line"], lines), there))
    if expected.get("_no_suggestions"):
        results.append(check("no invented suggestion", "document", [], found.get("suggestions") or []))
    return results
