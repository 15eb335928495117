"""The hub's program beside others: it has its directory alone."""

import asyncio
from pathlib import Path

import pytest

from devices.documents import Alerts
from devices.hub.program import run_hub
from tests.devices.hub.town import HUB, Way, flood, town
from tests.devices.mqtt.parties import eventually


async def test_a_second_program_in_the_same_directory_disturbs_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with town(Way.SERIAL, tmp_path) as here:
        second = asyncio.create_task(run_hub(tmp_path / HUB))
        await eventually(lambda: "while another program runs here" in caplog.text)
        here.station.order(Alerts(alerts=(flood(),)))
        await eventually(lambda: bool(here.station.records()))
        second.cancel()
    assert "Traceback" not in caplog.text
    assert "closed the connection" not in caplog.text
