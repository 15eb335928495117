"""Robots of group chats: WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书), by the web address that each shows for its robot.

They answer HTTP 200 also where they refuse, as when too many messages came within a minute; what they said in the body counts.
A robot that asks for signatures has its secret added to the address as `secret=…`; the secret itself is not sent.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from broadcaster.notifications.post import CannotSend, Channel, Letter

WITHIN_S = 15.0
MORE = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """One kind: how its address is known, how long a text may be, and where its answer says that it took the message."""

    path: str
    most_bytes: int
    code: str
    body: Callable[[str], dict[str, Any]]
    sign: Callable[[str, float], tuple[dict[str, str], dict[str, str]]]  # (in the address, in the body)


def _plain(_secret: str, _now: float) -> tuple[dict[str, str], dict[str, str]]:
    return {}, {}


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _dingtalk(secret: str, now: float) -> tuple[dict[str, str], dict[str, str]]:
    stamp = str(round(now * 1000))
    return {"timestamp": stamp, "sign": _hmac(secret, f"{stamp}\n{secret}")}, {}


def _feishu(secret: str, now: float) -> tuple[dict[str, str], dict[str, str]]:
    stamp = str(int(now))
    return {}, {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{secret}", "")}


ROBOTS = (
    Robot(
        path="/cgi-bin/webhook/send",
        most_bytes=2_048,
        code="errcode",
        body=lambda text: {"msgtype": "text", "text": {"content": text}},
        sign=_plain,
    ),
    Robot(
        path="/robot/send",
        most_bytes=20_000,
        code="errcode",
        body=lambda text: {"msgtype": "text", "text": {"content": text}},
        sign=_dingtalk,
    ),
    Robot(
        path="/open-apis/bot/v2/hook/",
        most_bytes=20_000,
        code="code",
        body=lambda text: {"msg_type": "text", "content": {"text": text}},
        sign=_feishu,
    ),
)
_HOSTS: Mapping[str, str] = {
    "wecombot": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key}",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token={key}",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/{key}",
}


def robot(url: str, clock: Callable[[], float] = time.time) -> Channel | None:
    """The channel of a robot's address, or of wecombot://KEY, dingtalk://[SECRET@]KEY, feishu://KEY; None for another."""
    address = urlsplit(_address(url))
    kind = next((each for each in ROBOTS if address.path.startswith(each.path)), None)
    if kind is None or address.scheme not in ("http", "https"):
        return None
    given = dict(parse_qsl(address.query))
    secret = given.pop("secret", "")

    def send(letter: Letter) -> None:
        in_address, in_body = kind.sign(secret, clock()) if secret else ({}, {})
        target = urlunsplit(address._replace(query=urlencode(given | in_address)))
        text = shortened(f"{letter.title}\n{letter.text}", kind.most_bytes)
        _post(target, kind.body(text) | in_body, kind.code)

    return send


def shortened(text: str, most_bytes: int) -> str:
    """The first lines that fit, and a sign that there is more."""
    if len(text.encode()) <= most_bytes:
        return text
    head = text.encode()[: most_bytes - len(MORE.encode()) - 1].decode(errors="ignore")
    whole = head.rpartition("\n")[0] or head
    return f"{whole}\n{MORE}"


def _address(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme not in _HOSTS:
        return url
    secret, _, key = rest.partition("?")[0].rstrip("/").rpartition("@")
    address = _HOSTS[scheme].format(key=key)
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'secret': secret})}" if secret else address


def _post(url: str, body: dict[str, Any], code: str) -> None:
    try:
        answer = httpx.post(url, json=body, timeout=WITHIN_S)
        answer.raise_for_status()
        said = answer.json()
    except httpx.HTTPStatusError as error:
        raise CannotSend(f"the robot answered {error.response.status_code}") from error
    except (httpx.HTTPError, ValueError) as error:
        raise CannotSend(f"the robot did not answer: {type(error).__name__}") from error
    if not isinstance(said, dict) or said.get(code, 0) != 0:
        raise CannotSend(f"the robot refused: {str(said)[:200]}")
