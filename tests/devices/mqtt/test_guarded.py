"""What amqtt would let through, tried from outside."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from devices.links import Message
from devices.mqtt import guarded
from devices.mqtt.accounts import Accounts
from devices.mqtt.guarded import GuardedBroker
from devices.mqtt.packets import publish_packet
from tests.devices.mqtt.parties import PASSWORD, Party, Raw, connect_packet


@pytest_asyncio.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    accounts = Accounts(tmp_path / "passwords")
    for user in ("controller", "e1", "e2"):
        accounts.set(user, PASSWORD)
    accounts.save()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    broker = GuardedBroker("127.0.0.1", port, tmp_path / "passwords")
    await broker.start()
    yield port
    await broker.shutdown()


async def test_a_stranger_with_anothers_name_disturbs_nobody(port: int) -> None:
    async with Party(port, "controller") as controller, Party(port, "e1", "ccx/1/time") as e1:
        _, code = await Raw.login(port, connect_packet("e1", client_id="e1", password="guess"))
        controller.link.publish(Message("ccx/1/time", b"still here"))
        assert [message.payload for message in await e1.hear(1)] == [b"still here"]
        assert (code, e1.losses) == (5, [])


async def test_another_account_with_the_same_client_id_disturbs_nobody(port: int) -> None:
    async with Party(port, "e1") as e1:
        _, code = await Raw.login(port, connect_packet("e2", client_id="e1"))
        await e1.settled()
        assert (code, e1.losses) == (0, [])


async def test_a_newcomer_is_not_handed_what_others_subscribed_to(port: int) -> None:
    async with Party(port, "controller", "ccx/1/#") as controller:
        controller.link.publish(Message("ccx/1/endpoint/e1/receipt", b"secret", retain=True))
        await controller.settled()
        raw, _ = await Raw.login(port, connect_packet("e2"))
        raw.writer.write(b"\xc0\x00")
        assert await raw.reader.readexactly(2) == b"\xd0\x00"  # nothing came before


async def test_a_client_that_falls_silent_leaves_its_will(port: int) -> None:
    will = Message("ccx/1/endpoint/e1/status", b"offline")
    async with Party(port, "controller", will.topic) as controller:
        raw, _ = await Raw.login(port, connect_packet("e1", keepalive_s=1, will=will))
        assert [message.payload for message in await controller.hear(1)] == [b"offline"]
        assert await raw.cut_off() == b""


async def test_whoever_connects_again_leaves_no_will_behind(port: int) -> None:
    will = Message("ccx/1/endpoint/e1/status", b"offline")
    async with Party(port, "controller", "ccx/1/endpoint/e1/#") as controller:
        first, _ = await Raw.login(port, connect_packet("e1", will=will))
        second, _ = await Raw.login(port, connect_packet("e1"))
        await first.cut_off()
        second.writer.write(publish_packet(Message("ccx/1/endpoint/e1/heartbeat", b"{}", qos=0), 0))
        assert [message.topic for message in await controller.hear(1)] == ["ccx/1/endpoint/e1/heartbeat"]


async def test_a_connection_that_never_introduces_itself_is_closed(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "CONNECT_WITHIN_S", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await Raw(reader, writer).cut_off() == b""


@pytest.mark.parametrize(
    "noise", [b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff\x7f", b"\x10\x04\x00\x04MQ", bytes(64)]
)
async def test_noise_is_cut_off_and_others_are_served(port: int, noise: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(noise)
    writer.write_eof()
    await Raw(reader, writer).cut_off()
    async with Party(port, "e1") as e1:
        assert e1.link.connected


async def test_a_client_that_reads_nothing_holds_up_nobody(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(guarded, "OUTBOX_LIMIT", 100_000)
    async with Party(port, "controller") as controller, Party(port, "e1", "ccxm/1/+/c/#") as e1:
        stalled, _ = await Raw.login(port, connect_packet("e2"))
        stalled.writer.transport.pause_reading()
        stalled.writer.write(b"\x82\x11\x00\x01\x00\x0cccxm/1/+/c/#\x01")
        for number in range(400):
            controller.link.publish(Message(f"ccxm/1/ab/c/{number}", bytes(50_000)))
        await e1.hear(400)
    assert "e2 reads too slowly" in caplog.text


async def test_qos_2_is_understood(port: int) -> None:
    async with Party(port, "controller", "ccx/1/endpoint/e1/want") as controller:
        raw, _ = await Raw.login(port, connect_packet("e1"))
        raw.writer.write(publish_packet(Message("ccx/1/endpoint/e1/want", b"{}", qos=2), 9))
        assert await raw.reader.readexactly(4) == b"\x50\x02\x00\x09"  # PUBREC
        raw.writer.write(b"\x62\x02\x00\x09")  # PUBREL
        assert await raw.reader.readexactly(4) == b"\x70\x02\x00\x09"  # PUBCOMP
        assert len(await controller.hear(1)) == 1
