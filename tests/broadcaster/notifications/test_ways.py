"""Every way by which messages leave the house, with what really arrives at servers on loopback."""

import base64
import email
import json
import socketserver
import threading
from collections.abc import Iterator
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from broadcaster.config import Notify
from broadcaster.notifications.channels import channels
from broadcaster.notifications.post import CannotSend, Letter
from broadcaster.notifications.robots import robot, shortened

LETTER = Letter(key="k" * 32, name="lead", phone="13800000000", title="工单 7", text="功放故障 li-1，李家村")


class Cloud(BaseHTTPRequestHandler):
    """A robot's server: answers 200 and what it is told to say; keeps paths and bodies."""

    says: ClassVar[dict[str, object]] = {}
    status: ClassVar[int] = 200
    taken: ClassVar[list[tuple[str, dict[str, object]]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Cloud.taken.append((self.path, body))
        self.send_response(Cloud.status)
        self.end_headers()
        self.wfile.write(json.dumps(Cloud.says).encode())

    def log_message(self, *_: object) -> None: ...


class Mailbox(socketserver.StreamRequestHandler):
    """An SMTP server that takes every message (RFC 5321, the least of it)."""

    mails: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                Mailbox.mails.append(b"".join(lines))
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def cloud() -> Iterator[str]:
    Cloud.says, Cloud.status, Cloud.taken = {}, 200, []
    server = HTTPServer(("127.0.0.1", 0), Cloud)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail_port() -> Iterator[int]:
    Mailbox.mails = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def tell(url: str, letter: Letter = LETTER) -> None:
    channels(Notify(channels={"way": url}))["way"](letter)


ADDRESSES = [
    (
        "/cgi-bin/webhook/send?key=abc",
        {"msgtype": "text", "text": {"content": "工单 7\n功放故障 li-1，李家村"}},
        "errcode",
    ),
    (
        "/robot/send?access_token=abc",
        {"msgtype": "text", "text": {"content": "工单 7\n功放故障 li-1，李家村"}},
        "errcode",
    ),
    (
        "/open-apis/bot/v2/hook/abc",
        {"msg_type": "text", "content": {"text": "工单 7\n功放故障 li-1，李家村"}},
        "code",
    ),
]


@pytest.mark.parametrize(("address", "body", "code"), ADDRESSES)
def test_a_robot_gets_its_own_kind_of_body_at_the_address_that_it_shows(
    cloud: str, address: str, body: dict, code: str
) -> None:
    Cloud.says = {code: 0}
    tell(cloud + address)
    assert Cloud.taken == [(address, body)]


@pytest.mark.parametrize(("address", "body", "code"), ADDRESSES)
def test_a_robot_that_refuses_with_200_has_not_taken_it(
    cloud: str, address: str, body: dict, code: str
) -> None:
    Cloud.says = {code: 45009, "errmsg": "api freq out of limit"}
    with pytest.raises(CannotSend, match="freq out of limit"):
        tell(cloud + address)
    Cloud.status = 502
    with pytest.raises(CannotSend, match="502"):
        tell(cloud + address)


def test_signatures_are_those_of_the_robots_documentation(cloud: str) -> None:
    send = robot(f"{cloud}/robot/send?access_token=abc&secret=SEC1", clock=lambda: 1_577_262_236.757)
    assert send is not None
    send(LETTER)
    asked = parse_qs(urlsplit(Cloud.taken[0][0]).query)
    assert (asked["timestamp"], "secret" in asked) == (["1577262236757"], False)
    assert len(base64.b64decode(asked["sign"][0])) == 32
    feishu = robot(f"{cloud}/open-apis/bot/v2/hook/x?secret=demo", clock=lambda: 1_599_360_473.0)
    assert feishu is not None
    feishu(LETTER)
    assert Cloud.taken[1][1]["timestamp"] == "1599360473"
    assert "secret" not in Cloud.taken[1][0]


def test_short_addresses_of_robots_are_known() -> None:
    for url in ("wecombot://abc", "dingtalk://SEC@abc", "feishu://abc/"):
        assert robot(url) is not None
    for url in ("https://station.example/hook", "mailto://x", "json://robot/send"):
        assert robot(url) is None


def test_what_is_too_long_for_a_robot_ends_with_a_whole_line() -> None:
    text = "\n".join(f"工单 {n}：功放故障，李家村" for n in range(200))
    found = shortened(text, 2_048)
    assert len(found.encode()) <= 2_048
    assert found.splitlines()[-1] == "…"
    assert set(found.splitlines()[:-1]) <= set(text.splitlines())
    assert shortened("short", 2_048) == "short"


def test_mail_goes_out_over_smtp(mail_port: int) -> None:
    tell(f"mailto://127.0.0.1:{mail_port}?from=station@county.example&to=lead@town.example&format=text")
    (sent,) = Mailbox.mails
    mail = email.message_from_bytes(sent)
    assert str(make_header(decode_header(mail["Subject"]))) == LETTER.title
    assert "lead@town.example" in mail["To"]
    part = next(each for each in mail.walk() if each.get_content_type() == "text/plain")
    assert LETTER.text in part.get_payload(decode=True).decode()


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    with pytest.raises(CannotSend):
        tell("mailto://127.0.0.1:9?from=a@county.example&to=b@town.example")
