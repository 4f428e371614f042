"""One browser after another: latency of one client, and requests per second of four."""

import re
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode

CLIENTS = 4


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one client, requests per second of four, and bytes of the page."""

    p50: float
    p95: float
    per_second: float
    size: int


class Visitor:
    """A connection kept open, with a cookie."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Cookie": cookie} if cookie else {}

    def get(self, path: str) -> bytes:
        """Fetch a page; anything but 200 is a fault of the measurement."""
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        # The form's token belongs to the cookie that came with the form.
        if renewed := answer.getheader("Set-Cookie"):
            self.headers["Cookie"] = renewed.split(";")[0]
        if answer.status != 200:
            raise RuntimeError(f"GET {path} answered {answer.status}: {body[:300].decode(errors='replace')}")
        return body

    def post(self, path: str, fields: dict[str, str]) -> None:
        """Send a form; an accepted one answers with a redirect."""
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, body=urlencode(fields), headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status not in {302, 303}:
            text = re.sub(r"<[^>]+>|\s+", " ", body.decode(errors="replace"))
            raise RuntimeError(f"POST {path} answered {answer.status}: {text[:600]}")


def hidden_fields(page: bytes, action: str) -> dict[str, str]:
    """The hidden fields (token, version) of the form on a page that posts to an address."""
    text = page.decode()
    form = next(
        (form for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL) if f'action="{action}"' in form), None
    ) or next(form for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL) if 'name="version"' in form)
    found = {}
    for field in re.findall(r"<input\b[^>]*>", form):
        name = re.search(r'name="([^"]+)"', field)
        value = re.search(r'value="([^"]*)"', field)
        if 'type="hidden"' in field and name:
            found[name.group(1)] = value.group(1) if value else ""
    return found


def time_page(port: int, path: str, cookie: str = "", *, count: int) -> Timing:
    """Time a page."""
    visitor = Visitor(port, cookie)
    size = len(visitor.get(path))
    for _ in range(10):
        visitor.get(path)
    times = [_timed(lambda: visitor.get(path)) for _ in range(count)]
    return Timing(_p(times, 50), _p(times, 95), _throughput(port, path, cookie, count), size)


def time_acts(act: Callable[[], Callable[[], None]], *, count: int) -> Timing:
    """Time an act; each call of act prepares one (loads its form) and returns the sending of it, which is timed."""
    times = [_timed(act()) for _ in range(count)]
    return Timing(_p(times, 50), _p(times, 95), 1000 / statistics.mean(times), 0)


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def _p(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _throughput(port: int, path: str, cookie: str, count: int) -> float:
    def work() -> None:
        visitor = Visitor(port, cookie)
        for _ in range(count // CLIENTS):
            visitor.get(path)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (count // CLIENTS) * CLIENTS / (time.perf_counter() - began)
