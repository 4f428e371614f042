"""Small rules: telephone numbers with their middle hidden."""

import pytest

from tracker.organisation.rules import masked_phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13800000007", "138****0007"), ("0999-1234567", "099*****4567"), ("12345", "*****"), ("", "")],
)
def test_the_middle_of_a_number_is_hidden(number: str, shown: str) -> None:
    assert masked_phone(number) == shown
