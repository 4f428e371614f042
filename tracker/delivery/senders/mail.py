"""Mail by SMTP: never in clear, to the address that was checked, several messages on one connection.

Each message goes through its steps by hand, because what a lost connection means depends on the step: before the
words are out nothing was taken, after them nobody knows.
"""

import io
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING

from tracker.delivery.rules import Encryption, Outcome
from tracker.delivery.senders.answers import Answer, Endpoint, Letter, NoLine
from tracker.delivery.senders.http import Way
from tracker.kernel.outbound import OutboundRefused, checked

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SECONDS = 20.0
"""For a connection with its sign-in, and for each message with all its steps, however slowly the other side speaks."""
LINE_OVER = frozenset({"421", "connection_lost"})
"""How a server ends a line on which it has taken as many mails as it will."""
PIECE = 16 * 1024
"""So much is sent between two looks at the clock."""
LEAST = 0.001

_POLICY = policy.SMTP.clone(cte_type="7bit")


class _Pinned(smtplib.SMTP):
    """Connects to one address; the name is what the certificate must show. Every step ends when the whole time is over.

    The library's own time-out begins anew with each letter that comes.
    """

    def __init__(self, endpoint: Endpoint, address: str, way: Way) -> None:
        self._address, self.context, self._monotonic = address, way.trust(), way.monotonic
        self._name, self.at_once = endpoint.host.strip("[]"), endpoint.encryption == Encryption.TLS
        self.time_begins()
        super().__init__(self._name, endpoint.port, local_hostname=greeting(way.host), timeout=SECONDS)

    def time_begins(self) -> None:
        """From now on the next steps have SECONDS together."""
        self._end = self._monotonic() + SECONDS

    def left(self) -> float:
        """How much of the time is left; raises TimeoutError where none is."""
        rest = self._end - self._monotonic()
        if rest <= 0:
            raise TimeoutError
        return rest

    def send(self, s: bytes | str) -> None:  # type: ignore[override]  # what is sent here is never another buffer
        """Send in pieces, each within what is left."""
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        for begin in range(0, len(data), PIECE):
            try:
                self._bounded(self.left())
            except TimeoutError:
                self.close()
                raise
            super().send(data[begin : begin + PIECE])

    def getreply(self) -> tuple[int, bytes]:
        """Read an answer, each piece of it within what is left."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Incoming(self, self.sock))
        answer = super().getreply()
        # A handshake may follow, which reads by itself.
        self._bounded(max(self._end - self._monotonic(), LEAST))
        return answer

    def _bounded(self, seconds: float) -> None:
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def _get_socket(self, _host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self._address, port), timeout)
        return self.context.wrap_socket(plain, server_hostname=self._name) if self.at_once else plain


class _Incoming(io.RawIOBase):
    """What comes in on a socket."""

    def __init__(self, line: _Pinned, incoming: socket.socket) -> None:
        self._line, self._incoming = line, incoming

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Take what is there, and wait no longer than the line may."""
        self._incoming.settimeout(self._line.left())
        return self._incoming.recv_into(buffer)


def greeting(host: str) -> str:
    """How a host introduces itself to mail servers, some of which take nothing from a "localhost": RFC 5321 4.1.3."""
    try:
        address = ip_address(host)
    except ValueError:
        try:
            return host.encode("idna").decode()
        except UnicodeError:
            return "localhost"
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


@contextmanager
def mail_line(endpoint: Endpoint, *, way: Way) -> Iterator["Mail"]:
    """An encrypted, signed-in connection; raises NoLine where there is none, and nothing has left."""
    mail = Mail(endpoint, way)
    try:
        yield mail
    finally:
        mail.close()


def _connect(endpoint: Endpoint, way: Way) -> _Pinned:
    try:
        address = checked(endpoint.host, endpoint.port, way.allowed)
    except OutboundRefused as refusal:
        raise _none(refusal.code) from refusal
    line: _Pinned | None = None
    try:
        line = _Pinned(endpoint, address, way)
        if not line.at_once:
            line.ehlo()
            if not line.has_extn("starttls"):
                raise _none("no_starttls")
            line.starttls(context=line.context)
        line.ehlo()
        if endpoint.login:
            line.login(endpoint.login, endpoint.secrets.get("password", ""))
    except NoLine:
        if line is not None:
            line.close()
        raise
    except (smtplib.SMTPException, OSError, ValueError) as error:
        if line is not None:
            line.close()
        raise _none(_code_of(error)) from error
    return line


def _none(code: str) -> NoLine:
    return NoLine(Answer(Outcome.TEMPORARY, code, of_endpoint=True))


