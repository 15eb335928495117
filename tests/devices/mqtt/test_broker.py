"""The broker as a child process that is watched."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from devices.links import Message
from devices.mqtt import broker as broker_module
from devices.mqtt.accounts import Accounts
from devices.mqtt.broker import Broker, BrokerError, BrokerKind
from tests.devices.mqtt.conftest import BOTH
from tests.devices.mqtt.parties import PASSWORD, PATIENCE_S, Party, eventually

OWNER = """
import asyncio, sys
from pathlib import Path
from devices.mqtt.broker import Broker, BrokerKind

async def main():
    broker = Broker(Path(sys.argv[1]), kind=BrokerKind(sys.argv[2]))
    await broker.start()
    print(broker.pid, broker.address[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest_asyncio.fixture(params=BOTH)
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    broker = Broker(tmp_path / "broker", kind=request.param)
    accounts = Accounts(broker.passwords)
    for user in ("controller", "e1"):
        accounts.set(user, PASSWORD)
    accounts.save()
    await broker.start()
    yield broker
    await broker.stop()


def lives(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    with suppress(FileNotFoundError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


async def test_a_killed_broker_is_replaced_and_everybody_comes_back(broker: Broker) -> None:
    restarts: list[str] = []
    broker.on_restart = lambda: restarts.append("restarted")
    async with (
        Party(broker.address[1], "controller") as controller,
        Party(broker.address[1], "e1", "ccx/1/time") as e1,
    ):
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGKILL)
        await eventually(lambda: not controller.link.connected and not e1.link.connected)
        controller.link.publish(Message("ccx/1/area/42/plan", b"published while it was down", retain=True))
        await eventually(lambda: restarts == ["restarted"])
        await e1.settled()
        controller.link.publish(Message("ccx/1/time", b"after"))
        assert [message.payload for message in await e1.hear(1)] == [b"after"]
        e1.link.subscribe("ccx/1/area/42/plan")
        assert (await e1.hear(2))[1].payload == b"published while it was down"
        assert (e1.connections, len(e1.losses)) == (2, 1)


async def test_the_port_is_kept_and_stop_leaves_nothing(broker: Broker, tmp_path: Path) -> None:
    pid, address = broker.pid, broker.address
    await broker.stop()
    assert pid is not None
    assert not lives(pid)
    assert broker.pid is None
    again = Broker(tmp_path / "broker", kind=broker.kind)
    await again.start()
    assert again.address == address
    await again.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
@pytest.mark.parametrize("kind", BOTH)
async def test_a_broker_does_not_outlive_a_killed_owner_nor_stand_in_its_successors_way(
    kind: BrokerKind, tmp_path: Path
) -> None:
    for _ in range(2):
        owner = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", OWNER, str(tmp_path), kind), stdout=asyncio.subprocess.PIPE
        )
        assert owner.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            pid, port = map(int, (await owner.stdout.readline()).split())
        owner.kill()
        await owner.wait()
    await eventually(lambda: not lives(pid))
    successor = Broker(tmp_path, kind=kind)
    await successor.start()
    assert successor.address == ("127.0.0.1", port)
    await successor.stop()


async def test_a_port_that_somebody_else_has_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "PORT_WITHIN_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BrokerError, match=f"port {port} of 127.0.0.1 is in use"):
            await Broker(tmp_path, kind=BrokerKind.EMBEDDED, port=port).start()


async def test_a_kept_port_that_somebody_else_has_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "PORT_WITHIN_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (tmp_path / "port").write_text(f"{port}\n")
        broker = Broker(tmp_path, kind=BrokerKind.EMBEDDED)
        await broker.start()
        await broker.stop()
    assert broker.address[1] != port
    assert (tmp_path / "port").read_text() == f"{broker.address[1]}\n"


async def test_accounts_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("neither user nor hash\n")
    with pytest.raises(BrokerError, match=r"does not start: .*line 1 of .*passwords is not user:"):
        await Broker(tmp_path, kind=BrokerKind.EMBEDDED).start()


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo out of luck >&2; exit 3", "out of luck"),
        ("exit 3", "ended with 3"),
        ("exec sleep 60", "no connection in"),
    ],
)
async def test_a_program_that_does_not_serve_is_complained_of(
    script: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mosquitto"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr(broker_module, "find_mosquitto", lambda: str(program))
    monkeypatch.setattr(broker_module, "READY_WITHIN_S", 0.3)
    with pytest.raises(BrokerError, match=complaint):
        await Broker(tmp_path).start()


def test_auto_takes_the_embedded_broker_where_mosquitto_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "find_mosquitto", lambda: None)
    assert Broker(tmp_path).kind is BrokerKind.EMBEDDED
    with pytest.raises(BrokerError, match="apt install mosquitto"):
        Broker(tmp_path, kind=BrokerKind.MOSQUITTO)


def test_auto_takes_mosquitto_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "find_mosquitto", lambda: "/usr/sbin/mosquitto")
    assert Broker(tmp_path).kind is BrokerKind.MOSQUITTO
