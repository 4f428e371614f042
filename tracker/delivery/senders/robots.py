"""Chat robots of WeCom, DingTalk and Feishu, and signed webhooks of SMS gateways.

All of them answer 200 to what they refuse, so the answer's body is read: a message counts as delivered only where the
other side says so in its own code.
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

from tracker.delivery.rules import BLOCKED_FOR, EndpointKind, Outcome
from tracker.delivery.senders.answers import Answer, Endpoint, Letter, NoLine
from tracker.delivery.senders.http import Got, Way, post
from tracker.kernel.outbound import OutboundRefused, Url, parse_url

LONGEST_RETRY_AFTER = 3600
TOO_OFTEN: Mapping[str, frozenset[int]] = {
    EndpointKind.WECOM: frozenset({45009, 45033}),
    EndpointKind.DINGTALK: frozenset({130101, 130102, 410100}),
    EndpointKind.FEISHU: frozenset({9499, 11232}),
}
BUSY = frozenset({-1, 5000, 11233})
"""The provider's own faults, which pass."""
NOT_LET_IN: Mapping[str, frozenset[int]] = {
    EndpointKind.WECOM: frozenset({93000, 40001, 40014, 93008}),
    EndpointKind.DINGTALK: frozenset({310000, 300001, 300005, 40035, 400101}),
    EndpointKind.FEISHU: frozenset({19001, 19021, 19022, 19024}),
}
"""A wrong address, key or keyword: no message will pass until somebody mends the endpoint."""


class Robot:
    """One robot or gateway; every message is a connection of its own, as these services expect."""

    def __init__(self, endpoint: Endpoint, *, way: Way, seconds: int) -> None:
        self._endpoint, self._way, self._seconds = endpoint, way, seconds

    def send(self, letter: Letter) -> Answer:
        """Hand one message over."""
        try:
            url = parse_url(self._endpoint.secrets.get("url", ""))
            body, headers, url = SHAPES[EndpointKind(self._endpoint.kind)](
                letter, self._endpoint.secrets, url, self._seconds
            )
            raw = json.dumps(body, ensure_ascii=False).encode()
            if self._endpoint.kind == EndpointKind.WEBHOOK:
                headers |= signature(self._endpoint.secrets.get("key", ""), str(self._seconds), raw)
            got = post(url, raw, headers, way=self._way)
        except OutboundRefused as refusal:
            return Answer(Outcome.TEMPORARY, refusal.code, of_endpoint=True)
        except NoLine as none:
            return none.answer
        return got if isinstance(got, Answer) else read_answer(self._endpoint.kind, got)


_WIDE = str.maketrans("<>@", "＜＞＠")
_JOINT = re.compile(r"(?<=\w)[.:](?=[\w/])")
"""Where a name reads as an address."""


def spoken(letter: Letter) -> str:
    """What a chat robot says, as mere words whatever a person is called.

    Feishu takes <at user_id="all"> in a text for a call to everybody, and WeCom <@somebody> where it reads markup; all
    of them make links of what looks like an address, and the only one here is to be our own.
    """
    text: str = letter.payload["text"]
    name = _JOINT.sub("·", letter.name)
    return text.replace(letter.name, name, 1).translate(_WIDE)


Shape = tuple[dict[str, Any], dict[str, str], Url]


def _wecom(letter: Letter, _secrets: Mapping[str, str], url: Url, _seconds: int) -> Shape:
    text: dict[str, Any] = {"content": spoken(letter)}
    if letter.phone:
        text["mentioned_mobile_list"] = [letter.phone]
    return {"msgtype": "text", "text": text}, {}, url


def _dingtalk(letter: Letter, secrets: Mapping[str, str], url: Url, seconds: int) -> Shape:
    body: dict[str, Any] = {"msgtype": "text", "text": {"content": spoken(letter)}}
    if letter.phone:
        body["at"] = {"atMobiles": [letter.phone], "isAtAll": False}
    if secrets.get("key"):
        stamp = f"{seconds}000"
        digest = hmac.digest(secrets["key"].encode(), f"{stamp}\n{secrets['key']}".encode(), "sha256")
        mark = "&" if "?" in url.path else "?"
        signed = f"{url.path}{mark}timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}"
        url = Url(url.scheme, url.host, url.port, signed)
    return body, {}, url


def _feishu(letter: Letter, secrets: Mapping[str, str], url: Url, seconds: int) -> Shape:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": spoken(letter)}}
    if secrets.get("key"):
        digest = hmac.digest(f"{seconds}\n{secrets['key']}".encode(), b"", "sha256")
        body |= {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}
    return body, {}, url


def _webhook(letter: Letter, _secrets: Mapping[str, str], url: Url, _seconds: int) -> Shape:
    return {"id": letter.message_id, "to": letter.phone, "text": letter.payload["text"]}, {}, url


SHAPES = {
    EndpointKind.WECOM: _wecom,
    EndpointKind.DINGTALK: _dingtalk,
    EndpointKind.FEISHU: _feishu,
    EndpointKind.WEBHOOK: _webhook,
}


def signature(key: str, stamp: str, body: bytes) -> dict[str, str]:
    """What a gateway recomputes: HMAC-SHA256 over timestamp, a dot and the raw body."""
    digest = hmac.digest(key.encode(), stamp.encode() + b"." + body, "sha256").hex()
    return {"X-Zeren-Timestamp": stamp, "X-Zeren-Signature": f"v1={digest}"}


def read_answer(kind: str, got: Got) -> Answer:
    """The class of an answer. Only a positive code of the provider's own is a delivery."""
    if got.status != 200:
        return _by_status(kind, got)
    try:
        said = json.loads(got.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        # Somebody else answered in the provider's place, or it is broken: nobody knows.
        return Answer(Outcome.UNKNOWN, "200 no_code", of_endpoint=True)
    code = next((said[name] for name in ("errcode", "code", "StatusCode") if _is_code(said.get(name))), None)
    if code is None:
        return Answer(Outcome.UNKNOWN, "200 no_code", of_endpoint=True)
    return _by_code(kind, code)


def _is_code(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9


def _by_code(kind: str, code: int) -> Answer:
    shown = f"200 {code}"
    if code == 0:
        return Answer(Outcome.DELIVERED, shown)
    if code in TOO_OFTEN.get(kind, ()):
        return Answer(Outcome.TEMPORARY, shown, of_endpoint=True, wait=BLOCKED_FOR[EndpointKind(kind)])
    if code in BUSY:
        return Answer(Outcome.TEMPORARY, shown)
    return Answer(Outcome.PERMANENT, shown, of_endpoint=code in NOT_LET_IN.get(kind, ()))


def _by_status(kind: str, got: Got) -> Answer:
    shown = str(got.status)
    if got.status == 429:
        asked = int(got.retry_after) if got.retry_after.isascii() and got.retry_after.isdigit() else 60
        default = BLOCKED_FOR.get(EndpointKind(kind), timedelta(minutes=1))
        wait = max(timedelta(seconds=min(asked, LONGEST_RETRY_AFTER)), default)
        return Answer(Outcome.TEMPORARY, shown, of_endpoint=True, wait=wait)
    if got.status in {502, 504}:
        # Somebody between us and the provider does not know either.
        return Answer(Outcome.UNKNOWN, shown, of_endpoint=True)
    if got.status >= 500 or got.status == 408:
        return Answer(Outcome.TEMPORARY, shown, of_endpoint=got.status == 503)
    if 200 <= got.status < 300:
        return Answer(Outcome.UNKNOWN, shown, of_endpoint=True)
    return Answer(Outcome.PERMANENT, shown, of_endpoint=got.status not in {400, 413, 422})
