"""The station's own hub: a real controller, a real broker, and a loudspeaker that has nothing but a serial line."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from broadcaster import hub as station_hub
from broadcaster.config import load
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.lines import LineDraft
from broadcaster.house import CountyHouse
from broadcaster.hub import run_station_hub
from broadcaster.storage.tables import EndpointRow, EndpointStateRow
from devices.endpoint.core import Pace as EndpointPace
from devices.endpoint.outputs import silent_output
from devices.endpoint.program import MEDIA, PROVISION, run_endpoint
from devices.hub.provision import HubLine
from devices.serial.cable import Cable
from tests.broadcaster.county import add_notice, lay_out, sha256, sound
from tests.broadcaster.service import service
from tests.devices.mqtt.parties import eventually


@pytest.fixture
def house(tmp_path: Path) -> CountyHouse:
    house = CountyHouse(load(tmp_path / "county", environ={}))
    now = datetime.now(UTC)
    with house.transaction() as session:
        lay_out(session)
        session.get_one(EndpointRow, "li-1").link = "serial:east:4"
        add_notice(session, "letter", valid_from=now, valid_until=now + timedelta(days=9))
    house.library.add(io.BytesIO(sound("letter")), sha256=sha256("letter"), now=now)
    return house


async def test_a_loudspeaker_on_a_line_is_one_of_the_county(
    house: CountyHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_hub, "LOOK_S", 0.1)
    desk = CountyDesk(HouseDoor(house, OWNER, clock=lambda: datetime.now(UTC)))
    cable, board = Cable(tmp_path), tmp_path / "li-1"
    cable.plug()
    draft = LineDraft(hub="hub-station", port=str(cable.ends[0]), baud=115_200)
    desk.lines.set(line="east", draft=draft)
    board.mkdir()
    made = desk.endpoints.provision(endpoint="li-1", port=str(cable.ends[1]))
    (board / PROVISION).write_bytes(made.content)
    async with service(house):
        pace = EndpointPace(spread_s=0.0)
        horn = asyncio.create_task(run_endpoint(board, silent_output, trust_clock=True, pace=pace))
        await eventually(lambda: (board / MEDIA / sha256("letter")).exists())
        await eventually(lambda: _is_heard(house))
        await eventually(lambda: desk.lines.show(line="east").is_open is True)
        horn.cancel()
        await asyncio.wait([horn])
    cable.pull()
    assert [each.endpoint for each in desk.lines.show(line="east").endpoints] == ["li-1"]


def _is_heard(house: CountyHouse) -> bool:
    with house.snapshot() as session:
        row = session.get(EndpointStateRow, "li-1")
        return row is not None and row.heard_at is not None


async def test_lines_that_cannot_be_used_end_nothing(
    house: CountyHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(station_hub, "LOOK_S", 0.01)
    with house.transaction() as session:
        session.get_one(EndpointRow, "li-2").link = "serial:east:4"
    desk = CountyDesk(HouseDoor(house, OWNER, clock=lambda: datetime.now(UTC)))
    desk.lines.set(line="east", draft=LineDraft(hub="hub-station", port="/dev/null"))
    task = asyncio.create_task(run_station_hub(house, "hub-station", house.settings.directory / "hub"))
    await eventually(lambda: "the station's serial lines cannot be used" in caplog.messages)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])


async def test_a_database_that_is_away_ends_nothing_and_is_asked_again(
    house: CountyHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(station_hub, "LOOK_S", 0.01)
    asked = 0

    def lines(_house: CountyHouse, _hub: str) -> tuple[HubLine, ...]:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise OperationalError("SELECT", None, Exception("the server is away"))
        return ()

    monkeypatch.setattr(station_hub, "_lines", lines)
    task = asyncio.create_task(run_station_hub(house, "hub-station", house.settings.directory / "hub"))
    await eventually(lambda: asked > 1)
    assert not task.done()
    task.cancel()
    assert "the station's own hub could not be looked after, it is tried again" in caplog.messages
