"""The comparison itself: an answer agrees with itself, and every departure from it is named."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.plans.variants.compare import compare, groups_of, score
from tests.plans.variants.scoring import add_up
from tests.plans.variants.values import hash_name, options, same

ANSWERS = sorted(Path(__file__).parent.glob("[0-9]*.json"))


def answer(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def first_reading(value: Any) -> Any:
    """The answer as a reader would give it: of several allowed values the first."""
    if isinstance(value, dict) and set(value) == {"any_of"}:
        return first_reading(options(value)[0])
    if isinstance(value, dict):
        return {key: first_reading(one) for key, one in value.items()}
    return [first_reading(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_every_answer_stands_beside_its_document_and_agrees_with_itself(path: Path) -> None:
    assert path.with_suffix(".txt").exists() != path.with_suffix(".docx").exists()
    expected = answer(path)
    found = first_reading(expected)
    found["warnings"] += [{"line": line} for line in expected.get("_seat_or_warning", [])]
    assert compare(found, expected) == []
    assert score(found, expected).share == 1.0


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_lines_of_an_answer_lie_within_its_text(path: Path) -> None:
    text = path.with_suffix(".txt")
    if text.exists():
        count = len(text.read_text(encoding="utf-8").split("\n"))
        assert all(0 < line <= count for task in answer(path)["tasks"] for line in options(task["line"]))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda d: d.update(issued_on="2024-03-09"), "issued_on"),
        (lambda d: d["group"].update(office_unit=None), "group.office_unit"),
        (lambda d: d["group"]["seats"][1].update(role="member"), "seat.role"),
        (lambda d: d["group"]["seats"][1].update(person="沈"), "seat.person"),
        (lambda d: d["group"]["seats"][4]["posts"].pop(), "seat.post"),
        (lambda d: d["group"]["seats"][4]["posts"].append({"unit": None, "post": "副区长"}), "seat.post"),
        (lambda d: d["group"]["seats"].insert(0, d["group"]["seats"].pop()), "seat order"),
        (lambda d: d["group"]["seats"].append({"role": "member", "person": "无名", "posts": [], "line": 1}), "seat"),
        (lambda d: d["phases"][0].update(ends_on=None), "phase.ends_on"),
        (lambda d: d["phases"].append({"name": "某阶段", "starts_on": None, "ends_on": None, "line": 1}), "phase"),
        (lambda d: d["tasks"][0].update(lead_unit=None), "task.lead_unit"),
        (lambda d: d["tasks"][0]["cooperating_units"].pop(), "task.cooperating_units"),
        (lambda d: d["tasks"][4].update(cadence="continuous"), "task.cadence"),
        (lambda d: d["tasks"].append({"line": 1, "number": "9", "text": "杜撰"}), "no invented task"),
        (lambda d: d["tasks"][1]["targets"][0].update(operator=">="), "target.operator"),
        (lambda d: d["tasks"][1]["targets"][0].update(value=46), "target.value and unit"),
        (lambda d: d["tasks"][1]["targets"][0].update(due_on="2025-01-01"), "target.due_on"),
        (
            lambda d: d["tasks"][0]["targets"].append({"quantity": "页", "operator": "=", "value": 9, "unit": "页"}),
            "target",
        ),
        (lambda d: d["suggestions"].clear(), "suggestions"),
    ],
)
def test_a_departure_from_the_answer_is_named(change: Any, field: str) -> None:
    expected = answer(ANSWERS[0])
    found = copy.deepcopy(first_reading(expected))
    change(found)
    assert field in {difference.field for difference in compare(found, expected)}
    assert score(found, expected).share < 1.0


def test_a_warning_that_is_not_given_is_missed() -> None:
    expected = next(one for one in map(answer, ANSWERS) if one["warnings"])
    found = first_reading(expected)
    found["warnings"] = []
    assert {difference.field for difference in compare(found, expected)} == {"warnings"}


def test_a_group_read_out_of_a_text_without_one_is_an_invention() -> None:
    expected = next(one for one in map(answer, ANSWERS) if not groups_of(one))
    found = first_reading(expected) | {"group": {"name": "某领导小组", "seats": []}}
    assert [difference.field for difference in compare(found, expected)] == ["group"]


def test_blanks_widths_and_the_seam_of_a_party_post_make_no_difference() -> None:
    expected = {"group": {"name": "某组", "seats": [seat("吕冰", "雁溪镇", "党委书记")]}}
    found = {"group": {"name": "某 组", "seats": [seat("吕　冰", "雁溪镇党委", "书记")]}}
    assert compare(found, expected) == []


def test_ten_thousands_in_the_unit_equal_those_in_the_value() -> None:
    task: Any = {"line": 1, "due_on": None, "targets": [{"quantity": "农田", "operator": "=", "due_on": None}]}
    expected: Any = {"tasks": [task]}
    found = copy.deepcopy(expected)
    task["targets"][0] |= {"value": 2.4, "unit": "万亩"}
    found["tasks"][0]["targets"][0] |= {"value": 24000, "unit": "亩"}
    assert compare(found, expected) == []


def test_a_real_name_is_held_by_its_hash_alone() -> None:
    assert same("sha256:" + hash_name("吕冰"), "吕　冰")
    assert not same("sha256:" + hash_name("吕冰"), "吕水")


def test_scores_of_several_documents_add_up_by_field() -> None:
    expected = answer(ANSWERS[0])
    whole, nothing = score(first_reading(expected), expected), score({}, expected)
    both = add_up([whole, nothing])
    assert both.total == whole.total + nothing.total
    assert both.by_field["task.lead_unit"] == (6, 12)


def seat(person: str, unit: str, post: str) -> dict[str, Any]:
    return {"role": "member", "person": person, "posts": [{"unit": unit, "post": post}], "unit": None, "line": 1}
