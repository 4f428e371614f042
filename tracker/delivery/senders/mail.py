"""Mail by SMTP: never in clear, to the address that was checked, several messages on one connection.

Each message goes through its steps by hand, because what a lost connection means depends on the step: before the
words are out nothing was taken, after them nobody knows.
"""

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

from tracker.delivery.rules import Encryption, Outcome
from tracker.delivery.senders.answers import Answer, Endpoint, Letter, NoLine
from tracker.delivery.senders.http import Way
from tracker.kernel.outbound import OutboundRefused, checked

SECONDS = 10.0
"""For one step. A lease is longer than all steps of a message together."""

_POLICY = policy.SMTP.clone(cte_type="7bit")


class _Pinned(smtplib.SMTP):
    """Connects to one address; the name is what the certificate must show."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext, *, at_once: bool) -> None:
        self._address, self._context, self._at_once, self._name = address, context, at_once, host.strip("[]")
        super().__init__(host.strip("[]"), port, local_hostname="localhost", timeout=SECONDS)

    def _get_socket(self, _host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self._address, port), timeout)
        return self._context.wrap_socket(plain, server_hostname=self._name) if self._at_once else plain


@contextmanager
def mail_line(endpoint: Endpoint, *, way: Way) -> Iterator["Mail"]:
    """An encrypted, signed-in connection; raises NoLine where there is none, and nothing has left."""
    line = _connect(endpoint, way)
    try:
        yield Mail(line, endpoint)
    finally:
        line.close()


def _connect(endpoint: Endpoint, way: Way) -> _Pinned:
    try:
        address = checked(endpoint.host, endpoint.port, way.allowed)
    except OutboundRefused as refusal:
        raise _none(refusal.code) from refusal
    context = way.trust()
    line: _Pinned | None = None
    try:
        at_once = endpoint.encryption == Encryption.TLS
        line = _Pinned(endpoint.host, endpoint.port, address, context, at_once=at_once)
        if not at_once:
            line.ehlo()
            if not line.has_extn("starttls"):
                raise _none("no_starttls")
            line.starttls(context=context)
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


class Mail:
    """A line to a mail server."""

    def __init__(self, line: smtplib.SMTP, endpoint: Endpoint) -> None:
        self._line, self._endpoint = line, endpoint

    def send(self, letter: Letter) -> Answer:
        """Hand one mail over, step by step."""
        try:
            data = written(letter, sender=self._endpoint.sender).as_bytes(policy=_POLICY)
        except (ValueError, TypeError, IndexError):
            return Answer(Outcome.PERMANENT, "bad_message")
        try:
            early = self._envelope(letter.mail)
        except (smtplib.SMTPException, OSError):
            return Answer(Outcome.TEMPORARY, "connection_lost", of_endpoint=True)
        return early or self._words(data)

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
            return Answer(Outcome.UNKNOWN, "timeout" if _timed_out(error) else "connection_lost")
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
