"""One POST to a listed host: to the checked address, within five seconds in all, of at most 64 KB of answer.

No redirect is followed, no proxy of the environment is asked, and what comes compressed stays compressed.
"""

import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpcore

from tracker.delivery.rules import Outcome
from tracker.delivery.senders.answers import Answer, NoLine
from tracker.kernel.outbound import OutboundRefused, Permitted, Url, checked

SECONDS = 5.0
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Way:
    """How the product may go out: the operator's list, further authorities, a clock that only runs forward, a name."""

    allowed: tuple[Permitted, ...]
    ca: Path | None
    monotonic: Callable[[], float]
    host: str
    """The host of the installation's own address, by which mail servers are greeted."""

    def trust(self) -> ssl.SSLContext:
        """Certificates are verified, and the host's name with them; nothing older than TLS 1.2.

        Raises NoLine where the operator's file of authorities cannot be read.
        """
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.ca is not None:
            try:
                context.load_verify_locations(str(self.ca))
            except OSError as error:
                raise NoLine(Answer(Outcome.TEMPORARY, "no_authorities", of_endpoint=True)) from error
        return context


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends when the whole time is over."""

    def __init__(self, inner: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._inner, self._left = inner, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the library's signature
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the library's signature
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the library's signature
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._left()), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Checked(httpcore.NetworkBackend):
    """Connects to the address that was checked, whatever name is asked for."""

    def __init__(self, address: str, left: Callable[[], float]) -> None:
        self._address, self._left, self._inner = address, left, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the library's signature; the name is for the certificate
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - as above
        local_address: str | None = None,  # noqa: ARG002 - as above
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(self._address, port, self._left()), self._left)


class _Late(Exception):  # noqa: N818 - an answer
    """The time is over."""


@dataclass(frozen=True, slots=True)
class Got:
    """Status, Retry-After and the beginning of a body."""

    status: int
    retry_after: str
    body: bytes


def post(url: Url, body: bytes, headers: Mapping[str, str], *, way: Way) -> Got | Answer:
    """Send a body; what was answered, or what it means that nothing was.

    Raises NoLine where nothing can have left: the host is not listed or could not be reached.
    """
    try:
        address = checked(url.host, url.port, way.allowed)
    except OutboundRefused as refusal:
        raise NoLine(Answer(Outcome.TEMPORARY, refusal.code, of_endpoint=True)) from refusal
    end = way.monotonic() + SECONDS

    def left() -> float:
        rest = end - way.monotonic()
        if rest <= 0:
            raise _Late
        return rest

    try:
        with httpcore.ConnectionPool(
            ssl_context=way.trust(), network_backend=_Checked(address, left), retries=0
        ) as pool:
            return _exchange(pool, url, body, headers)
    except (httpcore.ConnectError, httpcore.ConnectTimeout, ssl.SSLError) as error:
        code = "bad_certificate" if "certificate" in str(error).lower() else "no_connection"
        raise NoLine(Answer(Outcome.TEMPORARY, code, of_endpoint=True)) from error
    except (_Late, httpcore.TimeoutException):
        return Answer(Outcome.UNKNOWN, "timeout", of_endpoint=True)
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return Answer(Outcome.UNKNOWN, "connection_lost", of_endpoint=True)


def _exchange(pool: httpcore.ConnectionPool, url: Url, body: bytes, headers: Mapping[str, str]) -> Got | Answer:
    target = httpcore.URL(
        scheme=url.scheme.encode(), host=url.host.strip("[]").encode(), port=url.port, target=url.path.encode()
    )
    sent = {"Host": f"{url.host}:{url.port}", "Content-Type": "application/json; charset=utf-8", **headers}
    with pool.stream("POST", target, headers=list(sent.items()), content=body) as answer:
        given = {name.lower(): value for name, value in answer.headers}
        read = b""
        for part in answer.iter_stream():
            read += part
            if len(read) > MOST_BYTES:
                return Answer(Outcome.UNKNOWN, "answer_too_long", of_endpoint=True)
        return Got(answer.status, given.get(b"retry-after", b"").decode("ascii", "replace"), read)
