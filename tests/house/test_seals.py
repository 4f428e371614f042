"""Digests and keyed digests."""

import pytest
from flask import Flask

from tracker.kernel import seals

ABC_SM3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
"""The first example of GB/T 32905-2016."""


def test_the_digests_are_those_of_the_standards() -> None:
    found = seals.digests(b"abc")
    assert found.sm3 == ABC_SM3
    assert found.sha256.startswith("ba7816bf") and len(found.sha256) == 64


@pytest.mark.sqlite
def test_a_mark_holds_for_its_bytes_and_its_purpose_alone(app: Flask) -> None:
    with app.app_context():
        given = seals.mark("letter", b"promise")
        assert len(given) == seals.MARK_LENGTH
        assert seals.is_marked("letter", b"promise", given)
        assert not seals.is_marked("letter", b"promisE", given)
        assert not seals.is_marked("audit", b"promise", given)
        assert not seals.is_marked("letter", b"promise", given[:-1] + ("0" if given[-1] != "0" else "1"))
        assert not seals.is_marked("letter", b"promise", "责任")


@pytest.mark.sqlite
def test_an_older_key_still_verifies_and_an_unknown_one_is_told_apart(app: Flask) -> None:
    with app.app_context():
        given = seals.mark("letter", b"promise")
        keys = app.config["SEAL_KEYS"]
        try:
            app.config["SEAL_KEYS"] = ("n" * 40, *keys)
            assert seals.is_marked("letter", b"promise", given)
            assert seals.mark("letter", b"promise") != given
            app.config["SEAL_KEYS"] = ("n" * 40,)
            assert not seals.is_marked("letter", b"promise", given)
            assert not seals.is_key_known(given)
        finally:
            app.config["SEAL_KEYS"] = keys
        assert seals.is_key_known(given)
