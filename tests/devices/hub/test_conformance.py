"""What an endpoint and its station promise each other, over MQTT and over a hub's serial line alike."""

import hashlib
from pathlib import Path

import pytest

from devices.documents import Alerts, Plan
from devices.presence import Presence
from devices.topics import ReportKind
from tests.devices.hub.town import HUB, Town, Way, flood, soon, town
from tests.devices.mqtt.parties import eventually
from tests.devices.serial.parties import recording

LETTER = recording(40_000)
SHA256 = hashlib.sha256(LETTER).hexdigest()


@pytest.fixture(params=list(Way))
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


async def test_a_plan_and_its_recording_arrive_and_the_cue_sounds_and_is_proved(
    way: Way, tmp_path: Path
) -> None:
    async with town(way, tmp_path) as here:
        here.station.announce(SHA256, LETTER)
        here.station.order(soon(SHA256, 60_000))
        await eventually(lambda: bool(here.station.records()))
        (record,) = here.station.records()
        assert record["slot"] == "ab" * 16
        media = tmp_path / "horn-01" / "media" / SHA256
        assert media.read_bytes() == LETTER


async def test_what_was_receipted_is_not_told_again(way: Way, tmp_path: Path) -> None:
    async with town(way, tmp_path) as here:
        here.station.order(Alerts(alerts=(flood(),)))
        await eventually(lambda: bool(here.station.records()))
        while await _unreceipted(here):
            pass


async def _unreceipted(here: Town) -> int:
    """As the heartbeat says that answers an alerts document."""
    before = len(here.station.said(ReportKind.HEARTBEAT))
    here.station.order(Alerts())
    await eventually(lambda: len(here.station.said(ReportKind.HEARTBEAT)) > before)
    return here.station.said(ReportKind.HEARTBEAT)[-1].unreceipted


async def test_an_emergency_sounds_and_is_stopped(way: Way, tmp_path: Path) -> None:
    async with town(way, tmp_path) as here:
        (output,) = here.outputs["horn-01"]
        output.endless = True
        here.station.order(Alerts(alerts=(flood(repeats=None),)))
        await eventually(lambda: [sound.key for sound in here.sounds()] == ["flood"])
        here.station.order(Alerts(stopped=("flood",)))
        await eventually(lambda: output.stops > 0)


async def test_a_plan_that_is_withdrawn_sounds_nowhere(way: Way, tmp_path: Path) -> None:
    async with town(way, tmp_path) as here:
        here.station.announce(SHA256, LETTER)
        here.station.order(soon(SHA256, in_s=3_000))
        await eventually(lambda: (tmp_path / "horn-01" / "media" / SHA256).exists())
        here.station.order(Plan())
        here.station.order(Alerts(alerts=(flood(),)))
        await eventually(lambda: bool(here.station.records()))
        assert [sound.key for sound in here.sounds()] == ["flood"]


async def test_a_horn_that_lost_a_recording_while_it_was_off_gets_it_again(way: Way, tmp_path: Path) -> None:
    kept = tmp_path / "horn-01" / "media" / SHA256
    async with town(way, tmp_path) as here:
        here.station.announce(SHA256, LETTER)
        here.station.order(soon(SHA256, in_s=3_000))
        await eventually(kept.exists)
        await here.stop("horn-01")
        kept.unlink()
        here.start()
        await eventually(kept.exists)


async def test_a_horn_that_reboots_comes_back_and_goes_on(way: Way, tmp_path: Path) -> None:
    async with town(way, tmp_path) as here:
        here.station.announce(SHA256, LETTER)
        here.station.order(soon(SHA256, 60_000, in_s=3_000))
        await eventually(lambda: (tmp_path / "horn-01" / "media" / SHA256).exists())
        await here.reboot("horn-01")
        here.station.order(soon(SHA256, 60_000, in_s=0.0))
        await eventually(lambda: bool(here.station.records()))
        assert len(here.sounds()) == 1


async def test_a_hub_that_reboots_carries_on_and_tells_how_its_line_is(tmp_path: Path) -> None:
    async with town(Way.SERIAL, tmp_path) as here:
        await here.stop(HUB)
        here.station.announce(SHA256, LETTER)
        here.station.order(soon(SHA256, 60_000))
        here.start()
        await eventually(lambda: bool(here.station.records()))
        await eventually(
            lambda: any(t.there for r in here.station.said(ReportKind.LINE, HUB) for t in r.taps)
        )
        assert [status.state for status in here.station.said(ReportKind.STATUS, HUB)] == [
            Presence.ONLINE,
            Presence.OFFLINE,
            Presence.ONLINE,
        ]


async def test_an_emergency_overtakes_a_recording_on_a_real_line(tmp_path: Path) -> None:
    long = recording(600_000, 9)
    async with town(Way.SERIAL, tmp_path) as here:
        here.station.announce(hashlib.sha256(long).hexdigest(), long)
        here.station.order(soon(hashlib.sha256(long).hexdigest(), in_s=3_000))
        shelf = tmp_path / "horn-01" / "line"
        await eventually(lambda: any(path.suffix == ".part" for path in shelf.iterdir()))
        here.station.order(Alerts(alerts=(flood(),)))
        await eventually(lambda: [sound.key for sound in here.sounds()] == ["flood"])
        assert any(path.suffix == ".part" for path in shelf.iterdir())
