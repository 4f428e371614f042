"""Mail and chat servers on loopback that write down what they are given BEFORE they answer, and misbehave on request.

Certificates come from an authority made for the occasion. Receipts are kept in memory, and in a file (one JSON object a
line, on disk before the answer leaves) when one is named, so that whoever kills the senders can still count.
"""

import asyncio
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Authority:
    """Files of a throwaway authority, and of one server certificate that it gave out."""

    ca: Path
    chain: Path

    def server_context(self) -> ssl.SSLContext:
        """What a server of this certificate offers."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain)
        return context


def make_authority(folder: Path, *, names: tuple[str, ...] = ("localhost",), ip: str = HOST) -> Authority:
    """Make an authority and a certificate for loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.fromtimestamp(0, UTC) + timedelta(days=1)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway authority")])

    def begun(subject: x509.Name, public: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + timedelta(days=36500))
        )

    ca_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    authority = (
        begun(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(ca_id, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    alternatives = [*(x509.DNSName(name) for name in names), x509.IPAddress(ip_address(ip))]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    server = (
        begun(subject, key.public_key())
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_id), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    found = Authority(folder / "ca.pem", folder / "server.pem")
    found.ca.write_bytes(authority.public_bytes(pem))
    found.chain.write_bytes(plain + server.public_bytes(pem))
    return found


@dataclass
class Receipts:
    """What a server was given, in order."""

    file: Path | None = None
    clock: Callable[[], object] = time.monotonic
    rows: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, row: dict[str, Any]) -> None:
        """Write a receipt down with its moment, on disk too, before anything is answered."""
        with self._lock:
            row = {**row, "at": self.clock()}
            self.rows.append(row)
            if self.file is not None:
                with self.file.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                    stream.flush()
                    os.fsync(stream.fileno())

    def ids(self) -> list[str]:
        """The id of each message that was taken."""
        return [row["id"] for row in self.rows]


class _Holding(Controller):
    """Holds its port from the beginning, that nobody else may take it; and a busy machine may keep it waiting."""

    def __init__(self, handler: Any, **options: Any) -> None:
        self.held = socket.socket()
        self.held.bind((HOST, 0))
        super().__init__(handler, hostname=HOST, port=self.held.getsockname()[1], ready_timeout=60, **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.held, ssl=self.ssl_context)


class MailServer:
    """A mail server. mode: ok, or what goes wrong (see `MODES`); it may be changed while it runs."""

    MODES = (
        "ok",
        "450",
        "550",
        "421",
        "451 after data",
        "554 after data",
        "reset before data",
        "reset after data",
        "hang",
        "drip before data",
        "drip after data",
    )

    def __init__(
        self, authority: Authority, *, file: Path | None = None, starttls: bool = True, at_once: bool = False
    ) -> None:
        self.receipts, self.mode = Receipts(file), "ok"
        self.connections, self.hang_seconds = 0, 90.0
        context = authority.server_context()
        options: dict[str, Any] = {"authenticator": self._authenticate, "auth_require_tls": not at_once}
        if at_once:
            self._controller = _Holding(self, ssl_context=context, **options)
        elif starttls:
            self._controller = _Holding(self, tls_context=context, require_starttls=True, **options)
        else:
            self._controller = _Holding(self)
        self.port: int = self._controller.port

    @staticmethod
    def _authenticate(_server: Any, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (b"zeren", b"right")
        return AuthResult(success=right, handled=right)

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _server: Any, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count who greets."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        if self.mode in {"450", "550", "421"}:
            return f"{self.mode} no"
        if self.mode == "reset before data":
            server.transport.abort()
        if self.mode == "drip before data":
            await self._drip(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: Any, _session: Session, envelope: Envelope
    ) -> str:
        """Write the mail down, then answer as told."""
        if self.mode.endswith("after data") and self.mode[0] in "45":
            return f"{self.mode[:3]} no"
        assert isinstance(envelope.content, bytes)
        content = envelope.content
        mail = message_from_bytes(content, policy=policy.default)
        self.receipts.add(
            {
                "id": str(mail["Message-ID"]).strip("<>"),
                "to": list(envelope.rcpt_tos),
                "from": envelope.mail_from,
                "subject": str(mail["Subject"]),
                "raw": content.decode("ascii", "replace"),
            }
        )
        if self.mode == "reset after data":
            server.transport.abort()
        for _moment in range(int(self.hang_seconds / 0.05)):
            if self.mode != "hang":
                break
            await asyncio.sleep(0.05)
        if self.mode == "drip after data":
            await self._drip(server)
        return "250 OK"

    async def _drip(self, server: Any) -> None:
        """Begin an answer, a letter at a time, as long as a silence would last."""
        for _letter in range(int(self.hang_seconds / 0.05)):
            server.transport.write(b"2")
            await asyncio.sleep(0.05)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_what: object) -> None:
        self._controller.stop(no_assert=True)


Answer = tuple[int, dict[str, str], bytes]
Misbehaviour = Callable[[BaseHTTPRequestHandler], bool]
"""Does something else than what is next; whether that was all."""
TAKEN: Answer = (200, {}, b'{"errcode": 0, "code": 0, "errmsg": "ok"}')


class ChatServer:
    """A chat robot or gateway over https. `answer` is what it says, or a function of how many were taken before."""

    def __init__(self, authority: Authority, *, file: Path | None = None) -> None:
        self.receipts = Receipts(file)
        self.answer: Answer | Callable[[int], Answer] = TAKEN
        self.before_body: Misbehaviour | None = None
        self.before_answer: Misbehaviour | None = None
        self.before_end: Misbehaviour | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self) -> None:
                """Write down, then answer."""
                outer._post(self)

            def log_message(self, *_what: object) -> None:
                """Say nothing."""

        self._server = _Quiet((HOST, 0), Handler)
        self.port = int(self._server.server_address[1])
        self._server.socket = authority.server_context().wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        # Looks often whether it is to end: a test that waits for that waits for nothing else.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="chat", daemon=True)

    def url(self, path: str = "/robot/send?key=k") -> str:
        """The robot's address."""
        return f"https://{HOST}:{self.port}{path}"

    def _post(self, request: BaseHTTPRequestHandler) -> None:
        if self.before_body is not None and self.before_body(request):
            return
        raw = request.rfile.read(int(request.headers.get("Content-Length", "0")))
        said = json.loads(raw)
        before = len(self.receipts.rows)
        self.receipts.add(
            {
                "id": said.get("id", ""),
                "path": request.path,
                "headers": dict(request.headers),
                "raw": raw.decode(),
                "body": said,
                "text": _words(said),
            }
        )
        if self.before_answer is not None and self.before_answer(request):
            return
        status, headers, body = self.answer(before) if callable(self.answer) else self.answer
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        if self.before_end is not None and self.before_end(request):
            return
        request.wfile.write(body)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_what: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


def _words(said: dict[str, Any]) -> str:
    """What a robot was asked to say, whoever's it is."""
    place: Any = said.get("text", said.get("content"))
    words: str = place if isinstance(place, str) else place.get("content") or place["text"]
    return words


class _Quiet(ThreadingHTTPServer):
    """Clients that go away early are what these tests are about."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


def reset(request: BaseHTTPRequestHandler) -> bool:
    """Break the connection off without an answer."""
    connection = request.connection
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    socket.socket.close(connection)
    return True


def drip(request: BaseHTTPRequestHandler) -> bool:
    """Answer one letter at a time, for ever."""
    try:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            request.wfile.write(b" ")
            time.sleep(0.05)
    except OSError:
        return True


def flood(request: BaseHTTPRequestHandler) -> bool:
    """Answer without end, as fast as can be."""
    try:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            request.wfile.write(b" " * 65536)
    except OSError:
        return True


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses connections: it is held, that nobody else may listen there, and nobody does."""
    with socket.socket() as held:
        held.bind((HOST, 0))
        port: int = held.getsockname()[1]
        yield port
