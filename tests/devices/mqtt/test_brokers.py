"""What both brokers promise our clients."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from devices.links import Message
from devices.mqtt.accounts import Accounts
from devices.mqtt.broker import Broker
from devices.mqtt.packets import publish_packet
from tests.devices.mqtt.parties import PASSWORD, Party, Raw, connect_packet, connection, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def port(broker: Broker) -> int:
    return broker.address[1]


async def test_a_retained_message_meets_whoever_subscribes_later(port: int) -> None:
    async with Party(port, "controller") as controller:
        controller.link.publish(Message("ccx/1/area/42/plan", b"plan", retain=True))
        await controller.settled()
    async with Party(port, "e1", "ccx/1/area/42/#") as endpoint:
        assert await endpoint.hear(1) == [Message("ccx/1/area/42/plan", b"plan", qos=1, retain=True)]


async def test_an_empty_retained_message_takes_the_old_one_back(port: int) -> None:
    async with Party(port, "controller") as controller:
        controller.link.publish(Message("ccx/1/area/43/plan", b"plan", retain=True))
        controller.link.publish(Message("ccx/1/area/43/plan", b"", retain=True))
        controller.link.publish(Message("ccx/1/area/43/settings", b"settings", retain=True))
        await controller.settled()
    async with Party(port, "e1", "ccx/1/area/43/#") as endpoint:
        assert [message.payload for message in await endpoint.hear(1)] == [b"settings"]


async def test_a_message_keeps_the_quality_of_its_publication(port: int) -> None:
    async with Party(port, "controller", "ccx/1/time") as controller:
        controller.link.publish(Message("ccx/1/time", b"0", qos=0))
        controller.link.publish(Message("ccx/1/time", b"1", qos=1))
        assert [message.qos for message in await controller.hear(2)] == [0, 1]


async def test_a_subscriber_gets_no_more_quality_than_it_asked_for(port: int) -> None:
    raw, _ = await Raw.login(port, connect_packet("controller"))
    raw.writer.write(b"\x82\x0f\x00\x01\x00\x0accx/1/time\x00")
    assert await raw.reader.readexactly(5) == b"\x90\x03\x00\x01\x00"
    async with Party(port, "controller") as controller:
        controller.link.publish(Message("ccx/1/time", b"now", qos=1))
        assert (await raw.reader.readexactly(1)) == b"\x30"
    raw.vanish()


async def test_the_will_is_published_when_a_client_vanishes(port: int) -> None:
    will = Message("ccx/1/endpoint/e3/status", b"offline", retain=True)
    async with Party(port, "controller", "ccx/1/endpoint/e3/status") as controller:
        raw, code = await Raw.login(port, connect_packet("e3", will=will))
        raw.vanish()
        heard = await controller.hear(1)
    assert (code, heard[0].topic, heard[0].payload) == (0, will.topic, b"offline")
    async with Party(port, "controller", will.topic) as controller:
        assert (await controller.hear(1))[0].retain


async def test_a_goodbye_publishes_no_will(port: int) -> None:
    will = Message("ccx/1/endpoint/e4/status", b"offline")
    async with Party(port, "controller", "ccx/1/endpoint/e4/#") as controller:
        async with Party(port, "e4", will=will):
            pass
        async with Party(port, "e4") as again:
            again.link.publish(Message("ccx/1/endpoint/e4/heartbeat", b"{}"))
            heard = [message.topic for message in await controller.hear(3)]
    assert heard.count(will.topic) == 0


async def test_a_wrong_password_is_refused_and_the_log_says_what_to_try(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = Party(port, "e5", password="wrong")
    running = asyncio.create_task(stranger.link.run())
    await eventually(lambda: any("no connection" in record.message for record in caplog.records))
    running.cancel()
    refusal, retry = (record for record in caplog.records if record.name == "devices.mqtt.link")
    assert "set them anew" in refusal.message
    assert refusal.user == "e5"
    assert retry.retry_in_s >= 30
    assert not stranger.link.connected


async def test_strangers_stay_outside(port: int) -> None:
    _, without_account = await Raw.login(port, connect_packet("nobody"))
    _, with_empty_password = await Raw.login(port, connect_packet("e5", password=""))
    assert 4 <= without_account <= 5
    assert 4 <= with_empty_password <= 5


OWN_REPORTS = [f"ccx/1/endpoint/e6/{kind}" for kind in ("status", "heartbeat", "event", "played", "want")]
FORGERIES = [
    "ccx/1/endpoint/e7/status",
    "ccx/1/endpoint/e7/played",
    "ccx/1/endpoint/e6/plan",
    "ccx/1/endpoint/e6/receipt",
    "ccx/1/endpoint/e6/status/more",
    "ccx/1/area/42/alerts",
    "ccx/1/time",
    "ccxm/1/ab/manifest",
    "ccxm/1/ab/c/0",
    "ccxm/1/to/e6/ab/0",
    "elsewhere",
]


async def test_an_endpoint_writes_its_own_reports_and_nothing_else(port: int) -> None:
    async with Party(port, "controller", "#") as controller, Party(port, "e6") as endpoint:
        before = len(controller.heard)
        for topic in FORGERIES + OWN_REPORTS:
            endpoint.link.publish(Message(topic, b"x"))
        await endpoint.settled()
        await eventually(lambda: any(message.topic == OWN_REPORTS[-1] for message in controller.heard))
        heard = [message.topic for message in controller.heard[before:] if message.payload]
    assert heard == OWN_REPORTS


async def test_a_will_is_no_way_around_the_rules(port: int) -> None:
    forgery = Message("ccx/1/endpoint/e7/status", b"offline")
    async with Party(port, "controller", "#") as controller:
        raw, _ = await Raw.login(port, connect_packet("e6", will=forgery))
        raw.vanish()
        async with Party(port, "e6") as endpoint:
            endpoint.link.publish(Message("ccx/1/endpoint/e6/want", b"{}"))
            await eventually(lambda: any(message.topic.endswith("want") for message in controller.heard))
    assert all(message.topic != forgery.topic for message in controller.heard)


SECRETS = ["ccx/1/endpoint/e9/plan", "ccx/1/endpoint/e9/receipt", "ccxm/1/to/e9/ab/0", "elsewhere"]
MEANT_FOR_E8 = [
    "ccx/1/area/42/alerts",
    "ccx/1/endpoint/e8/plan",
    "ccx/1/time",
    "ccxm/1/ab/manifest",
    "ccxm/1/ab/c/7",
    "ccxm/1/to/e8/ab/7",
]
TOO_WIDE = [
    "#",
    "+/#",
    "ccx/#",
    "ccx/1/endpoint/#",
    "ccx/1/endpoint/+/plan",
    "ccxm/1/#",
    "ccxm/1/to/#",
    "elsewhere",
]


async def test_an_endpoint_reads_what_is_meant_for_it_whatever_it_asks_for(port: int) -> None:
    allowed = [
        "ccx/1/area/#",
        "ccx/1/endpoint/e8/plan",
        "ccx/1/time",
        "ccxm/1/+/manifest",
        "ccxm/1/+/c/#",
        "ccxm/1/to/e8/#",
    ]
    async with Party(port, "controller") as controller, Party(port, "e8", *allowed, *TOO_WIDE) as endpoint:
        endpoint.heard.clear()  # what other tests left retained
        for topic in SECRETS + MEANT_FOR_E8:
            controller.link.publish(Message(topic, b"x"))
        await controller.settled()
        await eventually(lambda: any(message.topic == MEANT_FOR_E8[-1] for message in endpoint.heard))
    assert {message.topic for message in endpoint.heard} == set(MEANT_FOR_E8)


async def test_what_is_retained_is_no_way_around_the_rules(port: int) -> None:
    async with Party(port, "controller", "#") as controller:
        controller.link.publish(Message("ccx/1/endpoint/e9/settings", b"secret", retain=True))
        controller.link.publish(Message("ccx/1/endpoint/e8/settings", b"own", retain=True))
        await controller.settled()
        async with Party(port, "e8", *TOO_WIDE, "ccx/1/endpoint/e8/settings") as endpoint:
            await eventually(lambda: any(message.payload == b"own" for message in endpoint.heard))
            await endpoint.settled()
    assert all(message.payload != b"secret" for message in endpoint.heard)


async def test_two_hundred_clients_hear_every_chunk_in_order(port: int) -> None:
    chunks = [f"ccxm/1/ab/c/{number}" for number in range(40)]
    async with AsyncExitStack() as crowd:
        parties = [Party(port, f"e{number}", "ccxm/1/+/c/#") for number in range(200)]
        await asyncio.gather(*(crowd.enter_async_context(party) for party in parties))
        controller = await crowd.enter_async_context(Party(port, "controller"))
        for topic in chunks:
            controller.link.publish(Message(topic, bytes(4096)))
        await eventually(lambda: all(len(party.heard) >= len(chunks) for party in parties))
    assert all([message.topic for message in party.heard] == chunks for party in parties)


async def test_an_oversize_packet_ends_its_senders_connection_and_nothing_else(port: int) -> None:
    async with Party(port, "controller", "ccx/1/endpoint/e6/#") as controller:
        raw, _ = await Raw.login(port, connect_packet("e6"))
        raw.writer.write(publish_packet(Message("ccx/1/endpoint/e6/played", bytes(300_000)), 1))
        await raw.cut_off()
        async with Party(port, "e6") as endpoint:
            endpoint.link.publish(Message("ccx/1/endpoint/e6/want", b"{}"))
            heard = [message.topic for message in await controller.hear(2)]
    assert "ccx/1/endpoint/e6/played" not in heard


async def test_the_largest_payload_that_the_link_lets_through_arrives(port: int) -> None:
    async with Party(port, "controller", "ccx/1/time") as controller:
        largest = bytes(controller.link.connection.max_payload)
        controller.link.publish(Message("ccx/1/time", largest))
        assert (await controller.hear(1))[0].payload == largest


async def test_a_second_connection_with_the_same_name_ends_the_first(port: int) -> None:
    first, _ = await Raw.login(port, connect_packet("e10", client_id="same"))
    second, _ = await Raw.login(port, connect_packet("e10", client_id="same"))
    await first.cut_off()
    second.writer.write(b"\xc0\x00")  # PINGREQ
    assert await second.reader.readexactly(2) == b"\xd0\x00"


async def test_accounts_change_while_it_runs(broker: Broker, port: int) -> None:
    accounts = Accounts(broker.passwords)
    async with Party(port, "e11", retry=connection(port, "e11").retry_refused) as dismissed:
        accounts.remove("e11")
        accounts.set("newcomer", PASSWORD)
        accounts.save()
        broker.reload()
        await eventually(lambda: not dismissed.link.connected)
    async with Party(port, "newcomer") as newcomer:
        assert newcomer.link.connected
