"""Which machines the product may speak to: those that the operator listed, and nothing else.

A host that is not listed is refused, whatever it resolves to. A listed name is resolved once, every answer is
checked, and the connection goes to the very address that was checked, so that a name whose answer changes between
the look and the call gains nothing. A name may lead inside the operator's own network only where the list says which
addresses of it: public names whose answer suddenly is an inner address are the oldest trick there is.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*")
_LITERAL_LIKE = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*")
"""What some resolvers take for an address: 127.1, 2130706433, 0x7f.1."""
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # RFC 6890: assigned to protocols
        "192.88.99.0/24",  # RFC 7526: relays of 6to4, given up
        "::/96",  # RFC 4291 2.5.5.1: IPv4-compatible, given up
        "::ffff:0:0:0/96",  # RFC 2765: IPv4-translated, given up
        "64:ff9b:1::/48",  # RFC 8215: NAT64 inside a network
        "3fff::/20",  # RFC 9637: for documentation
        "5f00::/16",  # RFC 9602: segments of a network's own routing
        "fec0::/10",  # RFC 3879: site-local, given up
    )
)
"""What Python takes for public and is not, or may lead to what is not: whatever it wraps or names lies inside."""


class OutboundRefused(Exception):  # noqa: N818 - an answer, not a fault
    """A target may not be spoken to; the reason is a code for logs and trails, never shown with an address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Permitted:
    """One entry of the operator's list: a host and port, and the inner addresses that a name may lead to."""

    host: str
    port: int
    inner: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of an address that may be called."""

    scheme: str
    host: str
    port: int
    path: str
    """Path and query, as they are sent."""


def permitted(text: str) -> Permitted:
    """Read one entry: host:port, or host:port=network for a name inside the operator's own network.

    Raises ValueError with a sentence where it is neither.
    """
    place, _equals, networks = text.strip().partition("=")
    host, _colon, port = place.rpartition(":")
    host = host.lower()
    if not (is_host(host) and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"{text!r} must be host:port, or host:port=10.0.0.0/8 for a name in your own network")
    try:
        inner = tuple(ipaddress.ip_network(network) for network in networks.split("+") if network)
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from error
    return Permitted(host, int(port), inner)


def is_host(host: str) -> bool:
    """Whether something is a host's name in plain letters, or an address written the one usual way."""
    if host.startswith("[") and host.endswith("]"):
        return _literal(host) is not None
    if _LITERAL_LIKE.fullmatch(host):
        return _literal(host) is not None
    return bool(_NAME.fullmatch(host))


def parse_url(text: str) -> Url:
    """The parts of an http(s) address; raises OutboundRefused for what is none or hides where it leads."""
    if not text.isascii() or any(sign in text for sign in "\\#\r\n\t \0"):
        raise OutboundRefused("bad_address")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise OutboundRefused("bad_address") from error
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc.removesuffix(":")
    host = host.lower()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme not in {"http", "https"} or not is_host(host) or not _PATH.fullmatch(path):
        raise OutboundRefused("bad_address")
    return Url(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], path)


def is_listed(host: str, port: int, allowed: Iterable[Permitted]) -> bool:
    """Whether the operator listed a target; asked when it is kept, and again by `checked` when it is called."""
    return any((entry.host, entry.port) == (host.lower(), port) for entry in allowed)


def looked_up(host: str, port: int) -> Sequence[str]:
    """Every address that the system knows for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[4][0]) for place in found]


_resolver: list[Resolver] = [looked_up]


def set_resolver(resolver: Resolver | None) -> None:
    """Let tests say what names resolve to; None returns to the system."""
    _resolver[0] = resolver or looked_up


def checked(host: str, port: int, allowed: Iterable[Permitted]) -> str:
    """The address to connect to for a target, resolved once and checked whole; raises OutboundRefused."""
    entries = [entry for entry in allowed if (entry.host, entry.port) == (host.lower(), port)]
    if not entries:
        raise OutboundRefused("not_listed")
    literal = _literal(host)
    if literal is not None:
        return str(literal)
    inner = [network for entry in entries for network in entry.inner]
    try:
        answers = [ipaddress.ip_address(text.partition("%")[0]) for text in _resolver[0](host, port)]
    except (OSError, ValueError, UnicodeError) as error:
        raise OutboundRefused("no_such_host") from error
    if not answers:
        raise OutboundRefused("no_such_host")
    for answer in answers:
        if not is_public(answer) and not any(answer in network for network in inner):
            raise OutboundRefused("inner_address")
    return str(answers[0])


def is_public(address: Address) -> bool:
    """Whether an address is one of the public network, also where it wraps another one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _TRANSLATED:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if wrapped:
            return is_public(wrapped)
    return address.is_global and not address.is_multicast and not any(address in network for network in _NOT_PUBLIC)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
