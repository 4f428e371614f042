"""Settings are read from the environment and checked before anything starts."""

import socket
import stat
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import Settings
from tracker.kernel.db import engine_options
from tracker.kernel.environment import SettingsError


def test_nothing_set_means_sqlite_on_loopback_without_demo() -> None:
    settings = Settings.from_environment({})
    assert settings.database_url.endswith("/instance/zeren.sqlite3")
    assert settings.is_sqlite
    assert settings.base_url == "http://127.0.0.1:8000"
    assert not settings.demo
    assert not settings.secure_cookies
    assert settings.cookie_name == "zeren"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgresql_address_names_the_same_driver(scheme: str) -> None:
    settings = Settings.from_environment({"DATABASE_URL": f"{scheme}://u:p@db/zeren"})
    assert settings.database_url == "postgresql+psycopg://u:p@db/zeren"
    assert not settings.is_sqlite


def test_a_public_address_makes_cookies_secure_and_is_the_only_host() -> None:
    settings = Settings.from_environment({"ZEREN_BASE_URL": "https://zeren.example.gov.cn/"})
    assert settings.base_url == "https://zeren.example.gov.cn"
    assert settings.secure_cookies
    assert settings.cookie_name == "__Host-zeren"
    assert settings.trusted_hosts == ("zeren.example.gov.cn",)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"ZEREN_HOST": "0.0.0.0"}, "ZEREN_BASE_URL"),
        ({"ZEREN_BASE_URL": "zeren.example"}, "ZEREN_BASE_URL"),
        ({"ZEREN_BASE_URL": "https://u:p@zeren.example"}, "ZEREN_BASE_URL"),
        ({"ZEREN_INSTANCE": "somewhere"}, "ZEREN_INSTANCE"),
        ({"ZEREN_LOG_FORMAT": "xml"}, "ZEREN_LOG_FORMAT"),
        ({"ZEREN_SECURE_COOKIES": "perhaps"}, "ZEREN_SECURE_COOKIES"),
        ({"ZEREN_TRUSTED_HOSTS": "https://a"}, "ZEREN_TRUSTED_HOSTS"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"ZEREN_IDEL_MINUTES": "5"}, "ZEREN_IDEL_MINUTES"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(variables: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_environment(variables)


def test_a_wrong_database_address_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({"DATABASE_URL": "mysql://u:hush@db/zeren"})
    assert "hush" not in str(refusal.value)


def test_the_demo_is_allowed_on_loopback() -> None:
    assert Settings.from_environment({"ZEREN_DEMO": "1"}).demo


@pytest.mark.parametrize(
    "variables",
    [
        {"ZEREN_HOST": "0.0.0.0", "ZEREN_BASE_URL": "http://10.0.0.5:8000"},
        {"ZEREN_BASE_URL": "https://zeren.example.gov.cn"},
        {"ZEREN_TRUSTED_PROXIES": "1"},
    ],
)
def test_the_demo_is_refused_where_others_could_reach_it(variables: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="ZEREN_DEMO"):
        Settings.from_environment({"ZEREN_DEMO": "1", **variables})
    assert not Settings.from_environment(variables).demo


def test_the_key_is_made_once_and_kept_for_this_user_alone(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ZEREN_INSTANCE": str(tmp_path / "instance")})
    key = settings.session_key()
    assert len(key) >= 32
    assert settings.session_key() == key
    file = tmp_path / "instance" / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_a_key_that_cannot_be_kept_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("a file where the folder should be")
    settings = Settings.from_environment({"ZEREN_INSTANCE": str(tmp_path / "instance")})
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        settings.session_key()


def test_the_key_shows_in_no_print_of_the_settings() -> None:
    settings = Settings.from_environment({"SECRET_KEY": "k" * 40})
    assert settings.session_key() == "k" * 40
    assert "kkkk" not in repr(settings)


def test_the_sealing_key_is_made_once_beside_the_session_key_and_is_another(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ZEREN_INSTANCE": str(tmp_path)})
    (key,) = settings.sealing_keys()
    assert settings.sealing_keys() == (key,)
    assert key != settings.session_key()
    assert stat.S_IMODE((tmp_path / "seal_key").stat().st_mode) == 0o600


def test_several_sealing_keys_may_be_given_and_none_that_is_short() -> None:
    first, second = "s" * 40, "t" * 40
    assert Settings.from_environment({"ZEREN_SEAL_KEYS": f"{first}, {second}"}).sealing_keys() == (first, second)
    with pytest.raises(SettingsError, match="ZEREN_SEAL_KEYS"):
        Settings.from_environment({"ZEREN_SEAL_KEYS": f"{first},short"})


def test_what_may_be_called_is_read_from_a_list() -> None:
    text = "smtp.example.gov.cn:587, sms.inner.cn:8443=10.20.0.0/16"
    listed = Settings.from_environment({"ZEREN_OUTBOUND": text}).outbound
    assert [(entry.host, entry.port) for entry in listed] == [("smtp.example.gov.cn", 587), ("sms.inner.cn", 8443)]
    assert Settings.from_environment({}).outbound == ()
    with pytest.raises(SettingsError, match="ZEREN_OUTBOUND"):
        Settings.from_environment({"ZEREN_OUTBOUND": "smtp.example.gov.cn"})


def test_a_database_server_that_takes_connections_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://zeren@127.0.0.1:{silent.getsockname()[1]}/zeren"
        engine = sa.create_engine(url, **engine_options(url))
        began = time.monotonic()
        with pytest.raises(sa.exc.OperationalError):
            engine.connect()
        assert time.monotonic() - began < 15
