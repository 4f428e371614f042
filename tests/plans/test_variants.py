"""The reader against the invented papers of `variants/`, whose answers were written by somebody who had not seen it."""

import json
from pathlib import Path

import pytest

from tests.plans.variants.compare import compare
from tracker.plans.reader import findings_to_json, read_file

FOLDER = Path(__file__).parent / "variants"
ANSWERS = sorted(FOLDER.glob("[0-9]*.json"))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.stem)
def test_a_variant_is_read_as_a_careful_clerk_would_read_it(answer: Path) -> None:
    paper = next(path for path in (answer.with_suffix(".txt"), answer.with_suffix(".docx")) if path.exists())

    found = findings_to_json(read_file(paper))

    assert compare(found, json.loads(answer.read_text(encoding="utf-8"))) == []


def test_there_are_variants_of_both_kinds() -> None:
    assert len(ANSWERS) >= 12
    assert list(FOLDER.glob("*.docx"))
