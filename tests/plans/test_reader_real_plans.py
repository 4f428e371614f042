"""The three real plans beside the repository, by hashed answers; skipped where they are absent."""

import json
from pathlib import Path

import pytest

from tests.effort import takes_at_most
from tests.plans.papers import real_plan
from tests.plans.variants.compare import compare
from tracker.plans.reader import findings_to_json, read_file

ANSWERS = Path(__file__).parent / "real_answers"


@pytest.mark.parametrize("number", ["000", "003", "004"])
def test_a_real_plan_is_read_without_a_fault(number: str) -> None:
    plan = real_plan(number)
    with takes_at_most(1):
        found = findings_to_json(read_file(plan))

    assert compare(found, json.loads((ANSWERS / f"{number}.json").read_text(encoding="utf-8"))) == []
