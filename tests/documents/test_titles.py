"""Titles of several lines break where they read well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.documents.layout import shaped, width

LONG = "临河区人民政府办公室关于印发临河区推进义务教育优质均衡发展三年行动计划实施方案的通知"


def test_a_short_title_stays_on_one_line() -> None:
    assert shaped("关于2026年度目标责任书签订情况的通报", 19) == ["关于2026年度目标责任书签订情况的通报"]


def test_a_long_title_takes_lines_of_like_length() -> None:
    lines = shaped(LONG, 19)
    assert "".join(lines) == LONG
    assert len(lines) == 3
    assert max(map(width, lines)) <= 19
    assert lines[0].endswith(("办公室", "关于"))


@pytest.mark.parametrize("title", ["清河区2025年第一季度至2026年第四季度重点任务进展情况", "甲" * 18 + "2026年"])
def test_a_number_is_never_torn(title: str) -> None:
    assert all("2026年" in line or "2026" not in line for line in shaped(title, 19))
    assert any("2026年" in line for line in shaped(title, 19))


@given(st.text(max_size=120), st.integers(5, 30))
def test_no_letter_of_a_title_is_lost(title: str, room: int) -> None:
    assert "".join("".join(shaped(title, room)).split()) == "".join(title.split())
