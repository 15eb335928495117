"""The link against a broker that can be made to misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from devices.links import Message
from devices.mqtt.link import MqttLink
from devices.mqtt.packets import publish_packet
from tests.devices.mqtt.parties import FakeBroker, connection, eventually


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeBroker]:
    async with FakeBroker() as fake:
        yield fake


def published(fake: FakeBroker) -> list[bytes]:
    """Payloads of QoS 1 publications on topic "t", repeated ones too, in order of arrival."""
    return [
        body[5:]
        for each in fake.connections
        for body in (packet[2:] for packet in each if packet[0] & 0xF6 == 0x32)
    ]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "broker.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return path


class Running:
    """A link that is left to itself for the time of an `async with`."""

    def __init__(self, link: MqttLink) -> None:
        self.link = link

    async def __aenter__(self) -> MqttLink:
        self._task = asyncio.create_task(self.link.run())
        return self.link

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])


def quiet_link(port: int, **settings: object) -> MqttLink:
    return MqttLink(connection(port, "e1", **settings), lambda message: None)


async def test_what_is_published_while_down_waits_unless_it_may_be_lost(fake: FakeBroker) -> None:
    link = quiet_link(fake.port)
    link.publish(Message("t", b"heartbeat", qos=0))
    for number in range(200):
        link.publish(Message("t", b"%d" % number))
    assert not await link.drained(0)
    async with Running(link):
        assert await link.drained(5)
    assert published(fake) == [b"%d" % number for number in range(200)]
    assert fake.packets(0x30) == []


async def test_a_full_backlog_drops_and_says_so_once(
    fake: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    link = quiet_link(fake.port, max_queued=2)
    for number in range(5):
        link.publish(Message("t", b"%d" % number))
    async with Running(link):
        assert await link.drained(5)
    assert published(fake) == [b"3", b"4"]
    first, summary = (record for record in caplog.records if "dropped" in record.message)
    assert (first.topic, summary.count) == ("t", 3)


async def test_what_was_not_acknowledged_is_sent_again_before_what_is_newer(fake: FakeBroker) -> None:
    fake.answers[0x32] = lambda body: b""
    link = quiet_link(fake.port, max_inflight=2)
    async with Running(link):
        for number in range(4):
            link.publish(Message("t", b"%d" % number))
        await eventually(lambda: len(published(fake)) == 2)
        fake.answers[0x32] = lambda body: b"\x40\x02" + body[3:5]
        fake.writers[0].transport.abort()
        assert await link.drained(5)
    assert published(fake) == [b"0", b"1", b"0", b"1", b"2", b"3"]


async def test_old_state_is_not_sent_again_when_newer_waits(fake: FakeBroker) -> None:
    fake.answers[0x33] = lambda body: b""
    link = quiet_link(fake.port, max_inflight=1)
    async with Running(link):
        link.publish(Message("t", b"old", retain=True))
        await eventually(lambda: fake.packets(0x33) != [])
        link.publish(Message("t", b"new", retain=True))
        fake.answers[0x33] = lambda body: b"\x40\x02" + body[3:5]
        fake.writers[0].transport.abort()
        assert await link.drained(5)
    assert [body[5:] for body in fake.packets(0x33)] == [b"old", b"new"]


async def test_a_broken_callback_does_not_break_the_link(fake: FakeBroker) -> None:
    heard: list[bytes] = []

    def stumble(message: Message) -> None:
        heard.append(message.payload)
        raise RuntimeError(message.payload)

    def trip() -> None:
        raise RuntimeError("connected")

    async with Running(MqttLink(connection(fake.port, "e1"), stumble, trip)) as link:
        await eventually(lambda: link.connected)
        for number in range(3):
            fake.writers[0].write(publish_packet(Message("t", b"%d" % number), 1))
        await eventually(lambda: len(heard) == 3)
        assert len(fake.connections) == 1


async def test_messages_survive_a_wire_that_gives_one_byte_at_a_time(fake: FakeBroker) -> None:
    heard: list[Message] = []
    async with Running(MqttLink(connection(fake.port, "e1"), heard.append)) as link:
        await eventually(lambda: link.connected)
        sent = [Message("a/b", b"x" * 200, 1), Message("c", b"", 0, retain=True)]
        for byte in b"".join(publish_packet(message, 7) for message in sent):
            fake.writers[0].write(bytes([byte]))
            await asyncio.sleep(0)
        await eventually(lambda: len(heard) == 2)
        await eventually(lambda: fake.packets(0x40) == [b"\x00\x07"])
    assert heard == sent


@pytest.mark.parametrize(
    "nonsense", [b"\x32\x01\x00", b"\x30\xff\xff\xff\xff\xff", b"\x90\x00", b"\xf0\x00", b"\x20\x00"]
)
async def test_a_broker_that_talks_nonsense_is_left_and_tried_again(
    fake: FakeBroker, nonsense: bytes
) -> None:
    losses: list[str] = []
    link = MqttLink(connection(fake.port, "e1"), lambda message: None, on_disconnected=losses.append)
    async with Running(link):
        await eventually(lambda: link.connected)
        fake.writers[0].write(nonsense)
        await eventually(lambda: len(fake.connections) == 2)
        await eventually(lambda: link.connected)
    assert "protocol" in losses[0]


async def test_a_broker_that_falls_silent_is_noticed(fake: FakeBroker) -> None:
    losses: list[str] = []
    fake.answers[0xC0] = lambda body: b""
    link = MqttLink(
        connection(fake.port, "e1", keepalive_s=1), lambda message: None, on_disconnected=losses.append
    )
    async with Running(link):
        await eventually(lambda: losses != [])
    assert losses[0] == "no answer from the broker for 1 s"
    assert fake.packets(0xC0) != []


async def test_a_broker_that_never_accepts_is_given_up(
    fake: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    fake.answers[0x10] = lambda body: b""
    async with Running(quiet_link(fake.port, connect_timeout_s=0.05)):
        await eventually(lambda: len(fake.connections) >= 2)
    assert caplog.records[0].reason == "no answer within 0.05 s"


async def test_nobody_listening_is_said_and_tried_again(
    unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with Running(quiet_link(unused_tcp_port)) as link:
        await eventually(lambda: len(caplog.records) >= 2)
        assert not link.connected
    assert str(unused_tcp_port) in caplog.records[0].reason


async def test_a_refused_subscription_is_named(fake: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    fake.answers[0x82] = lambda body: b"\x90\x04" + body[:2] + b"\x01\x80"
    link = quiet_link(fake.port)
    link.subscribe("mine")
    link.subscribe("#")
    async with Running(link):
        await eventually(lambda: any("refuses a subscription" in record.message for record in caplog.records))
    assert [record.filter for record in caplog.records if hasattr(record, "filter")] == ["#"]


async def test_too_large_a_payload_is_refused_here(
    fake: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    link = quiet_link(fake.port, max_payload=10)
    link.publish(Message("t", bytes(11)))
    link.publish(Message("t", bytes(10)))
    async with Running(link):
        assert await link.drained(5)
    assert published(fake) == [bytes(10)]
    assert caplog.records[0].size == 11


@pytest.mark.parametrize("topic", ["", "a/+", "a/#"])
def test_a_topic_that_no_broker_takes_is_an_error(topic: str) -> None:
    with pytest.raises(ValueError, match="cannot publish"):
        quiet_link(1).publish(Message(topic, b""))


async def test_ending_the_link_says_goodbye(fake: FakeBroker) -> None:
    async with Running(quiet_link(fake.port)) as link:
        await eventually(lambda: link.connected)
    await eventually(lambda: fake.packets(0xE0) == [b""])
    assert not link.connected


async def test_unsubscribing_is_for_good(fake: FakeBroker) -> None:
    link = quiet_link(fake.port)
    link.subscribe("a")
    link.subscribe("b")
    async with Running(link):
        await eventually(lambda: len(fake.packets(0x82)) == 1)
        link.unsubscribe("a")
        await eventually(lambda: len(fake.packets(0xA2)) == 1)
        fake.writers[0].transport.abort()
        await eventually(lambda: len(fake.packets(0x82)) == 2)
    assert fake.packets(0x82)[1][2:] == b"\x00\x01b\x01"


async def test_a_congested_connection_drops_what_may_be_lost_and_holds_the_rest(
    fake: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    async with Running(quiet_link(fake.port)) as link:
        await eventually(lambda: link.connected)
        fake.reading.clear()
        while not caplog.records:
            link.publish(Message("t", bytes(100_000), qos=0))
            await asyncio.sleep(0)
        link.publish(Message("t", b"kept"))
        assert not await link.drained(0)
        fake.reading.set()
        assert await link.drained(5)
    assert "dropped" in caplog.records[0].message
    assert published(fake) == [b"kept"]


async def test_tls_trusts_the_authority_that_was_given_and_no_other(
    certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with FakeBroker(context) as fake:
        async with Running(quiet_link(fake.port, tls_ca=certificate)) as link:
            link.publish(Message("t", bytes(100_000)))
            assert await link.drained(5)
        async with Running(quiet_link(fake.port, tls=True)) as link:
            await eventually(
                lambda: any("CERTIFICATE_VERIFY_FAILED" in record.reason for record in caplog.records)
            )
            assert not link.connected


def test_an_authority_that_cannot_be_read_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="give a PEM file"):
        quiet_link(8883, tls_ca=tmp_path / "missing.pem")
