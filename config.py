"""Every setting of an installation: typed, read from the environment, checked before anything starts.

Importing this module opens nothing and writes nothing. `Settings.from_environment()` only reads; the one thing ever
written are the key files, by `Settings.session_key()` and `Settings.sealing_keys()`.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tracker.kernel.environment import SettingsError, Variables, kept_key
from tracker.kernel.outbound import Permitted, permitted

ROOT = Path(__file__).resolve().parent

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one installation is: where its data lies, how it is reached, how long a sign-in lasts.

    The name in brackets is the environment variable.
    """

    database_url: str
    """[DATABASE_URL] SQLAlchemy address; SQLite under `instance_dir` unless given. postgres:// is understood."""

    instance_dir: Path = ROOT / "instance"
    """[ZEREN_INSTANCE] Folder of what the installation keeps: SQLite file, key, uploaded files."""

    files_dir: Path = ROOT / "instance" / "files"
    """[ZEREN_FILES] Folder of uploaded files; `files` under `instance_dir` unless given."""

    secret_key: str = field(default="", repr=False)
    """[SECRET_KEY] At least 32 characters. Empty: one is made once and kept in `instance_dir`/secret_key."""

    seal_keys: tuple[str, ...] = field(default=(), repr=False)
    """[ZEREN_SEAL_KEYS] Keys of the digests on letters and on the record of acts, comma-separated, each of at least 32
    characters: the first seals, all of them verify. Empty: one is made once and kept in `instance_dir`/seal_key."""

    pdf_seal: Path | None = None
    """[ZEREN_PDF_SEAL] PKCS#12 file of the certificate that seals the PDFs of letters in force. Empty: no seal."""

    pdf_seal_password: Path | None = None
    """[ZEREN_PDF_SEAL_PASSWORD_FILE] File with the password that opens it."""

    host: str = "127.0.0.1"
    """[ZEREN_HOST] Address that the web server listens on."""

    port: int = 8000
    """[PORT] Port that the web server listens on."""

    base_url: str = "http://127.0.0.1:8000"
    """[ZEREN_BASE_URL] Address that people type; links in messages begin with it. Needed unless `host` is loopback."""

    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    """[ZEREN_TRUSTED_HOSTS] Host names that requests may carry, comma-separated; the host of `base_url` always may."""

    trusted_proxies: int = 0
    """[ZEREN_TRUSTED_PROXIES] How many reverse proxies stand in front, whose X-Forwarded-* headers are believed."""

    secure_cookies: bool = False
    """[ZEREN_SECURE_COOKIES] Cookies over https only; on unless `base_url` is http on loopback."""

    demo: bool = False
    """[ZEREN_DEMO] Offer to enter as one of the story's people. Refused unless everything is on loopback."""

    max_upload_mb: int = 20
    """[ZEREN_MAX_UPLOAD_MB] Largest file that may be uploaded, in megabytes."""

    idle_minutes: int = 30
    """[ZEREN_IDLE_MINUTES] A sign-in ends after so many minutes without a request."""

    absolute_hours: int = 12
    """[ZEREN_ABSOLUTE_HOURS] A sign-in ends after so many hours whatever happens."""

    outbound: tuple[Permitted, ...] = ()
    """[ZEREN_OUTBOUND] What may be called: host:port of mail server, robots and gateways, comma-separated; a name of
    one's own network as host:port=10.20.0.0/16. Empty: nothing leaves."""

    outbound_ca: Path | None = None
    """[ZEREN_OUTBOUND_CA] PEM file of further certificate authorities by which what is called may prove itself."""

    log_level: str = "INFO"
    """[ZEREN_LOG_LEVEL] DEBUG, INFO, WARNING or ERROR."""

    log_format: str = "console"
    """[ZEREN_LOG_FORMAT] console for people, json for collectors."""

    testing: bool = False
    """Set by the tests alone; no variable."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check the settings; the first that is wrong raises SettingsError."""
        variables = Variables(environ)
        instance_dir = variables.folder("ZEREN_INSTANCE", ROOT / "instance")
        host = variables.text("ZEREN_HOST") or "127.0.0.1"
        port = variables.number("PORT", 8000, low=1, high=65535)
        base_url = _base_url(variables, host, port)
        pdf_seal, pdf_seal_password = _pdf_seal(variables)
        settings = cls(
            database_url=_database_url(variables, instance_dir),
            instance_dir=instance_dir,
            files_dir=variables.folder("ZEREN_FILES", instance_dir / "files"),
            secret_key=_secret_key(variables),
            seal_keys=_seal_keys(variables),
            pdf_seal=pdf_seal,
            pdf_seal_password=pdf_seal_password,
            host=host,
            port=port,
            base_url=base_url,
            trusted_hosts=_trusted_hosts(variables, base_url),
            trusted_proxies=variables.number("ZEREN_TRUSTED_PROXIES", 0, low=0, high=5),
            secure_cookies=variables.flag("ZEREN_SECURE_COOKIES", default=not _is_loopback_http(base_url)),
            demo=variables.flag("ZEREN_DEMO", default=False),
            max_upload_mb=variables.number("ZEREN_MAX_UPLOAD_MB", 20, low=1, high=500),
            idle_minutes=variables.number("ZEREN_IDLE_MINUTES", 30, low=1, high=24 * 60),
            absolute_hours=variables.number("ZEREN_ABSOLUTE_HOURS", 12, low=1, high=24 * 7),
            outbound=_outbound(variables),
            outbound_ca=variables.file("ZEREN_OUTBOUND_CA"),
            log_level=variables.one_of("ZEREN_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
            log_format=variables.one_of("ZEREN_LOG_FORMAT", "console", ("console", "json")),
        )
        variables.refuse_unknown()
        settings._refuse_public_demo()
        return settings

    @property
    def is_sqlite(self) -> bool:
        """Whether the data lies in one SQLite file rather than in PostgreSQL."""
        return self.database_url.startswith("sqlite")

    @property
    def cookie_name(self) -> str:
        """Name of the session cookie; browsers bind a `__Host-` cookie to this host and to https."""
        return "__Host-zeren" if self.secure_cookies else "zeren"

    def session_key(self) -> str:
        """Return the signing key; where none was given, make one and keep it readable by this user alone."""
        return self.secret_key or self._kept_key("secret_key", "SECRET_KEY")

    def sealing_keys(self) -> tuple[str, ...]:
        """Return the keys of digests, the one that seals first; where none was given, make one and keep it likewise."""
        return self.seal_keys or (self._kept_key("seal_key", "ZEREN_SEAL_KEYS"),)

    def _kept_key(self, name: str, variable: str) -> str:
        path = self.instance_dir / name
        try:
            self.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            return kept_key(path)
        except OSError as error:
            raise SettingsError(f"{variable} is not set and {path} cannot be kept: {error.strerror}") from error

    def flask_config(self) -> dict[str, Any]:
        """Return these settings under the names that Flask and its extensions read."""
        return {
            "SECRET_KEY": self.session_key(),
            "SEAL_KEYS": self.sealing_keys(),
            "TESTING": self.testing,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SESSION_COOKIE_NAME": self.cookie_name,
            "SESSION_COOKIE_SECURE": self.secure_cookies,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "TRUSTED_HOSTS": list(self.trusted_hosts),
            # A form carries a few fields beside its file.
            "MAX_CONTENT_LENGTH": (self.max_upload_mb + 1) * _MEGABYTE,
            "MAX_FORM_MEMORY_SIZE": 2 * _MEGABYTE,
            "MAX_FORM_PARTS": 2000,
            # A page left open over lunch must still be able to post; the session's own limits end it.
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_DEFAULT_LOCALE": "zh",
            "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        }

    def _refuse_public_demo(self) -> None:
        """Refuse a demo that anybody but the person at this machine could reach: it has no passwords."""
        if not self.demo:
            return
        if not _is_loopback(self.host) or not _is_loopback_http(self.base_url) or self.trusted_proxies:
            raise SettingsError(
                "ZEREN_DEMO lets everybody in without a password, so it runs only where ZEREN_HOST and ZEREN_BASE_URL "
                f"are loopback and no proxy is trusted (now {self.host}, {self.base_url}, {self.trusted_proxies})"
            )


def _database_url(variables: Variables, instance_dir: Path) -> str:
    text = variables.text("DATABASE_URL")
    if not text:
        return f"sqlite:///{instance_dir / 'zeren.sqlite3'}"
    scheme, separator, rest = text.partition("://")
    if separator and rest and scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return text
    # The address itself is not repeated: it may hold a password.
    raise SettingsError(
        "DATABASE_URL must be postgresql://user:password@host/name or sqlite:////absolute/path, "
        f"not an address that begins with {scheme[:20]!r}"
    )


def _secret_key(variables: Variables) -> str:
    text = variables.text("SECRET_KEY")
    if text and len(text) < 32:
        raise SettingsError(
            f"SECRET_KEY must have at least 32 characters, not {len(text)}; leave it out to have one made"
        )
    return text


def _seal_keys(variables: Variables) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in variables.text("ZEREN_SEAL_KEYS").split(",") if key.strip())
    for key in keys:
        if len(key) < 32:
            raise SettingsError(f"each of ZEREN_SEAL_KEYS must have at least 32 characters, not {len(key)}")
    return keys


def _pdf_seal(variables: Variables) -> tuple[Path | None, Path | None]:
    """The certificate and its password go together, and no other user of the machine may read them."""
    names = "ZEREN_PDF_SEAL", "ZEREN_PDF_SEAL_PASSWORD_FILE"
    seal, password = (variables.file(name) for name in names)
    if (seal is None) != (password is None):
        raise SettingsError(f"{names[0]} and {names[1]} must both be set, or neither")
    for name, path in zip(names, (seal, password), strict=True):
        if path is not None and path.stat().st_mode & 0o007:
            raise SettingsError(f"{name}: everybody on this machine may read {path}; chmod 0600 it")
    return seal, password


def _outbound(variables: Variables) -> tuple[Permitted, ...]:
    try:
        return tuple(permitted(text) for text in variables.text("ZEREN_OUTBOUND").split(",") if text.strip())
    except ValueError as error:
        raise SettingsError(f"ZEREN_OUTBOUND: {error}") from error


def _base_url(variables: Variables, host: str, port: int) -> str:
    text = variables.text("ZEREN_BASE_URL").rstrip("/")
    if not text:
        if not _is_loopback(host):
            raise SettingsError(f"ZEREN_BASE_URL must be set, since ZEREN_HOST {host!r} is reachable from outside")
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if not re.fullmatch(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?", text):
        raise SettingsError(f"ZEREN_BASE_URL must look like https://zeren.example.gov.cn, not {text!r}")
    return text


def _trusted_hosts(variables: Variables, base_url: str) -> tuple[str, ...]:
    """Hosts that a request may name. On loopback all three spellings of it; otherwise only what was said."""
    own = urlsplit(base_url).hostname or ""
    own = f"[{own}]" if ":" in own else own
    given = [name.strip().lower() for name in variables.text("ZEREN_TRUSTED_HOSTS").split(",")]
    for name in given:
        if "/" in name or "*" in name or " " in name:
            raise SettingsError(f"ZEREN_TRUSTED_HOSTS must be host names separated by commas, not {name!r}")
    loopback = ("127.0.0.1", "localhost", "[::1]") if _is_loopback_http(base_url) else ()
    return tuple(dict.fromkeys([own, *(name for name in given if name), *loopback]))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_loopback_http(base_url: str) -> bool:
    parts = urlsplit(base_url)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")
