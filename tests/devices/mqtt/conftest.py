"""Real brokers of both kinds."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from devices.mqtt.accounts import Accounts
from devices.mqtt.broker import Broker, BrokerKind, find_mosquitto
from tests.devices.mqtt.parties import PASSWORD

needs_mosquitto = pytest.mark.skipif(
    find_mosquitto() is None, reason="Mosquitto is not installed (apt install mosquitto)"
)
BOTH = [BrokerKind.EMBEDDED, pytest.param(BrokerKind.MOSQUITTO, marks=needs_mosquitto)]
USERS = ("controller", *(f"e{number}" for number in range(200)))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BOTH)
async def broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Broker]:
    """A running broker with accounts for USERS, shared by a module."""
    broker = Broker(tmp_path_factory.mktemp("broker"), kind=request.param)
    accounts = Accounts(broker.passwords)
    for user in USERS:
        accounts.set(user, PASSWORD)
    accounts.save()
    await broker.start()
    yield broker
    await broker.stop()
