"""Every page of accounts opens for whom it is, and says the right thing to everybody else."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.visitors import stranger

ClientAs = Callable[[str], FlaskClient]


@pytest.mark.parametrize("page", ["/me", "/password", "/welcome"])
def test_everybody_signed_in_has_an_account_page(client_as: ClientAs, app: Flask, page: str) -> None:
    assert client_as("outsider").get(page).status_code == 200
    answer = stranger(app).get(page)
    assert answer.status_code == 302
    assert "/setup" in answer.location or "/sign-in" in answer.location


@pytest.mark.parametrize("page", ["/accounts", "/accounts/new"])
def test_only_the_system_administrator_lists_accounts(client_as: ClientAs, page: str) -> None:
    assert client_as("administrator").get(page).status_code == 200
    for name in ("auditor", "registrar", "office_director", "leader", "finance_head", "outsider"):
        assert client_as(name).get(page).status_code == 403


def test_the_record_of_acts_is_the_auditors_alone(client_as: ClientAs) -> None:
    assert client_as("auditor").get("/audit").status_code == 200
    for name in ("administrator", "registrar", "office_director", "leader", "outsider"):
        assert client_as(name).get("/audit").status_code == 403


@pytest.mark.parametrize("page", ["", "/paste"])
def test_a_groups_accounts_are_its_offices_and_the_registrars(client_as: ClientAs, cast: Cast, page: str) -> None:
    address = f"/groups/{cast.group_ids['g1']}/accounts{page}"
    for name in ("office_director", "office_clerk", "registrar"):
        assert client_as(name).get(address).status_code == 200
    for name in ("leader", "supervisor", "finance_head", "finance_liaison"):
        assert client_as(name).get(address).status_code == 403
    for name in ("g2_office_clerk", "d2_office_director", "outsider", "administrator", "auditor"):
        assert client_as(name).get(address).status_code == 404