def _code_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code)
    if isinstance(error, ssl.SSLCertVerificationError):
        return "bad_certificate"
    if isinstance(error, ssl.SSLError):
        return "no_tls"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "no_login"
    return "timeout" if _timed_out(error) else "no_connection"


def _timed_out(error: Exception) -> bool:
    """Whether somebody kept silent for too long; smtplib says that they went away."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _lost(error: Exception) -> str:
    return "timeout" if _timed_out(error) else "connection_lost"


class Mail:
    """A line to a mail server, and another in its place where the server takes only so many mails on one."""

    def __init__(self, endpoint: Endpoint, way: Way) -> None:
        self._endpoint, self._way, self._line = endpoint, way, _connect(endpoint, way)
        self._used = False
        """Whether a mail was answered on this line, so that the server may have had enough of the line alone."""

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def send(self, letter: Letter) -> Answer:
        """Hand one mail over, step by step, within the time of one message."""
        self._line.time_begins()
        try:
            data = written(letter, sender=self._endpoint.sender).as_bytes(policy=_POLICY)
        except (ValueError, TypeError, IndexError):
            return Answer(Outcome.PERMANENT, "bad_message")
        early = self._early(letter)
        if early is not None and self._used and early.code in LINE_OVER:
            # Nothing of the mail has left. A line that carried none is the endpoint's fault, so this happens once.
            try:
                self._begin_anew()
            except NoLine as none:
                return none.answer
            early = self._early(letter)
        answer = early or self._words(data)
        self._used = not answer.of_endpoint
        return answer

    def _early(self, letter: Letter) -> Answer | None:
        """What ends a mail before its words; None when they may follow."""
        try:
            return self._envelope(letter.mail)
        except (smtplib.SMTPException, OSError) as error:
            return Answer(Outcome.TEMPORARY, _lost(error), of_endpoint=True)

    def _begin_anew(self) -> None:
        """Another line in the place of one that the server ended. Its time is the mail's too, for the lease's sake."""
        self._line.close()
        self._line, self._used = _connect(self._endpoint, self._way), False

    def _envelope(self, recipient: str) -> Answer | None:
        """Sender, recipient, and leave to speak; None when all three were taken."""
        code, _words = self._line.mail(self._endpoint.sender)
        if code != 250:
            return self._refused(code, of_endpoint=True)
        code, _words = self._line.rcpt(recipient)
        if code not in {250, 251}:
            return self._refused(code)
        code, _words = self._line.docmd("data")
        return None if code == 354 else self._refused(code)

    def _words(self, data: bytes) -> Answer:
        try:
            self._line.send(smtplib._quote_periods(data).rstrip(b"\r\n") + b"\r\n.\r\n")  # type: ignore[attr-defined]  # noqa: SLF001 - what smtplib itself does to a message
            code, _words = self._line.getreply()
        except (smtplib.SMTPException, OSError) as error:
            # The others would only be doubtful too; should this one's words be to blame, it costs them minutes.
            return Answer(Outcome.UNKNOWN, _lost(error), of_endpoint=True)
        if code == 250:
            return Answer(Outcome.DELIVERED, str(code))
        return self._refused(code)

    def _refused(self, code: int, *, of_endpoint: bool = False) -> Answer:
        if 400 <= code < 500:
            self._reset()
            return Answer(Outcome.TEMPORARY, str(code), of_endpoint=of_endpoint or code == 421)
        if 500 <= code < 600:
            self._reset()
            return Answer(Outcome.PERMANENT, str(code), of_endpoint=of_endpoint)
        return Answer(Outcome.UNKNOWN, str(code), of_endpoint=True)

    def _reset(self) -> None:
        """Leave the line as it was, for the next message; a dead line shows at the next step."""
        try:
            self._line.rset()
        except (smtplib.SMTPException, OSError):
            self._line.close()


def written(letter: Letter, *, sender: str, at: datetime | None = None) -> EmailMessage:
    """A mail as it goes out: plain text and simple HTML, under an id of our own that stays the same."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(str(letter.payload.get("from", "")), addr_spec=sender)
    mail["To"] = Address(letter.name, addr_spec=letter.mail)
    mail["Subject"] = letter.payload["subject"]
    mail["Date"] = format_datetime(at or datetime.fromisoformat(letter.payload["at"]).astimezone(UTC))
    mail["Message-ID"] = f"<{letter.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.payload["text"])
    if letter.payload.get("html"):
        mail.add_alternative(letter.payload["html"], subtype="html")
    return mail
